package local

import (
	"context"
	"errors"

	"authenkiosk/desk"
	"authenkiosk/storage"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// OpenItem implements desk.Desk.
func (d *Desk) OpenItem(_ context.Context, o desk.Operator, id visit.ID, hn visit.HN, why rules.OpenReason) error {
	_, badID := visit.ParseID(string(id))
	_, badHN := visit.ParseHN(hn.Text())
	_, badReason := rules.ParseOpenReason(string(why))
	if err := errors.Join(badID, badHN, badReason); err != nil {
		return refused(desk.BadRequest, err)
	}
	if err := d.allow(o, rules.OpenItem, id); err != nil {
		return err
	}
	before, _ := d.o.Store.Visit(id) // it is there when it was opened already
	before.Visit.ID = id
	err := d.o.Store.OpenItem(id, d.o.HCode, hn, storage.Opened{By: o.Name, Why: why}, d.o.Now())
	if errors.Is(err, storage.ErrExists) {
		return refused(desk.BadRequest, err)
	}
	return d.changed(before, err)
}
