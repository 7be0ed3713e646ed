package virtualcard

import (
	"context"
	"fmt"
	"time"

	"authenkiosk/cardreader"
)

// watcher is one context for waiting.
type watcher struct {
	service *Service
	starts  uint64
}

// Watch opens a context.
func (s *Service) Watch() (cardreader.Watcher, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.running {
		return nil, fmt.Errorf("watch: %w", cardreader.ErrServiceDown)
	}
	return &watcher{service: s, starts: s.starts}, nil
}

// alive reports whether the service still is the one that made the watcher. The
// lock is held.
func (w *watcher) alive() error {
	if !w.service.running || w.service.starts != w.starts {
		return cardreader.ErrServiceDown
	}
	return nil
}

// Readers lists the readers.
func (w *watcher) Readers() ([]string, error) {
	w.service.mu.Lock()
	defer w.service.mu.Unlock()
	if err := w.alive(); err != nil {
		return nil, err
	}
	names := make([]string, 0, len(w.service.readers))
	for _, r := range w.service.readers {
		names = append(names, r.name)
	}
	return names, nil
}

// Wait waits until a slot differs from what the caller knows.
func (w *watcher) Wait(ctx context.Context, slots []cardreader.Slot, limit time.Duration) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		different, changed, err := w.look(slots)
		if err != nil || different {
			return err
		}
		select {
		case <-changed:
		case <-timer.C:
			return cardreader.ErrTimeout
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// look fills in the events and reports whether there is any, and if not, what to
// wait for.
func (w *watcher) look(slots []cardreader.Slot) (different bool, changed <-chan struct{}, err error) {
	w.service.mu.Lock()
	defer w.service.mu.Unlock()
	if err := w.alive(); err != nil {
		return false, nil, err
	}
	for i := range slots {
		r := w.service.find(slots[i].Reader)
		if r == nil {
			return false, nil, cardreader.ErrNoReader
		}
		slots[i].Event = r.state()
		if slots[i].Event != slots[i].Current {
			slots[i].Event |= cardreader.StateChanged
			different = true
		}
	}
	return different, w.service.changed, nil
}

func (w *watcher) Close() error { return nil }

// state returns the reader's state in the bits of PC/SC. The lock is held.
func (r *slot) state() cardreader.State {
	state := cardreader.State(r.counter) << 16
	switch {
	case r.stay == nil:
		return state | cardreader.StateEmpty
	case r.stay.card.Mute():
		return state | cardreader.StatePresent | cardreader.StateMute
	case r.busy:
		state |= cardreader.StateExclusive | cardreader.StateInUse
	}
	return state | cardreader.StatePresent
}
