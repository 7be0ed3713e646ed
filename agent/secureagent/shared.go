package secureagent

import (
	"context"
	"errors"
	"sync"
	"time"
)

// shared is a value that is got once for all who want it: the first caller gets
// it, those who come meanwhile wait for the same result, and later ones find it.
// A failure is shared with those who wait and then forgotten.
type shared[T any] struct {
	mu     sync.Mutex
	value  T
	at     time.Time // when the value came; zero: there is none
	flight *flight[T]
}

type flight[T any] struct {
	done  chan struct{}
	value T
	err   error
}

// get returns the value if it is fresh, and else that of do, which is done in the
// background. A caller whose ctx ends stops waiting; the getting itself goes on for
// the others and for later callers, bounded by do.
func (s *shared[T]) get(ctx context.Context, background func(func()) bool, now func() time.Time, fresh func(at time.Time) bool, do func() (T, error)) (T, error) {
	s.mu.Lock()
	if !s.at.IsZero() && fresh(s.at) {
		defer s.mu.Unlock()
		return s.value, nil
	}
	f := s.flight
	begins := f == nil
	if begins {
		f = &flight[T]{done: make(chan struct{}), err: errNoResult}
		s.flight = f
	}
	s.mu.Unlock()
	if begins && !background(func() { s.fly(f, now, do) }) {
		s.land(f, now)
	}
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

func (s *shared[T]) fly(f *flight[T], now func() time.Time, do func() (T, error)) {
	defer s.land(f, now) // also when do panics: nobody may wait for ever
	f.value, f.err = do()
}

func (s *shared[T]) land(f *flight[T], now func() time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flight = nil
	if f.err == nil {
		s.value, s.at = f.value, now()
	}
	close(f.done)
}

// errNoResult is what those hear who waited for a getting that panicked or, at the
// end of the program, did not begin.
var errNoResult = errors.New("the result did not come")

// always is the freshness of what cannot change while the card is inside.
func always(time.Time) bool { return true }
