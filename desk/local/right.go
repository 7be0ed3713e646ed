package local

import (
	"context"

	"authenkiosk/desk"
	"authenkiosk/storage"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// CheckRight implements desk.Desk. The audit has who asked in one entry and of whom in the
// next, before anything is shown.
func (d *Desk) CheckRight(ctx context.Context, o desk.Operator, pid visit.PID) (found desk.Right, err error) {
	if err := d.allow(o, rules.CheckRight, ""); err != nil {
		return found, err
	}
	switch {
	case pid.IsZero():
		return found, refused(desk.BadRequest, visit.ErrNoPID)
	case d.o.Rights == nil:
		return found, refused(desk.NoAnswer, errNobodyToAsk)
	}
	right, types, unknown := d.o.Rights.Right(ctx, pid, d.today())
	result := "found"
	switch {
	case unknown != nil:
		result = "no-answer"
	case right.IsZero():
		result = "none"
	}
	role, store := string(o.Role), d.o.Store
	if err := store.Audit(
		storage.Event{Name: "right-checked", Role: role, Result: result, Handle: store.OperatorHandle(o.Name)},
		storage.Event{Name: "right-checked-of", Role: role, Result: result, Handle: store.Handle(pid)},
	); err != nil {
		return found, Coded(err)
	}
	if unknown != nil {
		return found, refused(desk.NoAnswer, unknown)
	}
	return desk.Right{At: d.o.Now(), Right: right, ClaimTypes: types}, nil
}
