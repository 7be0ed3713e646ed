package feed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
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
	Aside   Aside
	Logger  *slog.Logger

	// Deliver brings one change to the receiver and returns nil once it is there
	// for certain. Its errors must not hold personal data, keys or addresses; they
	// are a *RefusedError when the receiver has looked at the change and does not
	// take it.
	Deliver func(context.Context, agent.VisitChange) error

	// Ready is called before each look at the feed; nil: nothing to do.
	Ready func(context.Context) error
}

// Aside keeps the changes that a receiver refused. It must outlive the program: what
// is forgotten never comes.
type Aside interface {
	// SetAside keeps one, with the reason and the number of tries, which is added to
	// those of before.
	SetAside(receiver string, c agent.VisitChange, reason string, tries int) error
	// Due returns those that a person wants to be tried, and those whose last try was
	// before that time, as they are now.
	Due(receiver string, before time.Time) ([]agent.VisitChange, error)
	// Taken forgets what was set aside of that visit, up to that change.
	Taken(receiver string, c agent.VisitChange) error
	// Count returns how many there are.
	Count(receiver string) (int, error)
}

// RefusedError is an error of Deliver that says no: the same change will be refused
// again, and others perhaps not.
type RefusedError struct{ Err error }

// Error implements error.
func (r *RefusedError) Error() string { return r.Err.Error() }

// Unwrap gives the reason.
func (r *RefusedError) Unwrap() error { return r.Err }

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
	Cursor    uint64    // place up to which it took everything, but for what was set aside
	SetAside  int       // changes that it refused and has not taken since
}

// Follower brings the visits to one receiver.
type Follower struct {
	o    Options
	wake chan struct{}

	// Of the goroutine of Run.
	refused uint64 // the change that was refused last
	tries   int    // how often it was
	row     int    // changes that were set aside since the receiver took one
	failing uint64 // the change that was due last and failed

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
		before := f.Status().Cursor
		more, err := f.round(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			if f.Status().Cursor > before {
				failures = 0 // it is another change that fails now
			}
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
	if err := f.again(ctx); err != nil {
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
		if err := f.bring(ctx, c); err != nil {
			return false, err
		}
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

// bring delivers a change, or sets it aside when the receiver has refused it often
// enough. An error means that it has to be tried again.
func (f *Follower) bring(ctx context.Context, c agent.VisitChange) error {
	err := f.o.Deliver(ctx, c)
	if err == nil {
		return f.taken(c)
	}
	refused := (*RefusedError)(nil)
	if !errors.As(err, &refused) || ctx.Err() != nil {
		return err
	}
	if f.refused != c.Seq {
		f.refused, f.tries = c.Seq, 0
	}
	f.tries++
	enough := refusedTries
	if f.row >= refusesAll {
		enough = refusingAllTries
	}
	if f.tries < enough {
		return err
	}
	if err := f.setAside(c, refused, f.tries); err != nil {
		return err
	}
	f.row++
	f.o.Logger.Error("a visit was refused and set aside: see the command undelivered list", "receiver", f.o.Name, "visit", c.ID,
		"tries", f.tries, "err", refused)
	return nil
}

// again tries what was set aside, one time each. What fails for another reason than a
// no stays due, and must not keep the rest of the feed waiting, nor what is due behind
// it: the next call begins there.
func (f *Follower) again(ctx context.Context) error {
	due, err := f.o.Aside.Due(f.o.Name, time.Now().Add(-againAfter))
	if err != nil {
		return fmt.Errorf("read what was set aside: %w", err)
	}
	first := 1 + slices.IndexFunc(due, func(c agent.VisitChange) bool { return c.Seq == f.failing })
	for _, c := range slices.Concat(due[first:], due[:first]) {
		err := f.o.Deliver(ctx, c)
		refused := (*RefusedError)(nil)
		switch {
		case err == nil:
			err = f.taken(c)
		case ctx.Err() != nil:
			return err
		case errors.As(err, &refused):
			err = f.setAside(c, refused, 1)
		default:
			f.failing = c.Seq
			return f.count()
		}
		if err != nil {
			return err
		}
	}
	return f.count()
}

// taken notes that the receiver has a change.
func (f *Follower) taken(c agent.VisitChange) error {
	f.row = 0
	f.delivered()
	if err := f.o.Aside.Taken(f.o.Name, c); err != nil {
		return fmt.Errorf("forget what was set aside: %w", err)
	}
	if f.Status().SetAside == 0 {
		return nil
	}
	return f.count()
}

func (f *Follower) setAside(c agent.VisitChange, reason error, tries int) error {
	if err := f.o.Aside.SetAside(f.o.Name, c, reason.Error(), tries); err != nil {
		return fmt.Errorf("set a visit aside: %w", err)
	}
	return f.count()
}

// count brings the status up to date.
func (f *Follower) count() error {
	n, err := f.o.Aside.Count(f.o.Name)
	if err != nil {
		return fmt.Errorf("count what was set aside: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.status.SetAside = n
	return nil
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
