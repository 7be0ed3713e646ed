package outbox

import (
	"context"
	"time"

	"authenkiosk/visit"
)

// day tells where today stands to a visit's own day.
type day int

const (
	itsDay day = iota
	dayOver
	dayAhead // the visit is of a day to come: a clock is wrong, or was
)

func (o *Outbox) dayOf(i Item) day {
	switch today := visit.ServiceDateOf(o.now()); {
	case i.Visit.ServiceDate == today:
		return itsDay
	case i.Visit.ServiceDate.Before(today):
		return dayOver
	}
	return dayAhead
}

// misdated reports whether a visit of a day to come was made by a clock that was wrong,
// because the one that says so is borne out. On the day that the clock showed then
// nobody would be there.
func (o *Outbox) misdated(i Item) bool {
	return o.clock() == ClockRight && i.Visit.ServiceDate.Midnight().Sub(o.now()) > 2*clocksDiffer
}

// over ends a visit whose day is over, or never was: it is work for the staff, unless
// NHSO has made its code after all. One whose request left is not given up before NHSO was
// asked, as the staff would make a second code.
func (o *Outbox) over(ctx context.Context, item Item, why visit.Problem) (time.Duration, error) {
	if o.clock() == ClockUnknown && time.Since(o.began) < BelieveAfter {
		return BelieveAfter - time.Since(o.began), nil // nobody has borne out the clock yet
	}
	if item.InFlight {
		if wait := o.rest(item); wait > 0 {
			return wait, nil
		}
		code, found, err := o.look(ctx, item)
		switch {
		case found:
			outcome, err := o.found(item, code)
			o.notify(item.Visit.ID, outcome)
			return 0, err
		case err == nil && item.Denied != nil:
			return 0, o.believe(item)
		case err != nil && o.now().Sub(item.LastSent) < askedFor:
			return 0, unreachable{err}
		case err != nil:
			o.log.Error("hand over a visit of which NHSO may have a code", "visit", item.Visit.ID, "err", err)
		}
	}
	outcome, err := o.toStaff(item.Visit.ID, why)
	if err == nil {
		o.notify(item.Visit.ID, outcome)
	}
	return 0, err
}

// rest is how much longer a visit whose request left is not to be sent again or
// given up. A clock that is set meanwhile does not make it shorter.
func (o *Outbox) rest(item Item) time.Duration {
	if !item.InFlight || item.Denied != nil && item.Unclear == 0 {
		return 0
	}
	o.mu.Lock()
	left, ofThisRun := o.left[item.Visit.ID]
	o.mu.Unlock()
	if ofThisRun {
		return o.restFor(item) - time.Since(left)
	}
	// Of a request of an earlier run nobody knows when it left: between the two the
	// clock may have been set, or have been dead.
	return o.times.SettleTime - time.Since(o.began)
}

// tooLate is how long it is to the end of the day of a visit that is not sent again on it, because
// for NHSO the next one may have begun: then its requests have made a code of that day, if any,
// and the answer that there is none of this day says nothing of them.
func (o *Outbox) tooLate(item Item) time.Duration {
	left := item.Visit.ServiceDate.Next().Midnight().Sub(o.now())
	if item.Unclear == 0 || left > clocksDiffer {
		return 0
	}
	return left
}

// tooEarly reports whether for NHSO the day of a visit may not have begun when it was sent: then the
// code of its requests, if any, is one of the day before.
func (o *Outbox) tooEarly(item Item) bool {
	return item.Unclear > 0 && o.firstSent(item).Sub(item.Visit.ServiceDate.Midnight()) < clocksDiffer
}

// firstSent is before any request of a visit left, and when the only one did: it may have
// waited for hours. Of a request of an earlier run nobody knows that: a store that was repaired
// has it as of the repair.
func (o *Outbox) firstSent(item Item) time.Time {
	o.mu.Lock()
	_, ofThisRun := o.left[item.Visit.ID]
	o.mu.Unlock()
	if ofThisRun && item.Attempts == 1 && item.LastSent.After(item.Visit.CreatedAt) {
		return item.LastSent
	}
	return item.Visit.CreatedAt
}

// forget ends what this run knows of a visit, which is settled.
func (o *Outbox) forget(id visit.ID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.left, id)
}

// noteRetryAfter keeps what NHSO says about when to come again.
func (o *Outbox) noteRetryAfter(err error) {
	f := failureOf(err)
	if f == nil || f.RetryAfter <= 0 {
		return
	}
	until := time.Now().Add(min(f.RetryAfter, longestQuiet))
	o.mu.Lock()
	defer o.mu.Unlock()
	if until.After(o.quiet) {
		o.quiet = until
	}
}

// retryAfter is how much longer NHSO wants to be left alone.
func (o *Outbox) retryAfter() time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	return time.Until(o.quiet)
}
