package app

import (
	"context"
	"log/slog"
	"time"

	"authenkiosk/storage"
	"authenkiosk/visit"
)

// Nights are quiet: erasure and compaction run at this hour in Bangkok, when no
// patient waits for the disk.
const retentionHour = 3

// keepRetention erases what is older than the configuration allows, at the start
// and every night, until ctx ends.
func keepRetention(ctx context.Context, store *storage.Store, keep func() storage.Keep, log *slog.Logger) {
	for {
		expire(store, keep(), log)
		if !sleep(ctx, time.Until(nextRetention(time.Now()))) {
			return
		}
	}
}

// keep says how long data stay now: the configuration, and how far the receivers are.
func (c *core) keep() storage.Keep {
	s := c.Config.Storage
	return storage.Keep{Days: s.KeepDays, PhotoDays: s.KeepPhotoDays, StaffDays: s.KeepStaffDays, Delivered: c.tell.delivered()}
}

// nextRetention returns the next time of that hour, strictly after now.
func nextRetention(now time.Time) time.Time {
	at := visit.ServiceDateOf(now).Midnight().Add(retentionHour * time.Hour)
	if !at.After(now) {
		at = at.Add(24 * time.Hour)
	}
	return at
}

func expire(store *storage.Store, keep storage.Keep, log *slog.Logger) {
	erased, err := store.Expire(time.Now(), keep)
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
		return
	}
	size, err := store.Compact()
	if err != nil {
		log.Error("make the store smaller", "err", err)
	}
	log.Info("erased what is too old", "visits", erased.Visits, "photos", erased.Photos, "keys", erased.Keys,
		"kept", erased.Kept, "bytes_before", size.Before, "bytes_after", size.After)
}
