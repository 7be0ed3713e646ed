package feed

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"authenkiosk/agent"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a feed of numbered visits, a durable place, and a receiver.
type world struct {
	mu     sync.Mutex // for seqs
	seqs   []uint64
	next   uint64 // beyond the last visit: places that no visit needs
	cursor uint64
	got    []uint64
	tries  []time.Duration // since the beginning
	begin  time.Time
	refuse func(try int) error
	noKeep bool

	deny  func(seq uint64) error // of the receiver, for a change
	aside map[uint64]int         // changes that were set aside, with their tries
	last  map[uint64]time.Time
	again map[uint64]bool // a person wants them
}

func (w *world) SetAside(_ string, c agent.VisitChange, reason string, tries int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if reason == "" {
		return errors.New("no reason")
	}
	w.aside[c.Seq] += tries
	w.last[c.Seq] = time.Now()
	delete(w.again, c.Seq)
	return nil
}

func (w *world) Due(_ string, before time.Time) (due []agent.VisitChange, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range slices.Sorted(maps.Keys(w.aside)) {
		if w.again[n] || w.last[n].Before(before) {
			due = append(due, agent.VisitChange{Seq: n})
		}
	}
	return due, nil
}

func (w *world) Taken(_ string, c agent.VisitChange) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.aside, c.Seq)
	return nil
}

func (w *world) Count(string) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.aside), nil
}

func (w *world) Visits(after uint64, limit int) ([]agent.VisitChange, uint64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var found []agent.VisitChange
	next := after
	for _, n := range w.seqs {
		if n > after && len(found) < limit {
			found = append(found, agent.VisitChange{Seq: n})
			next = n
		}
	}
	if len(found) < limit {
		next = max(next, w.next)
	}
	return found, next, nil
}

func (w *world) Cursor(string) (uint64, error) { return w.cursor, nil }

func (w *world) SetCursor(_ string, n uint64) error {
	if w.noKeep {
		return errors.New("the disk is full")
	}
	if n < w.cursor {
		return errors.New("the place goes back")
	}
	w.cursor = n
	return nil
}

func (w *world) deliver(_ context.Context, c agent.VisitChange) error {
	w.tries = append(w.tries, time.Since(w.begin))
	if w.deny != nil {
		if err := w.deny(c.Seq); err != nil {
			return err
		}
	}
	if w.refuse != nil {
		if err := w.refuse(len(w.tries)); err != nil {
			return err
		}
	}
	w.got = append(w.got, c.Seq)
	return nil
}

// run follows for a while of the test's own time.
func (w *world) run(t *testing.T, d time.Duration, during func(*Follower)) Status {
	t.Helper()
	var s Status
	synctest.Test(t, func(t *testing.T) {
		w.begin = time.Now()
		w.aside, w.last, w.again = map[uint64]int{}, map[uint64]time.Time{}, map[uint64]bool{}
		ctx, cancel := context.WithCancel(t.Context())
		f := New(Options{Name: "x", Visits: w, Cursors: w, Aside: w, Logger: slog.New(slog.DiscardHandler), Deliver: w.deliver})
		done := make(chan struct{})
		go func() { f.Run(ctx); close(done) }()
		if during != nil {
			during(f)
		}
		time.Sleep(d)
		s = f.Status()
		cancel()
		<-done
	})
	return s
}

// happen lets one visit change while the follower runs.
func (w *world) happen() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seqs = upTo(1)
}

func upTo(n uint64) []uint64 {
	var all []uint64
	for i := range n {
		all = append(all, i+1)
	}
	return all
}

func TestEveryChangeIsDeliveredInOrderAndThePlaceFollows(t *testing.T) {
	w := &world{seqs: upTo(230), next: 300}
	s := w.run(t, time.Second, nil)
	if !slices.Equal(w.got, upTo(230)) || w.cursor != 300 || s.Cursor != 300 || s.Delivered.IsZero() || !s.Failing.IsZero() {
		t.Errorf("%d delivered, place %d, %+v", len(w.got), w.cursor, s)
	}
}

func TestAReceiverThatIsDownIsTriedAgainLaterAndLaterAndLosesNothing(t *testing.T) {
	w := &world{seqs: upTo(3), refuse: func(try int) error {
		if try <= 12 {
			return errors.New("down")
		}
		return nil
	}}
	s := w.run(t, time.Hour, nil)
	if !slices.Equal(w.got, upTo(3)) || !s.Failing.IsZero() || s.Problem != "" {
		t.Fatalf("got %v, %+v", w.got, s)
	}
	for i := 1; i < 12; i++ {
		gap, full := w.tries[i]-w.tries[i-1], min(maxDelay, firstDelay<<(i-1))
		if gap < full/2 || gap > full {
			t.Errorf("wait %d is %v, want %v to %v", i, gap, full/2, full)
		}
	}
}

func TestAReceiverMayAskForMoreTime(t *testing.T) {
	w := &world{seqs: upTo(1), refuse: func(try int) error {
		if try == 1 {
			return &LaterError{After: 2 * time.Minute, Err: errors.New("busy")}
		}
		return nil
	}}
	w.run(t, time.Hour, nil)
	if len(w.tries) != 2 || w.tries[1] != 2*time.Minute {
		t.Errorf("tries at %v", w.tries)
	}
	w = &world{seqs: upTo(1), refuse: func(try int) error {
		if try == 1 {
			return &LaterError{After: 100 * time.Hour, Err: errors.New("busy")}
		}
		return nil
	}}
	w.run(t, time.Hour, nil)
	if len(w.tries) != 2 || w.tries[1] != maxDelay {
		t.Errorf("a receiver may not ask for days: tries at %v", w.tries)
	}
}

func TestWhatCouldNotBeRememberedIsDeliveredAgain(t *testing.T) {
	w := &world{seqs: upTo(2), noKeep: true}
	s := w.run(t, 10*time.Second, nil)
	if len(w.got) < 2 || w.got[0] != 1 || w.got[1] != 1 || w.cursor != 0 || s.Problem == "" {
		t.Errorf("got %v, place %d, %+v", w.got, w.cursor, s)
	}
}

func TestWakeBringsAChangeAtOnce(t *testing.T) {
	w := &world{}
	w.run(t, time.Second, func(f *Follower) {
		time.Sleep(3 * time.Second)
		w.happen()
		f.Wake()
		f.Wake() // waking twice does not wait
	})
	if len(w.tries) != 1 || w.tries[0] != 3*time.Second {
		t.Errorf("tries at %v", w.tries)
	}
}

func TestAChangeThatNobodyAnnouncedIsFoundAllTheSame(t *testing.T) {
	w := &world{}
	w.run(t, time.Minute, func(*Follower) {
		time.Sleep(time.Second)
		w.happen()
	})
	if len(w.tries) != 1 || w.tries[0] != pollEvery {
		t.Errorf("tries at %v", w.tries)
	}
}
