package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/visit"
)

// oddNHSO answers about some people with something that is of use to nobody.
type oddNHSO struct {
	nhsoScript
	odd map[visit.PID]error // what a question about them gives
}

// Codes has those of that person only.
func (n *oddNHSO) Codes(_ context.Context, p visit.PID, _ visit.Date) ([]visit.Authentication, error) {
	time.Sleep(n.looks)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.looked++
	switch odd := n.odd[p]; {
	case n.down:
		return nil, errScript
	case odd != nil:
		return nil, odd
	}
	return n.of[p], nil
}

// people are that many made-up persons.
func people(n int) []visit.PID {
	all := make([]visit.PID, n)
	for i := range all {
		twelve := fmt.Sprintf("91%010d", i)
		pid, err := visit.ParsePID(twelve + string(visit.PIDCheckDigit(twelve)))
		if err != nil {
			panic(err)
		}
		all[i] = pid
	}
	return all
}

func visitOf(pid visit.PID, n int, date visit.Date) visit.Visit {
	v := aVisit(visit.ID(fmt.Sprintf("01900000-0000-7000-8000-%012d", n)), date)
	v.PID = pid
	return v
}

var (
	errOdd    = &Failure{Kind: Ambiguous, OnePerson: true, Problem: visit.NHSOUnreachable, Err: errors.New("the answer cannot be read")}
	errServer = &Failure{Kind: Ambiguous, Problem: visit.NHSOUnreachable, Err: errors.New("HTTP 500")}
)

func TestNobodyWaitsForAnotherPersonAboutWhomNHSOAnswersNothingOfUse(t *testing.T) {
	const odd = 4 // as many as are at the head of the queue
	for _, c := range []struct {
		name    string
		err     error
		persons int // about whom the answer is of no use
		sent    bool
		date    func() visit.Date
		within  time.Duration
	}{
		{"one answer cannot be read", errOdd, 1, false, today, time.Minute},
		{"four answers cannot be read", errOdd, odd, false, today, time.Minute},
		{"one answer is an error of the server", errServer, 1, false, today, time.Minute},
		{"four answers are errors of the server", errServer, odd, false, today, time.Minute},
		{"a visit of yesterday may be at work", errServer, 1, true, yesterday, time.Minute},
		{"four visits of yesterday may be at work", errOdd, odd, true, yesterday, time.Minute},
		{"a visit of today may be at work", errOdd, 1, true, today, time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, nhso := newMemory(), &oddNHSO{odd: map[visit.PID]error{}}
				all := people(20)
				for i, pid := range all {
					v := visitOf(pid, i, today())
					if i < c.persons {
						v.ServiceDate, nhso.odd[pid] = c.date(), c.err
					}
					store.save(v)
					if i < c.persons && c.sent {
						_ = store.Begin(v.ID, time.Now().Add(-6*time.Hour))
					}
				}
				o := New(Options{Store: store, NHSO: nhso, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
				ctx, cancel := context.WithTimeout(t.Context(), c.within)
				defer cancel()
				o.Run(ctx)
				for i := range all[c.persons:] {
					if id := visitOf(all[0], c.persons+i, today()).ID; store.ended(id) == "" {
						t.Errorf("visit %d waits", c.persons+i)
					}
				}
				if len(nhso.codes) != len(all)-c.persons {
					t.Errorf("%d codes", len(nhso.codes))
				}
			})
		})
	}
}

func TestWhileNHSOIsNotThereOnePersonARoundIsAskedAbout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, nhso := newMemory(), &oddNHSO{nhsoScript: nhsoScript{down: true}}
		for i, pid := range people(50) {
			store.save(visitOf(pid, i, today()))
		}
		o := New(Options{Store: store, NHSO: nhso, Log: slog.New(slog.DiscardHandler)})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		o.Run(ctx)
		if most := int(time.Hour/lastBackOff) + 10; nhso.looked > most {
			t.Errorf("%d questions in an hour, want %d at most", nhso.looked, most)
		}
	})
}

func TestAPersonWhoseAnswerCanBeReadAtLastGetsTheCode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, nhso := newMemory(), &oddNHSO{odd: map[visit.PID]error{}}
		pid := people(1)[0]
		nhso.odd[pid] = errOdd
		store.save(visitOf(pid, 0, today()))
		o := New(Options{Store: store, NHSO: nhso, Log: slog.New(slog.DiscardHandler)})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		o.Run(ctx)
		if most := 2*int(time.Hour/longestApart) + 10; nhso.looked > most {
			t.Errorf("%d questions about one person in an hour, want %d at most", nhso.looked, most)
		}
		delete(nhso.odd, pid)
		ctx, cancel = context.WithTimeout(t.Context(), longestApart+time.Minute)
		defer cancel()
		o.Run(ctx)
		if len(nhso.codes) != 1 {
			t.Errorf("%d codes", len(nhso.codes))
		}
	})
}

// TestFivePercentUnreadableAnswersCostTheOthersNoTime measures a queue in which
// every twentieth person has an answer that cannot be read, against the same queue
// without those persons. Time is played; a question and a request have their own.
func TestFivePercentUnreadableAnswersCostTheOthersNoTime(t *testing.T) {
	const queued, every = 2000, 20
	drained := func(queue func(i int) (queued, odd bool)) (took time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			store := newMemory()
			nhso := &oddNHSO{nhsoScript: nhsoScript{looks: 100 * time.Millisecond, takes: 300 * time.Millisecond}, odd: map[visit.PID]error{}}
			waiting := 0
			for i, pid := range people(queued) {
				in, odd := queue(i)
				if odd {
					nhso.odd[pid] = errOdd
				}
				if in {
					store.save(visitOf(pid, i, today()))
				}
				if in && !odd {
					waiting++
				}
			}
			began, last := time.Now(), time.Time{}
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			o := New(Options{Store: store, NHSO: nhso, Log: slog.New(slog.DiscardHandler), Notify: func(visit.ID, Outcome) {
				last = time.Now()
				if waiting--; waiting == 0 {
					cancel()
				}
			}})
			o.Run(ctx)
			if waiting > 0 {
				t.Errorf("%d people have no code within an hour", waiting)
			}
			if sent, made := nhso.counts(); sent != made {
				t.Errorf("%d requests, %d codes", sent, made)
			}
			took = last.Sub(began)
		})
		return took
	}
	odd := func(i int) bool { return i%every == 0 }
	alone := drained(func(i int) (bool, bool) { return !odd(i), false })
	beside := drained(func(i int) (bool, bool) { return true, odd(i) })
	readable := drained(func(i int) (bool, bool) { return true, false })
	t.Logf("the other 95 %% of %d have their codes after %s; %s without the 5 %%; %s if all could be read: %.3f and %.3f",
		queued, beside, alone, readable, beside.Seconds()/alone.Seconds(), beside.Seconds()/readable.Seconds())
	if beside > readable || beside > alone+alone/20 {
		t.Errorf("they wait for the others: %s, want %s at most", beside, min(readable, alone+alone/20))
	}
}
