package app

import (
	"time"

	"authenkiosk/outbox"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// visits is the durable store as the runner and the outbox need it.
type visits struct{ *storage.Store }

var (
	_ Store        = visits{}
	_ outbox.Store = visits{}
)

// Pending implements outbox.Store.
func (v visits) Pending() ([]outbox.Item, error) {
	records, err := v.Unsettled()
	return itemsOf(records), err
}

// Item implements outbox.Store.
func (v visits) Item(id visit.ID) (outbox.Item, error) {
	r, err := v.Visit(id)
	return itemOf(r), err
}

// Same implements outbox.Store.
func (v visits) Same(pid visit.PID, date visit.Date) ([]outbox.Item, error) {
	records, err := v.Find(pid, date)
	return itemsOf(records), err
}

func itemsOf(records []storage.Record) []outbox.Item {
	items := make([]outbox.Item, len(records))
	for i, r := range records {
		items[i] = itemOf(r)
	}
	return items
}

func itemOf(r storage.Record) outbox.Item {
	i := outbox.Item{
		Visit: r.Visit, Attempts: r.Attempts, Unclear: r.Attempts - r.Answered, LastSent: r.LastSent,
		InFlight: r.State == storage.StateInflight, Settled: !r.State.Unsettled(), Code: r.Code, IssuedAt: r.IssuedAt,
	}
	if r.Denied {
		i.Denied = &outbox.Denial{Problem: r.Problem, Message: r.Message}
	}
	return i
}

// toldVisits are visits whose changes are told, once they are on the disk: to
// those who listen to events, and to those who follow the feed.
type toldVisits struct {
	visits
	told func(visit.ID, storage.State)
}

var (
	_ Store        = toldVisits{}
	_ outbox.Store = toldVisits{}
)

// Done implements outbox.Store.
func (v toldVisits) Done(id visit.ID, code visit.AuthenCode, issued time.Time) error {
	return v.after(id, storage.StateDone, v.visits.Done(id, code, issued))
}

// Refuse implements outbox.Store.
func (v toldVisits) Refuse(id visit.ID, p visit.Problem, message string, at time.Time) error {
	return v.after(id, storage.StateRefused, v.visits.Refuse(id, p, message, at))
}

// Staff implements outbox.Store and Store.
func (v toldVisits) Staff(id visit.ID, p visit.Problem, at time.Time) error {
	return v.after(id, storage.StateStaff, v.visits.Staff(id, p, at))
}

// Drop implements Store.
func (v toldVisits) Drop(id visit.ID, at time.Time) error {
	return v.after(id, storage.StateDropped, v.visits.Drop(id, at))
}

// Save implements Store.
func (v toldVisits) Save(x visit.Visit, at time.Time) error {
	return v.after(x.ID, storage.StatePending, v.visits.Save(x, at))
}

// SaveForStaff saves what hospital software leaves to the staff.
func (v toldVisits) SaveForStaff(x visit.Visit, p visit.Problem, at time.Time) error {
	return v.after(x.ID, storage.StateStaff, v.visits.SaveForStaff(x, p, at))
}

// SaveDone implements Store.
func (v toldVisits) SaveDone(x visit.Visit, code visit.AuthenCode, issued, at time.Time) error {
	return v.after(x.ID, storage.StateDone, v.visits.SaveDone(x, code, issued, at))
}

// SaveWithPhoto implements Store.
func (v toldVisits) SaveWithPhoto(x visit.Visit, jpeg []byte, at time.Time) error {
	return v.after(x.ID, storage.StatePending, v.visits.SaveWithPhoto(x, jpeg, at))
}

func (v toldVisits) after(id visit.ID, to storage.State, err error) error {
	if err == nil {
		v.told(id, to)
	}
	return err
}
