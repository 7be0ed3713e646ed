package outbox

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/visit"
)

// beforeMidnight sleeps until so long before the end of the day.
func beforeMidnight(d time.Duration) { time.Sleep(time.Until(today().Next().Midnight()) - d) }

func TestAVisitThatALookUpTakesOverMidnightIsWorkForTheStaff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		beforeMidnight(2 * time.Second)
		store, nhso := newMemory(), &nhsoScript{looks: 4 * time.Second}
		store.save(aVisit(id1, today()))
		run(t, store, nhso, nil, func(*Outbox) { time.Sleep(10 * time.Minute) })
		if got := store.ended(id1); got != "staff service-date-passed" {
			t.Errorf("ended as %q", got)
		}
		if sent, _ := nhso.counts(); sent != 0 {
			t.Errorf("%d requests left", sent)
		}
	})
}

func TestAVisitWhoseRequestLeftBeforeMidnightIsLookedUpBeforeItIsGivenUp(t *testing.T) {
	for _, c := range []struct {
		name string
		down time.Duration // for how long after midnight NHSO cannot be asked
		last answer
		want string
	}{
		{"NHSO has made the code", 0, answerCut, "done PP0000000001"},
		{"NHSO has not", 0, answerLost, "staff service-date-passed"},
		{"NHSO tells hours later that it has", 5 * time.Hour, answerCut, "done PP0000000001"},
		{"NHSO never answers", 100 * time.Hour, answerCut, "staff service-date-passed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				beforeMidnight(15 * time.Second)
				store, nhso := newMemory(), &nhsoScript{script: []answer{c.last}, visible: 25 * time.Second}
				store.save(aVisitAt(id1, 0))
				run(t, store, nhso, nil, func(o *Outbox) {
					o.Submit(t.Context(), id1)
					nhso.setDown(c.down > 0)
					time.Sleep(c.down)
					if c.down > askedFor == (store.ended(id1) == "") {
						t.Errorf("after %v: %q", c.down, store.ended(id1))
					}
					nhso.setDown(false)
					time.Sleep(10 * time.Minute)
				})
				if got := store.ended(id1); got != c.want {
					t.Errorf("ended as %q, want %q", got, c.want)
				}
				if sent, _ := nhso.counts(); sent != 1 {
					t.Errorf("%d requests", sent)
				}
			})
		})
	}
}

// aheadNHSO is an NHSO whose clock is ahead, and which tells the codes of a day by it.
type aheadNHSO struct {
	nhsoScript
	by time.Duration
}

func (n *aheadNHSO) Codes(ctx context.Context, pid visit.PID, date visit.Date) ([]visit.Authentication, error) {
	all, err := n.nhsoScript.Codes(ctx, pid, date)
	for i := range all {
		all[i].At = all[i].At.Add(n.by)
	}
	return slices.DeleteFunc(all, func(c visit.Authentication) bool { return visit.ServiceDateOf(c.At) != date }), err
}

func TestNothingIsSentAgainWhenForNHSOTheNextDayMayHaveBegun(t *testing.T) {
	for _, c := range []struct {
		name   string
		before time.Duration // midnight
		script []answer
		sent   int
		end    string
	}{
		{"NHSO has made a code of tomorrow", 3 * time.Minute, []answer{answerCut, answerCode}, 1, "staff service-date-passed"},
		{"nothing of the visit can be at NHSO", 3 * time.Minute, []answer{answerNotSent, answerCode}, 2, "done PP0000000001"},
		{"for NHSO it is still today", 8 * time.Minute, []answer{answerLost, answerCode}, 2, "done PP0000000001"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				beforeMidnight(c.before)
				store, nhso := newMemory(), &aheadNHSO{nhsoScript{script: c.script}, 4 * time.Minute}
				saveNow(store, aVisitAt(id1, 0))
				o := New(Options{Store: store, NHSO: nhso, Log: slog.New(slog.DiscardHandler)})
				o.Submit(t.Context(), id1)
				runFor(t, o, time.Hour)
				if sent, _ := nhso.counts(); sent != c.sent || store.ended(id1) != c.end {
					t.Errorf("%d requests; it ended as %q", sent, store.ended(id1))
				}
			})
		})
	}
}

