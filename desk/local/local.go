// Package local is the desk over the store of this machine, which owns its visits.
package local

import (
	"context"
	"errors"
	"slices"
	"time"

	"authenkiosk/desk"
	"authenkiosk/storage"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// NHSO answers questions about codes.
type NHSO interface {
	// Ask returns the codes of a visit, but for those besides; an answer that leaves open
	// whose one is, is an error.
	Ask(ctx context.Context, v visit.Visit, besides ...visit.AuthenCode) ([]visit.Authentication, error)
}

// Rights answers questions about rights.
type Rights interface {
	// Right returns the right of a person on a day, without the card.
	Right(ctx context.Context, pid visit.PID, day visit.Date) (visit.Right, []visit.ClaimType, error)
}

// Options are what a desk stands on.
type Options struct {
	Store    *storage.Store
	HCode    string                               // of the unit
	NHSO     NHSO                                 // nil: nobody can be asked here
	Rights   Rights                               // nil: the same
	Changed  func(visit.ID, visit.State)          // hears of another state, once it is on the disk; nil: nobody does
	Feed     *Feed                                // of the machine's visits, which hears of changes here; nil: those here are all
	Machine  string                               // its name, for calls for help
	Lights   func() []desk.Finding                // how its devices are now; nil: nobody knows
	Look     func(context.Context) []desk.Finding // has them looked at, which takes a while; nil: the lights are all
	Coming   func()                               // hears that somebody goes to whoever calls; nil: nobody does
	KeepDays int                                  // how long work is kept after its last change
	KeepDone int                                  // the same of what was closed
	Now      func() time.Time                     // the wall clock; nil: time.Now
	Sure     func() bool                          // that it can be believed about a day that is over; nil: it can
}

// Desk implements desk.Desk.
type Desk struct {
	o        Options
	calls    calls
	findings findings
}

var _ desk.Desk = (*Desk)(nil)

// New returns the desk over a store.
func New(o Options) *Desk {
	if o.Changed == nil {
		o.Changed = func(visit.ID, visit.State) {}
	}
	if o.Coming == nil {
		o.Coming = func() {}
	}
	if o.Feed == nil {
		o.Feed = NewFeed()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sure == nil {
		o.Sure = func() bool { return true }
	}
	return &Desk{o: o, findings: findings{turn: make(chan struct{}, 1)}}
}

// refused makes an error of that code.
func refused(code desk.Code, err error) error { return &desk.Error{Code: code, Err: err} }

// Coded says by a code what an error of the store means.
func Coded(err error) error {
	var held *storage.HeldError
	var move *storage.TransitionError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &held):
		return &desk.Error{Code: desk.Held, By: held.Hold.By, Since: held.Hold.At, Visit: held.ID}
	case errors.As(err, &move):
		return refused(desk.NotOpen, nil)
	}
	for _, c := range []struct {
		is   error
		code desk.Code
	}{
		{storage.ErrNotFound, desk.NotFound},
		{storage.ErrInFlight, desk.InFlight},
		{storage.ErrNotHeld, desk.NotHeld},
		{storage.ErrNotAsked, desk.NoAnswer},
		{storage.ErrHolder, desk.BadRequest},
		{visit.ErrID, desk.BadRequest},
	} {
		if errors.Is(err, c.is) {
			return refused(c.code, nil)
		}
	}
	return refused(desk.Failed, err)
}

// allow refuses an operator whose role does not allow the action, which the audit keeps.
func (d *Desk) allow(o desk.Operator, a rules.Action, id visit.ID) error {
	if err := o.Check(); err != nil || rules.Allowed(o.Role, a) {
		return err
	}
	if err := d.told(o, "desk-refused", string(a), id); err != nil {
		return err
	}
	return refused(desk.NotAllowed, nil)
}

