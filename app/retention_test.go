package app

import (
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"authenkiosk/app/hospital"
	"authenkiosk/outbox"
	"authenkiosk/storage"
	"authenkiosk/storage/storagetest"
	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

func TestErasureRunsOnceInEveryNight(t *testing.T) {
	for now, want := range map[string]string{
		"2026-11-22T02:59:59": "2026-11-21",
		"2026-11-22T03:00:00": "2026-11-22",
		"2026-11-22T23:30:00": "2026-11-22",
		"2027-01-01T02:00:00": "2026-12-31",
	} {
		at, err := time.ParseInLocation("2006-01-02T15:04:05", now, visit.Bangkok)
		if err != nil {
			t.Fatal(err)
		}
		if got := nightOf(at).String(); got != want {
			t.Errorf("%s is of the night of %s, want %s", now, got, want)
		}
	}
}

func TestOnlyAClockThatCanBeBelievedErases(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, visit.Bangkok)
	type look struct {
		ahead  int // days
		clock  outbox.Clock
		stood  time.Duration
		set    bool
		erased bool
		says   string
	}
	const day = 24 * time.Hour
	first := look{clock: outbox.ClockRight}
	for _, c := range []struct {
		name  string
		agent bool // NHSO's answers do not tell the time
		looks []look
	}{
		{"NHSO bears it out", false, []look{first, {ahead: 2, clock: outbox.ClockRight, erased: true}}},
		{"it is wrong", false, []look{first, {ahead: 2, clock: outbox.ClockWrong, stood: day, says: "the clock is wrong"}}},
		{"the year 2569, and the battery", false, []look{first, {ahead: 198000, clock: outbox.ClockWrong}, {ahead: 2, clock: outbox.ClockRight, erased: true}}},
		{"NHSO is away", false, []look{first, {ahead: 2, clock: outbox.ClockUnknown, stood: time.Minute}, {ahead: 2, clock: outbox.ClockUnknown, stood: day, says: "NHSO has not confirmed"}}},
		{"a month ahead, and NHSO bears it out", false, []look{first, {ahead: 30, clock: outbox.ClockUnknown, stood: day}, {ahead: 30, clock: outbox.ClockRight, erased: true}}},
		{"the agent's, just started", true, []look{first, {ahead: 2, clock: outbox.ClockUnknown, stood: time.Minute}}},
		{"the agent's", true, []look{first, {ahead: 2, clock: outbox.ClockUnknown, stood: outbox.BelieveAfter, erased: true}}},
		{"the agent's, and somebody has set it", true, []look{first, {ahead: 2, clock: outbox.ClockUnknown, stood: time.Hour, set: true, says: "the clock was set"}}},
		{"the agent's, a month ahead for an hour", true, []look{first, {ahead: 30, clock: outbox.ClockUnknown, stood: time.Hour, says: "nobody has confirmed"}}},
		{"the agent's, a month ahead for half a day", true, []look{first, {ahead: 30, clock: outbox.ClockUnknown, stood: believeToErase, set: true, erased: true}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			store, err := storage.Open(t.TempDir(), storage.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = store.Close() }()
			storagetest.Done(t, store, now)
			var log strings.Builder
			var l look
			beside := 0
			r := retention{
				store: store, keep: func() storage.Keep { return storage.Keep{Days: 1, PhotoDays: 1, StaffDays: 1, Delivered: 1 << 60} },
				log:   slog.New(slog.NewTextHandler(&log, nil)),
				clock: func() outbox.Clock { return l.clock }, stood: func() (time.Duration, bool) { return l.stood, l.set },
				confirmable: !c.agent, also: func(time.Time) { beside++ },
			}
			for i, next := range c.looks {
				l = next
				before := beside
				r.look(now.AddDate(0, 0, l.ahead))
				r.look(now.AddDate(0, 0, l.ahead)) // the same minute
				if _, err := store.Visit("01900000-0000-7000-8000-000000000001"); (err != nil) != l.erased || l.erased && beside != before+1 {
					t.Errorf("look %d: %v, %d times beside the store", i, err, beside-before)
				}
			}
			if says := l.says; strings.Count(log.String(), "is not erased yet") > 1 || !strings.Contains(log.String(), says) {
				t.Errorf("the log says %q, want %q once", log.String(), says)
			}
		})
	}
}

func TestAVisitThatWaitsForAReceiverOutlivesTheNight(t *testing.T) {
	then := time.Now().AddDate(0, 0, -3)
	store, err := storage.Open(t.TempDir(), storage.Options{Now: func() time.Time { return then }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	storagetest.Done(t, store, then)
	keep := storage.Keep{Days: 1, PhotoDays: 1, StaffDays: 30}
	log := slog.New(slog.DiscardHandler)
	_ = expire(store, time.Now(), keep, log)
	if list, _, err := hospital.NewFeed(store, log).Visits(0, 10); err != nil || len(list) != 1 {
		t.Errorf("%d visits, %v", len(list), err)
	}
	keep.Delivered = math.MaxUint64
	_ = expire(store, time.Now(), keep, log)
	if list, _, err := hospital.NewFeed(store, log).Visits(0, 10); err != nil || len(list) != 0 {
		t.Errorf("%d visits when it was delivered, %v", len(list), err)
	}
}

func TestAnOpenedItemEndsWithItsDayByAClockThatCanBeBelieved(t *testing.T) {
	store, err := storage.Open(t.TempDir(), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, visit.Bangkok)
	id := visit.ID("01900000-0000-7000-8000-000000000001")
	if err := store.OpenItem(id, "99999", visit.HNOf("69-001"), storage.Opened{By: "desk-1/anna", Why: desk.Newborn}, noon); err != nil {
		t.Fatal(err)
	}
	clock := outbox.ClockRight
	r := retention{store: store, log: slog.New(slog.DiscardHandler), clock: func() outbox.Clock { return clock }}
	midnight := visit.ServiceDateOf(noon).Next().Midnight()
	for _, c := range []struct {
		at    time.Time
		clock outbox.Clock
		want  visit.State
	}{
		{noon, outbox.ClockRight, visit.StateStaff},
		{midnight.Add(-time.Second), outbox.ClockRight, visit.StateStaff},
		{midnight, outbox.ClockWrong, visit.StateStaff},
		{midnight, outbox.ClockRight, visit.StateDropped},
	} {
		clock = c.clock
		r.endOpened(c.at)
		if got, err := store.Visit(id); err != nil || got.State != c.want {
			t.Errorf("at %s it is %s, %v", c.at, got.State, err)
		}
	}
}