// For an NHSO whose clock is behind it still is yesterday: the code of the visit is one of that day,
// and its own day has none.
func TestNothingIsSentAgainWhenForNHSOTheDayMayNotHaveBegun(t *testing.T) {
	for _, c := range []struct {
		name   string
		after  time.Duration // midnight
		behind time.Duration
		before time.Duration // the visit, by when somebody else has got a code for that person; 0: nobody has
		script []answer
		sent   int
		end    string
	}{
		{"the code of yesterday is that of a visit of minutes ago", 2 * time.Minute, 4 * time.Minute, 3 * time.Minute, []answer{answerLost, answerCode}, 2, "done PP0000000002"},
		{"NHSO has made a code of yesterday", 2 * time.Minute, 4 * time.Minute, 0, []answer{answerCut, answerCode}, 1, "done PP0000000001"},
		{"NHSO says that there is one", 2 * time.Minute, 4 * time.Minute, 0, []answer{answerCut, answerRefused}, 1, "done PP0000000001"},
		{"NHSO has made none", 2 * time.Minute, 4 * time.Minute, 0, []answer{answerLost, answerCode}, 2, "done PP0000000001"},
		{"the code of yesterday is that of a visit of then", 2 * time.Minute, 4 * time.Minute, 3 * time.Hour, []answer{answerLost, answerCode}, 2, "done PP0000000002"},
		{"NHSO is not behind", 2 * time.Minute, 0, 0, []answer{answerCut, answerCode}, 1, "done PP0000000001"},
		{"it cannot be yesterday any more", 6 * time.Minute, 4 * time.Minute, 0, []answer{answerLost, answerCode}, 2, "done PP0000000001"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				beforeMidnight(-c.after)
				store, nhso := newMemory(), &aheadNHSO{nhsoScript{script: c.script}, -c.behind}
				v := aVisitAt(id1, 0)
				if c.before > 0 {
					nhso.codes = append(nhso.codes, codeOf("PP0000000001", v.ClaimType.Code, v.HCode, time.Now().Add(c.behind-c.before)))
					yesterday := aVisitAt(id2, -c.before)
					yesterday.ServiceDate = visit.ServiceDateOf(yesterday.CreatedAt)
					saveNow(store, yesterday)
					if err := store.Done(id2, "PP0000000001", yesterday.CreatedAt); err != nil {
						t.Fatal(err)
					}
				}
				saveNow(store, v)
				o := New(Options{Store: store, NHSO: nhso, Log: slog.New(slog.DiscardHandler)})
				o.Submit(t.Context(), id1)
				runFor(t, o, time.Hour)
				if sent, _ := nhso.counts(); sent != c.sent || store.ended(id1) != c.end {
					t.Errorf("%d requests; it ended as %q", sent, store.ended(id1))
				}
			})
		})
	}
}

// unreadable is a store in which somebody's visits of yesterday cannot all be read.
type unreadable struct{ *memory }

func (u unreadable) Same(pid visit.PID, date visit.Date) ([]Item, error) {
	same, err := u.memory.Same(pid, date)
	if date != today() {
		err = errors.Join(err, errScript)
	}
	return same, err
}

// What was there before a visit leaves nothing open about it: the visit is sent in its first minutes.
func TestACodeOfYesterdayKeepsNoVisitOfAFirstMinuteWaiting(t *testing.T) {
	for name, odd := range map[string]func(*visit.Authentication){
		"that is of another visit":       func(*visit.Authentication) {},
		"of which the unit is not told":  func(c *visit.Authentication) { c.Hospital.HCode = "" },
		"of which the claim is not told": func(c *visit.Authentication) { c.ClaimType.Code = "" },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				beforeMidnight(-2 * time.Minute)
				store, nhso := newMemory(), &aheadNHSO{nhsoScript{script: []answer{answerLost, answerCode}}, 0}
				v := aVisitAt(id1, 0)
				c := codeOf("PP0000000009", v.ClaimType.Code, v.HCode, time.Now().Add(-3*time.Hour))
				odd(&c)
				nhso.codes = append(nhso.codes, c)
				saveNow(store, v)
				o := New(Options{Store: unreadable{store}, NHSO: nhso, Log: slog.New(slog.DiscardHandler)})
				o.Submit(t.Context(), id1)
				runFor(t, o, time.Hour)
				if sent, _ := nhso.counts(); sent != 2 || store.ended(id1) != "done PP0000000002" {
					t.Errorf("%d requests; it ended as %q", sent, store.ended(id1))
				}
			})
		})
	}
}

