package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/visit"
)

const id1 = visit.ID("01900000-0000-7000-8000-000000000001")

func aVisit(id visit.ID, date visit.Date) visit.Visit {
	pid, err := visit.ParsePID("9000000000004")
	if err != nil {
		panic(err)
	}
	return visit.Visit{ID: id, HCode: "99999", ServiceDate: date, PID: pid, ClaimType: visit.ClaimType{Code: "PG0060001"}}
}

func codeOf(code visit.AuthenCode, claimType, hcode string, at time.Time) visit.Authentication {
	return visit.Authentication{Code: code, ClaimType: visit.ClaimType{Code: claimType}, Hospital: visit.Hospital{HCode: hcode}, At: at}
}

func today() visit.Date { return visit.ServiceDateOf(time.Now()) }

// run plays a test in its own time with the background at work.
func run(t *testing.T, store *memory, nhso *nhsoScript, notify func(visit.ID, Outcome), f func(*Outbox)) {
	t.Helper()
	o := New(Options{Store: store, NHSO: nhso, Log: slog.New(slog.DiscardHandler), Notify: notify})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		o.Run(ctx)
		close(done)
	}()
	f(o)
	cancel()
	<-done
}

func TestAVisitEndsOnceWhateverNHSODoes(t *testing.T) {
	for _, c := range []struct {
		name    string
		script  []answer
		visible time.Duration
		first   OutcomeKind
		end     string
		made    int
	}{
		{"the code comes at once", []answer{answerCode}, 0, Done, "done PP0000000001", 1},
		{"the reply is cut after the code was made", []answer{answerCut, answerCode}, 0, Done, "done PP0000000001", 1},
		{"the code is made long after the reply was given up", []answer{answerCut, answerCode}, 50 * time.Second, Queued, "done PP0000000001", 1},
		{"the request is lost", []answer{answerLost, answerCode}, 0, Queued, "done PP0000000001", 1},
		{"NHSO is not reached, then it is", []answer{answerNotSent, answerNotSent, answerCode}, 0, Queued, "done PP0000000001", 1},
		{"NHSO says no", []answer{answerRefused}, 0, RefusedBy, "refused nhso-refused-visit", 0},
		{"lost many times", []answer{answerLost, answerLost, answerLost, answerCode}, 0, Queued, "done PP0000000001", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, nhso := newMemory(), &nhsoScript{script: c.script, visible: c.visible}
				store.save(aVisitAt(id1, 0))
				run(t, store, nhso, nil, func(o *Outbox) {
					if got := o.Submit(t.Context(), id1); got.Kind != c.first {
						t.Errorf("the patient hears %v, want %v", got.Kind, c.first)
					}
					time.Sleep(15 * time.Minute)
				})
				if got := store.ended(id1); got != c.end {
					t.Errorf("the visit ends as %q, want %q", got, c.end)
				}
				if _, made := nhso.counts(); made != c.made {
					t.Errorf("%d codes were made, want %d", made, c.made)
				}
			})
		})
	}
}

func TestNothingIsSentAgainBeforeTheSettleTimeIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, nhso := newMemory(), &nhsoScript{script: []answer{answerLost, answerCode}}
		store.save(aVisitAt(id1, 0))
		run(t, store, nhso, nil, func(o *Outbox) {
			o.Submit(t.Context(), id1)
			for range 20 { // impatient wake-ups change nothing
				o.Wake()
				time.Sleep(2 * time.Second)
			}
			if sent, _ := nhso.counts(); sent != 1 {
				t.Errorf("%d requests within the settle time", sent)
			}
		})
	})
}

// listing is a store in which something happens after the pending visits were
// listed and before the list is worked on.
type listing struct {
	*memory
	then func()
}

func (l *listing) Pending() ([]Item, error) {
	items, err := l.memory.Pending()
	if then := l.then; then != nil {
		l.then = nil
		then()
	}
	return items, err
}

