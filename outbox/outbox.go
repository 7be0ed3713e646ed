// Package outbox brings saved visits to NHSO exactly once. NHSO has no
// idempotency key, so it is asked for the codes of that person and day right before
// each request. After an answer that leaves it open whether a request was
// processed, the outbox first waits longer than the server can still be at work.
// A visit is sent on its own service date only; after midnight it is work for
// the staff.
package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"authenkiosk/visit"
)

// Store is the durable store as the outbox needs it. Every method that changes
// something returns after the change is on the disk.
type Store interface {
	// Pending returns what is not settled, in the order of saving.
	Pending() ([]Item, error)
	// Item returns one visit.
	Item(id visit.ID) (Item, error)
	// Same returns the visits of that person and day, whatever became of them,
	// together with an error for those that cannot be read.
	Same(pid visit.PID, date visit.Date) ([]Item, error)
	// Begin notes that the request is about to leave.
	Begin(id visit.ID, at time.Time) error
	// Requeue notes that the request was surely not processed.
	Requeue(id visit.ID, at time.Time) error
	// Deny notes NHSO's no to the request. The visit is in flight until it is known
	// whether NHSO has a code.
	Deny(id visit.ID, p visit.Problem, message string, at time.Time) error
	Done(id visit.ID, code visit.AuthenCode, issued time.Time) error
	Refuse(id visit.ID, p visit.Problem, message string, at time.Time) error
	Staff(id visit.ID, p visit.Problem, at time.Time) error
}

// Item is a visit on its way.
type Item struct {
	Visit    visit.Visit
	Attempts int       // how often a request has left
	LastSent time.Time // when the last one left
	Unclear  int       // of how many of them it is not known what became
	InFlight bool      // the last one may be at work at NHSO, or NHSO said no to it
	Denied   *Denial   // NHSO said no to the last one; nil: it did not
	Settled  bool      // done, refused, dropped or with the staff

	Held      bool     // somebody at a desk works on it; it counts as settled
	Completes visit.ID // the visit for which a desk has made this one; empty: none

	Besides []visit.AuthenCode // codes of the same service that are not of this visit, which is for a second one

	Code     visit.AuthenCode // of a visit that is done
	IssuedAt time.Time
}

// Denial is NHSO's no.
type Denial struct {
	Problem visit.Problem
	Message string // NHSO's own words
}

// NHSO is the upstream as the outbox needs it.
type NHSO interface {
	// Codes returns the codes of that person and day.
	Codes(ctx context.Context, pid visit.PID, date visit.Date) ([]visit.Authentication, error)
	// Submit sends one request, once.
	Submit(ctx context.Context, v visit.Visit) (visit.AuthenCode, time.Time, error)
}

// Failure says what an error of Submit or Codes means for the visit.
type Failure struct {
	Kind       FailureKind
	Problem    visit.Problem
	Message    string        // NHSO's own words
	RetryAfter time.Duration // at the earliest; 0: the outbox decides
	OnePerson  bool          // NHSO answered, and the next person can be asked about
	Err        error
}

// Error describes the failure for the log.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// FailureKind tells what may have happened to a request.
type FailureKind int

// The kinds.
const (
	Ambiguous    FailureKind = iota // it may have been processed
	NotProcessed                    // it was surely not processed
	Refused                         // NHSO looked at it and said no
	CannotSend                      // it was not sent and cannot be as it is; Problem says why
)

// Outcome is what a patient who waits is told.
type Outcome struct {
	Kind     OutcomeKind
	Code     visit.AuthenCode
	IssuedAt time.Time
	// Earlier says that the code was there before the visit was sent: it is of
	// another visit, whose owner need not be the one who waits now.
	Earlier bool
	Problem visit.Problem
	Message string
}

// OutcomeKind is the sort of an Outcome.
type OutcomeKind int

// The outcomes.
const (
	Queued    OutcomeKind = iota // the code follows
	Done                         // here it is
	RefusedBy                    // NHSO said no
)

// Outbox is the one sender of visits.
type Outbox struct {
	store  Store
	nhso   NHSO
	log    *slog.Logger
	notify func(visit.ID, Outcome)
	can    func(visit.Visit) bool
	clock  func() Clock
	times  Times
	now    func() time.Time // the wall clock, by which days and notes go
	began  time.Time        // by the monotonic clock, by which pauses go
	woke   time.Time        // began by the wall clock

	wake    chan struct{}
	answers atomic.Int64 // how often NHSO has told something about a person
	round   rounds       // of the goroutine that runs Run

	mu    sync.Mutex
	busy  map[service]bool
	left  map[visit.ID]time.Time // when requests of this run left, by the monotonic clock
	quiet time.Time              // NHSO asked to be left alone until then
}

