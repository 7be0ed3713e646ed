package station

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"authenkiosk/desk"
	"authenkiosk/desk/desktest"
	"authenkiosk/desk/session"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

// crowd is a desk with many visits, which costs nothing itself: what is measured is the
// window.
type crowd struct {
	desk.Desk
	items []desk.Item // the newest first
}

func newCrowd(from, visits int) *crowd {
	c := &crowd{}
	for n := visits; n > 0; n-- {
		v := desktest.Visit(from+n, desktest.Noon.Add(time.Duration(n)*time.Second))
		c.items = append(c.items, desk.Item{
			ID: v.ID, Day: v.ServiceDate, State: visit.StateDone, Saved: v.CreatedAt, PID: v.PID.Masked(), HN: v.HN.Masked(), Name: v.Name.Short(),
			Code: visit.AuthenCode("PP12" + strconv.Itoa(10_000_000+n)), ClaimType: v.ClaimType, Method: v.Method,
		})
	}
	return c
}

func (c *crowd) Visits(_ context.Context, _ desk.Operator, q desk.Query) (desk.Page, error) {
	at, _ := strconv.Atoi(string(q.After))
	end := min(at+q.Limit, len(c.items))
	p := desk.Page{Items: slices.Clone(c.items[at:end])}
	if end < len(c.items) {
		p.Next = desk.Cursor(strconv.Itoa(end))
	}
	return p, nil
}

func (c *crowd) Visit(_ context.Context, _ desk.Operator, id visit.ID) (desk.Details, error) {
	i := slices.IndexFunc(c.items, func(i desk.Item) bool { return i.ID == id })
	return desk.Details{Item: c.items[i]}, nil
}

func (c *crowd) Work(context.Context, desk.Operator) (desk.Page, error) { return desk.Page{}, nil }

func (c *crowd) Numbers(context.Context, desk.Operator, visit.Date) (desk.Numbers, error) {
	return desk.Numbers{}, nil
}

// crowded is a station with all of 10,000 visits in its list, of one machine or of two.
func crowded(b *testing.B, machines int) (s *Station, clock *time.Time) {
	b.Helper()
	app := test.NewTempApp(b)
	app.Settings().SetTheme(NewTheme(false))
	const visits = 10_000
	now := desktest.Noon
	who := rules.Operator{ID: "00000000000000a1", Name: visit.Name{First: "anna"}, Role: rules.Staff}
	o := Options{
		Unit: "โรงพยาบาลทดสอบ", HCode: "99999", Zone: visit.ZoneTest, Machine: "desk-1", Languages: []string{"th", "en"}, OnCard: visit.OnCardNotice,
		Desk: newCrowd(0, visits/machines), Door: oneDoor{who}, Idle: session.Idle, Now: func() time.Time { return now },
		Beside: func(work func(context.Context), then func()) { work(b.Context()); then() },
		Later:  func(time.Duration, func()) {}, Copy: func(string) {}, Copied: func() string { return "" }, Shows: func(string) {},
	}
	for n := 1; n < machines; n++ {
		o.Others = append(o.Others, Other{Machine: fmt.Sprintf("kiosk-%d", n), Desk: newCrowd(n*visits, visits/machines), Who: func(string) (desk.Operator, error) {
			return desk.OperatorAt("desk-1", who), nil
		}})
	}
	s, err := New(o)
	if err != nil {
		b.Fatal(err)
	}
	w := test.NewTempWindow(b, s.Content())
	w.SetPadded(false)
	w.Resize(fyne.NewSize(1366, 768))
	s.Attach(w)
	s.signedIn("token", who)
	for len(s.today.items) < visits {
		s.today.more()
	}
	return s, &now
}

// oneDoor lets one in.
type oneDoor struct{ who rules.Operator }

func (d oneDoor) AddOperator(string, visit.Name, rules.Role, rules.PIN) error { return nil }
func (d oneDoor) ResetOperator(string, rules.OperatorID, rules.PIN) error     { return nil }
func (d oneDoor) DisableOperator(string, rules.OperatorID) error              { return nil }

func (d oneDoor) Operators() ([]rules.Operator, error) { return []rules.Operator{d.who}, nil }

func (d oneDoor) SignIn(rules.OperatorID, rules.PIN) (string, rules.Operator, error) {
	return "token", d.who, nil
}
func (d oneDoor) Of(string) (rules.Operator, error) { return d.who, nil }
func (d oneDoor) SignOut(string)                    {}
func (d oneDoor) OfCard(visit.PID) (rules.Operator, error) {
	return rules.Operator{}, rules.ErrNoOperator
}

// BenchmarkTenThousandRows measures what whoever works at a station waits for in the goroutine
// of the window, when all 10,000 visits of a day have been scrolled through.
func BenchmarkTenThousandRows(b *testing.B) {
	for _, machines := range []int{1, 2} {
		s, clock := crowded(b, machines)
		keys := func(names ...fyne.KeyName) func() {
			return func() {
				for _, name := range names {
					s.today.rows.TypedKey(&fyne.KeyEvent{Name: name})
				}
			}
		}
		for _, c := range []struct {
			name string
			do   func()
		}{
			{"refresh", func() { *clock = clock.Add(lookEvery); s.lookAtAll() }},
			{"scroll", func() { s.today.rows.ScrollToOffset(float32(b.N%9000) * rowHeight) }},
			{"to-the-end-and-back", keys(fyne.KeyEnd, fyne.KeyHome)},
			{"page-down", keys(fyne.KeyPageDown)},
		} {
			b.Run(fmt.Sprintf("machines-%d/%s", machines, c.name), func(b *testing.B) {
				for b.Loop() {
					c.do()
				}
			})
		}
	}
}

// BenchmarkADigitOfAPhone measures what the goroutine of the window does for a digit: until it is
// drawn, and until the flow has taken it. Before the widgets stayed they were made anew.
func BenchmarkADigitOfAPhone(b *testing.B) {
	s, _ := crowded(b, 1)
	m := atDesk()
	m.By, m.Open, m.State = "desk-1/anna", true, flow.PhoneEntry
	m.Session = flow.Session{Insertion: flow.Insertion{Number: 1}, Method: visit.MethodCard, Person: flow.Person{Name: visit.NewName("นาย", "ทดสอบ", "", "เสมอใจ")}}
	s.o.Send = func(e flow.Event) {
		m, _ = m.Step(e)
		s.Visit(m)
	}
	s.open(s.fresh)
	s.Visit(m)
	for name, before := range map[string]func(){"widgets-stay": func() {}, "widgets-anew": func() { s.fresh.drawn = "" }} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				before()
				s.keys.letter('0', nil)
				s.keys.end()
				before()
				s.o.Send(flow.TapBackspace{})
			}
		})
	}
}
