package app

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/visit"
)

// onTrial is a core of a version on trial, before its devices were looked at.
func onTrial(healthy bool) (c *Core, kept *atomic.Int32) {
	kept = new(atomic.Int32)
	return &Core{
		Log: slog.New(slog.DiscardHandler), face: NoScreen(), another: make(chan struct{}),
		trial: &Trial{Keep: func() error { kept.Add(1); return nil }, Healthy: healthy},
	}, kept
}

func TestAVersionOnTrialStaysOnceItServesPeople(t *testing.T) {
	for _, healthy := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			c, kept := onTrial(healthy)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			go c.stay(ctx)
			time.Sleep(time.Minute)
			if kept.Load() != 0 {
				t.Error("it stays before its face shows itself")
			}
			c.Ready()
			time.Sleep(time.Minute)
			if (kept.Load() == 0) != healthy {
				t.Errorf("the version before was healthy: %v; it has said %d times that it stays", healthy, kept.Load())
			}
			c.mu.Lock()
			c.looked, c.last = true, visit.Devices{Reader: visit.DeviceReady, Storage: visit.DeviceReady}
			c.mu.Unlock()
			time.Sleep(time.Minute)
			if kept.Load() != 1 {
				t.Errorf("it has said %d times that it stays", kept.Load())
			}
		})
	}
}

func TestAVersionOnTrialStaysBeforeItSavesItsFirstVisit(t *testing.T) {
	c, kept := onTrial(true)
	refused := errors.New("the disk is full")
	keep := c.trial.Keep
	c.trial.Keep = func() error { return refused }
	if err := c.beforeSave(); !errors.Is(err, refused) {
		t.Errorf("it saves although it could not say so: %v", err)
	}
	c.trial.Keep = keep
	for range 2 {
		if err := c.beforeSave(); err != nil || kept.Load() != 1 {
			t.Errorf("%v, said %d times", err, kept.Load())
		}
	}
	if err := new(Core).beforeSave(); err != nil {
		t.Error(err)
	}
}

func TestAProgramEndsForAnotherVersionButNotInASession(t *testing.T) {
	c, _ := onTrial(false)
	watched := true
	c.face.Watched = func() bool { return watched }
	var out bytes.Buffer
	ended := func() bool {
		select {
		case <-c.another:
			return true
		default:
			return false
		}
	}
	if err := c.restart(false, &out); !errors.Is(err, errSession) || ended() {
		t.Errorf("in a session: %v", err)
	}
	watched = false
	if err := c.restart(true, &out); err != nil || ended() || out.String() != `{"version":"`+Version()+`","served":false,"healthy":false}`+"\n" {
		t.Errorf("only asked: %v, %q", err, out.String())
	}
	for range 2 {
		if err := c.restart(false, &out); err != nil || !ended() {
			t.Errorf("%v", err)
		}
	}
}
