package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"authenkiosk/visit"
)

// Submit sends a visit that was just saved, for the patient who waits. It
// returns when there is an outcome to tell; work that is left goes on in the
// background.
func (o *Outbox) Submit(ctx context.Context, id visit.ID) Outcome { return o.submit(ctx, id, false) }

// SubmitAsked is Submit for whoever has asked NHSO for the codes of the visit a moment ago, and was
// told that there is none: NHSO is not asked once more, unless the visit, which was made just before
// that, has become old meanwhile: by a disk that stood still, a machine that did not answer, or a
// sleep of this one.
func (o *Outbox) SubmitAsked(ctx context.Context, id visit.ID) Outcome {
	return o.submit(ctx, id, true)
}

func (o *Outbox) submit(ctx context.Context, id visit.ID, asked bool) Outcome {
	defer o.Wake()
	item, err := o.store.Item(id)
	if err != nil {
		o.log.Error("read visit before submitting", "visit", id, "err", err)
		return Outcome{Kind: Queued}
	}
	if item.Settled || item.Attempts > 0 || o.dayOf(item) != itsDay || o.retryAfter() > 0 {
		return Outcome{Kind: Queued} // the background knows what to do
	}
	service := serviceOf(item.Visit)
	if !o.take(service) {
		return Outcome{Kind: Queued}
	}
	defer o.release(service)
	switch other, found, err := o.settledDuplicate(ctx, item); {
	case err != nil:
		o.log.Error("submit visit", "visit", id, "err", err)
		return Outcome{Kind: Queued} // the background asks NHSO first
	case found && other.Code == "":
		return Outcome{Kind: Queued}
	case found:
		outcome, _ := o.earlier(id, visit.Authentication{Code: other.Code, At: other.IssuedAt})
		return outcome
	}
	// NHSO may have given the screen no answer. And since it did, somebody may have made a code by
	// hand or with a phone, or another machine have sent for this person.
	if age := o.now().Sub(item.Visit.CreatedAt); !asked || age < 0 || age > askedLately {
		switch code, found, err := o.look(ctx, item); {
		case err != nil:
			o.log.Warn("ask NHSO before submitting", "visit", id, "err", err)
			return Outcome{Kind: Queued, Problem: failureOf(err).Problem}
		case found:
			outcome, _ := o.found(item, code)
			return outcome
		}
	}
	outcome, err := o.send(ctx, item)
	o.noteRetryAfter(err)
	if err != nil {
		// The store knows whether a request has left and what NHSO said to it; the
		// error can be that of a look-up or of the disk.
		switch now, unread := o.store.Item(id); {
		case unread == nil && now.InFlight:
			outcome, err = o.lookFor(ctx, now)
		case unread == nil && now.Held: // somebody at a desk was faster
			return Outcome{Kind: Queued}
		}
	}
	if err != nil {
		o.log.Warn("submit visit", "visit", id, "err", err)
		return Outcome{Kind: Queued, Problem: failureOf(err).Problem}
	}
	return outcome
}

// settledDuplicate is duplicate after a try to settle it.
func (o *Outbox) settledDuplicate(ctx context.Context, item Item) (Item, bool, error) {
	other, found, err := o.duplicate(item)
	if err != nil || !found || other.Code != "" {
		return other, found, err
	}
	o.log.Info("another visit of the same service waits", "visit", item.Visit.ID, "other", other.Visit.ID)
	if _, err := o.step(ctx, other); err != nil {
		o.log.Warn("settle visit", "visit", other.Visit.ID, "err", err)
	}
	return o.duplicate(item)
}

// send lets one request leave and writes down what came of it. The note that it
// leaves is on the disk before it does.
func (o *Outbox) send(ctx context.Context, item Item) (Outcome, error) {
	v := item.Visit
	if o.dayOf(item) != itsDay {
		return Outcome{}, errOtherDay // a look-up took it over midnight
	}
	if o.clock() == ClockWrong {
		return Outcome{}, errClock // a look-up has told so
	}
	if err := o.store.Begin(v.ID, o.now()); err != nil {
		// Another visit may have got the code of the service while NHSO was asked.
		if other, found, _ := o.duplicate(item); found && other.Code != "" {
			return o.earlier(v.ID, visit.Authentication{Code: other.Code, At: other.IssuedAt})
		}
		return Outcome{}, fmt.Errorf("note that the request leaves: %w", err)
	}
	o.mu.Lock()
	o.left[v.ID] = time.Now()
	o.mu.Unlock()
	// A request that has left is waited for, even when the program is ending: its
	// answer may be the only one. The client's own time-out bounds it.
	code, issued, err := o.nhso.Submit(context.WithoutCancel(ctx), v)
	o.tally(err)
	if err == nil {
		return o.done(v.ID, code, issued)
	}
	failure := failureOf(err)
	switch failure.Kind {
	case Refused:
		return o.refused(ctx, item, Denial{failure.Problem, failure.Message})
	case CannotSend:
		return o.cannotSend(ctx, item, failure.Problem)
	case NotProcessed:
		if err := o.store.Requeue(v.ID, o.now()); err != nil {
			return Outcome{}, fmt.Errorf("note that the request was not processed: %w", err)
		}
	}
	return Outcome{}, failure
}

