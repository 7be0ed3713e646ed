package flow

import (
	"errors"
	"flag"
	"reflect"
	"runtime/debug"
	"slices"
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

	// The way to NHSO takes no photo here, so that both ends of a visit are met.
	unit = Unit{
		HCode: "99999", ClaimTypes: []visit.ClaimType{general, dialysis}, DefaultClaimType: general.Code,
		Methods:  []visit.Method{visit.MethodCard, visit.MethodPhoto, visit.MethodCertifier, visit.MethodLine},
		Upstream: []visit.Method{visit.MethodCard, visit.MethodCertifier}, FirstDigits: "9", LineQR: "qr",
		Certify: Certify{
			MinAge: 18, AdultAge: 15,
			Relations:      []visit.Relation{visit.RelationParent, visit.RelationOfficer},
			AdultRelations: []visit.Relation{visit.RelationOfficer},
		},
	}
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
	{Number: 1, VisitID: "01900000-0000-7000-8000-000000000001"},
	{Number: 2, VisitID: "01900000-0000-7000-8000-000000000002"},
	{Number: 3, VisitID: "01900000-0000-7000-8000-000000000003"},
	{Number: 4, VisitID: "01900000-0000-7000-8000-000000000004"},
}

const typedPID = "9000000000004"

var somePhone = mustPhone("0800001234")

// mostModels bounds the walk where every step costs ten times as much: under the
// race detector. The whole walk is part of the checks as well, without it.
var mostModels = flag.Int("models", defaultModels, "how many models the exhaustive test walks; 0: all")

// Those whose cards may be put in to vouch for the patient with the typed PID.
var (
	adult = Person{PID: mustPID("9000000000012"), Birth: visit.PartialDate{Year: 1980}}
	child = Person{PID: mustPID("9000000000012"), Birth: visit.PartialDate{Year: 2015}}
	same  = Person{PID: mustPID(typedPID), Birth: visit.PartialDate{Year: 1980}}
)

func personOf(number uint64) Person {
	pids := []string{"9000000000004", "9000000000012"}
	return Person{PID: mustPID(pids[number%uint64(len(pids))]), Name: visit.Name{First: "ทดสอบ"}}
}

// freshInsertion returns one that the model does not know, as the runner would.
func (m Model) freshInsertion() Insertion {
	for _, i := range insertions {
		used := []uint64{m.Session.Insertion.Number, m.Waiting.Number, m.Session.Certifier.Insertion.Number}
		if !slices.Contains(used, i.Number) {
			return i
		}
	}
	panic("four insertions are enough for a session, a certifier and a waiting card")
}

