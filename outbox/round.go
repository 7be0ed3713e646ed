package outbox

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"authenkiosk/visit"
)

// rounds is what the background remembers from one round to the next.
type rounds struct {
	apart map[visit.ID]apart // visits that failed, while NHSO answered about others
	doubt bool               // in the last round NHSO has answered nobody
	tried visit.ID           // about whom it was asked then
}

// apart is a visit that waits for itself, so that nobody waits for it.
type apart struct {
	until time.Time
	pause time.Duration
}

// Run settles what is pending until ctx ends: first what an earlier run of the
// program left, then whatever the patients' submissions leave.
func (o *Outbox) Run(ctx context.Context) {
	backOff := firstBackOff
	for {
		next, stopped, answered := o.oneRound(ctx)
		if answered || !stopped {
			backOff = firstBackOff
		}
		if stopped {
			next = backOff
			backOff = min(2*backOff, lastBackOff)
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

// oneRound looks at every pending visit once. It returns when to look again,
// whether the round was stopped because NHSO does not answer, and whether it has
// answered about anybody.
//
// A round stops at the first failure before any answer, unless it is that of a visit
// which is set apart already. After an answer, a visit that fails is set apart, and
// only several in a row that had not failed before stop the round. When a round
// got no answer, the next one asks about another person first, so that one for whom
// NHSO fails cannot make it look unreachable for everybody.
func (o *Outbox) oneRound(ctx context.Context) (next time.Duration, stopped, answered bool) {
	pending, err := o.store.Pending()
	if err != nil {
		// Readable visits are still worked on; the others are in the log.
		o.log.Error("list pending visits", "err", err)
	}
	items := o.inTurn(pending)
	o.forgetApart(items)
	before := o.answers.Load()
	if o.round.doubt && !o.isThere(ctx, items) {
		// What needs no answer goes on: a day that is over ends without NHSO.
		items, stopped = slices.DeleteFunc(items, o.needsNHSO), true
	}
	next = idleRound
	failures := 0
	for _, item := range items {
		if ctx.Err() != nil {
			break
		}
		id := item.Visit.ID
		if wait := time.Until(o.round.apart[id].until); wait > 0 && o.needsNHSO(item) {
			next = min(next, wait)
			continue
		}
		asked := o.answers.Load()
		wait, err := o.settle(ctx, item)
		if wait > 0 {
			next = min(next, wait)
		}
		if err == nil {
			if o.answers.Load() > asked {
				failures = 0
			}
			delete(o.round.apart, id)
			continue
		}
		o.log.Warn("settle visit", "visit", id, "err", err)
		o.noteRetryAfter(err)
		ofNHSO, again := errors.As(err, new(unreachable)), o.isApart(item)
		if ofNHSO && !again && o.answers.Load() == before {
			o.round.doubt, o.round.tried, stopped = true, id, true
			break
		}
		next = min(next, o.setApart(id, ofNHSO))
		if !again && !concernsOne(err) {
			failures++
		}
		if stopped = failures == enoughFailures; stopped {
			break
		}
	}
	return next, stopped, o.answers.Load() > before
}

// withoutPriority brings visits of earlier days behind those of today, which a patient needs
// today; those that wait for no answer come first.
// Otherwise the order is that of saving.
func (o *Outbox) inTurn(pending []Item) []Item {
	turn := func(i Item) int {
		switch {
		case !o.needsNHSO(i):
			return 0
		case o.dayOf(i) != dayOver:
			return 1
		}
		return 2
	}
	items := slices.Clone(pending)
	slices.SortStableFunc(items, func(a, b Item) int { return turn(a) - turn(b) })
	return items
}

// needsNHSO reports whether the visit stays as it is until NHSO has answered.
func (o *Outbox) needsNHSO(i Item) bool {
	switch {
	case i.InFlight:
		return o.dayOf(i) != dayOver || o.now().Sub(i.LastSent) < askedFor
	case o.dayOf(i) == dayOver:
		return false
	}
	return o.can(i.Visit)
}

// isThere asks NHSO about another person than the one about whom it did not answer.
func (o *Outbox) isThere(ctx context.Context, items []Item) bool {
	if o.retryAfter() > 0 || o.clock() == ClockWrong {
		return true // nothing is asked at all in this round
	}
	ask := slices.DeleteFunc(slices.Clone(items), func(i Item) bool { return !o.needsNHSO(i) || o.dayOf(i) == dayAhead })
	if fresh := slices.DeleteFunc(slices.Clone(ask), o.isApart); len(fresh) > 0 {
		ask = fresh
	}
	if len(ask) == 0 {
		return true
	}
	last := slices.IndexFunc(ask, func(i Item) bool { return i.Visit.ID == o.round.tried })
	item := ask[(last+1)%len(ask)]
	before := o.answers.Load()
	if _, _, err := o.look(ctx, item); err != nil {
		o.log.Warn("ask NHSO", "visit", item.Visit.ID, "err", err)
	}
	o.round.tried, o.round.doubt = item.Visit.ID, o.answers.Load() == before
	return !o.round.doubt
}

// setApart lets a visit wait, longer after each failure, and returns how long. What
// is wrong with the answer about a person seldom changes soon; what is wrong with the
// way of a request does.
func (o *Outbox) setApart(id visit.ID, ofNHSO bool) time.Duration {
	longest := lastBackOff
	if ofNHSO {
		longest = longestApart
	}
	pause := min(max(2*o.round.apart[id].pause, firstBackOff), longest)
	o.round.apart[id] = apart{time.Now().Add(pause), pause}
	return pause
}

func (o *Outbox) isApart(i Item) bool {
	_, is := o.round.apart[i.Visit.ID]
	return is
}

func (o *Outbox) forgetApart(pending []Item) {
	if len(o.round.apart) == 0 {
		return
	}
	there := make(map[visit.ID]bool, len(pending))
	for _, i := range pending {
		there[i.Visit.ID] = true
	}
	maps.DeleteFunc(o.round.apart, func(id visit.ID, _ apart) bool { return !there[id] })
}