func (o *Outbox) done(id visit.ID, code visit.AuthenCode, issued time.Time) (Outcome, error) {
	if err := o.store.Done(id, code, issued); err != nil {
		// NHSO has the visit; the look-up of the next round will find the code.
		o.log.Error("write down the code", "visit", id, "err", err)
	} else {
		o.forget(id)
	}
	return Outcome{Kind: Done, Code: code, IssuedAt: issued}, nil
}

// earlier is done with a code that no request of this visit has brought.
func (o *Outbox) earlier(id visit.ID, c visit.Authentication) (Outcome, error) {
	outcome, err := o.done(id, c.Code, c.At)
	outcome.Earlier = true
	return outcome, err
}

// found is done with a code that NHSO was asked for. It is that of a request of the
// visit only if there is one of which nobody knows what became, and unless the code
// is older than the visit by more than clocks may differ.
func (o *Outbox) found(item Item, c visit.Authentication) (Outcome, error) {
	v := item.Visit
	if item.Unclear == 0 || !c.At.IsZero() && c.At.Before(v.CreatedAt.Add(-clocksDiffer)) {
		return o.earlier(v.ID, c)
	}
	return o.done(v.ID, c.Code, c.At)
}

// refused settles a no. A visit that NHSO has already is refused as well, so the
// codes of the day are asked for before the no is believed. Until then it is kept, so
// that nothing is sent again, and a code is known for what it is. The item is that
// from before the request.
func (o *Outbox) refused(ctx context.Context, item Item, no Denial) (Outcome, error) {
	v := item.Visit
	if err := o.store.Deny(v.ID, no.Problem, no.Message, o.now()); err != nil {
		o.log.Error("write down NHSO's no", "visit", v.ID, "err", err)
	}
	code, found, err := o.look(ctx, item)
	if err != nil {
		// Not knowing whether there is a code, keep the visit for a look-up later.
		return Outcome{}, err
	}
	switch {
	case found:
		return o.found(item, code)
	case item.Unclear > 0:
		// It may be for the code of a request before, which is not seen yet.
		return Outcome{Kind: Queued}, nil
	}
	return o.denied(v.ID, no)
}

// denied believes a no.
func (o *Outbox) denied(id visit.ID, no Denial) (Outcome, error) {
	if err := o.store.Refuse(id, no.Problem, no.Message, o.now()); err != nil {
		return Outcome{}, fmt.Errorf("write down the refusal: %w", err)
	}
	o.forget(id)
	return Outcome{Kind: RefusedBy, Problem: no.Problem, Message: no.Message}, nil
}

// cannotSend makes a visit that was surely not processed work for the staff,
// unless NHSO can be asked and has a code already.
func (o *Outbox) cannotSend(ctx context.Context, item Item, p visit.Problem) (Outcome, error) {
	if o.retryAfter() <= 0 {
		if code, found, err := o.look(ctx, item); err == nil && found {
			return o.found(item, code)
		}
	}
	return o.toStaff(item.Visit.ID, p)
}

func (o *Outbox) toStaff(id visit.ID, p visit.Problem) (Outcome, error) {
	if err := o.store.Staff(id, p, o.now()); err != nil {
		return Outcome{}, fmt.Errorf("hand the visit to the staff: %w", err)
	}
	o.forget(id)
	return Outcome{Kind: RefusedBy, Problem: p}, nil
}

