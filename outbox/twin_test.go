package outbox

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/visit"
)

const id2 = visit.ID("01900000-0000-7000-8000-000000000002")

// aVisitAt is a visit of the one made-up person and service, saved so long after
// now.
func aVisitAt(id visit.ID, later time.Duration) visit.Visit {
	v := aVisit(id, today())
	v.CreatedAt = time.Now().Add(later)
	return v
}

// saveNow saves while the outbox is at work.
func saveNow(m *memory, v visit.Visit) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.save(v)
}

func TestAPatientWhoComesBackWhileTheFirstVisitWaitsGetsOneCode(t *testing.T) {
	for _, c := range []struct {
		name    string
		script  []answer // the first two are those of the first visit
		visible time.Duration
		back    time.Duration // after the first visit
		second  OutcomeKind
		ends    [2]string
		made    int
	}{
		{
			"the first was not processed",
			[]answer{answerNotSent, answerNotSent, answerCode},
			0, 4 * time.Second, Done,
			[2]string{"done PP0000000001", "done PP0000000001"},
			1,
		},
		{
			"the first may be at work at NHSO",
			[]answer{answerLost, answerCode},
			0, 20 * time.Second, Queued,
			[2]string{"done PP0000000001", "done PP0000000001"},
			1,
		},
		{
			"the first is processed late",
			[]answer{answerCut, answerCode},
			50 * time.Second, 20 * time.Second, Queued,
			[2]string{"done PP0000000001", "done PP0000000001"},
			1,
		},
		{
			"the first is refused in the end",
			[]answer{answerNotSent, answerNotSent, answerRefused, answerCode},
			0, 4 * time.Second, Done,
			[2]string{"refused nhso-refused-visit", "done PP0000000001"},
			1,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, nhso := newMemory(), &nhsoScript{script: c.script, visible: c.visible}
				saveNow(store, aVisitAt(id1, 0))
				run(t, store, nhso, nil, func(o *Outbox) {
					if got := o.Submit(t.Context(), id1); got.Kind != Queued {
						t.Errorf("the first time the patient hears %v", got.Kind)
					}
					time.Sleep(c.back)
					saveNow(store, aVisitAt(id2, 0))
					if got := o.Submit(t.Context(), id2); got.Kind != c.second {
						t.Errorf("the second time the patient hears %v, want %v", got.Kind, c.second)
					}
					time.Sleep(15 * time.Minute)
				})
				if got := [2]string{store.ended(id1), store.ended(id2)}; got != c.ends {
					t.Errorf("the visits end as %q, want %q", got, c.ends)
				}
				if _, made := nhso.counts(); made != c.made {
					t.Errorf("%d codes were made, want %d", made, c.made)
				}
			})
		})
	}
}

// TestKioskAndProgramAtTheSameTimeGetOneCode submits two visits of one service at
// once, in both orders of their saving, and with the older one saved last.
func TestKioskAndProgramAtTheSameTimeGetOneCode(t *testing.T) {
	for name, older := range map[string]time.Duration{"one is older": -time.Second, "same time": 0, "the other is older": time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, nhso := newMemory(), &nhsoScript{takes: 2 * time.Second}
				told := make(chan Outcome, 2)
				run(t, store, nhso, func(_ visit.ID, x Outcome) { told <- x }, func(o *Outbox) {
					var both sync.WaitGroup
					both.Go(func() {
						saveNow(store, aVisitAt(id1, 0))
						told <- o.Submit(t.Context(), id1)
					})
					both.Go(func() {
						time.Sleep(time.Second)
						saveNow(store, aVisitAt(id2, older-time.Second))
						if got := o.Submit(t.Context(), id2); got.Kind != Queued {
							told <- got
						}
					})
					both.Wait()
					time.Sleep(5 * time.Minute)
				})
				for range 2 {
					if got := <-told; got.Kind != Done || got.Code != "PP0000000001" {
						t.Errorf("told %+v", got)
					}
				}
				if sent, made := nhso.counts(); sent != 1 || made != 1 {
					t.Errorf("%d requests, %d codes", sent, made)
				}
			})
		})
	}
}

func TestTwoVisitsOfOneServiceThatARestartFindsGetOneCode(t *testing.T) {
	for name, inFlight := range map[string][2]bool{
		"both wait": {}, "the older may be at work": {true, false}, "the younger may be at work": {false, true}, "both may be at work": {true, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, nhso := newMemory(), &nhsoScript{visible: 10 * time.Second}
				store.save(aVisitAt(id2, -time.Hour))
				store.save(aVisitAt(id1, -2*time.Hour)) // the older one, found last
				for n, id := range []visit.ID{id1, id2} {
					if inFlight[n] {
						if err := store.Begin(id, time.Now()); err != nil {
							t.Fatal(err)
						}
					}
				}
				run(t, store, nhso, nil, func(*Outbox) { time.Sleep(15 * time.Minute) })
				for _, id := range []visit.ID{id1, id2} {
					if got := store.ended(id); got != "done PP0000000001" {
						t.Errorf("%s ends as %q", id, got)
					}
				}
				if _, made := nhso.counts(); made != 1 {
					t.Errorf("%d codes were made", made)
				}
			})
		})
	}
}

