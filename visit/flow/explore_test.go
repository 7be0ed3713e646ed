package flow

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"authenkiosk/visit"
)

// world is a model together with the timers that run: what decides which events
// can come next.
type world struct {
	m      Model
	timers [timerCount]bool
}

var (
	today    = visit.Date{Year: 2026, Month: 11, Day: 22}
	tomorrow = today.Next()

	general  = visit.ClaimType{Code: "PG0060001", Name: "ทั่วไป"}
	dialysis = visit.ClaimType{Code: "PG0130001", Name: "ฟอกเลือด"}

	unit = Unit{HCode: "99999", ClaimTypes: []visit.ClaimType{general, dialysis}, DefaultClaimType: general.Code}
)

func mustPID(s string) visit.PID {
	p, err := visit.ParsePID(s)
	if err != nil {
		panic(err)
	}
	return p
}

func mustPhone(s string) visit.Phone {
	p, err := visit.ParsePhone(s)
	if err != nil {
		panic(err)
	}
	return p
}

var insertions = []Insertion{
	{1, "01900000-0000-7000-8000-000000000001"},
	{2, "01900000-0000-7000-8000-000000000002"},
	{3, "01900000-0000-7000-8000-000000000003"},
}

func personOf(number uint64) Person {
	pids := []string{"9000000000004", "9000000000012", "9000000000021"}
	return Person{PID: mustPID(pids[number-1]), Name: visit.Name{First: "ทดสอบ"}}
}

// freshInsertion returns one that the model does not know, as the runner would.
func (m Model) freshInsertion() Insertion {
	for _, i := range insertions {
		if i != m.Session.Insertion && i != m.Waiting {
			return i
		}
	}
	panic("three insertions are enough for a session and a waiting card")
}

// eventsFor lists the events that can meet a model. Digits of the keypad stand
// for one another: a wrong start, a right one, and a last digit that makes the
// number right or invented.
func eventsFor(w world) []Event {
	m := w.m
	right := visit.Right{Main: visit.Coded{ID: "UCS"}}
	codeHere := Authentication{"PP1200000001", general, visit.Hospital{HCode: "99999"}, time.Unix(1, 0)}
	codeElsewhere := Authentication{"PP1200000002", general, visit.Hospital{HCode: "99998"}, time.Unix(2, 0)}
	events := []Event{
		CardInserted{m.freshInsertion()}, CardInserted{}, CardRemoved{},
		VisitSaved{99}, VisitDone{Number: 99}, CardIdentified{Number: 99, Person: personOf(1)},
		TapConfirm{}, TapChangePhone{}, TapBackspace{}, TapClear{}, TapDigit{'0'}, TapDigit{'x'},
		TapPhoneOwner{visit.PhoneOfRelative}, TapPhoneOwner{"nobody"},
		TapChangeClaimType{}, TapClaimType{dialysis.Code}, TapClaimType{"unknown"}, TapBack{},
		TapReprint{}, TapOtherService{}, TapRetry{}, TapClose{}, TapMoreTime{}, TapNoCard{}, TapHelp{},
		TapLanguage{"en"}, Touched{},
		DayChanged{today}, DayChanged{tomorrow},
		DevicesChanged{Devices{Printer: DeviceReady}}, DevicesChanged{Devices{Printer: DeviceAbsent}},
		DevicesChanged{Devices{Storage: DeviceDown}}, DevicesChanged{Devices{Clock: DeviceDown}},
	}
	if n := len(m.Session.PhoneInput); n <= 1 || n == visit.MobileLength-1 {
		events = append(events, TapDigit{'8'})
	}
	if n := m.Session.Insertion.Number; n != 0 {
		events = append(events,
			CardIdentified{n, personOf(n)}, CardIdentified{Number: n},
			CardRead{Number: n, Expiry: visit.PartialDate{Lifelong: true}},
			CardRead{Number: n, Expiry: visit.PartialDate{Year: 2020, Month: 1, Day: 1}},
			CardFailed{n, visit.CardUnreadable},
			RightFound{Number: n, Right: right},
			RightFound{Number: n, Right: right, ClaimTypes: []visit.ClaimType{general}},
			RightFound{Number: n, Right: right, ClaimTypes: []visit.ClaimType{}},
			RightFound{Number: n}, RightFound{Number: n, Right: visit.Right{Deceased: true}},
			RightFailed{n, visit.NHSOUnreachable},
			StatusFound{Number: n}, StatusFound{n, []Authentication{codeHere}},
			StatusFound{n, []Authentication{codeElsewhere}}, StatusFailed{n},
			PhoneKnown{n, mustPhone("0800001234"), visit.PhoneOfPatient},
			VisitSaved{n}, VisitNotSaved{n}, VisitDone{n, "PP1200000003", time.Unix(3, 0)}, VisitQueued{n},
			VisitRefused{n, visit.NHSORefusedVisit, "เหตุผล"}, SlipPrinted{n}, SlipFailed{n},
		)
	}
	for t := range timerCount {
		if w.timers[t] {
			events = append(events, TimerFired{t})
		}
	}
	return events
}