func TestAVisitSubmittedWhileTheOthersAreListedRestsLikeEveryOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, nhso := &listing{memory: newMemory()}, &nhsoScript{script: []answer{answerCut, answerCode}, visible: 50 * time.Second}
		o := New(Options{Store: store, NHSO: nhso, Log: slog.New(slog.DiscardHandler)})
		time.Sleep(2 * slowestRest * SettleTime) // the program is older than any rest
		store.then = func() {
			saveNow(store.memory, aVisitAt(id1, 0))
			if got := o.Submit(t.Context(), id1); got.Kind != Queued {
				t.Errorf("the patient hears %v", got.Kind)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		o.Run(ctx)
		if sent, made := nhso.counts(); sent != 1 || made != 1 || store.ended(id1) != "done PP0000000001" {
			t.Errorf("%d requests, %d codes; it ends as %q", sent, made, store.ended(id1))
		}
		if len(o.left) > 0 {
			t.Errorf("of %d settled visits it is kept when they left", len(o.left))
		}
	})
}

func TestAVisitLeftByAnEarlierRunIsLookedUpBeforeItIsSent(t *testing.T) {
	for _, c := range []struct {
		name     string
		attempts int
		known    bool
		sent     int
	}{
		{"never sent", 0, false, 1},
		{"sent, and NHSO has the code", 1, true, 0},
		{"sent, and NHSO knows nothing", 1, false, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, nhso := newMemory(), &nhsoScript{}
				store.save(aVisit(id1, today()))
				if c.attempts > 0 {
					_ = store.Begin(id1, time.Now())
				}
				if c.known {
					nhso.codes = []visit.Authentication{codeOf("PP0000000009", "PG0060001", "99999", time.Now())}
				}
				var heard Outcome
				run(t, store, nhso, func(_ visit.ID, o Outcome) { heard = o }, func(*Outbox) { time.Sleep(5 * time.Minute) })
				if sent, _ := nhso.counts(); sent != c.sent || nhso.looked == 0 {
					t.Errorf("%d requests after %d look-ups, want %d", sent, nhso.looked, c.sent)
				}
				if heard.Kind != Done || heard.Code == "" {
					t.Errorf("the outcome is %+v", heard)
				}
			})
		})
	}
}

func TestACodeOfAnotherUnitDayOrClaimTypeIsNotThisVisits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, nhso := newMemory(), &nhsoScript{script: []answer{answerCut}}
		nhso.codes = []visit.Authentication{codeOf("PP0000000007", "PG0060001", "99998", time.Now()), codeOf("PP0000000008", "PG0130001", "99999", time.Now())}
		store.save(aVisitAt(id1, 0))
		run(t, store, nhso, nil, func(o *Outbox) {
			if got := o.Submit(t.Context(), id1); got.Code != "PP0000000003" {
				t.Errorf("got %q", got.Code)
			}
		})
	})
}

func TestAtMidnightAPendingVisitBecomesWorkForTheStaff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, nhso := newMemory(), &nhsoScript{hushes: true, script: []answer{answerNotSent}}
		store.save(aVisitAt(id1, 0))
		run(t, store, nhso, nil, func(o *Outbox) {
			o.Submit(t.Context(), id1)
			time.Sleep(25 * time.Hour)
		})
		if got := store.ended(id1); got != "staff service-date-passed" {
			t.Errorf("the visit ends as %q", got)
		}
		if sent, _ := nhso.counts(); sent != 1 {
			t.Errorf("%d requests", sent)
		}
	})
}

func TestTheQueueIsEmptyWithinAMinuteOfTheNetworksReturnAndInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, nhso := newMemory(), &nhsoScript{down: true}
		ids := []visit.ID{id1, "01900000-0000-7000-8000-000000000002", "01900000-0000-7000-8000-000000000003"}
		for i, id := range ids {
			v := aVisit(id, today())
			v.ClaimType.Code = []string{"PG0060001", "PG0130001", "PG0140001"}[i]
			store.save(v)
		}
		var order []visit.ID
		run(t, store, nhso, func(id visit.ID, _ Outcome) { order = append(order, id) }, func(*Outbox) {
			time.Sleep(2 * time.Hour)
			if sent, _ := nhso.counts(); sent != 0 {
				t.Errorf("%d requests although no look-up was answered", sent)
			}
			nhso.setDown(false)
			time.Sleep(time.Minute)
		})
		if len(order) != 3 || order[0] != ids[0] || order[1] != ids[1] || order[2] != ids[2] {
			t.Errorf("settled in the order %v", order)
		}
	})
}

