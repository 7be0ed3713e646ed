package local

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"authenkiosk/desk"
	"authenkiosk/storage"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// The lengths of a page.
const (
	usualPage   = 50
	longestPage = 500
)

// Visits implements desk.Desk. But for a PID, the records of the day are opened one after
// another: an index of names and phones would be one more place in which they stand.
func (d *Desk) Visits(ctx context.Context, o desk.Operator, q desk.Query) (p desk.Page, err error) {
	if err := d.allow(o, rules.ListVisits, ""); err != nil {
		return p, err
	}
	var before uint64
	if q.After != "" {
		if before, err = strconv.ParseUint(string(q.After), 36, 64); err != nil || before == 0 {
			return p, refused(desk.BadRequest, errors.New("there is no such page"))
		}
	}
	switch {
	case q.Limit < 0 || q.Limit > longestPage:
		return p, refused(desk.BadRequest, errors.New("a page has 1 to 500 visits"))
	case q.Limit == 0:
		q.Limit = usualPage
	}
	today := d.today()
	if q.Day.IsZero() {
		q.Day = today
	}
	of, fits := searchOf(q.Search, rules.Allowed(o.Role, rules.ShowNames))
	last := uint64(0)
	err = d.o.Store.Newest(q.Day, of, before, func(n uint64, r storage.Record) bool {
		if q.State != "" && r.Stands() != q.State || !fits(r) {
			return ctx.Err() == nil
		}
		i := d.item(r, today)
		if q.Kind != "" && i.Kind != q.Kind {
			return ctx.Err() == nil
		}
		if len(p.Items) == q.Limit { // it is the first of the next page
			p.Next = desk.Cursor(strconv.FormatUint(last, 36))
			return false
		}
		p.Items, last = append(p.Items, i), n
		return ctx.Err() == nil
	})
	if p.Unreadable, err = unreadable(err); err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return desk.Page{}, refused(desk.Failed, err)
	}
	return p, nil
}

// unreadable counts the records that cannot be read among the errors of a list: one of them
// must not hide all others.
func unreadable(err error) (n int, others error) {
	switch joined := any(err).(type) {
	case interface{ Unwrap() []error }:
		for _, e := range joined.Unwrap() {
			m, other := unreadable(e)
			n, others = n+m, errors.Join(others, other)
		}
		return n, others
	case *storage.DecodeError:
		return 1, nil
	}
	return 0, err
}

// Work implements desk.Desk.
func (d *Desk) Work(_ context.Context, o desk.Operator) (p desk.Page, err error) {
	if err := d.allow(o, rules.ListVisits, ""); err != nil {
		return p, err
	}
	open, err := d.o.Store.Work()
	if p.Unreadable, err = unreadable(err); err != nil {
		return desk.Page{}, Coded(err)
	}
	today := d.today()
	for _, r := range open {
		p.Items = append(p.Items, d.item(r, today))
	}
	return p, nil
}

// Numbers implements desk.Desk.
func (d *Desk) Numbers(_ context.Context, o desk.Operator, day visit.Date) (n desk.Numbers, err error) {
	if err := d.allow(o, rules.SeeNumbers, ""); err != nil {
		return n, err
	}
	if day.IsZero() {
		day = d.today()
	}
	n.Day = day
	n.States, n.Work, err = d.o.Store.States(day)
	return n, Coded(err)
}

// Visit implements desk.Desk.
func (d *Desk) Visit(_ context.Context, o desk.Operator, id visit.ID) (found desk.Details, err error) {
	r, err := d.allowed(o, rules.ListVisits, id)
	if err != nil {
		return found, err
	}
	events, err := d.o.Store.AuditOf(id)
	if err != nil {
		return found, Coded(err)
	}
	found.Item = d.item(r, d.today())
	names := map[string]string{}
	for _, by := range []string{o.Name, r.Hold.By, r.ClosedBy, r.Opened.By, r.Second.By, r.Void.By} {
		if by != "" {
			names[d.o.Store.OperatorHandle(by)] = by
		}
	}
	for _, e := range events {
		who := e.Handle
		if name, ok := names[who]; ok {
			who = name
		}
		found.History = append(found.History, desk.Entry{At: e.At, What: e.Name, Result: e.Result, Role: e.Role, Who: who})
	}
	return found, nil
}

