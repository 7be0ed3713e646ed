package outbox

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/visit"
)

// TestAVisitWhoseCardIsGoneIsNeverSent plays an upstream that sends for the card
// that is inside only.
func TestAVisitWhoseCardIsGoneIsNeverSent(t *testing.T) {
	for _, c := range []struct {
		name    string
		script  []answer
		visible time.Duration
		down    bool          // look-ups fail, too
		within  time.Duration // until it is settled
		end     string
		sent    int
	}{
		{"nothing was processed", []answer{answerNotSent}, 0, false, time.Second, "staff card-needed", 1},
		{"nothing was processed and nobody answers", []answer{answerNotSent}, 0, true, time.Second, "staff card-needed", 1},
		{"unclear, and there is no code", []answer{answerLost}, 0, false, 2 * SettleTime, "staff card-needed", 1},
		{"unclear, and the code is seen later", []answer{answerCut}, 30 * time.Second, false, 2 * SettleTime, "done PP0000000001", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, nhso := newMemory(), &nhsoScript{script: c.script, visible: c.visible}
				store.save(aVisitAt(id1, 0))
				o := New(Options{
					Store: store, NHSO: nhso, Log: slog.New(slog.DiscardHandler),
					Sendable: func(visit.Visit) bool { sent, _ := nhso.counts(); return sent == 0 }, // then the card is out
				})
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan struct{})
				go func() { o.Run(ctx); close(done) }()
				if got := o.Submit(t.Context(), id1); got.Kind != Queued {
					t.Errorf("the patient hears %v", got.Kind)
				}
				nhso.setDown(c.down)
				o.Wake()
				time.Sleep(c.within)
				if sent, _ := nhso.counts(); store.ended(id1) != c.end || sent != c.sent {
					t.Errorf("ended as %q after %d requests, want %q after %d", store.ended(id1), sent, c.end, c.sent)
				}
				cancel()
				<-done
			})
		})
	}
}

func TestAVisitWhoseCardIsGoneNeedNotWaitForNHSO(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, nhso := newMemory(), &nhsoScript{down: true}
		store.save(aVisit(id1, today()))
		var out atomic.Bool
		o := New(Options{
			Store: store, NHSO: nhso, Log: slog.New(slog.DiscardHandler),
			Sendable: func(visit.Visit) bool { return !out.Load() },
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { o.Run(ctx); close(done) }()
		time.Sleep(time.Minute) // NHSO has been away for long
		out.Store(true)
		o.Wake()
		time.Sleep(time.Second)
		if got := store.ended(id1); got != "staff card-needed" {
			t.Errorf("ended as %q", got)
		}
		cancel()
		<-done
	})
}

// What ends without an answer waits for none, however long the visit itself, or NHSO,
// was to be left alone.
func TestAVisitWhoseCardIsGoneIsHandedOverAtOnceThoughItWasToWait(t *testing.T) {
	for name, c := range map[string]struct {
		nhso   *oddNHSO
		submit bool
	}{
		"NHSO wants to be left alone":                 {&oddNHSO{nhsoScript: nhsoScript{script: []answer{answerNotSent}, later: 20 * time.Minute}}, true},
		"NHSO's answer about the person is no answer": {&oddNHSO{odd: map[visit.PID]error{people(1)[0]: errOdd}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := newMemory()
				v := visitOf(people(1)[0], 1, today())
				store.save(v)
				var out atomic.Bool
				o := New(Options{
					Store: store, NHSO: c.nhso, Log: slog.New(slog.DiscardHandler),
					Sendable: func(visit.Visit) bool { return !out.Load() },
				})
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan struct{})
				go func() { o.Run(ctx); close(done) }()
				if c.submit {
					o.Submit(t.Context(), v.ID)
				}
				time.Sleep(16 * time.Minute)
				sent, _ := c.nhso.counts()
				looked := c.nhso.looked
				out.Store(true)
				o.Wake()
				time.Sleep(time.Second)
				if got := store.ended(v.ID); got != "staff card-needed" {
					t.Errorf("ended as %q", got)
				}
				if after, _ := c.nhso.counts(); after != sent || c.submit && c.nhso.looked != looked {
					t.Errorf("%d requests and %d questions while NHSO wants none", after-sent, c.nhso.looked-looked)
				}
				cancel()
				<-done
			})
		})
	}
}

// confirmNow is a patient who confirms a second later.
func confirmNow(store *memory, o *Outbox) {
	time.Sleep(time.Second)
	v := aVisit(id1, today())
	v.CreatedAt = time.Now()
	store.mu.Lock()
	store.save(v)
	store.mu.Unlock()
	o.Wake()
}

func TestANewVisitIsLeftToThePatientsOwnSubmission(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, nhso := newMemory(), &nhsoScript{}
		run(t, store, nhso, nil, func(o *Outbox) {
			confirmNow(store, o)
			synctest.Wait()
			if sent, _ := nhso.counts(); sent != 0 {
				t.Error("the background has sent it")
			}
			if got := o.Submit(t.Context(), id1); got.Kind != Done {
				t.Errorf("the patient hears %v", got.Kind)
			}
		})
	})
}

func TestANewVisitThatNobodySubmitsIsSentSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, nhso := newMemory(), &nhsoScript{}
		run(t, store, nhso, nil, func(o *Outbox) {
			confirmNow(store, o)
			time.Sleep(2 * foregroundGrace)
			if store.ended(id1) != "done PP0000000001" {
				t.Errorf("ended as %q", store.ended(id1))
			}
		})
	})
}