// told has the audit keep what an operator did with each of those visits.
func (d *Desk) told(o desk.Operator, name, result string, ids ...visit.ID) error {
	role := string(o.Role)
	if _, err := rules.ParseRole(role); err != nil {
		role = "nobody"
	}
	events := make([]storage.Event, len(ids))
	for i, id := range ids {
		events[i] = storage.Event{Name: name, Role: role, Result: result, Visit: id, Handle: d.o.Store.OperatorHandle(o.Name)}
	}
	return Coded(d.o.Store.Audit(events...))
}

// allowed is allow for something that is done with one visit, which it reads.
func (d *Desk) allowed(o desk.Operator, a rules.Action, id visit.ID) (r storage.Record, err error) {
	known, err := visit.ParseID(string(id))
	if err != nil {
		return r, refused(desk.BadRequest, err)
	}
	if err := d.allow(o, a, known); err != nil {
		return r, err
	}
	r, err = d.o.Store.Visit(known)
	return r, Coded(err)
}

// changed tells of a change of a visit, which was read before, and where it stands if that is
// another state now.
func (d *Desk) changed(before storage.Record, err error) error {
	id := before.Visit.ID
	if err = Coded(err); err != nil {
		var held *desk.Error
		if errors.As(err, &held) && held.Visit == id {
			held.Visit = ""
		}
		return err
	}
	d.o.Feed.TellVisit(d.o.Store, id)
	if r, err := d.o.Store.Visit(id); err == nil && r.State != before.State {
		d.o.Changed(id, r.State)
	}
	return nil
}

// Watch implements desk.Watcher.
func (d *Desk) Watch(ctx context.Context, after desk.Place, hear func(desk.Change) error) error {
	return d.o.Feed.Watch(ctx, after, hear)
}

// Hold implements desk.Desk.
func (d *Desk) Hold(_ context.Context, o desk.Operator, id visit.ID) error {
	r, err := d.allowed(o, rules.Hold, id)
	if err != nil {
		return err
	}
	return d.changed(r, d.o.Store.Hold(id, o.Name, d.o.Now()))
}

// Release implements desk.Desk.
func (d *Desk) Release(ctx context.Context, o desk.Operator, id visit.ID) (a desk.Answer, err error) {
	r, err := d.allowed(o, rules.Release, id)
	switch {
	case err != nil:
		return a, err
	case !r.Held():
		return a, refused(desk.NotHeld, nil)
	case r.Hold.By != o.Name:
		if err := d.allow(o, rules.ReleaseOther, id); err != nil {
			return a, err
		}
	}
	if r.Opened.By != "" { // nothing is sent for it
		a.At = d.o.Now()
	} else if a, err = d.ask(ctx, o, r); err != nil {
		return desk.Answer{}, err
	}
	said := storage.Answer{At: a.At, Of: r.Hold, Doubtful: !d.o.Sure()}
	if len(a.Codes) > 0 {
		said.Code, said.Issued = a.Codes[0].Code, a.Codes[0].At
	}
	return a, d.changed(r, d.o.Store.Release(id, r.Hold.By, o.Name, said, d.o.Now()))
}

// Complete implements desk.Desk.
func (d *Desk) Complete(_ context.Context, o desk.Operator, id, made visit.ID) error {
	r, err := d.held(o, rules.Complete, id)
	if err != nil {
		return err
	}
	if i := d.item(r, d.today()); !slices.ContainsFunc(i.Steps, rules.Step.MakesCode) {
		return refused(desk.NotOpen, errors.New("its day is over"))
	}
	return d.changed(r, d.o.Store.CompleteAway(id, o.Name, made, d.o.Now()))
}

// Completions implements desk.Desk.
func (d *Desk) Completions(_ context.Context, station string) (list []desk.Completion, err error) {
	away, err := d.o.Store.Away(station)
	if _, err := unreadable(err); err != nil {
		return nil, Coded(err)
	}
	for _, r := range away {
		list = append(list, desk.Completion{Item: r.Visit.ID, Made: r.Hold.Completion})
	}
	return list, nil
}

