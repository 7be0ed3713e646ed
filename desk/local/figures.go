package local

import (
	"context"
	"time"

	"authenkiosk/desk"
	"authenkiosk/storage"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// Figures implements desk.Desk. The records of the day are opened one after another.
func (d *Desk) Figures(ctx context.Context, o desk.Operator, day visit.Date) (f desk.Figures, err error) {
	if err := d.allow(o, rules.SeeNumbers, ""); err != nil {
		return f, err
	}
	if day.IsZero() {
		day = d.today()
	}
	f = desk.Figures{Day: day, Methods: map[visit.Method]int{}, Failed: map[string]int{}, Seconds: map[int]int{}}
	err = d.o.Store.Newest(day, visit.PID{}, 0, func(_ uint64, r storage.Record) bool {
		count(&f, r)
		return ctx.Err() == nil
	})
	if f.Unreadable, err = unreadable(err); err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return desk.Figures{}, refused(desk.Failed, err)
	}
	return f, nil
}

// count adds a visit to the figures of its day.
func count(f *desk.Figures, r storage.Record) {
	if r.Visit.Method != "" { // an item that a desk has opened has none
		f.Methods[r.Visit.Method]++
	}
	hour := &f.Hours[r.SavedAt.In(visit.Bangkok).Hour()]
	switch r.Stands() {
	case visit.StateDone:
		hour.Done++
		// A code that came by the patient's phone was there before its visit, and one that a
		// desk has brought came when somebody had time.
		if r.Visit.Method != visit.MethodLine && r.ClosedBy == "" && r.SettledBy == "" {
			f.Seconds[int(max(0, r.ChangedAt.Sub(r.SavedAt))/time.Second)]++
		}
	case visit.StatePending, visit.StateInflight:
		hour.Waiting++
	case visit.StateRefused, visit.StateStaff:
		hour.Failed++
		f.Failed[r.Problem.String()]++
	case visit.StateDropped:
		hour.Closed++
	}
}
