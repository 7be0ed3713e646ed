package outbox

import (
	"context"
	"errors"
	"time"

	"authenkiosk/visit"
)

// settle brings one visit a step further, unless somebody is at work on its
// service. It returns how long to wait before the next step, if there is one.
func (o *Outbox) settle(ctx context.Context, item Item) (time.Duration, error) {
	if wait := o.foregroundGrace(item); wait > 0 && o.dayOf(item) == itsDay {
		return wait, nil // before it is taken: the patient's own submission would find it so
	}
	service := serviceOf(item.Visit)
	if !o.take(service) {
		return 0, nil
	}
	defer o.release(service)
	wait, err := o.step(ctx, item)
	if err != nil && !errors.As(err, new(unreachable)) && o.ended(item.Visit.ID) {
		return 0, nil // somebody at a desk took it while NHSO was asked
	}
	return wait, err
}

// ended reports whether a visit is settled now, whoever did that.
func (o *Outbox) ended(id visit.ID) bool {
	item, err := o.store.Item(id)
	if err != nil || !item.Settled {
		return false
	}
	o.forget(id)
	return true
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
	if wait := o.retryAfter(); wait > 0 && (o.needsNHSO(item) || item.InFlight) {
		return wait, nil
	}
	switch o.dayOf(item) {
	case dayOver:
		return o.over(ctx, item, visit.ServiceDatePassed)
	case dayAhead:
		if o.misdated(item) {
			return o.over(ctx, item, visit.ClockWrong)
		}
		return idleRound, nil // the clock is wrong, or was when the visit was made
	}
	if wait := o.foregroundGrace(item); wait > 0 {
		return wait, nil
	}
	if !item.InFlight && !o.can(item.Visit) {
		outcome, err := o.cannotSend(ctx, item, visit.CardNeeded)
		if err == nil {
			o.notify(id, outcome)
		}
		return 0, err
	}
	other, ok, err := o.duplicate(item)
	if err != nil {
		o.log.Error("settle visit", "visit", id, "err", err)
		// One of those that cannot be read may have left before this run.
		if wait := o.times.SettleTime - time.Since(o.began); !ok && wait > 0 {
			return wait, nil
		}
	}
	if ok {
		switch {
		case other.Held:
			return idleRound, nil // as long as people take
		case other.Code == "":
			return waitForDuplicate, nil
		}
		outcome, err := o.earlier(id, visit.Authentication{Code: other.Code, At: other.IssuedAt})
		o.notify(id, outcome)
		return 0, err
	}
	code, found, err := o.look(ctx, item)
	if err != nil {
		return 0, unreachable{err}
	}
	if found {
		outcome, err := o.found(item, code)
		o.notify(id, outcome)
		return 0, err
	}
	if wait := o.rest(item); wait > 0 {
		return wait, nil
	}
	if item.Denied != nil {
		return 0, o.believe(item)
	}
	var outcome Outcome
	switch wait := o.tooLate(item); {
	case !o.can(item.Visit): // it rested for the settle time, and there is no code
		outcome, err = o.cannotSend(ctx, item, visit.CardNeeded)
	case wait > 0:
		return wait, nil
	default:
		outcome, err = o.send(ctx, item)
	}
	if err == nil && outcome.Kind != Queued {
		o.notify(id, outcome)
	}
	return 0, err
}

// believe settles a visit to which NHSO said no before it could be asked for codes,
// and of which it has none.
func (o *Outbox) believe(item Item) error {
	outcome, err := o.denied(item.Visit.ID, *item.Denied)
	if err == nil {
		o.notify(item.Visit.ID, outcome)
	}
	return err
}

// foregroundGrace is how long a visit that was just saved is left to the submission of the
// patient who waits, who would hear that the code follows otherwise.
func (o *Outbox) foregroundGrace(item Item) time.Duration {
	age := o.now().Sub(item.Visit.CreatedAt)
	if item.Attempts > 0 || age < 0 || item.Visit.CreatedAt.Before(o.woke) {
		return 0
	}
	return foregroundGrace - age
}

// restFor is how long a visit rests after its last request: the settle time, and
// longer for one that NHSO fails on again and again.
func (o *Outbox) restFor(item Item) time.Duration {
	return o.times.SettleTime * time.Duration(min(max(item.Attempts, 1), slowestRest))
}

// unreachable is an error of a question to NHSO, for whose answer no visit can be
// settled.
type unreachable struct{ error }

// Unwrap returns the cause.
func (u unreachable) Unwrap() error { return u.error }
