package pcsc

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ebfe/scard"

	"authenkiosk/cardreader"
)

type watcher struct {
	ctx     *scard.Context
	waiting *sync.Mutex
}

// Readers lists the readers. That there are none is an error for PC/SC only.
func (w *watcher) Readers() ([]string, error) {
	names, err := w.ctx.ListReaders()
	if errors.Is(err, scard.ErrNoReadersAvailable) {
		return nil, nil
	}
	return names, translate("list readers", err)
}

// Wait waits for a change. An empty list would make the binding panic and is a
// mere pause. A second Watcher of the same Service waits for its turn first.
func (w *watcher) Wait(ctx context.Context, slots []cardreader.Slot, limit time.Duration) error {
	if len(slots) == 0 {
		return idle(ctx, limit)
	}
	states := make([]scard.ReaderState, len(slots))
	for i, s := range slots {
		states[i] = scard.ReaderState{Reader: s.Reader, CurrentState: scard.StateFlag(s.Current)}
	}
	err := w.change(ctx, states, limit)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return translate("get status change", err)
	}
	for i := range slots {
		slots[i].Event = cardreader.State(states[i].EventState)
	}
	return nil
}

// change makes the system call and has it cancelled when ctx ends.
func (w *watcher) change(ctx context.Context, states []scard.ReaderState, limit time.Duration) error {
	w.waiting.Lock()
	defer w.waiting.Unlock()
	cancelled := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(cancelled)
		// A cancellation that comes before the wait is lost; the wait is short.
		_ = w.ctx.Cancel()
	})
	err := w.ctx.GetStatusChange(states, limit)
	if !stop() {
		<-cancelled // or it would be called on a context that is released
	}
	return err
}

func (w *watcher) Close() error { return release(w.ctx) }

func idle(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return cardreader.ErrTimeout
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
