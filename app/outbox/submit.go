package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"authenkiosk/visit"
)

// Submit sends a visit that was just saved, for the patient who waits. It
// returns when there is an outcome to tell; work that is left goes on in the
// background.
func (o *Outbox) Submit(ctx context.Context, id visit.ID) Outcome {
	defer o.Wake()
	item, err := o.store.Item(id)
	if err != nil {
		o.log.Error("read visit before submitting", "visit", id, "err", err)
		return Outcome{Kind: Queued}
	}
	if item.Settled || item.Attempts > 0 || passed(item) {
		return Outcome{Kind: Queued} // the background knows what to do
	}
	service := serviceOf(item.Visit)
	if !o.take(service) {
		return Outcome{Kind: Queued}
	}
	defer o.release(service)
	switch twin, found := o.settledTwin(ctx, item); {
	case found && twin.Code == "":
		return Outcome{Kind: Queued}
	case found:
		outcome, _ := o.done(id, twin.Code, twin.IssuedAt)
		return outcome
	}
	outcome, err := o.send(ctx, item.Visit)
	if failure := failureOf(err); failure != nil && failure.Kind == Ambiguous {
		outcome, err = o.lookFor(ctx, item.Visit)
	}
	if err != nil {
		o.log.Warn("submit visit", "visit", id, "err", err)
		return Outcome{Kind: Queued}
	}
	return outcome
}

// settledTwin is twin after a try to settle it.
func (o *Outbox) settledTwin(ctx context.Context, item Item) (Item, bool) {
	twin, found := o.twin(item)
	if !found || twin.Code != "" {
		return twin, found
	}
	o.log.Info("another visit of the same service waits", "visit", item.Visit.ID, "other", twin.Visit.ID)
	if _, err := o.step(ctx, twin); err != nil {
		o.log.Warn("settle visit", "visit", twin.Visit.ID, "err", err)
	}
	return o.twin(item)
}

// send lets one request leave and writes down what came of it. The note that it
// leaves is on the disk before it does.
func (o *Outbox) send(ctx context.Context, v visit.Visit) (Outcome, error) {
	if err := o.store.Begin(v.ID, time.Now()); err != nil {
		return Outcome{}, fmt.Errorf("note that the request leaves: %w", err)
	}
	// A request that has left is waited for, even when the program is ending: its
	// answer may be the only one. The client's own time-out bounds it.
	code, issued, err := o.nhso.Submit(context.WithoutCancel(ctx), v)
	if err == nil {
		return o.done(v.ID, code, issued)
	}
	failure := failureOf(err)
	switch failure.Kind {
	case Refused:
		return o.refused(ctx, v, failure)
	case CannotSend:
		return o.cannotSend(ctx, v)
	case NotProcessed:
		if err := o.store.Requeue(v.ID, time.Now()); err != nil {
			return Outcome{}, fmt.Errorf("note that the request was not processed: %w", err)
		}
	}
	return Outcome{}, failure
}

func (o *Outbox) done(id visit.ID, code visit.AuthenCode, issued time.Time) (Outcome, error) {
	if err := o.store.Done(id, code, issued); err != nil {
		// NHSO has the visit; the look-up of the next round will find the code.
		o.log.Error("write down the code", "visit", id, "err", err)
	}
	return Outcome{Kind: Done, Code: code, IssuedAt: issued}, nil
}

// refused settles a no. A visit that NHSO has already is refused as well, so the
// codes of the day are asked for before the no is believed.
func (o *Outbox) refused(ctx context.Context, v visit.Visit, f *Failure) (Outcome, error) {
	code, found, err := o.look(ctx, v)
	if err != nil {
		// Not knowing whether there is a code, keep the visit for a look-up later.
		return Outcome{}, err
	}
	if found {
		return o.done(v.ID, code.Code, code.At)
	}
	if err := o.store.Refuse(v.ID, f.Problem, f.Message, time.Now()); err != nil {
		return Outcome{}, fmt.Errorf("write down the refusal: %w", err)
	}
	return Outcome{Kind: RefusedBy, Problem: f.Problem, Message: f.Message}, nil
}

// cannotSend makes a visit that was surely not processed work for the staff,
// unless there is a code already.
func (o *Outbox) cannotSend(ctx context.Context, v visit.Visit) (Outcome, error) {
	if code, found, err := o.look(ctx, v); err == nil && found {
		return o.done(v.ID, code.Code, code.At)
	}
	if err := o.store.Staff(v.ID, visit.CardNeeded, time.Now()); err != nil {
		return Outcome{}, fmt.Errorf("hand the visit to the staff: %w", err)
	}
	return Outcome{Kind: RefusedBy, Problem: visit.CardNeeded}, nil
}

// lookFor asks for the code of a visit whose request got no clear answer, as
// long as the patient can be expected to wait. It never sends again.
func (o *Outbox) lookFor(ctx context.Context, v visit.Visit) (Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, o.times.Patience)
	defer cancel()
	var last error
	for {
		code, found, err := o.look(ctx, v)
		if found {
			return o.done(v.ID, code.Code, code.At)
		}
		last = errors.Join(err, errors.New("the code is not known yet"))
		select {
		case <-ctx.Done():
			return Outcome{}, last
		case <-time.After(lookEvery):
		}
	}
}

// look asks NHSO whether there is a code for this person, unit, day and claim
// type.
func (o *Outbox) look(ctx context.Context, v visit.Visit) (Code, bool, error) {
	codes, err := o.nhso.Codes(ctx, v.PID, v.ServiceDate)
	if err != nil {
		return Code{}, false, fmt.Errorf("ask for the codes of the day: %w", err)
	}
	for _, c := range codes {
		if c.HCode == v.HCode && c.ClaimType == v.ClaimType.Code {
			return c, true, nil
		}
	}
	return Code{}, false, nil
}

// failureOf makes a Failure of any error; one of an unknown kind is ambiguous,
// which is the safe thing to believe.
func failureOf(err error) *Failure {
	if err == nil {
		return nil
	}
	var f *Failure
	if errors.As(err, &f) {
		return f
	}
	return &Failure{Kind: Ambiguous, Problem: visit.NHSOUnreachable, Err: err}
}

// passed tells whether the visit's own day is over.
func passed(i Item) bool { return i.Visit.ServiceDate != visit.ServiceDateOf(time.Now()) }
