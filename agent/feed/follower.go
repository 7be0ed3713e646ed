package feed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"authenkiosk/agent"
)

// Cursors keeps how far each receiver has got. It must outlive the program: what
// is forgotten is delivered again.
type Cursors interface {
	Cursor(name string) (uint64, error) // 0 for a name that is new
	SetCursor(name string, seq uint64) error
}

// Options are what a follower needs. All but Ready are needed.
type Options struct {
	Name    string // of the receiver: for the place, the status and the log
	Visits  agent.VisitFeed
	Cursors Cursors
	Logger  *slog.Logger

	// Deliver brings one change to the receiver and returns nil once it is there
	// for certain. Its errors must not hold personal data, keys or addresses.
	Deliver func(context.Context, agent.VisitChange) error

	// Ready is called before each look at the feed; nil: nothing to do.
	Ready func(context.Context) error
}

// LaterError is an error of Deliver with the wait that the receiver asked for.
type LaterError struct {
	After time.Duration
	Err   error
}

// Error implements error.
func (l *LaterError) Error() string { return l.Err.Error() }

// Unwrap gives the reason.
func (l *LaterError) Unwrap() error { return l.Err }

// Status is how a receiver is, for the doctor. It holds no personal data.
type Status struct {
	Name      string
	Delivered time.Time // of the last change that it took in this run; zero: none
	Failing   time.Time // since when it takes nothing; zero: it does
	Problem   string    // of the last failure, while it fails
	Cursor    uint64    // place up to which it took everything
}

// Follower brings the visits to one receiver.
type Follower struct {
	o    Options
	wake chan struct{}

	mu     sync.Mutex
	status Status
}

// New returns a follower; nothing is delivered before Run.
func New(o Options) *Follower {
	if o.Ready == nil {
		o.Ready = func(context.Context) error { return nil }
	}
	return &Follower{o: o, wake: make(chan struct{}, 1), status: Status{Name: o.Name}}
}

// Wake tells that visits have changed. It never waits.
func (f *Follower) Wake() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// Status returns how the receiver is.
func (f *Follower) Status() Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.status
}

// Run delivers until the context ends, and returns when nothing is under way.
func (f *Follower) Run(ctx context.Context) {
	failures := 0
	for ctx.Err() == nil {
		more, err := f.round(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			failures++
			f.failed(err)
			sleep(ctx, max(asked(err), backOff(failures)), nil)
		case more:
			failures = 0
		default:
			failures = 0
			f.fine()
			sleep(ctx, pollEvery, f.wake)
		}
	}
}

// asked is the wait for which the receiver asked, within reason.
func asked(err error) time.Duration {
	if later := (*LaterError)(nil); errors.As(err, &later) {
		return min(later.After, maxDelay)
	}
	return 0
}

// backOff is the wait after so many failures in a row: twice as long each time,
// and spread, so that many kiosks do not come all at once.
func backOff(failures int) time.Duration {
	d := maxDelay
	if failures < 10 {
		d = min(maxDelay, firstDelay<<(failures-1))
	}
	return d/2 + rand.N(d/2+1)
}

// sleep ends early with the context or when woken.
func sleep(ctx context.Context, d time.Duration, wake <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-wake:
	}
}

// round delivers one batch; more tells that there may be another one.
func (f *Follower) round(ctx context.Context) (more bool, err error) {
	if err := f.o.Ready(ctx); err != nil {
		return false, err
	}
	after, err := f.o.Cursors.Cursor(f.o.Name)
	if err != nil {
		return false, fmt.Errorf("read the place of the receiver: %w", err)
	}
	f.at(after)
	changes, next, err := f.o.Visits.Visits(after, batch)
	if err != nil {
		return false, fmt.Errorf("read the visits: %w", err)
	}
	done := after
	for _, c := range changes {
		if err := f.o.Deliver(ctx, c); err != nil {
			return false, err
		}
		f.delivered()
		if err := f.move(c.Seq); err != nil {
			return false, err
		}
		done = c.Seq
	}
	if next > done { // places that no visit needs
		if err := f.move(next); err != nil {
			return false, err
		}
	}
	return next > after, nil
}

func (f *Follower) move(seq uint64) error {
	if err := f.o.Cursors.SetCursor(f.o.Name, seq); err != nil {
		return fmt.Errorf("keep the place of the receiver: %w", err)
	}
	f.at(seq)
	return nil
}

func (f *Follower) at(seq uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.status.Cursor = seq
}

func (f *Follower) delivered() {
	f.fine()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.status.Delivered = time.Now()
}

func (f *Follower) fine() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.status.Failing, f.status.Problem = time.Time{}, ""
}

// failed keeps the problem, and logs the first of a row.
func (f *Follower) failed(err error) {
	f.mu.Lock()
	first := f.status.Failing.IsZero()
	if first {
		f.status.Failing = time.Now()
	}
	f.status.Problem = err.Error()
	f.mu.Unlock()
	if first {
		f.o.Logger.Warn("visits cannot be delivered and are tried again", "receiver", f.o.Name, "err", err)
	}
}