// A visit of a first minute may be sent hours later: then its code is one of its own day.
func TestACodeOfYesterdayIsNoneOfAVisitThatWasSentHoursLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		beforeMidnight(-2 * time.Minute)
		store, nhso := newMemory(), &aheadNHSO{nhsoScript{down: true, script: []answer{answerLost, answerCode}}, 0}
		v := aVisitAt(id1, 0)
		nhso.codes = append(nhso.codes, codeOf("PP0000000009", v.ClaimType.Code, v.HCode, time.Now().Add(-4*time.Minute)))
		saveNow(store, v)
		o := New(Options{Store: store, NHSO: nhso, Log: slog.New(slog.DiscardHandler)})
		time.AfterFunc(8*time.Hour, func() { nhso.setDown(false) })
		runFor(t, o, 9*time.Hour)
		if sent, _ := nhso.counts(); sent != 2 || store.ended(id1) != "done PP0000000002" {
			t.Errorf("%d requests; it ended as %q", sent, store.ended(id1))
		}
	})
}

// A store that was repaired has a request that may have left as of the repair.
func TestACodeOfYesterdayMayBeThatOfARequestOfAnEarlierRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		beforeMidnight(-2 * time.Minute)
		store, nhso := newMemory(), &aheadNHSO{nhsoScript{}, 0}
		v := aVisitAt(id1, 0)
		nhso.codes = append(nhso.codes, codeOf("PP0000000009", v.ClaimType.Code, v.HCode, time.Now().Add(-3*time.Minute)))
		saveNow(store, v)
		time.Sleep(8 * time.Hour)
		if err := store.Begin(id1, time.Now()); err != nil {
			t.Fatal(err)
		}
		o := New(Options{Store: store, NHSO: nhso, Log: slog.New(slog.DiscardHandler)})
		runFor(t, o, time.Hour)
		if sent, _ := nhso.counts(); sent != 0 || store.ended(id1) != "done PP0000000009" {
			t.Errorf("%d requests; it ended as %q", sent, store.ended(id1))
		}
	})
}

func TestAClockThatNobodyBearsOutGivesNoVisitUp(t *testing.T) {
	for _, c := range []struct {
		name  string
		clock Clock
		date  func() visit.Date
		after time.Duration
		want  string
	}{
		{"it woke up in the past", ClockUnknown, func() visit.Date { return today().Next() }, time.Hour, ""},
		{"it is right, and was ahead when the visit was made", ClockRight, func() visit.Date { return today().Next() }, time.Hour, "staff clock-wrong"},
		{"it woke up in the future", ClockUnknown, yesterday, BelieveAfter - time.Minute, ""},
		{"it stands for long", ClockUnknown, yesterday, BelieveAfter + time.Minute, "staff service-date-passed"},
		{"it is right", ClockRight, yesterday, time.Minute, "staff service-date-passed"},
		{"it is wrong", ClockWrong, yesterday, time.Hour, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, nhso := newMemory(), &nhsoScript{down: true}
				store.save(aVisit(id1, c.date()))
				o := New(Options{Store: store, NHSO: nhso, Log: slog.New(slog.DiscardHandler), Clock: func() Clock { return c.clock }})
				runFor(t, o, c.after)
				if got := store.ended(id1); got != c.want {
					t.Errorf("ended as %q, want %q", got, c.want)
				}
			})
		})
	}
}

