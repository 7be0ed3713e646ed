package station

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/desk"
	"authenkiosk/desk/local"
	"authenkiosk/visit"
)

// asked is another machine, which waits for nothing and counts how often it is asked.
type asked struct {
	desk.Desk
	times atomic.Int32
	err   error
}

func (a *asked) Completions(context.Context, string) ([]desk.Completion, error) {
	a.times.Add(1)
	return nil, a.err
}

func TestAnotherMachineIsToldAtTheStartAtEachEndAndNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		owner := &asked{err: &desk.Error{Code: desk.Unreachable}}
		o := &Other{ended: make(chan struct{}, 1), completer: local.Completer{Owner: owner}, log: slog.New(slog.NewTextHandler(&log, nil))}
		ctx, stop := context.WithCancel(t.Context())
		go o.tell(ctx)
		for i, next := range []func(){func() {}, func() { o.ended <- struct{}{} }, func() { time.Sleep(tellEvery) }} {
			next()
			synctest.Wait()
			if n := int(owner.times.Load()); n != i+1 {
				t.Errorf("it was asked %d times, want %d", n, i+1)
			}
		}
		stop()
		synctest.Wait()
		if n := strings.Count(log.String(), "\n"); n != 1 {
			t.Errorf("the log says %d times that it cannot be reached", n)
		}
	})
}

func TestNobodyCompletesItemsOfAnotherMachineWhoIsNotSignedInThere(t *testing.T) {
	o := newOther("kiosk-1", nil, slog.New(slog.DiscardHandler))
	if err := o.complete(t.Context(), "a token", "01900000-0000-7000-8000-000000000001", visit.Visit{}, nil); !errors.Is(err, desk.NotFound) {
		t.Error(err)
	}
}