// Completed implements desk.Desk.
func (d *Desk) Completed(_ context.Context, station string, c desk.Completion) error {
	item, err := visit.ParseID(string(c.Item))
	if err != nil {
		return refused(desk.BadRequest, err)
	}
	if _, err := visit.ParseAuthenCode(string(c.Code)); err != nil && c.Code != "" {
		return refused(desk.BadRequest, err)
	}
	r, err := d.o.Store.Visit(item)
	if err != nil {
		return Coded(err)
	}
	said := storage.Answer{Code: c.Code, Issued: c.Issued}
	return d.changed(r, d.o.Store.AwayEnded(item, station, c.Made, said, d.o.Now()))
}

// Settle implements desk.Desk.
func (d *Desk) Settle(ctx context.Context, o desk.Operator, id visit.ID, code visit.AuthenCode) error {
	r, err := d.held(o, rules.Settle, id)
	if err != nil {
		return err
	}
	if _, err := visit.ParseAuthenCode(string(code)); err != nil {
		return refused(desk.BadRequest, err)
	}
	a, err := d.ask(ctx, o, r)
	if err != nil {
		return err
	}
	for _, c := range a.Codes {
		if c.Code == code {
			return d.changed(r, d.o.Store.Settle(id, o.Name, code, c.At, "", d.o.Now()))
		}
	}
	return refused(desk.NotConfirmed, nil)
}

// Close implements desk.Desk.
func (d *Desk) Close(_ context.Context, o desk.Operator, id visit.ID, why rules.Reason) error {
	if _, err := rules.ParseReason(string(why)); err != nil {
		return refused(desk.BadRequest, err)
	}
	r, err := d.held(o, why.Action(), id)
	if err != nil {
		return err
	}
	return d.changed(r, d.o.Store.GiveUp(id, o.Name, why, d.o.Now()))
}

// Reopen implements desk.Desk.
func (d *Desk) Reopen(_ context.Context, o desk.Operator, id visit.ID) error {
	r, err := d.allowed(o, rules.Reopen, id)
	if err != nil {
		return err
	}
	return d.changed(r, d.o.Store.Reopen(id, o.Name, d.o.Now()))
}

// Ask implements desk.Desk.
func (d *Desk) Ask(ctx context.Context, o desk.Operator, id visit.ID) (desk.Answer, error) {
	r, err := d.allowed(o, rules.AskNHSO, id)
	if err != nil {
		return desk.Answer{}, err
	}
	return d.ask(ctx, o, r)
}

// held is allowed for a visit that the operator must hold.
func (d *Desk) held(o desk.Operator, a rules.Action, id visit.ID) (storage.Record, error) {
	r, err := d.allowed(o, a, id)
	switch {
	case err != nil:
	case !r.Held():
		err = refused(desk.NotHeld, nil)
	case r.Hold.By != o.Name:
		err = &desk.Error{Code: desk.Held, By: r.Hold.By, Since: r.Hold.At}
	}
	return r, err
}

// errNobodyToAsk says that the program that could ask does not run.
var errNobodyToAsk = errors.New("only the program that runs on these visits asks NHSO")

// ask asks NHSO for the codes of a visit, which the audit keeps, whatever the answer is.
func (d *Desk) ask(ctx context.Context, o desk.Operator, r storage.Record) (a desk.Answer, err error) {
	switch {
	case r.Visit.PID.IsZero():
		return a, refused(desk.BadRequest, visit.ErrNoPID)
	case d.o.NHSO == nil:
		return a, refused(desk.NoAnswer, errNobodyToAsk)
	}
	codes, unknown := d.o.NHSO.Ask(ctx, r.Visit, r.Second.Besides...)
	result := "none"
	switch {
	case unknown != nil:
		result = "no-answer"
	case len(codes) > 0:
		result = "found"
	}
	if err := d.told(o, "nhso-asked", result, r.Visit.ID); err != nil {
		return a, err
	}
	if unknown != nil {
		return a, refused(desk.NoAnswer, unknown)
	}
	return desk.Answer{At: d.o.Now(), Codes: codes}, nil
}