// A clock of which nothing is known yet is borne out, or not, by the first answer.
func TestNothingIsSentByAClockAgainstWhichTheFirstAnswerSpeaks(t *testing.T) {
	for name, submit := range map[string]bool{"for the patient who waits": true, "in the background": false} {
		for clock, want := range map[Clock]string{ClockWrong: "", ClockRight: "done PP0000000001"} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					store, nhso := newMemory(), &nhsoScript{}
					store.save(aVisitAt(id1, 0))
					o := New(Options{
						Store: store, NHSO: nhso, Log: slog.New(slog.DiscardHandler),
						Clock: func() Clock {
							nhso.mu.Lock()
							defer nhso.mu.Unlock()
							if nhso.looked == 0 {
								return ClockUnknown
							}
							return clock
						},
					})
					if submit {
						o.Submit(t.Context(), id1)
					} else {
						runFor(t, o, time.Minute)
					}
					if got := store.ended(id1); got != want {
						t.Errorf("ended as %q, want %q", got, want)
					}
				})
			})
		}
	}
}

func TestARequestOfAnEarlierRunRestsWhateverTheClockSaysOfIt(t *testing.T) {
	for name, ago := range map[string]time.Duration{
		"it left now": 0, "by the clock an hour ago": time.Hour, "by the clock in an hour": -time.Hour, "the battery was dead": 20 * 365 * 24 * time.Hour,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, nhso := newMemory(), &nhsoScript{}
				v := aVisit(id1, today())
				store.save(v)
				_ = store.Begin(id1, time.Now().Add(-ago))
				nhso.codes = []visit.Authentication{codeOf("PP0000000009", "PG0060001", "99999", time.Now().Add(50*time.Second))} // NHSO is at work
				run(t, store, nhso, nil, func(*Outbox) { time.Sleep(10 * time.Minute) })
				if sent, _ := nhso.counts(); sent != 0 || store.ended(id1) != "done PP0000000009" {
					t.Errorf("%d requests; it ends as %q", sent, store.ended(id1))
				}
			})
		})
	}
}

func TestAVisitThatWasMadeJustBeforeItsDayWaitsForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		beforeMidnight(4 * time.Minute)
		store, nhso := newMemory(), &nhsoScript{}
		store.save(aVisit(id1, today().Next())) // the clock was 4 minutes ahead
		run(t, store, nhso, nil, func(*Outbox) { time.Sleep(6 * time.Minute) })
		if got := store.ended(id1); got != "done PP0000000001" {
			t.Errorf("ended as %q", got)
		}
	})
}

func yesterday() visit.Date { return visit.ServiceDateOf(time.Now().Add(-24 * time.Hour)) }

func TestNHSOIsLeftAloneForAsLongAsItAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, nhso := newMemory(), &nhsoScript{script: []answer{answerNotSent, answerCode}, later: 10 * time.Minute}
		store.save(aVisitAt(id1, 0))
		second := aVisitAt(id2, 0)
		second.PID = otherPID(t)
		store.save(second)
		run(t, store, nhso, nil, func(o *Outbox) {
			o.Submit(t.Context(), id1)
			time.Sleep(5 * time.Minute)
			o.Wake()
			if got := o.Submit(t.Context(), id2); got.Kind != Queued {
				t.Errorf("the next patient hears %v", got.Kind)
			}
			time.Sleep(4 * time.Minute)
			if sent, _ := nhso.counts(); sent != 1 {
				t.Errorf("%d requests within 9 minutes", sent)
			}
			time.Sleep(3 * time.Minute)
		})
		if store.ended(id1) == "" || store.ended(id2) == "" {
			t.Errorf("%q and %q afterwards", store.ended(id1), store.ended(id2))
		}
	})
}

