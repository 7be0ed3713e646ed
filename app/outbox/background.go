package outbox

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"authenkiosk/visit"
)

// Run settles what is pending until ctx ends: first what an earlier run of the
// program left, then whatever the patients' submissions leave.
func (o *Outbox) Run(ctx context.Context) {
	backOff := firstBackOff
	for {
		next, failed := o.round(ctx)
		if failed {
			next = max(next, backOff)
			backOff = min(2*backOff, lastBackOff)
		} else {
			backOff = firstBackOff
		}
		// A tenth of jitter keeps the kiosks of a hospital from coming back
		// all in the same second.
		next += time.Duration(rand.Int64N(int64(next)/10 + 1))
		select {
		case <-ctx.Done():
			return
		case <-o.wake:
		case <-time.After(next):
		}
	}
}

// round looks at every pending visit once, in the order of saving. It returns
// when to look again, and whether NHSO could not be asked.
func (o *Outbox) round(ctx context.Context) (next time.Duration, failed bool) {
	items, err := o.store.Pending()
	if err != nil {
		// Readable visits are still worked on; the others are in the log.
		o.log.Error("list pending visits", "err", err)
	}
	next = idleRound
	for _, item := range items {
		if ctx.Err() != nil {
			return next, failed
		}
		wait, err := o.settle(ctx, item)
		if err != nil {
			o.log.Warn("settle visit", "visit", item.Visit.ID, "err", err)
			o.heed(err)
			failed = true
		}
		if wait > 0 {
			next = min(next, wait)
		}
		if errors.As(err, new(unreachable)) {
			o.expire(ctx, items)
			return next, true
		}
	}
	return next, failed
}

// settle brings one visit a step further, unless somebody is at work on its
// service. It returns how long to wait before the next step, if there is one.
func (o *Outbox) settle(ctx context.Context, item Item) (time.Duration, error) {
	if wait := o.ownTurn(item); wait > 0 && dayOf(item) == itsDay {
		return wait, nil // before it is taken: the patient's own submission would find it so
	}
	service := serviceOf(item.Visit)
	if !o.take(service) {
		return 0, nil
	}
	defer o.release(service)
	return o.step(ctx, item)
}

// step is settle for a caller that has taken the service.
func (o *Outbox) step(ctx context.Context, item Item) (time.Duration, error) {
	id := item.Visit.ID
	// Between listing and taking the patient's own submission may have ended it.
	item, err := o.store.Item(id)
	if err != nil {
		return 0, err
	}
	if item.Settled {
		o.forget(id)
		return 0, nil
	}
	if wait := o.leftAlone(); wait > 0 && (dayOf(item) != dayOver || item.InFlight) {
		return wait, nil
	}
	switch dayOf(item) {
	case dayOver:
		return o.over(ctx, item)
	case dayAhead:
		return idleRound, nil // the clock is wrong, or was when the visit was made
	}
	if wait := o.ownTurn(item); wait > 0 {
		return wait, nil
	}
	if !item.InFlight && !o.can(item.Visit) {
		outcome, err := o.cannotSend(ctx, item.Visit, item.Attempts > 0, visit.CardNeeded)
		if err == nil {
			o.notify(id, outcome)
		}
		return 0, err
	}
	twin, ok, err := o.twin(item)
	if err != nil {
		o.log.Error("settle visit", "visit", id, "err", err)
		// One of those that cannot be read may have left before this run.
		if wait := o.times.SettleTime - time.Since(o.began); !ok && wait > 0 {
			return wait, nil
		}
	}
	if ok {
		if twin.Code == "" {
			return waitForTwin, nil
		}
		outcome, err := o.earlier(id, Code{Code: twin.Code, At: twin.IssuedAt})
		o.notify(id, outcome)
		return 0, err
	}
	code, found, err := o.look(ctx, item.Visit)
	if err != nil {
		return 0, unreachable{err}
	}
	if found {
		outcome, err := o.found(item.Visit, item.Attempts > 0, code)
		o.notify(id, outcome)
		return 0, err
	}
	if wait := o.rest(item); wait > 0 {
		return wait, nil
	}
	var outcome Outcome
	if o.can(item.Visit) {
		outcome, err = o.send(ctx, item)
	} else { // it rested for the settle time, and there is no code
		outcome, err = o.cannotSend(ctx, item.Visit, item.Attempts > 0, visit.CardNeeded)
	}
	if err == nil {
		o.notify(id, outcome)
	}
	return 0, err
}

// ownTurn is how long a visit that was just saved is left to the submission of the
// patient who waits, who would hear that the code follows otherwise.
func (o *Outbox) ownTurn(item Item) time.Duration {
	age := time.Since(item.Visit.CreatedAt)
	if item.Attempts > 0 || age < 0 || item.Visit.CreatedAt.Before(o.began) {
		return 0
	}
	return ownTurn - age
}

// restFor is how long a visit rests after its last request: the settle time, and
// longer for one that NHSO fails on again and again.
func (o *Outbox) restFor(item Item) time.Duration {
	return o.times.SettleTime * time.Duration(min(max(item.Attempts, 1), slowestRest))
}

// unreachable is an error after which the visits behind need not be tried: NHSO
// does not even tell the codes of the day.
type unreachable struct{ error }

// Unwrap returns the cause.
func (u unreachable) Unwrap() error { return u.error }
