package local

import (
	"context"
	"errors"
	"slices"
	"time"

	"authenkiosk/desk"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// SecondCode implements desk.Desk.
func (d *Desk) SecondCode(ctx context.Context, o desk.Operator, id visit.ID, why rules.SecondReason) (a desk.Answer, err error) {
	if _, err := rules.ParseSecondReason(string(why)); err != nil {
		return a, refused(desk.BadRequest, err)
	}
	r, err := d.allowed(o, rules.SecondCode, id)
	switch {
	case err != nil:
		return a, err
	case r.State != visit.StateDone, r.Visit.ServiceDate != d.today():
		return a, refused(desk.NotOpen, errors.New("it has no code of today"))
	case why == rules.AfterVoid && r.Void.By == "":
		return a, refused(desk.NotOpen, errors.New("its code is not marked as void"))
	}
	first := r
	first.Second.Besides = nil // those before it count, too
	if a, err = d.ask(ctx, o, first); err != nil {
		return desk.Answer{}, err
	}
	if !why.SameService() {
		a.Codes = nil
		return a, d.told(o, "second-code", string(why), id)
	}
	a.Codes = slices.Clone(a.Codes)
	show := func(code visit.AuthenCode, at time.Time) { // NHSO shows it later
		if !slices.ContainsFunc(a.Codes, func(c visit.Authentication) bool { return c.Code == code }) {
			v := r.Visit
			a.Codes = append(a.Codes, visit.Authentication{
				Code: code, ClaimType: v.ClaimType, Hospital: visit.Hospital{HCode: v.HCode}, At: at,
			})
		}
	}
	show(r.Code, r.IssuedAt)
	for _, code := range r.Second.Besides {
		show(code, time.Time{})
	}
	return a, d.told(o, "second-code", string(why), id)
}

// Void implements desk.Desk.
func (d *Desk) Void(_ context.Context, o desk.Operator, id visit.ID, why rules.VoidReason) error {
	if _, err := rules.ParseVoidReason(string(why)); err != nil {
		return refused(desk.BadRequest, err)
	}
	r, err := d.allowed(o, rules.Void, id)
	if err != nil {
		return err
	}
	return d.changed(r, d.o.Store.Void(id, o.Name, why, d.o.Now()))
}

// Reprint implements desk.Desk.
func (d *Desk) Reprint(_ context.Context, o desk.Operator, id visit.ID) (int, error) {
	r, err := d.allowed(o, rules.Reprint, id)
	if err != nil {
		return 0, err
	}
	n, err := d.o.Store.Reprint(id, o.Name, d.o.Now())
	return n, d.changed(r, err)
}
