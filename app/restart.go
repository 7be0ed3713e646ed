package app

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"

	"authenkiosk/app/wait"
)

// Trial is that of a version of the program which has not shown yet that it works, and
// which is taken back when it does not.
type Trial struct {
	// Keep says, durably, that the version stays: when people can be served, and in any
	// case before the first visit is saved, which an older version might not know what to
	// do with.
	Keep func() error
	// Healthy: people could be served with the version before, so that they must be now.
	Healthy bool

	mu   sync.Mutex
	kept bool
}

func (t *Trial) keep() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kept {
		return nil
	}
	err := t.Keep()
	t.kept = err == nil
	return err
}

// lookAtTrial is how often it is looked whether a version on trial works.
const lookAtTrial = time.Second

// stay waits until the store is open, the face shows itself, and people can be served.
func (c *Core) stay(ctx context.Context) {
	for ; ; wait.For(ctx, lookAtTrial) {
		if ctx.Err() != nil {
			return
		}
		if !c.up.Load() || c.trial.Healthy && c.healthy() != nil {
			continue
		}
		if err := c.trial.keep(); err != nil {
			c.Log.Error("say that this version stays", "err", err)
			continue
		}
		c.Log.Info("this version stays", "version", Version())
		return
	}
}

// beforeSave hears of each new visit before it is saved.
func (c *Core) beforeSave() error {
	c.served.Store(true)
	if c.trial == nil {
		return nil
	}
	return c.trial.keep()
}

// errAnotherVersion ends the program with a status that has it started again.
var errAnotherVersion = errors.New("the program ends so that another version of it is started")

// errSession keeps a program from being ended while somebody needs it.
var errSession = errors.New("somebody stands before the screen")

// Standing tells whoever changes the version how the program that runs stands.
type Standing struct {
	Version string `json:"version"`
	Served  bool   `json:"served"`  // somebody has used it since it was started
	Healthy bool   `json:"healthy"` // people can be served
}

// restart tells how the program stands and, if that is not all, ends it. It does neither
// while somebody stands before the screen.
func (c *Core) restart(onlyAsk bool, output io.Writer) error {
	if c.face.Watched() {
		return errSession
	}
	if err := json.NewEncoder(output).Encode(Standing{Version(), c.served.Load(), c.healthy() == nil}); err != nil || onlyAsk {
		return err
	}
	c.again.Do(func() { close(c.another) })
	return nil
}

// endForAnother calls end when another version is to be started.
func (c *Core) endForAnother(ctx context.Context, end func()) {
	select {
	case <-c.another:
		end()
	case <-ctx.Done():
	}
}