// Clock tells how far the kiosk's clock can be believed, on which the service date
// stands.
type Clock int

// The states of the clock.
const (
	ClockRight   Clock = iota
	ClockUnknown       // nothing speaks against it, and nobody has borne it out
	ClockWrong         // by more than a service date bears: nothing is sent or given up
)

// Options are what an Outbox is made of. Notify, if given, hears the outcome of
// every visit that is settled in the background.
type Options struct {
	Store  Store
	NHSO   NHSO
	Log    *slog.Logger
	Notify func(visit.ID, Outcome)
	Times  Times

	// Sendable reports whether a visit can be sent now; one that cannot, and was
	// surely not processed, becomes work for the staff (visit.CardNeeded). Nil:
	// every visit can, at any time of its day.
	Sendable func(visit.Visit) bool

	// Clock judges the clock now. Nil: it is right.
	Clock func() Clock

	// Now is the wall clock. Nil: time.Now.
	Now func() time.Time
}

// New makes an outbox. Run does the work in the background.
func New(o Options) *Outbox {
	if o.Notify == nil {
		o.Notify = func(visit.ID, Outcome) {}
	}
	if o.Sendable == nil {
		o.Sendable = func(visit.Visit) bool { return true }
	}
	if o.Clock == nil {
		o.Clock = func() Clock { return ClockRight }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Outbox{
		store: o.Store, nhso: o.NHSO, log: o.Log, notify: o.Notify, can: o.Sendable, clock: o.Clock, times: o.Times.orStandard(),
		now: o.Now, began: time.Now(), woke: o.Now().Round(0),
		wake: make(chan struct{}, 1), busy: map[service]bool{}, left: map[visit.ID]time.Time{},
		round: rounds{apart: map[visit.ID]apart{}},
	}
}

// Wake makes the background look at its work at once, for example when the
// network is back.
func (o *Outbox) Wake() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// service is what NHSO gives one code for. Two visits of one service (a patient
// who comes back while the first waits, or a program that asks while the kiosk
// does) must not both be sent.
type service struct {
	pid       visit.PID
	date      visit.Date
	claimType string
}

func serviceOf(v visit.Visit) service { return service{v.PID, v.ServiceDate, v.ClaimType.Code} }

// take makes the caller the only one that works on visits of that service.
func (o *Outbox) take(s service) bool {
	if o.clock() == ClockWrong {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.busy[s] {
		return false
	}
	o.busy[s] = true
	return true
}

func (o *Outbox) release(s service) {
	o.mu.Lock()
	delete(o.busy, s)
	o.mu.Unlock()
}

// duplicate returns another visit of the same service that forbids sending this one:
// one that has a code, else one that is not settled and comes before it, or on which
// somebody at a desk works. What a desk has made for such a visit waits for none that is
// held: two desks with two visits of a patient would wait for each other. The
// caller has taken the service. Visits that cannot be read are an error: one of them
// may be that duplicate.
func (o *Outbox) duplicate(item Item) (other Item, found bool, err error) {
	v := item.Visit
	same, err := o.store.Same(v.PID, v.ServiceDate)
	if err != nil {
		err = fmt.Errorf("look for visits of the same service: %w", err)
	}
	for _, i := range same {
		if i.Visit.ID == v.ID || serviceOf(i.Visit) != serviceOf(v) {
			continue
		}
		switch {
		case i.Code != "" && !slices.Contains(item.Besides, i.Code):
			return i, true, nil
		case !i.Settled && before(i, item), i.Held && item.Completes == "":
			other, found = i, true
		}
	}
	return other, found, err
}

// before tells which of two visits of a service is settled first: one whose request
// has left, then one that a desk has made for another, then the older one. It is a strict
// order, so that two never wait for each other.
func before(a, b Item) bool {
	aMade, bMade := a.Completes != "", b.Completes != ""
	switch {
	case a.InFlight != b.InFlight:
		return a.InFlight
	case aMade != bMade:
		return aMade
	case !a.Visit.CreatedAt.Equal(b.Visit.CreatedAt):
		return a.Visit.CreatedAt.Before(b.Visit.CreatedAt)
	}
	return a.Visit.ID < b.Visit.ID
}
