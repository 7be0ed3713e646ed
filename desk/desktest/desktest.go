// Package desktest is what every way to a desk must pass, be it over a store or over a
// network.
package desktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authenkiosk/desk"
	"authenkiosk/storage"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// NHSO answers as it is told.
type NHSO struct {
	mu    sync.Mutex
	codes []visit.Authentication
	err   error
	asked int
}

// Says sets the next answers: the codes, or an error.
func (n *NHSO) Says(err error, codes ...visit.AuthenCode) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.err, n.codes = err, nil
	for _, c := range codes {
		n.codes = append(n.codes, visit.Authentication{Code: c, At: Noon})
	}
}

// Ask implements the port of a desk.
func (n *NHSO) Ask(_ context.Context, _ visit.Visit, besides ...visit.AuthenCode) ([]visit.Authentication, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked++
	return slices.DeleteFunc(slices.Clone(n.codes), func(c visit.Authentication) bool { return slices.Contains(besides, c.Code) }), n.err
}

// aRight is what NHSO says about everybody who has a right.
var aRight = visit.Right{
	Main: visit.Coded{ID: "UCS", Name: "สิทธิหลักประกันสุขภาพแห่งชาติ"}, Sub: visit.Coded{ID: "89", Name: "ช่วงอายุ 12-59 ปี"},
	HospMain: visit.Hospital{HCode: "99999", Name: "โรงพยาบาลทดสอบ"}, NationID: "099", Holder: visit.Name{First: "สมมุติ", Last: "ทดลองระบบ"},
}

// Right implements the port of a desk. Without an error everybody but number 2 has a right.
func (n *NHSO) Right(_ context.Context, pid visit.PID, _ visit.Date) (visit.Right, []visit.ClaimType, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked++
	switch {
	case n.err != nil:
		return visit.Right{}, nil, n.err
	case pid == Visit(2, Noon).PID:
		return visit.Right{}, nil, nil
	}
	return aRight, []visit.ClaimType{{Code: "PG0060001"}}, nil
}

// Asked returns how often it was asked.
func (n *NHSO) Asked() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.asked
}

// Noon is about when everything in the suite happens, whatever the clock says.
var Noon = time.Date(2026, 11, 22, 12, 0, 0, 0, visit.Bangkok)

// Clock shows another second whenever it is looked at.
type Clock struct{ seconds atomic.Int64 }

// Now looks at the clock.
func (c *Clock) Now() time.Time { return Noon.Add(time.Duration(c.seconds.Add(1)) * time.Second) }

// Owner is the machine whose visits a desk shows.
type Owner struct {
	Store *storage.Store
	NHSO  *NHSO
	Clock *Clock
	Kiosk *Kiosk
}

// Kiosk is where patients call for help. Start tells it how.
type Kiosk struct{ CallHelp func(screen string) }

// Lights are those that Start gives the machine, whose name is Machine.
func Lights() []desk.Finding {
	return []desk.Finding{{Check: "light printer", State: "failed", Detail: "no paper"}}
}

// Machine is the name of the machine.
const Machine = "kiosk-1"

// Start makes the desk under test of an owner.
type Start func(t *testing.T, o Owner) desk.Desk

// Those who work in the suite.
var (
	anna = desk.Operator{ID: "00000000000000a1", Name: "desk-1/anna", Role: rules.Staff}
	ben  = desk.Operator{ID: "00000000000000b1", Name: "desk-2/ben", Role: rules.Staff}
	lead = desk.Operator{ID: "00000000000000c1", Name: "desk-1/lena", Role: rules.Lead}
	tech = desk.Operator{ID: "00000000000000d1", Name: "office/theo", Role: rules.Administrator}
)

const (
	aCode     visit.AuthenCode = "PP1200000001"
	otherCode visit.AuthenCode = "PP1200000002"
)

// world is a desk under test and what stands behind it.
type world struct {
	desk.Desk
	t     *testing.T
	store *storage.Store
	nhso  *NHSO
	now   func() time.Time
	clock *Clock
	kiosk *Kiosk
}

// Visit returns made-up visit number n of a moment. Its PID begins with 9.
func Visit(n int, at time.Time) visit.Visit {
	twelve := fmt.Sprintf("9%011d", n)
	pid, err := visit.ParsePID(twelve + string(visit.PIDCheckDigit(twelve)))
	phone, bad := visit.ParsePhone(fmt.Sprintf("080000%04d", 1+(n+9998)%9999))
	if err = errors.Join(err, bad); err != nil {
		panic(err)
	}
	return visit.Visit{
		ID: visit.ID(fmt.Sprintf("01900000-0000-7000-8000-%012x", n)), HCode: "99999", ServiceDate: visit.ServiceDateOf(at), PID: pid,
		HN: visit.HNOf(fmt.Sprintf("HN-%d", n)), Name: visit.Name{Prefix: "นาย", First: fmt.Sprintf("สมมุติ%dก", n), Last: "ทดลองระบบ"},
		Sex: visit.SexMale, Phone: phone, ClaimType: visit.ClaimType{Code: "PG0060001"}, Method: visit.MethodCard, CreatedAt: at,
	}
}