func TestAnotherClaimTypeIsAnotherService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, nhso := newMemory(), &nhsoScript{script: []answer{answerLost, answerCode}}
		saveNow(store, aVisitAt(id1, 0))
		run(t, store, nhso, nil, func(o *Outbox) {
			o.Submit(t.Context(), id1)
			other := aVisitAt(id2, 0)
			other.ClaimType.Code = "PG0130001"
			saveNow(store, other)
			if got := o.Submit(t.Context(), id2); got.Kind != Done {
				t.Errorf("the patient hears %v", got.Kind)
			}
			time.Sleep(15 * time.Minute)
		})
		if _, made := nhso.counts(); made != 2 {
			t.Errorf("%d codes were made", made)
		}
	})
}

// A typed number proves nothing: who waits must be told of a code as one that
// another visit has brought.
func TestACodeThatTheVisitDidNotBringIsToldAsEarlier(t *testing.T) {
	known := func(ago time.Duration) []visit.Authentication {
		return []visit.Authentication{{Code: "PP1200000009", ClaimType: visit.ClaimType{Code: "PG0060001"}, Hospital: visit.Hospital{HCode: "99999"}, At: time.Now().Add(-ago)}}
	}
	for _, c := range []struct {
		name    string
		stored  bool
		codes   time.Duration // how old the code at NHSO is; 0: there is none
		script  []answer
		earlier bool
	}{
		{"its own", false, 0, []answer{answerCode}, false},
		{"its own, the reply was cut", false, 0, []answer{answerCut}, false},
		{"another visit is in the store", true, 0, nil, true},
		{"NHSO has it and says no", false, time.Hour, []answer{answerRefused}, true},
		{"NHSO has it, made in the same minute, and says no", false, time.Minute, []answer{answerRefused}, true},
		{"NHSO has it and the request was lost", false, time.Hour, []answer{answerLost}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, nhso := newMemory(), &nhsoScript{script: c.script}
				if c.stored {
					saveNow(store, aVisitAt(id2, -time.Hour))
					if err := store.Done(id2, "PP1200000009", time.Now()); err != nil {
						t.Fatal(err)
					}
				}
				if c.codes > 0 { // NHSO shows it while the request is on its way
					nhso.takes = time.Second
					time.AfterFunc(nhso.takes/2, func() {
						nhso.mu.Lock()
						defer nhso.mu.Unlock()
						nhso.codes = known(c.codes)
					})
				}
				v := aVisitAt("01900000-0000-7000-8000-000000000003", 0)
				saveNow(store, v)
				run(t, store, nhso, func(visit.ID, Outcome) {}, func(o *Outbox) {
					if got := o.Submit(t.Context(), v.ID); got.Kind != Done || got.Earlier != c.earlier {
						t.Errorf("%+v", got)
					}
				})
			})
		})
	}
}

// phoned is a store in which another visit of the service gets its code while NHSO is asked, as by
// the patient's phone: it lets no request begin then.
type phoned struct {
	*memory
	other visit.Visit
}

var errHasCode = errors.New("another visit has the code")

func (p *phoned) Begin(id visit.ID, at time.Time) error {
	if i, err := p.Item(p.other.ID); err == nil && i.Code != "" {
		return errHasCode
	}
	saveNow(p.memory, p.other)
	if err := p.Done(p.other.ID, "PP0000000009", at); err != nil {
		return err
	}
	return errHasCode
}

func TestAVisitTakesTheCodeThatAnotherOneGotWhileNHSOWasAsked(t *testing.T) {
	for name, foreground := range map[string]bool{"while the patient waits": true, "in the background": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, nhso := newMemory(), &nhsoScript{}
				v, other := aVisitAt(id1, 0), aVisitAt(id2, 0)
				saveNow(store, v)
				var told []Outcome
				o := New(Options{
					Store: &phoned{store, other}, NHSO: nhso, Log: slog.New(slog.DiscardHandler),
					Notify: func(_ visit.ID, o Outcome) { told = append(told, o) },
				})
				if foreground {
					told = append(told, o.Submit(t.Context(), id1))
				}
				// At once: nothing has failed, and nobody has to wait.
				ctx, cancel := context.WithTimeout(t.Context(), foregroundGrace+foregroundGrace/10+1)
				defer cancel()
				o.Run(ctx)
				if sent, _ := nhso.counts(); sent != 0 || store.ended(id1) != "done PP0000000009" || len(told) != 1 || told[0].Code != "PP0000000009" || !told[0].Earlier {
					t.Errorf("%d requests; it ended as %q, and was told as %+v", sent, store.ended(id1), told)
				}
			})
		})
	}
}