func TestNothingLeavesUnlessTheNoteOfItIsOnTheDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, nhso := newMemory(), &nhsoScript{}
		store.fail = errors.New("no room")
		store.save(aVisitAt(id1, 0))
		run(t, store, nhso, nil, func(o *Outbox) {
			if got := o.Submit(t.Context(), id1); got.Kind != Queued {
				t.Errorf("the patient hears %v", got.Kind)
			}
			time.Sleep(time.Hour)
		})
		if sent, _ := nhso.counts(); sent != 0 {
			t.Errorf("%d requests left", sent)
		}
	})
}

func TestAWrongClockStopsEveryRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, nhso := newMemory(), &nhsoScript{}
		store.save(aVisit(id1, today()))
		clock := ClockWrong
		o := New(Options{Store: store, NHSO: nhso, Log: slog.New(slog.DiscardHandler), Clock: func() Clock { return clock }})
		if got := o.Submit(t.Context(), id1); got.Kind != Queued {
			t.Errorf("the patient hears %v", got.Kind)
		}
		if sent, _ := nhso.counts(); sent != 0 {
			t.Error("a request left")
		}
		clock = ClockRight
		if got := o.Submit(t.Context(), id1); got.Kind != Done {
			t.Errorf("after the clock is right: %v", got.Kind)
		}
	})
}

func TestIn365NightsNoVisitIsSentOnAnotherDayThanItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(5, 6))
		store, nhso := newMemory(), &nhsoScript{script: []answer{answerLost}}
		var ids []visit.ID
		clock := new(atomic.Int64)
		run(t, store, nhso, nil, func(o *Outbox) {
			o.clock = func() Clock { return Clock(clock.Load()) }
			for night := range 365 {
				midnight := today().Next().Midnight()
				before := time.Duration(random.Int64N(int64(5 * time.Minute)))
				time.Sleep(time.Until(midnight) - before)
				nhso.setDown(random.IntN(3) == 0)
				v := aVisit(visit.ID(fmt.Sprintf("01900000-0000-7000-8000-%012d", night)), today())
				ids = append(ids, v.ID)
				store.mu.Lock()
				store.save(v)
				nhso.mu.Lock()
				nhso.script = []answer{answer(random.IntN(4)), answer(random.IntN(4)), answerCode}
				nhso.takes, nhso.looks = time.Duration(random.IntN(9))*time.Second, time.Duration(random.IntN(9))*time.Second
				nhso.mu.Unlock()
				store.mu.Unlock()
				clock.Store(int64(random.IntN(3))) // a third of the nights nobody bears it out, or it is wrong
				o.Submit(t.Context(), v.ID)
				time.Sleep(before + time.Duration(random.Int64N(int64(time.Hour))))
				nhso.setDown(false)
				clock.Store(int64(ClockRight))
				nhso.mu.Lock()
				nhso.codes = nil // codes of yesterday are not codes of today
				nhso.mu.Unlock()
			}
			time.Sleep(25 * time.Hour)
		})
		if nhso.wrong > 0 {
			t.Errorf("%d requests were sent on another day", nhso.wrong)
		}
		ends := map[string]int{}
		for _, id := range ids {
			how, _, _ := strings.Cut(store.ended(id), " ")
			ends[how]++
		}
		if ends["done"] == 0 || ends["staff"] == 0 || ends[""] > 0 {
			t.Errorf("the visits end as %v", ends)
		}
		t.Logf("%d requests; the visits end as %v", nhso.sent, ends)
	})
}
