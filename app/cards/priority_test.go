package cards

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestThePatientsSessionGoesBeforePrograms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &Watcher{session: newReadPriority()}
		began := make(chan context.Context, 1)
		called := make(chan error, 1)
		go func() {
			called <- c.withoutPriority(t.Context(), func(ctx context.Context) error {
				began <- ctx
				<-ctx.Done() // a photo that takes long
				return ctx.Err()
			})
		}()
		<-began
		leave := c.session.enter()
		if err := <-called; !errors.Is(err, errSession) {
			t.Errorf("the program's reading ended with %v", err)
		}
		again := make(chan error, 1)
		go func() { again <- c.withoutPriority(t.Context(), func(context.Context) error { return nil }) }()
		synctest.Wait()
		select {
		case <-again:
			t.Error("a program reads while the session does")
		default:
		}
		leave()
		if err := <-again; err != nil {
			t.Errorf("after the session: %v", err)
		}
	})
}

func TestAProgramThatGivesUpWaitsNoLongerForTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &Watcher{session: newReadPriority()}
		defer c.session.enter()()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.withoutPriority(ctx, func(context.Context) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}
