package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"authenkiosk/app/wait"
	"authenkiosk/nhso"
	"authenkiosk/outbox"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

const (
	// retentionHour is when erasure and compaction run in Bangkok: nights are quiet,
	// no patient waits for the disk.
	retentionHour = 3
	// lookAtRetention is how often it is looked whether something is to be erased.
	lookAtRetention = time.Minute
	// believeToErase is how long a clock of which nobody can know better must have
	// gone evenly before it may erase any number of days: people have seen its date
	// on screens and slips for hours.
	believeToErase = 4 * time.Hour
)

// retention erases what is older than the configuration allows, at the start and
// every night, by a clock that can be believed: what a wrong one erases is gone.
type retention struct {
	store *storage.Store
	keep  func() storage.Keep
	log   *slog.Logger

	clock       func() outbox.Clock
	stood       func() (d time.Duration, set bool) // see clockGuard.stood
	confirmable bool                               // NHSO's answers tell the time: they are waited for
	also        func(now time.Time)                // erases what is kept beside the store

	ended visit.Date // the day before which no item that a desk has opened is open
	done  visit.Date // the night in which it ran last
	said  string     // why it did not run
}

func (c *Core) retention() *retention {
	_, confirmable := c.NHSO.(*nhso.Endpoint)
	return &retention{
		store: c.Store, keep: c.keep, log: c.Log, clock: c.clockForVisits, confirmable: confirmable, also: c.face.Erase,
		stood: func() (time.Duration, bool) { return c.clock.Stood(time.Since(c.began)) },
	}
}

// keep says how long data stay now: the configuration, and how far the receivers are.
func (c *Core) keep() storage.Keep {
	s := c.Config.Storage
	return storage.Keep{Days: s.KeepDays, PhotoDays: s.KeepPhotoDays, StaffDays: s.KeepStaffDays, Delivered: c.receivers.Delivered()}
}

func (r *retention) run(ctx context.Context) {
	for {
		r.endOpened(time.Now())
		r.look(time.Now())
		if !wait.For(ctx, lookAtRetention) {
			return
		}
	}
}

// nightOf returns the day on whose morning something was to be erased last.
func nightOf(now time.Time) visit.Date {
	return visit.ServiceDateOf(now.Add(-retentionHour * time.Hour))
}

// endOpened closes at midnight the items of people whom nobody knows.
func (r *retention) endOpened(now time.Time) {
	today := visit.ServiceDateOf(now)
	if today == r.ended {
		return
	}
	if may, _, _ := r.believes(); !may {
		return
	}
	left, err := r.store.EndOpened(today, now)
	if err != nil {
		r.log.Error("close opened items of a day that is over", "err", err)
	}
	if left == 0 { // what is on its way has another minute
		r.ended = today
	}
}

// look erases when it is time and the clock can be believed.
func (r *retention) look(now time.Time) {
	night := nightOf(now)
	if night == r.done {
		return
	}
	may, confirmed, why := r.believes()
	if !may {
		r.say(why)
		return
	}
	keep := r.keep()
	keep.Confirmed = confirmed
	err := expire(r.store, now, keep, r.log)
	if far := new(storage.UnconfirmedError); errors.As(err, &far) {
		r.say(err.Error())
		return
	}
	r.also(now)
	r.done, r.said = night, ""
}

// believes reports whether the clock may erase, whether it may erase any number of days,
// and if it may not, why.
func (r *retention) believes() (may, confirmed bool, why string) {
	switch r.clock() {
	case outbox.ClockRight:
		return true, true, ""
	case outbox.ClockWrong:
		return false, false, "the clock is wrong"
	}
	stood, set := r.stood()
	switch {
	case stood < outbox.BelieveAfter:
		return false, false, ""
	case r.confirmable:
		return false, false, "NHSO has not confirmed the clock yet"
	case stood >= believeToErase:
		return true, true, ""
	case set:
		return false, false, "the clock was set, and nobody has confirmed it since"
	}
	return true, false, ""
}

// say tells once why nothing is erased.
func (r *retention) say(why string) {
	if why != "" && why != r.said {
		r.log.Warn("what is too old is not erased yet", "why", why)
	}
	r.said = why
}

func expire(store *storage.Store, now time.Time, keep storage.Keep, log *slog.Logger) error {
	erased, err := store.Expire(now, keep)
	if errors.As(err, new(*storage.UnconfirmedError)) {
		return err
	}
	if err != nil {
		log.Error("erase what is too old", "err", err)
	}
	if erased.Waiting > 0 {
		log.Warn("visits are kept for a receiver that has not got them yet", "visits", erased.Waiting)
	}
	if erased.Unsent > 0 {
		log.Error("visits were erased that a receiver never got", "visits", erased.Unsent)
	}
	if erased.Unclosed > 0 {
		log.Error("work for the staff that nobody has closed was erased; see: work list -month", "visits", erased.Unclosed)
	}
	if !erased.Any() {
		return nil
	}
	size, err := store.Compact()
	if err != nil {
		log.Error("make the store smaller", "err", err)
	}
	log.Info("erased what is too old", "visits", erased.Visits, "photos", erased.Photos, "keys", erased.Keys,
		"kept", erased.Kept, "bytes_before", size.Before, "bytes_after", size.After)
	return nil
}