// lookFor asks for the code of a visit whose request got no clear answer, or a no
// before it could be asked for codes, as long as the patient can be expected to wait.
// It never sends again.
func (o *Outbox) lookFor(ctx context.Context, item Item) (Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, o.times.Patience)
	defer cancel()
	var last error
	for {
		if o.retryAfter() > 0 {
			return Outcome{}, errors.Join(last, errQuiet)
		}
		code, found, err := o.look(ctx, item)
		switch {
		case found:
			return o.found(item, code)
		case err == nil && item.Denied != nil && item.Unclear == 0:
			return o.denied(item.Visit.ID, *item.Denied)
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
func (o *Outbox) look(ctx context.Context, item Item) (visit.Authentication, bool, error) {
	codes, err := o.codes(ctx, item.Visit, item.Besides)
	if err == nil && len(codes) == 0 && o.tooEarly(item) {
		codes, err = o.codesOfTheDayBefore(ctx, item)
	}
	if err != nil || len(codes) == 0 {
		return visit.Authentication{}, false, err
	}
	return codes[0], true, nil
}

// codesOfTheDayBefore asks NHSO for what requests of a visit can have made on the day before its own.
// Of a code without its time nobody can say that, and one of a visit of that day is none of this.
// What is older than the first request leaves nothing open, whatever else is not known of it.
func (o *Outbox) codesOfTheDayBefore(ctx context.Context, item Item) ([]visit.Authentication, error) {
	v, first := item.Visit, o.firstSent(item)
	v.ServiceDate = visit.ServiceDateOf(v.ServiceDate.Midnight().Add(-1))
	codes, err := o.codesBut(ctx, v, func(c visit.Authentication) bool {
		return slices.Contains(item.Besides, c.Code) || c.At.IsZero() || c.At.Before(first.Add(-clocksDiffer))
	})
	if err != nil || len(codes) == 0 {
		return nil, err
	}
	theirs, err := o.store.Same(v.PID, v.ServiceDate)
	return slices.DeleteFunc(codes, func(c visit.Authentication) bool {
		return slices.ContainsFunc(theirs, func(i Item) bool { return i.Code == c.Code })
	}), err
}

// Ask asks NHSO, for somebody at a desk, for the codes of a visit, whatever became of it.
// Those besides are not of it. It asks nothing as long as NHSO wants to be left alone, and an answer that leaves open
// whose a code is, is an error.
func (o *Outbox) Ask(ctx context.Context, v visit.Visit, besides ...visit.AuthenCode) ([]visit.Authentication, error) {
	if o.retryAfter() > 0 {
		return nil, errQuiet
	}
	return o.codes(ctx, v, besides)
}

// codes asks NHSO for the codes of this person, unit, day and claim type but for those.
func (o *Outbox) codes(ctx context.Context, v visit.Visit, besides []visit.AuthenCode) ([]visit.Authentication, error) {
	return o.codesBut(ctx, v, func(c visit.Authentication) bool { return slices.Contains(besides, c.Code) })
}

// codesBut is codes but for those of which something says that they are not the visit's.
func (o *Outbox) codesBut(ctx context.Context, v visit.Visit, not func(visit.Authentication) bool) (fit []visit.Authentication, err error) {
	all, err := o.nhso.Codes(ctx, v.PID, v.ServiceDate)
	o.tally(err)
	o.noteRetryAfter(err)
	if err != nil {
		return nil, fmt.Errorf("ask for the codes of the day: %w", err)
	}
	all = slices.DeleteFunc(slices.Clone(all), not)
	for _, c := range all {
		if c.Fits(v) {
			fit = append(fit, c)
		}
	}
	if len(fit) > 0 {
		return fit, nil
	}
	for _, c := range all {
		if mayBeOf(c, v) {
			return nil, errIncomplete
		}
	}
	return nil, nil
}

// tally counts what shows that NHSO is there.
func (o *Outbox) tally(err error) {
	if err == nil || concernsOne(err) {
		o.answers.Add(1)
	}
}

// concernsOne reports whether an error says nothing about other visits.
func concernsOne(err error) bool {
	var f *Failure
	return errors.Is(err, errIncomplete) || errors.As(err, &f) && f.OnePerson
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

var (
	errIncomplete = errors.New("NHSO names a code without its unit or claim type: it may be that of this visit")
	errQuiet      = errors.New("NHSO wants to be left alone for a while: ask again in some minutes")
	errClock      = errors.New("NHSO's answer speaks against this clock: nothing is sent by it")
	errOtherDay   = errors.New("it is not the visit's own day any more")
)

// mayBeOf reports whether what is known of a code fits the visit and something is not
// known.
func mayBeOf(c visit.Authentication, v visit.Visit) bool {
	unit, claim := c.Hospital.HCode, c.ClaimType.Code
	return (unit == "" || unit == v.HCode) && (claim == "" || claim == v.ClaimType.Code)
}