// shown says what the audit calls it when persons are revealed.
var shown = map[rules.Action]string{
	rules.ShowVisit:   "visit-shown",
	rules.CopyPID:     "pid-copied",
	rules.ShowNames:   "names-shown",
	rules.ExportNames: "names-exported",
}

// Reveal implements desk.Desk. The audit has it before anything is shown.
func (d *Desk) Reveal(_ context.Context, o desk.Operator, why rules.Action, ids ...visit.ID) ([]desk.Person, error) {
	name, ok := shown[why]
	one := why == rules.ShowVisit || why == rules.CopyPID
	if !ok || len(ids) == 0 || one && len(ids) > 1 || len(ids) > longestPage {
		return nil, refused(desk.BadRequest, errors.New("say whom, and why"))
	}
	list := make([]desk.Person, len(ids))
	for i, id := range ids {
		r, err := d.allowed(o, why, id)
		if err != nil {
			return nil, err
		}
		v := r.Visit
		p := desk.Person{ID: id, PID: v.PID}
		if why != rules.CopyPID {
			p.Name, p.HN = v.Name, v.HN
		}
		if why == rules.ShowVisit {
			p.Phone, p.Owner, p.Certifier, p.Message = v.Phone, v.PhoneOwner, v.Attestation.CertifierName, r.Message
		}
		list[i] = p
	}
	if err := d.told(o, name, "ok", ids...); err != nil {
		return nil, err
	}
	return list, nil
}

func (d *Desk) today() visit.Date { return visit.ServiceDateOf(d.o.Now()) }

// item is a record as lists show it.
func (d *Desk) item(r storage.Record, today visit.Date) desk.Item {
	v := r.Visit
	i := desk.Item{
		ID: v.ID, HCode: v.HCode, Day: v.ServiceDate, State: r.Stands(), Problem: r.Problem,
		Saved: r.SavedAt, Changed: r.ChangedAt, Attempts: r.Attempts, LastSent: r.LastSent,
		HeldBy: r.Hold.By, HeldSince: r.Hold.At, Made: r.Hold.Completion, ClosedBy: r.ClosedBy, Closed: r.Closed, SettledBy: r.SettledBy,
		Opened: r.Opened.Why, OpenedBy: r.Opened.By, SecondOf: r.Second.Of, Second: r.Second.Why, Void: r.Void.Why, VoidBy: r.Void.By, Reprints: r.Reprints,
		Code: r.Code, Issued: r.IssuedAt, ClaimType: v.ClaimType, Method: v.Method, Relation: v.Attestation.Relation, Photo: v.Attestation.Photo,
		PID: v.PID.Masked(), HN: v.HN.Masked(), Name: v.Name.Short(), Phone: v.Phone.Masked(),
	}
	of := rules.Item{State: i.State, Problem: r.Problem, Unknown: r.Opened.By != "", ServiceDate: i.Day, Since: visit.ServiceDateOf(r.ChangedAt)}
	next := of.Next(today)
	keep := d.o.KeepDays
	if i.State == visit.StateDropped {
		keep = d.o.KeepDone
	}
	i.Kind, i.Steps, i.Until = next.Kind, next.Steps, of.Deadline(next.Limit, keep)
	return i
}

// searchOf returns what a text finds: the visits of one person, if it is a PID, else those
// that fit. Without persons it is codes and numbers of visits alone: whoever may see
// nobody must not find out who was here.
func searchOf(text string, persons bool) (of visit.PID, fits func(storage.Record) bool) {
	words := strings.Fields(strings.ToLower(text))
	whole, joined := strings.Join(words, " "), strings.Join(words, "")
	if persons {
		of, _ = visit.ParsePID(strings.ReplaceAll(joined, "-", ""))
	}
	if whole == "" || !of.IsZero() {
		return of, func(storage.Record) bool { return true }
	}
	lastFour := len(joined) == 4 && strings.Trim(joined, "0123456789") == ""
	return of, func(r storage.Record) bool {
		v := r.Visit
		switch {
		case r.Code != "" && strings.EqualFold(string(r.Code), joined), strings.EqualFold(v.ID.Number(), joined):
			return true
		case !persons:
			return false
		case !v.HN.IsZero() && strings.EqualFold(v.HN.Text(), whole):
			return true
		case lastFour && strings.HasSuffix(v.Phone.Digits(), joined):
			return true
		}
		return strings.Contains(strings.ToLower(v.Name.Full()), whole)
	}
}