func (i Insertion) into(r Role) Insertion {
	i.Role = r
	return i
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
		CardInserted{m.freshInsertion().into(CertifierReader)},
		CardRemoved{},
		CardRemoved{CertifierReader},
		TapNoNumber{m.freshInsertion()},
		TapMethod{visit.MethodPhoto, m.freshInsertion()},
		TapMethod{visit.MethodCertifier, m.freshInsertion()},
		TapMethod{visit.MethodLine, m.freshInsertion()},
		TapMethod{visit.MethodCard, m.freshInsertion()},
		TapMethod{Method: visit.MethodPhoto},
		TapShutter{},
		TapUsePhoto{},
		TapRetake{},
		TapRelation{visit.RelationParent},
		TapRelation{visit.RelationOfficer},
		TapRelation{visit.RelationCaregiver},
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
	}
	// Day and devices are asked for when a session begins, when its visit is made
	// and when something is printed. In between their changes are followed on the
	// card path only, which keeps the number of models within reach.
	asks := m.State == Confirm || m.State == Sending || m.State == Result || m.State == Line
	if x := m.Session; asks || x.Method == "" || x.Method == visit.MethodCard {
		events = append(events,
			DayChanged{today}, DayChanged{tomorrow},
			DevicesChanged{Devices{Printer: DeviceReady}}, DevicesChanged{Devices{Printer: DeviceAbsent}},
			DevicesChanged{Devices{Storage: DeviceDown}},
		)
	}
	if m.State == Welcome || m.State == Confirm || m.State == Sending {
		events = append(events, DevicesChanged{Devices{Clock: DeviceDown}})
	}
	if m.State == NoCard {
		events = append(events, DevicesChanged{Devices{Camera: DeviceDown, Reader: DeviceDown, NHSO: DeviceDown}})
	}
	if n := len(m.Session.PhoneInput); m.State != PIDEntry && (n <= 1 || n == visit.MobileLength-1) {
		events = append(events, TapDigit{'8'})
	}
	if n := len(m.Session.PIDInput); m.State == PIDEntry && n < visit.PIDLength {
		events = append(events, TapDigit{typedPID[n]})
	}
	if n := m.Session.Certifier.Insertion.Number; n != 0 {
		events = append(events,
			CardIdentified{n, adult}, CardIdentified{n, child}, CardIdentified{n, same}, CardIdentified{Number: n},
			CardRead{Number: n, Expiry: visit.PartialDate{Lifelong: true}},
			CardRead{Number: n, Expiry: visit.PartialDate{Year: 2020, Month: 1, Day: 1}},
			CardFailed{n, visit.CardUnreadable},
		)
	}
	if n := m.Session.Insertion.Number; m.State == Line {
		events = append(events, StatusFound{n, []Authentication{{"PP1200000004", general, visit.Hospital{HCode: "99999"}, time.Unix(4, 0)}}})
	}
	if n := m.Session.Insertion.Number; n != 0 && (m.State == PhotoAim || m.State == PhotoReview || m.State == Confirm) {
		events = append(events,
			CameraChanged{n, DeviceReady}, CameraChanged{n, DeviceDown},
			PhotoSeen{Number: n, Hint: PhotoGood}, PhotoSeen{n, PhotoGood, true}, PhotoSeen{Number: n, Hint: PhotoNoFace},
			PhotoTaken{n, PhotoGood}, PhotoTaken{n, PhotoBlurred}, PhotoFailed{n}, PhotoTaken{99, PhotoGood},
		)
	}
	if n := m.Session.Insertion.Number; n != 0 {
		events = append(events,
			CardIdentified{n, personOf(n)}, CardIdentified{Number: n},
			CardRead{Number: n, Expiry: visit.PartialDate{Lifelong: true}},
			CardRead{Number: n, Expiry: visit.PartialDate{Year: 2020, Month: 1, Day: 1}},
			CardFailed{n, visit.CardUnreadable},
			RightFound{Number: n, Right: right},
			RightFound{Number: n, Right: right, Birth: visit.PartialDate{Year: 1990}},
			RightFound{Number: n},
			RightFailed{n, visit.NHSOUnreachable},
			StatusFound{Number: n}, StatusFound{n, []Authentication{codeHere}},
			StatusFound{n, []Authentication{codeElsewhere}}, StatusFailed{n},
			PhoneKnown{n, mustPhone("0800001234"), visit.PhoneOfPatient},
			VisitSaved{n}, VisitNotSaved{n}, VisitDone{Number: n, Code: "PP1200000003", IssuedAt: time.Unix(3, 0)}, VisitQueued{n},
			VisitRefused{n, visit.NHSORefusedVisit, "เหตุผล"}, SlipPrinted{n, m.Session.Slips}, SlipPrinted{n, 99}, SlipFailed{Number: n, Nth: m.Session.Slips}, SlipFailed{n, m.Session.Slips, true},
		)
	}
	// The rarer answers lead the same way whatever the proof of identity is.
	if n := m.Session.Insertion.Number; m.Session.Method == visit.MethodCard {
		events = append(events,
			RightFound{Number: n, Right: right, ClaimTypes: []visit.ClaimType{general}},
			RightFound{Number: n, Right: right, ClaimTypes: []visit.ClaimType{}},
			RightFound{Number: n, Right: visit.Right{Deceased: true}},
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
		case ClearTimer:
			w.timers[effect.Timer] = false
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
		forgotten: m.Forgotten, warning: m.Warning, timers: w.timers,
		session: !x.Insertion.IsZero(), identified: x.identified(), cardRead: x.CardRead,
		right: x.Right.Main.ID, deceased: x.Right.Deceased, rightState: x.RightState, doneState: x.DoneState,
		offered: -1, done: len(x.Done),
		phone: x.Phone, typed: x.PhoneTyped, input: x.PhoneInput, owner: x.PhoneOwner, claim: x.ClaimType.Code,
		date: x.Visit.ServiceDate, visitClaim: x.Visit.ClaimType.Code, phase: x.Phase, slow: x.Slow,
		code: x.Code, print: x.Print, problem: x.Problem, message: x.Message,
		method: x.Method, pidInput: x.PIDInput, photo: x.Photo, polled: x.Polls > 0, adult: !x.Person.Birth.IsZero(),
		vouching: !x.Certifier.Insertion.IsZero(), reader: x.Certifier.Insertion.Role, certifier: x.Certifier.Person,
		certifierRead: x.Certifier.CardRead, phoneFrom: x.PhoneFrom, relation: x.Certifier.Relation,
	}
	if m.State == Desk || m.State == NoRight || m.State == AlreadyElsewhere {
		// These screens only show what is known; nothing is decided by it.
		k.right, k.deceased, k.rightState, k.doneState, k.phone, k.typed = "", false, NotAsked, NotAsked, visit.Phone{}, false
		k.claim, k.visitClaim, k.date, k.owner, k.photo, k.polled, k.adult = "", "", visit.Date{}, "", Photo{}, false, false
		return k
	}
	// What is only shown decides nothing: one value stands for all.
	k.photo.Hint, k.slow, k.message, k.code, k.typed, k.owner = PhotoUnchecked, false, "", "", false, ""
	if !x.Phone.IsZero() {
		k.phone = somePhone
	}
	if x.Photo.Accepted || m.State == PhotoReview {
		k.photo = Photo{Accepted: x.Photo.Accepted, GatePassed: x.Photo.GatePassed}
	}
	if x.Print == PrintUnclear {
		k.print = NotPrinted
	}
	if m.State == CertifierCard && x.Problem != visit.NoProblem {
		k.problem = visit.CardUnreadable // which it is is only shown
	}
	switch m.State {
	case PhoneEntry, Confirm, ClaimTypeChoice, Sending, Result, Queued:
		// NHSO's answers have done their part.
		k.right, k.rightState, k.doneState = "", Answered, Answered
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
	cardIn, waiting               bool
	forgotten, warning            bool
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
	method                        visit.Method
	pidInput                      string
	photo                         Photo
	polled, adult                 bool
	vouching, certifierRead       bool
	reader                        Role
	certifier                     Person
	phoneFrom                     visit.PID
	relation                      visit.Relation
}

func start() world { return world{m: Model{Unit: unit, Today: today}} }

func TestEveryReachablePairOfModelAndEventKeepsTheInvariants(t *testing.T) {
	seen := map[key]bool{start().key(): true}
	queue := []world{start()}
	reached := map[State]bool{}
	pairs := 0
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // the models stay: looking at them often finds nothing
	whole := true
	for len(queue) > 0 {
		if whole = *mostModels == 0 || len(seen) < *mostModels; !whole {
			break
		}
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
		if !reached[s] && whole {
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
