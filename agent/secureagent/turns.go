package secureagent

import (
	"context"
	"sync"

	"authenkiosk/visit"
)

// turns lets one at a time do something for a person; different persons do not
// wait for each other.
type turns struct {
	mu    sync.Mutex
	lines map[visit.PID]*line
}

type line struct {
	turn  chan struct{} // held by whose turn it is
	users int           // who holds it or waits
}

// take waits for the turn of a person and returns what ends it; false when ctx
// ends before.
func (t *turns) take(ctx context.Context, pid visit.PID) (done func(), ok bool) {
	t.mu.Lock()
	if t.lines == nil {
		t.lines = map[visit.PID]*line{}
	}
	l := t.lines[pid]
	if l == nil {
		l = &line{turn: make(chan struct{}, 1)}
		t.lines[pid] = l
	}
	l.users++
	t.mu.Unlock()
	leave := func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if l.users--; l.users == 0 {
			delete(t.lines, pid)
		}
	}
	select {
	case l.turn <- struct{}{}:
		return func() { <-l.turn; leave() }, true
	case <-ctx.Done():
		leave()
		return nil, false
	}
}
