package cardreader_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/cardreader"
	"authenkiosk/cardreader/virtualcard"
)

// restless is a service whose driver never lets anybody wait.
type restless struct {
	cardreader.Service
	answer error // nil: "changed"
	waits  atomic.Int64
}

func (r *restless) Watch() (cardreader.Watcher, error) {
	w, err := r.Service.Watch()
	return restlessWatcher{w, r}, err
}

type restlessWatcher struct {
	cardreader.Watcher
	r *restless
}

func (w restlessWatcher) Wait(_ context.Context, slots []cardreader.Slot, _ time.Duration) error {
	w.r.waits.Add(1)
	time.Sleep(100 * time.Microsecond) // as a call of the system takes
	for i := range slots {
		slots[i].Event = cardreader.StateEmpty | cardreader.StateChanged
	}
	return w.r.answer
}

func TestADriverThatNeverWaitsIsNotAskedAllTheTime(t *testing.T) {
	for name, answer := range map[string]error{"it always says changed": nil, "its time is always up": cardreader.ErrTimeout} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &restless{Service: virtualcard.NewService(readerA), answer: answer}
				watch(t, cardreader.Options{Service: s})
				time.Sleep(10 * time.Second)
				if n := s.waits.Load(); n < 100 || n > 500 {
					t.Errorf("it was asked %d times in ten seconds", n)
				}
			})
		})
	}
}