func advance(w world, e Event) (world, []Effect) {
	if t, ok := e.(TimerFired); ok {
		w.timers[t.Timer] = false
	}
	m, effects := Step(w.m, e)
	w.m = m
	for _, effect := range effects {
		switch effect := effect.(type) {
		case ClearTimers:
			w.timers = [timerCount]bool{}
		case SetTimer:
			w.timers[effect.Timer] = true
		}
	}
	return w, effects
}

// key tells two worlds apart. The visit follows from the rest of the session and
// is named by its day and claim type only.
func (w world) key() string {
	m, x := w.m, w.m.Session
	var b strings.Builder
	fmt.Fprint(&b, m.State, m.Prefs, m.Devices, m.Today, m.CardIn, m.Waiting.Number, m.Warning, m.Help, w.timers,
		'|', x.Insertion.Number, x.Person.PID.Digits(), x.CardRead, x.Right.Main.ID, x.Right.Deceased, x.RightState,
		x.Offered == nil, len(x.Offered), len(x.Done), x.DoneState, x.Phone.Digits(), x.PhoneTyped, x.PhoneInput,
		x.PhoneOwner, x.ClaimType.Code, x.Visit.ServiceDate, x.Visit.ClaimType.Code, x.Phase, x.Slow, x.Code, x.Print,
		x.Problem, x.Message)
	for _, c := range x.Offered {
		b.WriteString(c.Code)
	}
	for _, a := range x.Done {
		b.WriteString(string(a.Code))
	}
	return b.String()
}

func start() world { return world{m: Model{Unit: unit, Today: today}} }

func TestEveryReachablePairOfModelAndEventKeepsTheInvariants(t *testing.T) {
	seen := map[string]bool{start().key(): true}
	queue := []world{start()}
	reached := map[State]bool{}
	pairs := 0
	for len(queue) > 0 {
		w := queue[0]
		queue = queue[1:]
		reached[w.m.State] = true
		for _, e := range eventsFor(w) {
			pairs++
			next, effects := advance(w, e)
			if err := checkStep(w.m, e, next.m, effects); err != nil {
				t.Fatalf("%v, event %T%+v: %v", w.m.State, e, e, err)
			}
			if err := checkTimeLimit(next); err != nil {
				t.Fatalf("%v, event %T%+v: %v", w.m.State, e, e, err)
			}
			if k := next.key(); !seen[k] {
				seen[k] = true
				queue = append(queue, next)
			}
		}
	}
	for _, s := range States() {
		if !reached[s] {
			t.Errorf("state %v is never reached", s)
		}
	}
	t.Logf("%d models, %d pairs of model and event", len(seen), pairs)
}

func TestTimeAloneLeadsFromEveryStateToTheWelcomeScreen(t *testing.T) {
	const enough = 8
	seen := map[string]bool{start().key(): true}
	queue := []world{start()}
	for len(queue) > 0 {
		w := queue[0]
		queue = queue[1:]
		if !endsByTime(w, enough) {
			t.Fatalf("state %v with timers %v does not end within %d time-outs", w.m.State, w.timers, enough)
		}
		for _, e := range eventsFor(w) {
			next, _ := advance(w, e)
			if k := next.key(); !seen[k] {
				seen[k] = true
				queue = append(queue, next)
			}
		}
	}
}

func endsByTime(w world, steps int) bool {
	for range steps {
		if w.m.State == Welcome || w.m.State == Reading && w.m.Session.Person.PID.IsZero() {
			return true // Reading after a waiting card is a new session's start
		}
		fired := false
		for t := range timerCount {
			if w.timers[t] {
				w, _ = advance(w, TimerFired{t})
				fired = true
				break
			}
		}
		if !fired {
			return false
		}
	}
	return w.m.State == Welcome
}
