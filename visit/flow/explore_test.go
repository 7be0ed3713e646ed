package flow

import (
	"errors"
	"reflect"
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
	pids := []string{"9000000000004", "9000000000012"}
	return Person{PID: mustPID(pids[number%uint64(len(pids))]), Name: visit.Name{First: "ทดสอบ"}}
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
		CardInserted{m.freshInsertion()},
		CardInserted{},
		CardRemoved{},
		VisitSaved{99},
		VisitDone{Number: 99},
		CardIdentified{Number: 99, Person: personOf(1)},
		TapConfirm{},
		TapChangePhone{},
		TapBackspace{},
		TapClear{},
		TapDigit{'0'},
		TapDigit{'x'},
		TapPhoneOwner{visit.PhoneOfRelative},
		TapPhoneOwner{"nobody"},
		TapChangeClaimType{},
		TapClaimType{dialysis.Code},
		TapClaimType{"unknown"},
		TapBack{},
		TapReprint{},
		TapOtherService{},
		TapRetry{},
		TapClose{},
		TapMoreTime{},
		TapNoCard{},
		Touched{},
		DayChanged{today},
		DayChanged{tomorrow},
		DevicesChanged{Devices{Printer: DeviceReady}},
		DevicesChanged{Devices{Printer: DeviceAbsent}},
		DevicesChanged{Devices{Storage: DeviceDown}},
		DevicesChanged{Devices{Clock: DeviceDown}},
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

// key returns what tells two worlds apart. Which of the three insertions and persons it is
// makes no difference to the flow, so one name stands for all; the visit follows
// from the rest of the session and is named by its day and claim type only.
func (w world) key() key {
	m, x := w.m, w.m.Session
	k := key{
		state: m.State, devices: m.Devices, today: m.Today, cardIn: m.CardIn, waiting: !m.Waiting.IsZero(),
		warning: m.Warning, timers: w.timers,
		session: !x.Insertion.IsZero(), identified: x.identified(), cardRead: x.CardRead,
		right: x.Right.Main.ID, deceased: x.Right.Deceased, rightState: x.RightState, doneState: x.DoneState,
		offered: -1, done: len(x.Done),
		phone: x.Phone, typed: x.PhoneTyped, input: x.PhoneInput, owner: x.PhoneOwner, claim: x.ClaimType.Code,
		date: x.Visit.ServiceDate, visitClaim: x.Visit.ClaimType.Code, phase: x.Phase, slow: x.Slow,
		code: x.Code, print: x.Print, problem: x.Problem, message: x.Message,
	}
	if x.Offered != nil {
		k.offered = len(x.Offered)
	}
	if len(x.Offered) > 0 {
		k.firstOffered = x.Offered[0].Code
	}
	if len(x.Done) > 0 {
		k.firstDone = x.Done[0].Code
	}
	return k
}

type key struct {
	state                         State
	devices                       Devices
	today, date                   visit.Date
	cardIn, waiting, warning      bool
	session, identified, cardRead bool
	timers                        [timerCount]bool
	right, claim, visitClaim      string
	deceased, typed, slow         bool
	rightState, doneState         Answer
	offered, done                 int
	firstOffered                  string
	firstDone, code               visit.AuthenCode
	phone                         visit.Phone
	input                         string
	owner                         visit.PhoneOwner
	phase                         Phase
	print                         PrintState
	problem                       visit.Problem
	message                       string
}

func start() world { return world{m: Model{Unit: unit, Today: today}} }

func TestEveryReachablePairOfModelAndEventKeepsTheInvariants(t *testing.T) {
	seen := map[key]bool{start().key(): true}
	queue := []world{start()}
	reached := map[State]bool{}
	pairs := 0
	for len(queue) > 0 {
		w := queue[0]
		queue = queue[1:]
		reached[w.m.State] = true
		if !endsByTime(w) {
			t.Fatalf("state %v with timers %v is a dead end: time alone does not lead out of it", w.m.State, w.timers)
		}
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
		for _, e := range settings {
			pairs++
			if err := checkSetting(w, e); err != nil {
				t.Fatalf("%v, event %T%+v: %v", w.m.State, e, e, err)
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

// settings are the taps that may change the patient's settings and nothing else;
// they are tried on every model, but not followed.
var settings = []Event{TapHelp{}, TapLanguage{"en"}, TapTextSize{}, TapContrast{}}

func checkSetting(w world, e Event) error {
	next, _ := advance(w, e)
	if err := checkTimeLimit(next); err != nil {
		return err
	}
	next.m.Prefs, next.m.Help, next.m.Warning = w.m.Prefs, w.m.Help, w.m.Warning
	if !reflect.DeepEqual(next.m, w.m) {
		return errors.New("a setting changes more than itself")
	}
	return nil
}

// endsByTime tells whether the kiosk comes back to the welcome screen when
// nobody does anything any more and the timers just run out.
func endsByTime(w world) bool {
	const enough = 8
	for range enough {
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
