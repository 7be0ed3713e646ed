package app

import (
	"time"

	"authenkiosk/outbox"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// Visits are those of the durable store as faces and the outbox need them. Their changes
// are told, once they are on the disk: to those who listen to events, and to those who
// follow the feed.
type Visits struct {
	*storage.Store
	Told func(visit.ID, visit.State)
}

var _ outbox.Store = Visits{}

// Pending implements outbox.Store.
func (v Visits) Pending() ([]outbox.Item, error) {
	records, err := v.Unsettled()
	return itemsOf(records), err
}

// Item implements outbox.Store.
func (v Visits) Item(id visit.ID) (outbox.Item, error) {
	r, err := v.Visit(id)
	return itemOf(r), err
}

// Same implements outbox.Store.
func (v Visits) Same(pid visit.PID, date visit.Date) ([]outbox.Item, error) {
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
		Visit: r.Visit, Attempts: r.Attempts, Unclear: r.Unclear(), LastSent: r.LastSent,
		InFlight: r.State == visit.StateInflight, Settled: !r.State.Unsettled(), Held: r.Held(), Completes: r.Completes, Besides: r.Second.Besides,
		Code: r.Code, IssuedAt: r.IssuedAt,
	}
	if r.Denied {
		i.Denied = &outbox.Denial{Problem: r.Problem, Message: r.Message}
	}
	return i
}

// Done implements outbox.Store.
func (v Visits) Done(id visit.ID, code visit.AuthenCode, issued time.Time) error {
	return v.after(id, visit.StateDone, v.Store.Done(id, code, issued))
}

// Refuse implements outbox.Store.
func (v Visits) Refuse(id visit.ID, p visit.Problem, message string, at time.Time) error {
	return v.after(id, visit.StateRefused, v.Store.Refuse(id, p, message, at))
}

// Staff implements outbox.Store.
func (v Visits) Staff(id visit.ID, p visit.Problem, at time.Time) error {
	return v.after(id, visit.StateStaff, v.Store.Staff(id, p, at))
}

// Drop takes a visit back.
func (v Visits) Drop(id visit.ID, at time.Time) error {
	return v.after(id, visit.StateDropped, v.Store.Drop(id, at))
}

// Save keeps a visit.
func (v Visits) Save(x visit.Visit, at time.Time) error {
	return v.after(x.ID, visit.StatePending, v.Store.Save(x, at))
}

// SaveAtDesk keeps a visit that somebody at a desk has made.
func (v Visits) SaveAtDesk(x visit.Visit, by string, jpeg []byte, at time.Time) error {
	return v.after(x.ID, visit.StatePending, v.Store.SaveAtDesk(x, by, jpeg, at))
}

// SaveForStaff saves what hospital software leaves to the staff.
func (v Visits) SaveForStaff(x visit.Visit, p visit.Problem, at time.Time) error {
	return v.after(x.ID, visit.StateStaff, v.Store.SaveForStaff(x, p, at))
}

// SaveDone keeps a visit whose code NHSO has made already.
func (v Visits) SaveDone(x visit.Visit, by string, code visit.AuthenCode, issued, at time.Time) error {
	return v.after(x.ID, visit.StateDone, v.Store.SaveDone(x, by, code, issued, at))
}

// SaveWithPhoto keeps visit and photo, or neither.
func (v Visits) SaveWithPhoto(x visit.Visit, jpeg []byte, at time.Time) error {
	return v.after(x.ID, visit.StatePending, v.Store.SaveWithPhoto(x, jpeg, at))
}

// Complete keeps a visit that a desk has made for an item.
func (v Visits) Complete(item visit.ID, by string, x visit.Visit, jpeg []byte, at time.Time) error {
	return v.after(x.ID, visit.StatePending, v.Store.Complete(item, by, x, jpeg, at))
}

// SaveSecond keeps a visit for a second code.
func (v Visits) SaveSecond(x visit.Visit, second storage.Second, jpeg []byte, at time.Time) error {
	return v.after(x.ID, visit.StatePending, v.Store.SaveSecond(x, second, jpeg, at))
}

// GiveBack ends a visit that came to nothing for an item of another machine.
func (v Visits) GiveBack(made visit.ID, at time.Time) error {
	return v.after(made, visit.StateDropped, v.Store.GiveBack(made, at))
}

func (v Visits) after(id visit.ID, to visit.State, err error) error {
	if err == nil {
		v.Told(id, to)
	}
	return err
}
