package cardreader_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/cardreader"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/visit"
)

// eventDeadline bounds the waiting for one event. The real card service looks at
// its virtual readers every 400 ms; a service that restarts takes seconds, and a machine
// may stand still for a while.
const eventDeadline = 2 * time.Minute

// rig is a card service with two readers for the scenarios that every service
// must pass: the one inside of the program, and the real one over vpcd.
type rig interface {
	service() cardreader.Service
	readers() (first, second string)
	insert(t *testing.T, reader string, card *virtualcard.Card)
	remove(t *testing.T, reader string)
	stop(t *testing.T)
	start(t *testing.T)
}

// inProcess is the rig without any card service of the machine.
type inProcess struct{ s *virtualcard.Service }

func newInProcess() *inProcess { return &inProcess{virtualcard.NewService("Virtual A", "Virtual B")} }

func (r *inProcess) service() cardreader.Service     { return r.s }
func (r *inProcess) readers() (first, second string) { return "Virtual A", "Virtual B" }
func (r *inProcess) stop(*testing.T)                 { r.s.Stop() }
func (r *inProcess) start(*testing.T)                { r.s.Start() }
func (r *inProcess) insert(t *testing.T, reader string, card *virtualcard.Card) {
	t.Helper()
	must(t, r.s.Insert(reader, card))
}

func (r *inProcess) remove(t *testing.T, reader string) {
	t.Helper()
	must(t, r.s.Remove(reader))
}

// bubble runs a test with a clock of its own, so that nothing really waits.
func bubble(t *testing.T, name string, f func(t *testing.T)) {
	t.Run(name, func(t *testing.T) { synctest.Test(t, f) })
}

// watched is a running Monitor.
type watched struct {
	*cardreader.Monitor
	cancel context.CancelFunc
	stop   func() // cancels and waits
}

// watch starts a Monitor, which ends with the test.
func watch(t *testing.T, o cardreader.Options) *watched {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	m := cardreader.New(o)
	done := make(chan struct{})
	go func() {
		defer close(done)
		m.Run(ctx)
	}()
	w := &watched{Monitor: m, cancel: cancel, stop: sync.OnceFunc(func() {
		cancel()
		for range m.Events() {
			continue // until it is closed
		}
		<-done
	})}
	t.Cleanup(w.stop)
	return w
}

// watchEmpty starts a Monitor on a rig and waits until both readers are empty.
func watchEmpty(t *testing.T, r rig, o cardreader.Options) *watched {
	t.Helper()
	o.Service = r.service()
	m := watch(t, o)
	first, second := r.readers()
	for {
		list, ok := m.next(t).(cardreader.Readers)
		if ok && isEmpty(list, first) && isEmpty(list, second) {
			return m
		}
	}
}

func isEmpty(list cardreader.Readers, reader string) bool {
	return slices.ContainsFunc(list.List, func(s cardreader.ReaderState) bool {
		return s.Name == reader && s.State == cardreader.StatusEmpty
	})
}

// next returns the next event.
func (w *watched) next(t *testing.T) cardreader.Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), eventDeadline)
	defer cancel()
	select {
	case e, ok := <-w.Events():
		if !ok {
			t.Fatal("the monitor ended")
		}
		return e
	case <-ctx.Done():
		t.Fatal("no event in time")
	}
	return nil
}

// expect returns the next event but lists of readers, which must be a T.
func expect[T cardreader.Event](t *testing.T, w *watched) T {
	t.Helper()
	for {
		switch e := w.next(t).(type) {
		case T:
			return e
		case cardreader.Readers:
		default:
			t.Fatalf("event %T, want %T", e, *new(T))
		}
	}
}

func makeCard(t testing.TB, p virtualcard.Person, with ...virtualcard.Option) *virtualcard.Card {
	t.Helper()
	card, err := virtualcard.New(p, with...)
	must(t, err)
	return card
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantProblem(t *testing.T, err error, want visit.Problem) {
	t.Helper()
	if got := cardreader.ProblemOf(err); got != want {
		t.Fatalf("problem %v, want %v (error: %v)", got, want, err)
	}
}