// Whoever waits for the code of a request that had no clear answer asks again and again.
func TestNHSOIsLeftAloneForAsLongAsItAsksInAnAnswerToAQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pid := people(1)[0]
		later := &Failure{Kind: NotProcessed, Problem: visit.NHSOTooMany, RetryAfter: 10 * time.Minute, Err: errScript}
		store, nhso := newMemory(), &oddNHSO{nhsoScript: nhsoScript{script: []answer{answerCut}, takes: time.Second}, odd: map[visit.PID]error{}}
		v := visitOf(pid, 1, today())
		v.CreatedAt = time.Now()
		saveNow(store, v)
		time.AfterFunc(time.Second/2, func() { // while the request is on its way
			nhso.mu.Lock()
			defer nhso.mu.Unlock()
			nhso.odd[pid] = later
		})
		o := New(Options{Store: store, NHSO: nhso, Log: slog.New(slog.DiscardHandler)})
		if got := o.Submit(t.Context(), v.ID); got.Kind != Queued {
			t.Errorf("the patient hears %+v", got)
		}
		runFor(t, o, 9*time.Minute)
		if nhso.looked != 2 { // before the request, and once after it
			t.Errorf("%d questions", nhso.looked)
		}
		delete(nhso.odd, pid)
		runFor(t, o, 3*time.Minute)
		if got := store.ended(v.ID); got != "done PP0000000001" {
			t.Errorf("it ended as %q", got)
		}
	})
}

func otherPID(t *testing.T) visit.PID {
	p, err := visit.ParsePID("9000000000012")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWhatWasNeverAskedIsNoRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		nhso := &cannot{problem: visit.UpstreamCannot}
		store.save(aVisit(id1, today()))
		o := New(Options{Store: store, NHSO: nhso, Log: slog.New(slog.DiscardHandler)})
		if got := o.Submit(t.Context(), id1); got.Kind != RefusedBy || got.Problem != visit.UpstreamCannot {
			t.Errorf("the patient hears %+v", got)
		}
		if got := store.ended(id1); got != "staff upstream-cannot" {
			t.Errorf("ended as %q", got)
		}
	})
}

// cannot is a way to NHSO that cannot send a visit as it is.
type cannot struct {
	nhsoScript
	problem visit.Problem
}

func (c *cannot) Submit(context.Context, visit.Visit) (visit.AuthenCode, time.Time, error) {
	return "", time.Time{}, &Failure{Kind: CannotSend, Problem: c.problem, Err: errScript}
}

func TestACodeWithoutUnitOrClaimTypeMayBeThatOfTheVisit(t *testing.T) {
	for _, c := range []struct {
		name string
		code visit.Authentication
		sent int
	}{
		{"without a unit", codeOf("PP1", "PG0060001", "", time.Time{}), 0},
		{"without a claim type", codeOf("PP1", "", "99999", time.Time{}), 0},
		{"without both", visit.Authentication{Code: "PP1"}, 0},
		{"of another unit, without a claim type", codeOf("PP1", "", "99998", time.Time{}), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, nhso := newMemory(), &nhsoScript{codes: []visit.Authentication{c.code}}
				v := aVisit(id1, today())
				store.save(v)
				run(t, store, nhso, nil, func(*Outbox) { time.Sleep(10 * time.Minute) })
				if sent, _ := nhso.counts(); sent != c.sent {
					t.Errorf("%d requests", sent)
				}
			})
		})
	}
}

// torn is a store with a visit of the same person that cannot be read.
type torn struct{ *memory }

func (t torn) Same(p visit.PID, d visit.Date) ([]Item, error) {
	same, _ := t.memory.Same(p, d)
	return same, errors.New("a record is damaged")
}

func TestAVisitBesideOneThatCannotBeReadIsSentWhenThatIsSettled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, nhso := torn{newMemory()}, &nhsoScript{}
		v := aVisit(id1, today())
		v.CreatedAt = time.Now()
		store.save(v)
		o := New(Options{Store: store, NHSO: nhso, Log: slog.New(slog.DiscardHandler)})
		if got := o.Submit(t.Context(), id1); got.Kind != Queued {
			t.Errorf("the patient hears %v", got.Kind)
		}
		runFor(t, o, SettleTime-time.Second)
		if sent, _ := nhso.counts(); sent != 0 {
			t.Error("a request left before the other could be settled")
		}
		runFor(t, o, time.Minute)
		if got := store.ended(id1); got != "done PP0000000001" {
			t.Errorf("ended as %q", got)
		}
	})
}

// runFor lets the background work for so long.
func runFor(t *testing.T, o *Outbox, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	o.Run(ctx)
}