// add saves visit number n and brings it to a state.
func (w world) add(n int, to visit.State) visit.ID {
	w.t.Helper()
	now := w.now()
	v := Visit(n, now)
	err := w.store.Save(v, now)
	switch to {
	case visit.StateInflight:
		err = errors.Join(err, w.store.Begin(v.ID, now))
	case visit.StateDone:
		err = errors.Join(err, w.store.Begin(v.ID, now), w.store.Done(v.ID, aCode, now))
	case visit.StateRefused:
		err = errors.Join(err, w.store.Begin(v.ID, now), w.store.Refuse(v.ID, visit.NHSORefusedVisit, "สมมุติ is not known", now))
	case visit.StateStaff:
		err = errors.Join(err, w.store.Staff(v.ID, visit.UpstreamCannot, now))
	case visit.StateDropped:
		err = errors.Join(err, w.store.Drop(v.ID, now))
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return v.ID
}

// must is for what has to go well before something is tried.
func (w world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// want checks what a call was refused with; an empty code: it was not.
func (w world) want(err error, code desk.Code, what string) {
	w.t.Helper()
	switch {
	case code == "" && err != nil:
		w.t.Errorf("%s: %v", what, err)
	case code == "":
	case !errors.Is(err, code):
		w.t.Errorf("%s: %v, want %s", what, err, string(code))
	case !errors.As(err, new(*desk.Error)):
		w.t.Errorf("%s: %T is no error of a desk", what, err)
	}
}

// stands checks where a visit stands, and who holds it.
func (w world) stands(id visit.ID, state visit.State, by string) storage.Record {
	w.t.Helper()
	r, err := w.store.Visit(id)
	if err != nil || r.State != state || r.Hold.By != by {
		w.t.Errorf("visit %s: %s held by %q, %v; want %s held by %q", id, r.State, r.Hold.By, err, state, by)
	}
	return r
}

// audited counts the entries of the audit with that event and result.
func (w world) audited(event, result string) (n int) {
	w.t.Helper()
	var b strings.Builder
	w.must(w.store.AuditExport(&b))
	for line := range strings.Lines(b.String()) {
		var e struct{ Event, Result, Handle string }
		w.must(json.Unmarshal([]byte(line), &e))
		if e.Event == event && e.Result == result {
			if n++; e.Handle == "" {
				w.t.Errorf("the audit does not say who: %s", line)
			}
		}
	}
	return n
}

// Run holds a desk against the suite.
func Run(t *testing.T, start Start) {
	for _, c := range []struct {
		name string
		run  func(world)
	}{
		{"every action is refused unless the role allows it", roles},
		{"what makes no sense is refused", nonsense},
		{"pages show each visit once while others come in", pages},
		{"visits are found by all that the staff have", search},
		{"an administrator finds nobody", searchOfAdministrator},
		{"lists tell nobody", masked},
		{"work is what has no code and is not closed", work},
		{"the numbers of a day add up", numbers},
		{"the figures of a day count each visit once, and name nobody", figures},
		{"one holds a visit and the other is told who", hold},
		{"a visit is released only with an answer of NHSO", release},
		{"what another holds is released by a lead alone", releaseOther},
		{"a visit that is completed elsewhere is held until its station tells the end", complete},
		{"a code settles a visit once NHSO confirms it", settle},
		{"a visit is closed with a reason and reopened", closing},
		{"an item is opened by an HN and a reason alone", opened},
		{"a second code needs a code of today, a reason and NHSO's answer", secondCode},
		{"a code is marked as void once, and stays", void},
		{"each slip that is printed again is counted", reprint},
		{"asking NHSO changes nothing", ask},
		{"a right is checked without a visit, and nothing is kept but the audit", right},
		{"what is shown of a person is in the audit before", reveal},
		{"a visit has its history", history},
		{"the lights of the machine are seen", devices},
		{"a call for help is seen until somebody goes", help},
		{"those who watch hear of every change, and after a pause of those since", watch},
		{"a watch that knows nothing of the place begins with everything", watchAgain},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := storage.Open(t.TempDir(), storage.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			o := Owner{s, &NHSO{}, &Clock{}, &Kiosk{}}
			c.run(world{start(t, o), t, o.Store, o.NHSO, o.Clock.Now, o.Clock, o.Kiosk})
		})
	}
}

// calls are the actions that a desk carries out, each by one call.
func (w world) calls(o desk.Operator, id visit.ID) map[rules.Action]func() error {
	ctx := w.t.Context()
	revealed := func(why rules.Action) func() error {
		return func() error { _, err := w.Reveal(ctx, o, why, id); return err }
	}
	return map[rules.Action]func() error{
		rules.ListVisits:  func() error { _, err := w.Visits(ctx, o, desk.Query{}); return err },
		rules.SeeNumbers:  func() error { _, err := w.Numbers(ctx, o, visit.Date{}); return err },
		rules.SeeDevices:  func() error { _, err := w.Devices(ctx, o); return err },
		rules.AnswerCall:  func() error { return w.answer(o) },
		rules.ShowVisit:   revealed(rules.ShowVisit),
		rules.ShowNames:   revealed(rules.ShowNames),
		rules.ExportNames: revealed(rules.ExportNames),
		rules.CopyPID:     revealed(rules.CopyPID),
		rules.CheckRight:  func() error { return failure(w.CheckRight(ctx, o, Visit(1, Noon).PID)) },
		rules.AskNHSO:     func() error { _, err := w.Ask(ctx, o, id); return err },
		rules.Hold:        func() error { return w.Hold(ctx, o, id) },
		rules.Release:     func() error { _, err := w.Release(ctx, o, id); return err },
		rules.Complete:    func() error { return w.Complete(ctx, o, id, Visit(999, Noon).ID) },
		rules.Settle:      func() error { return w.Settle(ctx, o, id, aCode) },
		rules.GiveUp:      func() error { return w.Close(ctx, o, id, rules.PatientLeft) },
		rules.CloseNotDue: func() error { return w.Close(ctx, o, id, rules.OwnMoney) },
		rules.Reopen:      func() error { return w.Reopen(ctx, o, id) },
		rules.OpenItem: func() error {
			return w.OpenItem(ctx, o, Visit(fresh(o, id), Noon).ID, visit.HNOf("HN-1"), rules.Newborn)
		},
		rules.SecondCode: func() error { return failure(w.SecondCode(ctx, o, id, rules.Referral)) },
		rules.Void:       func() error { return w.Void(ctx, o, id, rules.Double) },
		rules.Reprint:    func() error { return failure(w.Reprint(ctx, o, id)) },
	}
}

func roles(w world) {
	n := 0
	for _, role := range append(rules.Roles(), "", "root") {
		o := desk.Operator{ID: "00000000000000e1", Name: "desk-3/eva", Role: role}
		for a := range w.calls(o, "") {
			n++
			id := w.add(n, visit.StateStaff)
			w.nhso.Says(nil)
			switch a {
			case rules.Release, rules.Complete, rules.GiveUp, rules.CloseNotDue:
				w.must(w.store.Hold(id, o.Name, w.now()))
			case rules.Settle:
				w.must(w.store.Hold(id, o.Name, w.now()))
				w.nhso.Says(nil, aCode)
			case rules.SecondCode, rules.Void, rules.Reprint:
				w.must(w.store.Hold(id, o.Name, w.now()))
				w.must(w.store.Settle(id, o.Name, visit.AuthenCode(fmt.Sprintf("PP13%08d", n)), Noon, "", w.now()))
			case rules.Reopen:
				w.must(w.store.Hold(id, o.Name, w.now()))
				w.must(w.store.GiveUp(id, o.Name, rules.PatientLeft, w.now()))
			}
			before, asked, told := w.record(id), w.nhso.Asked(), w.audited("desk-refused", string(a))
			err := w.calls(o, id)[a]()
			if rules.Allowed(role, a) {
				w.want(err, "", string(role)+" "+string(a))
				continue
			}
			w.want(err, desk.NotAllowed, string(role)+" "+string(a))
			if after := w.record(id); after.State != before.State || after.Hold.By != before.Hold.By || w.nhso.Asked() != asked {
				w.t.Errorf("%s %s did something all the same", role, a)
			}
			if w.audited("desk-refused", string(a)) != told+1 {
				w.t.Errorf("%s %s is not in the audit", role, a)
			}
		}
	}
}

func (w world) record(id visit.ID) storage.Record {
	r, err := w.store.Visit(id)
	w.must(err)
	return r
}

func nonsense(w world) {
	ctx, id := w.t.Context(), w.add(1, visit.StateStaff)
	nobody, nowhere := anna, anna
	nobody.ID, nowhere.Name = "", "anna"
	absent := Visit(2, w.now()).ID
	w.must(w.Hold(ctx, anna, id))
	for what, c := range map[string]struct {
		call func() error
		want desk.Code
	}{
		"an operator without id":      {func() error { return w.Hold(ctx, nobody, id) }, desk.BadRequest},
		"an operator without station": {func() error { return w.Hold(ctx, nowhere, id) }, desk.BadRequest},
		"an id that is none":          {func() error { return w.Hold(ctx, anna, "1") }, desk.BadRequest},
		"a visit that is not there":   {func() error { return w.Hold(ctx, anna, absent) }, desk.NotFound},
		"a reason that is none":       {func() error { return w.Close(ctx, anna, id, "rain") }, desk.BadRequest},
		"a code that is none":         {func() error { return w.Settle(ctx, anna, id, "12") }, desk.BadRequest},
		"an item without a reason":    {func() error { return w.OpenItem(ctx, anna, absent, visit.HNOf("1"), "rain") }, desk.BadRequest},
		"an item without an HN":       {func() error { return w.OpenItem(ctx, anna, absent, visit.HN{}, rules.Newborn) }, desk.BadRequest},
		"an item under a PID": {func() error {
			return w.OpenItem(ctx, anna, absent, visit.HNOf(Visit(1, Noon).PID.Digits()), rules.Newborn)
		}, desk.BadRequest},
		"an item over a visit":          {func() error { return w.OpenItem(ctx, anna, id, visit.HNOf("1"), rules.Newborn) }, desk.BadRequest},
		"a second code for nothing":     {func() error { return failure(w.SecondCode(ctx, anna, id, "rain")) }, desk.BadRequest},
		"void for nothing":              {func() error { return w.Void(ctx, anna, id, "rain") }, desk.BadRequest},
		"a right of nobody":             {func() error { return failure(w.CheckRight(ctx, anna, visit.PID{})) }, desk.BadRequest},
		"to complete by nothing":        {func() error { return w.Complete(ctx, anna, id, "1") }, desk.BadRequest},
		"to complete by itself":         {func() error { return w.Complete(ctx, anna, id, id) }, desk.BadRequest},
		"the end of nothing":            {func() error { return w.Completed(ctx, "desk-1", desk.Completion{Item: "1"}) }, desk.BadRequest},
		"an end with what is no code":   {func() error { return w.Completed(ctx, "desk-1", desk.Completion{Item: id, Code: "12"}) }, desk.BadRequest},
		"the end for what is not there": {func() error { return w.Completed(ctx, "desk-1", desk.Completion{Item: absent, Made: id}) }, desk.NotFound},
		"a page that is none":           {func() error { _, err := w.Visits(ctx, anna, desk.Query{After: "?"}); return err }, desk.BadRequest},
		"a page that is too long":       {func() error { _, err := w.Visits(ctx, anna, desk.Query{Limit: 100000}); return err }, desk.BadRequest},
		"to reveal for no purpose":      {func() error { _, err := w.Reveal(ctx, anna, rules.Hold, id); return err }, desk.BadRequest},
		"to reveal nobody":              {func() error { _, err := w.Reveal(ctx, anna, rules.ShowNames); return err }, desk.BadRequest},
		"to show two as one":            {func() error { _, err := w.Reveal(ctx, anna, rules.ShowVisit, id, id); return err }, desk.BadRequest},
	} {
		w.want(c.call(), c.want, what)
	}
}

// numbersOf are the last three digits of the ids of a page.
func idsOf(items []desk.Item) (list []string) {
	for _, i := range items {
		list = append(list, string(i.ID[len(i.ID)-2:]))
	}
	return list
}

func pages(w world) {
	for n := 1; n <= 7; n++ {
		w.add(n, visit.StatePending)
	}
	var got []string
	q := desk.Query{Limit: 3}
	for page := 0; ; page++ {
		p, err := w.Visits(w.t.Context(), anna, q)
		w.must(err)
		got = append(got, idsOf(p.Items)...)
		if q.After = p.Next; p.Next == "" || page > 5 {
			break
		}
		w.add(16+page, visit.StatePending) // it comes in while somebody reads
	}
	if want := "07 06 05 04 03 02 01"; strings.Join(got, " ") != want {
		w.t.Errorf("%q, want %q", got, want)
	}
	p, err := w.Visits(w.t.Context(), anna, desk.Query{Limit: 9})
	if w.must(err); len(p.Items) != 9 || p.Next != "" {
		w.t.Errorf("the last page is %d long and names another one: %q", len(p.Items), p.Next)
	}
}

func search(w world) {
	now := w.now()
	w.add(1, visit.StateDone)
	w.add(2, visit.StateStaff)
	w.add(3, visit.StateInflight)
	held := w.add(4, visit.StatePending)
	w.must(w.Hold(w.t.Context(), anna, held))
	v := Visit(2, now)
	for _, c := range []struct {
		name string
		q    desk.Query
		want []string
	}{
		{"nothing", desk.Query{}, []string{"04", "03", "02", "01"}},
		{"the state", desk.Query{State: visit.StateInflight}, []string{"03"}},
		{"the state of one that is held", desk.Query{State: visit.StatePending}, []string{"04"}},
		{"the kind", desk.Query{Kind: rules.NoAPI}, []string{"02"}},
		{"the PID", desk.Query{Search: v.PID.Digits()}, []string{"02"}},
		{"the PID in groups", desk.Query{Search: visit.GroupPID(v.PID.Digits())}, []string{"02"}},
		{"a part of a PID", desk.Query{Search: v.PID.Digits()[:12]}, nil},
		{"the name", desk.Query{Search: "  สมมุติ2ก  ทดลอง "}, []string{"02"}},
		{"the code", desk.Query{Search: "pp 1200 000 001"}, []string{"01"}},
		{"the HN", desk.Query{Search: "hn-3"}, []string{"03"}},
		{"the last four of the phone", desk.Query{Search: "0002"}, []string{"02"}},
		{"the number of the visit", desk.Query{Search: strings.ToLower(v.ID.Number())}, []string{"02"}},
		{"somebody else", desk.Query{Search: "ไม่มี"}, nil},
		{"two things at once", desk.Query{Search: "ทดลองระบบ", State: visit.StateDone}, []string{"01"}},
		{"another day", desk.Query{Day: v.ServiceDate.Next()}, nil},
	} {
		p, err := w.Visits(w.t.Context(), anna, c.q)
		if err != nil || !slices.Equal(idsOf(p.Items), c.want) || p.Next != "" {
			w.t.Errorf("by %s: %q, %v; want %q", c.name, idsOf(p.Items), err, c.want)
		}
	}
}

func searchOfAdministrator(w world) {
	w.add(1, visit.StateDone)
	v := Visit(1, w.now())
	for text, found := range map[string]bool{
		v.PID.Digits(): false, "สมมุติ": false, v.HN.Text(): false, "0001": false, string(aCode): true, v.ID.Number(): true,
	} {
		p, err := w.Visits(w.t.Context(), tech, desk.Query{Search: text})
		if err != nil || (len(p.Items) == 1) != found {
			w.t.Errorf("%q finds %d visits, %v", text, len(p.Items), err)
		}
	}
}

func masked(w world) {
	id := w.add(21, visit.StateRefused)
	v := Visit(21, w.now())
	one, err := w.Visit(w.t.Context(), anna, id)
	w.must(err)
	page, err := w.Visits(w.t.Context(), anna, desk.Query{})
	w.must(err)
	list, err := w.Work(w.t.Context(), anna)
	w.must(err)
	for _, shown := range []any{one, page, list} {
		text, err := json.Marshal(shown)
		w.must(err)
		for _, never := range []string{v.PID.Digits(), v.Name.Last, v.Phone.Digits(), v.HN.Text(), "not known"} {
			if strings.Contains(string(text), never) {
				w.t.Errorf("%T shows %q", shown, never)
			}
		}
		if !strings.Contains(string(text), v.PID.Masked()) {
			w.t.Errorf("%T shows nothing by which visits can be told apart", shown)
		}
	}
}

func work(w world) {
	kinds := map[visit.State]rules.Kind{
		visit.StatePending: rules.Queued, visit.StateInflight: rules.Unclear, visit.StateRefused: rules.Refused, visit.StateStaff: rules.NoAPI,
	}
	for n, s := range visit.States() {
		w.add(n+1, s)
	}
	p, err := w.Work(w.t.Context(), anna)
	w.must(err)
	if len(p.Items) != len(kinds) || p.Unreadable != 0 {
		w.t.Errorf("%d items", len(p.Items))
	}
	for _, i := range p.Items {
		if i.Kind != kinds[i.State] || len(i.Steps) == 0 || i.Until.IsZero() {
			w.t.Errorf("%s is %s until %v by %q", i.State, i.Kind, i.Until, i.Steps)
		}
	}
}

func numbers(w world) {
	for n, s := range visit.States() {
		w.add(n+1, s)
	}
	w.add(11, visit.StateDone)
	got, err := w.Numbers(w.t.Context(), tech, visit.Date{})
	w.must(err)
	for _, s := range visit.States() {
		want := 1
		if s == visit.StateDone {
			want = 2
		}
		if got.States[s] != want {
			w.t.Errorf("%d visits are %s", got.States[s], s)
		}
	}
	if got.Work != 4 || got.Day != visit.ServiceDateOf(w.now()) {
		w.t.Errorf("%d items of work on %s", got.Work, got.Day)
	}
}

func figures(w world) {
	states := visit.States()
	for n, s := range states {
		w.add(n+1, s)
	}
	held := w.add(11, visit.StateRefused)
	w.must(w.store.Hold(held, anna.Name, w.now()))
	line := Visit(12, w.now())
	line.Method = visit.MethodLine
	w.must(w.store.SaveDone(line, "", otherCode, Noon, w.now()))
	got, err := w.Figures(w.t.Context(), tech, visit.Date{})
	w.must(err)
	want := desk.Hour{Done: 2, Waiting: 2, Failed: 3, Closed: 1}
	if got.Total() != want || got.Hours[12] != want || got.Day != visit.ServiceDateOf(w.now()) || got.Total().All() != len(states)+2 {
		w.t.Errorf("%+v", got)
	}
	if got.Methods[visit.MethodCard] != len(states)+1 || got.Methods[visit.MethodLine] != 1 {
		w.t.Errorf("by method: %v", got.Methods)
	}
	if got.Failed[visit.NHSORefusedVisit.String()] != 2 || got.Failed[visit.UpstreamCannot.String()] != 1 {
		w.t.Errorf("why: %v", got.Failed)
	}
	waited, ok := got.Median()
	if !ok || len(got.Seconds) != 1 || got.Seconds[waited] != 1 { // one was not there before its code
		w.t.Errorf("half waited %d s of %v", waited, got.Seconds)
	}
	empty, err := w.Figures(w.t.Context(), tech, visit.ServiceDateOf(Noon.AddDate(0, 0, -1)))
	w.must(err)
	if _, ok := empty.Median(); ok || empty.Total() != (desk.Hour{}) {
		w.t.Errorf("on a day without visits: %+v", empty)
	}
	_, err = w.Figures(w.t.Context(), desk.Operator{ID: tech.ID, Name: tech.Name, Role: "root"}, visit.Date{})
	w.want(err, desk.NotAllowed, "a role that is none")
	text, err := json.Marshal(got)
	w.must(err)
	for _, v := range []visit.Visit{line, Visit(1, Noon)} {
		for _, never := range []string{v.PID.Digits(), v.PID.Masked(), v.Name.First, v.HN.Text(), string(v.ID), string(otherCode)} {
			if strings.Contains(string(text), never) {
				w.t.Errorf("the figures show %q", never)
			}
		}
	}
}

func hold(w world) {
	ctx := w.t.Context()
	id, inflight, done := w.add(1, visit.StatePending), w.add(2, visit.StateInflight), w.add(3, visit.StateDone)
	w.want(w.Hold(ctx, anna, id), "", "the first")
	w.want(w.Hold(ctx, anna, id), "", "the first again")
	err := w.Hold(ctx, ben, id)
	w.want(err, desk.Held, "the second")
	var told *desk.Error
	if !errors.As(err, &told) || told.By != anna.Name || told.Since.IsZero() {
		w.t.Errorf("%v does not say who holds it", err)
	}
	same := Visit(4, w.now())
	same.PID = Visit(1, w.now()).PID
	w.must(w.store.Save(same, w.now()))
	var other *desk.Error
	if twin := w.Hold(ctx, ben, same.ID); !errors.As(twin, &other) || other.Visit != id || other.By != anna.Name || told.Visit != "" {
		w.t.Errorf("%v does not say which visit is held, or %v does: %+v", twin, err, told)
	}
	if strings.Contains(fmt.Sprint(err), "anna") {
		w.t.Errorf("%v would tell a log who it is", err)
	}
	w.want(w.Settle(ctx, ben, id, aCode), desk.Held, "to settle what another holds")
	w.want(w.Close(ctx, ben, id, rules.OwnMoney), desk.Held, "to close what another holds")
	w.want(w.Hold(ctx, anna, inflight), desk.InFlight, "one in flight")
	w.want(w.Hold(ctx, anna, done), desk.NotOpen, "one that is done")
	w.stands(id, visit.StateStaff, anna.Name)
	p, err := w.Visits(ctx, ben, desk.Query{State: visit.StatePending})
	w.must(err)
	p.Items = slices.DeleteFunc(p.Items, func(i desk.Item) bool { return i.ID == same.ID })
	if len(p.Items) != 1 || p.Items[0].HeldBy != anna.Name || p.Items[0].HeldSince.IsZero() || p.Items[0].Kind != rules.Queued {
		w.t.Errorf("%+v", p.Items)
	}
	if w.audited("visit-held", "ok") != 1 {
		w.t.Error("the audit has another hold")
	}
}

func release(w world) {
	ctx, id := w.t.Context(), w.add(1, visit.StatePending)
	_, err := w.Release(ctx, anna, id)
	w.want(err, desk.NotHeld, "what nobody holds")
	w.must(w.Hold(ctx, anna, id))

	w.nhso.Says(errors.New("no route"))
	_, err = w.Release(ctx, anna, id)
	w.want(err, desk.NoAnswer, "without an answer")
	w.stands(id, visit.StateStaff, anna.Name)

	w.nhso.Says(nil)
	a, err := w.Release(ctx, anna, id)
	if w.want(err, "", "without a code"); len(a.Codes) != 0 || a.At.IsZero() {
		w.t.Errorf("%+v", a)
	}
	w.stands(id, visit.StatePending, "")

	w.must(w.Hold(ctx, ben, id))
	w.nhso.Says(nil, aCode)
	a, err = w.Release(ctx, ben, id)
	if w.want(err, "", "with a code"); len(a.Codes) != 1 || a.Codes[0].Code != aCode {
		w.t.Errorf("%+v", a)
	}
	if r := w.stands(id, visit.StateDone, ""); r.Code != aCode || r.ClosedBy != ben.Name {
		w.t.Errorf("%s by %s", r.Code, r.ClosedBy)
	}
	if w.nhso.Asked() != 3 || w.audited("nhso-asked", "no-answer") != 1 || w.audited("nhso-asked", "none") != 1 || w.audited("nhso-asked", "found") != 1 {
		w.t.Errorf("NHSO was asked %d times", w.nhso.Asked())
	}
}

func releaseOther(w world) {
	ctx, id := w.t.Context(), w.add(1, visit.StateStaff)
	w.must(w.Hold(ctx, anna, id))
	_, err := w.Release(ctx, ben, id)
	w.want(err, desk.NotAllowed, "by another of the staff")
	if w.nhso.Asked() != 0 || w.audited("desk-refused", string(rules.ReleaseOther)) != 1 {
		w.t.Error("NHSO was asked, or the audit does not have it")
	}
	_, err = w.Release(ctx, lead, id)
	w.want(err, "", "by a lead")
	w.stands(id, visit.StateStaff, "")
}

func complete(w world) {
	ctx := w.t.Context()
	id, over := w.add(1, visit.StatePending), w.add(2, visit.StateStaff)
	made, second := Visit(11, Noon).ID, Visit(12, Noon).ID
	w.want(w.Complete(ctx, anna, id, made), desk.NotHeld, "what nobody holds")
	w.must(w.Hold(ctx, anna, id))
	w.want(w.Complete(ctx, ben, id, made), desk.Held, "what another holds")
	for range 2 { // the first answer may be lost
		w.want(w.Complete(ctx, anna, id, made), "", "what is held")
	}
	w.want(w.Complete(ctx, anna, id, second), desk.InFlight, "by a second visit")
	for what, err := range map[string]error{
		"release": failure(w.Release(ctx, anna, id)), "release by a lead": failure(w.Release(ctx, lead, id)),
		"close": w.Close(ctx, anna, id, rules.OwnMoney),
	} {
		w.want(err, desk.InFlight, what)
	}
	w.nhso.Says(nil, aCode)
	w.want(w.Settle(ctx, anna, id, aCode), desk.InFlight, "settle")
	w.nhso.Says(nil)
	if d, err := w.Visit(ctx, ben, id); err != nil || d.Made != made || d.HeldBy != anna.Name {
		w.t.Errorf("%+v, %v", d.Item, err)
	}
	list, err := w.Completions(ctx, "desk-1")
	if err != nil || !slices.Equal(list, []desk.Completion{{Item: id, Made: made}}) {
		w.t.Errorf("%v, %v", list, err)
	}
	if list, err := w.Completions(ctx, "desk-2"); err != nil || len(list) != 0 {
		w.t.Errorf("another station hears of %v, %v", list, err)
	}
	w.want(w.Completed(ctx, "desk-2", desk.Completion{Item: id, Made: made}), desk.Held, "the end from another station")
	for range 2 {
		w.want(w.Completed(ctx, "desk-1", desk.Completion{Item: id, Made: made}), "", "an end without a code")
	}
	w.stands(id, visit.StateStaff, anna.Name)
	w.must(w.Complete(ctx, anna, id, second))
	end := desk.Completion{Item: id, Made: second, Code: aCode, Issued: Noon}
	for range 2 {
		w.want(w.Completed(ctx, "desk-1", end), "", "an end with a code")
	}
	if r := w.stands(id, visit.StateDone, ""); r.Code != aCode || r.SettledBy != second || r.ClosedBy != anna.Name || !r.IssuedAt.Equal(Noon) {
		w.t.Errorf("%s by %s, %s", r.Code, r.SettledBy, r.ClosedBy)
	}
	end.Code = otherCode
	w.want(w.Completed(ctx, "desk-1", end), desk.NotOpen, "another code afterwards")
	if w.audited("visit-completed", "begun") != 2 || w.audited("visit-completed", "ended") != 1 || w.audited("visit-done", "completed") != 1 {
		w.t.Error("the audit has it otherwise")
	}

	w.must(w.Hold(ctx, anna, over))
	w.clock.seconds.Store(24 * 60 * 60)
	w.want(w.Complete(ctx, anna, over, made), desk.NotOpen, "of yesterday")
	w.stands(over, visit.StateStaff, anna.Name)
}

// fresh is a number of a visit that nobody else in the table of roles has.
func fresh(o desk.Operator, id visit.ID) int {
	n := 500
	for _, r := range string(o.Role) + string(id) {
		n = (n*31 + int(r)) % 100_000
	}
	return 1_000 + n
}

func failure[T any](_ T, err error) error { return err }

func settle(w world) {
	ctx, id := w.t.Context(), w.add(1, visit.StateRefused)
	w.nhso.Says(nil, otherCode)
	w.want(w.Settle(ctx, anna, id, aCode), desk.NotHeld, "what nobody holds")
	w.must(w.Hold(ctx, anna, id))
	w.want(w.Settle(ctx, anna, id, aCode), desk.NotConfirmed, "with another code than NHSO has")
	w.nhso.Says(errors.New("no route"))
	w.want(w.Settle(ctx, anna, id, aCode), desk.NoAnswer, "without an answer")
	w.stands(id, visit.StateStaff, anna.Name)
	w.nhso.Says(nil, otherCode, aCode)
	w.want(w.Settle(ctx, anna, id, aCode), "", "with one of two codes")
	r := w.stands(id, visit.StateDone, "")
	if r.Code != aCode || r.IssuedAt.IsZero() || r.ClosedBy != anna.Name || w.audited("visit-done", "settled") != 1 {
		w.t.Errorf("%s of %v by %s", r.Code, r.IssuedAt, r.ClosedBy)
	}
	w.want(w.Settle(ctx, anna, id, aCode), desk.NotHeld, "once more")
}

func closing(w world) {
	ctx, n := w.t.Context(), 0
	for _, why := range rules.Reasons() {
		n++
		id := w.add(n, visit.StateStaff)
		w.want(w.Close(ctx, anna, id, why), desk.NotHeld, "what nobody holds")
		w.want(w.Reopen(ctx, anna, id), desk.NotOpen, "to reopen what is open")
		w.must(w.Hold(ctx, anna, id))
		w.want(w.Close(ctx, anna, id, why), "", string(why))
		if r := w.stands(id, visit.StateDropped, ""); r.Closed != why || r.ClosedBy != anna.Name {
			w.t.Errorf("closed for %s by %s", r.Closed, r.ClosedBy)
		}
		w.want(w.Reopen(ctx, ben, id), "", "to reopen")
		w.stands(id, visit.StateStaff, "")
	}
	pending := w.add(n+1, visit.StatePending)
	w.must(w.Hold(ctx, anna, pending))
	w.must(w.Close(ctx, anna, pending, rules.Mistaken))
	w.must(w.Reopen(ctx, anna, pending))
	w.stands(pending, visit.StateStaff, "") // never to the outbox
	taken := w.add(n+2, visit.StateDropped)
	w.want(w.Reopen(ctx, anna, taken), desk.NotOpen, "what the patient took back")
}

func opened(w world) {
	ctx := w.t.Context()
	first, second := Visit(31, Noon).ID, Visit(32, Noon).ID
	hn := visit.HNOf("69-031")
	for range 2 { // the first answer may be lost
		w.want(w.OpenItem(ctx, anna, first, hn, rules.Unconscious), "", "an item")
	}
	w.want(w.OpenItem(ctx, ben, first, hn, rules.Newborn), desk.BadRequest, "another item of that id")
	w.must(w.OpenItem(ctx, ben, second, visit.HNOf("69-032"), rules.Newborn))
	p, err := w.Work(ctx, ben)
	if err != nil || len(p.Items) != 2 {
		w.t.Fatalf("%d items of work, %v", len(p.Items), err)
	}
	i := p.Items[0]
	if i.ID != first || i.Opened != rules.Unconscious || i.OpenedBy != anna.Name || i.Kind != rules.Unknown || i.PID != "" || !i.Until.Equal(i.Day.Next().Midnight()) {
		w.t.Errorf("%+v", i)
	}
	if p, err := w.Visits(ctx, anna, desk.Query{Search: "69-031"}); err != nil || len(p.Items) != 1 || p.Items[0].ID != first {
		w.t.Errorf("by its HN: %+v, %v", p.Items, err)
	}
	if list, err := w.Reveal(ctx, anna, rules.ShowVisit, first); err != nil || list[0].HN != hn || !list[0].PID.IsZero() {
		w.t.Errorf("%v, %v", list, err)
	}
	w.want(failure(w.Ask(ctx, anna, first)), desk.BadRequest, "to ask for nobody")
	w.must(w.Hold(ctx, anna, first))
	w.want(w.Hold(ctx, ben, second), "", "two unknown persons are not one")
	w.want(w.Settle(ctx, anna, first, aCode), desk.BadRequest, "a code that NHSO cannot confirm")
	w.want(failure(w.Release(ctx, anna, first)), "", "to give it back")
	w.stands(first, visit.StateStaff, "")

	made := Visit(33, Noon).ID
	w.must(w.Complete(ctx, ben, second, made))
	w.must(w.Completed(ctx, "desk-2", desk.Completion{Item: second, Made: made, Code: aCode, Issued: Noon}))
	w.stands(second, visit.StateDone, "")
	w.want(failure(w.SecondCode(ctx, ben, second, rules.Referral)), desk.BadRequest, "a second code for nobody")
	w.must(w.Hold(ctx, anna, first))
	w.want(w.Close(ctx, anna, first, rules.Foreigner), "", "to close it")
	if w.nhso.Asked() != 0 || w.audited("visit-saved", string(rules.Unconscious)) != 1 || w.audited("visit-saved", string(rules.Newborn)) != 1 {
		w.t.Error("NHSO was asked, or the audit has it otherwise")
	}
}

func secondCode(w world) {
	ctx := w.t.Context()
	done, open := w.add(1, visit.StateDone), w.add(2, visit.StateStaff)
	w.want(failure(w.SecondCode(ctx, anna, open, rules.Referral)), desk.NotOpen, "without a first one")
	w.want(failure(w.SecondCode(ctx, anna, done, rules.AfterVoid)), desk.NotOpen, "of a code that is good")
	w.nhso.Says(errors.New("no route"))
	w.want(failure(w.SecondCode(ctx, anna, done, rules.Referral)), desk.NoAnswer, "without an answer")
	if w.audited("second-code", string(rules.Referral)) != 0 {
		w.t.Error("the audit has what did not happen")
	}
	for _, c := range []struct {
		why  rules.SecondReason
		says []visit.AuthenCode
		want []visit.AuthenCode
	}{
		{rules.Referral, []visit.AuthenCode{aCode, otherCode}, []visit.AuthenCode{aCode, otherCode}},
		{rules.Referral, nil, []visit.AuthenCode{aCode}}, // NHSO does not show it yet
		{rules.OtherService, []visit.AuthenCode{aCode}, nil},
	} {
		w.nhso.Says(nil, c.says...)
		a, err := w.SecondCode(ctx, anna, done, c.why)
		w.want(err, "", string(c.why))
		var got []visit.AuthenCode
		for _, code := range a.Codes {
			got = append(got, code.Code)
		}
		if !slices.Equal(got, c.want) || a.At.IsZero() {
			w.t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
	}
	if w.audited("second-code", string(rules.Referral)) != 2 || w.audited("second-code", string(rules.OtherService)) != 1 {
		w.t.Error("the audit has it otherwise")
	}

	v := Visit(3, w.now())
	v.PID = Visit(1, Noon).PID
	second := storage.Second{Of: done, Why: rules.Referral, By: anna.Name, Besides: []visit.AuthenCode{aCode}}
	w.must(w.store.SaveSecond(v, second, nil, w.now()))
	if d, err := w.Visit(ctx, ben, v.ID); err != nil || d.SecondOf != done || d.Second != rules.Referral {
		w.t.Errorf("%+v, %v", d.Item, err)
	}
	w.nhso.Says(nil, aCode)
	if a, err := w.Ask(ctx, anna, v.ID); err != nil || len(a.Codes) != 0 {
		w.t.Errorf("the first code is taken for the second: %v, %v", a.Codes, err)
	}
	w.must(w.Hold(ctx, anna, v.ID))
	w.want(w.Settle(ctx, anna, v.ID, aCode), desk.NotConfirmed, "with the first code")

	w.clock.seconds.Store(24 * 60 * 60)
	w.want(failure(w.SecondCode(ctx, anna, done, rules.Referral)), desk.NotOpen, "of yesterday")
}

func void(w world) {
	ctx := w.t.Context()
	done, open := w.add(1, visit.StateDone), w.add(2, visit.StateStaff)
	w.want(w.Void(ctx, anna, open, rules.Double), desk.NotOpen, "without a code")
	w.want(w.Void(ctx, anna, done, rules.WrongPerson), "", "a code")
	w.want(w.Void(ctx, ben, done, rules.Double), "", "the same again")
	if r := w.stands(done, visit.StateDone, ""); r.Code != aCode {
		w.t.Errorf("its code is %q", r.Code)
	}
	if d, err := w.Visit(ctx, ben, done); err != nil || d.Void != rules.WrongPerson || d.VoidBy != anna.Name || d.Code != aCode {
		w.t.Errorf("%+v, %v", d.Item, err)
	}
	if w.audited("code-void", string(rules.WrongPerson)) != 1 || w.audited("code-void", string(rules.Double)) != 0 {
		w.t.Error("the audit has it otherwise")
	}
	w.want(failure(w.SecondCode(ctx, anna, done, rules.AfterVoid)), "", "another code for it")
}

func reprint(w world) {
	ctx := w.t.Context()
	done, open := w.add(1, visit.StateDone), w.add(2, visit.StatePending)
	w.want(failure(w.Reprint(ctx, anna, open)), desk.NotOpen, "without a code")
	for want := 1; want <= 2; want++ {
		if n, err := w.Reprint(ctx, anna, done); n != want || err != nil {
			w.t.Errorf("it is the %dth, %v", n, err)
		}
	}
	if d, err := w.Visit(ctx, ben, done); err != nil || d.Reprints != 2 || w.audited("slip-reprinted", "ok") != 2 {
		w.t.Errorf("%+v, %v", d.Item, err)
	}
}

func ask(w world) {
	ctx, id := w.t.Context(), w.add(1, visit.StateStaff)
	before := w.record(id)
	w.nhso.Says(nil, aCode, otherCode)
	a, err := w.Ask(ctx, anna, id)
	if w.want(err, "", "with codes"); len(a.Codes) != 2 || a.Codes[0].Code != aCode || a.Codes[0].At.IsZero() {
		w.t.Errorf("%+v", a)
	}
	w.nhso.Says(errors.New("no route"))
	_, err = w.Ask(ctx, anna, id)
	w.want(err, desk.NoAnswer, "without an answer")
	if after := w.record(id); after.State != before.State || after.Code != "" {
		w.t.Errorf("it is %s with %s", after.State, after.Code)
	}
}

func right(w world) {
	ctx := w.t.Context()
	one, none := Visit(1, Noon).PID, Visit(2, Noon).PID
	r, err := w.CheckRight(ctx, anna, one)
	if w.want(err, "", "of one who has it"); r.Right != aRight || len(r.ClaimTypes) != 1 || r.At.IsZero() {
		w.t.Errorf("%+v", r.ClaimTypes)
	}
	if r, err = w.CheckRight(ctx, anna, none); err != nil || !r.Right.IsZero() || r.ClaimTypes != nil {
		w.t.Errorf("of one without: %+v, %v", r.ClaimTypes, err)
	}
	w.nhso.Says(errors.New("no route"))
	w.want(failure(w.CheckRight(ctx, anna, one)), desk.NoAnswer, "without an answer")
	for _, result := range []string{"found", "none", "no-answer"} {
		if w.audited("right-checked", result) != 1 || w.audited("right-checked-of", result) != 1 {
			w.t.Errorf("the audit does not have %s", result)
		}
	}
	if p, err := w.Visits(ctx, anna, desk.Query{}); err != nil || len(p.Items) != 0 {
		w.t.Errorf("%d visits, %v", len(p.Items), err)
	}
}

func reveal(w world) {
	ctx, id := w.t.Context(), w.add(1, visit.StateRefused)
	second := w.add(2, visit.StateStaff)
	v := Visit(1, w.now())
	for _, c := range []struct {
		o           desk.Operator
		why         rules.Action
		event       string
		name, phone bool
	}{
		{anna, rules.ShowVisit, "visit-shown", true, true},
		{anna, rules.CopyPID, "pid-copied", false, false},
		{anna, rules.ShowNames, "names-shown", true, false},
		{lead, rules.ExportNames, "names-exported", true, false},
	} {
		got, err := w.Reveal(ctx, c.o, c.why, id)
		if err != nil || len(got) != 1 || got[0].ID != id || got[0].PID != v.PID {
			w.t.Fatalf("%s: %v, %v", c.why, got, err)
		}
		p := got[0]
		if (p.Name == v.Name) != c.name || (p.HN == v.HN) != c.name || (p.Phone == v.Phone) != c.phone || (p.Message != "") != c.phone {
			w.t.Errorf("%s shows another part of a person", c.why)
		}
		if w.audited(c.event, "ok") != 1 {
			w.t.Errorf("%s is not in the audit", c.why)
		}
	}
	list, err := w.Reveal(ctx, anna, rules.ShowNames, second, id)
	if w.must(err); len(list) != 2 || list[0].ID != second || w.audited("names-shown", "ok") != 3 {
		w.t.Errorf("%d persons", len(list))
	}
}

func history(w world) {
	ctx, id := w.t.Context(), w.add(1, visit.StateRefused)
	w.add(2, visit.StateDone)
	w.must(w.Hold(ctx, anna, id))
	w.must(w.Close(ctx, anna, id, rules.DayMissed))
	got, err := w.Visit(ctx, ben, id)
	w.must(err)
	var said []string
	for _, e := range got.History {
		if e.At.IsZero() || e.Role == "" {
			w.t.Errorf("%+v", e)
		}
		said = append(said, strings.TrimSpace(e.What+" "+e.Result+" "+e.Who))
	}
	want := []string{"visit-saved ok", "visit-refused refused", "visit-held ok desk-1/anna", "visit-given-up day-missed desk-1/anna"}
	if !slices.Equal(said, want) {
		w.t.Errorf("%q, want %q", said, want)
	}
	if got.State != visit.StateDropped || got.Closed != rules.DayMissed || got.ClosedBy != anna.Name || got.Kind != rules.NoWork {
		w.t.Errorf("%+v", got.Item)
	}
}
