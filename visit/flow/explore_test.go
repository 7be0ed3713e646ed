package flow

import (
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"authenkiosk/visit"
)

var (
	today    = visit.Date{Year: 2026, Month: 11, Day: 22}
	tomorrow = today.Next()

	atDesk   = visit.ClaimType{Code: "PG0110001", Name: "Self Isolation"}
	general  = visit.ClaimType{Code: "PG0060001", Name: "ทั่วไป"}
	dialysis = visit.ClaimType{Code: "PG0130001", Name: "ฟอกเลือด"}
	homeWard = visit.ClaimType{Code: "PG0140001", Name: "Home Ward"}

	// The way to NHSO takes no photo here, so that both ends of a visit are met.
	unit = Unit{
		HCode: "99999", ClaimTypes: []visit.ClaimType{general, dialysis, homeWard}, DefaultClaimType: general.Code,
		Methods:  visit.Methods(),
		Upstream: []visit.Method{visit.MethodCard, visit.MethodCertifier}, FirstDigits: "9", LineQR: "qr", SecondCode: true,
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

// began is any time.
var began = time.Unix(2, 0)

const typedPID = "9000000000004"

var somePhone = mustPhone("0800001234")

var mostModels = flag.Int("models", 0, "how many models the exhaustive tests walk; 0: all, or with -short some")

// someModels bounds the walks with -short. make test walks all, without the race detector:
// nothing here is done by two goroutines.
const someModels = 1_500

// bound returns how many models are walked; 0: all.
func bound() int {
	if *mostModels == 0 && testing.Short() {
		return someModels
	}
	return *mostModels
}

// Those whose cards may be put in to vouch for the patient with the typed PID.
var (
	adult = Person{PID: mustPID("9000000000012"), Birth: visit.PartialDate{Year: 1980}}
	child = Person{PID: mustPID("9000000000012"), Birth: visit.PartialDate{Year: 2015}}
	same  = Person{PID: mustPID(typedPID), Birth: visit.PartialDate{Year: 1980}}
)

// codeOf is a code that NHSO has given, so many seconds after the beginning of all time.
func codeOf(code visit.AuthenCode, c visit.ClaimType, hcode string, at int64) visit.Authentication {
	return visit.Authentication{Code: code, ClaimType: c, Hospital: visit.Hospital{HCode: hcode}, At: time.Unix(at, 0)}
}

func personOf(number uint64) Person {
	pids := []string{"9000000000004", "9000000000012"}
	return Person{PID: mustPID(pids[number%uint64(len(pids))]), Name: visit.Name{First: "ทดสอบ"}}
}

// freshInsertion returns one that the model does not know, as the runner would.
func (m *Model) freshInsertion() Insertion {
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

// Codes of today, of this unit and of another one.
var (
	codeHere      = codeOf("PP1200000001", general, "99999", 1)
	codeElsewhere = codeOf("PP1200000002", general, "99998", 2)
)

// eventsFor lists the events that can meet a model. Of numbers there are the first
// digit and the whole.
func eventsFor(w *world) []Event {
	m := &w.m
	right := visit.Right{Main: visit.Coded{ID: "UCS"}}
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
		TapNoCard{CardHere: true},
		Touched{},
	}
	// Day and devices are asked for when a session begins, when its visit is made
	// and when something is printed. In between their changes are followed on the
	// card path only, which keeps the number of models within reach.
	asks := m.State == Confirm || m.State == Sending || m.State == Result || m.State == Line
	if x := &m.Session; asks || x.Method == "" || x.Method == visit.MethodCard {
		events = append(events,
			DayChanged{today}, DayChanged{tomorrow},
			DevicesChanged{visit.Devices{Printer: visit.DeviceReady}}, DevicesChanged{visit.Devices{Printer: visit.DeviceAbsent}},
			DevicesChanged{visit.Devices{Storage: visit.DeviceDown}},
		)
	}
	if m.State == Welcome || m.State == Confirm || m.State == Sending {
		events = append(events, DevicesChanged{visit.Devices{Clock: visit.DeviceDown}}, DevicesChanged{visit.Devices{NHSOProblem: visit.NHSORefusedToken}})
	}
	if m.State == NoCard {
		events = append(events, DevicesChanged{visit.Devices{Camera: visit.DeviceDown, Reader: visit.DeviceDown, NHSO: visit.DeviceDown}})
	}
	if m.Session.PhoneInput+m.Session.PIDInput == "" {
		events = append(events, TapDigit{'0'})
	}
	switch {
	case m.State == PhoneEntry && m.Session.PhoneInput == "":
		events = append(events, typing(somePhone.Digits()))
	case m.State == PIDEntry && m.Session.PIDInput == "":
		events = append(events, typing(typedPID))
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
		events = append(events, StatusFound{n, []visit.Authentication{codeOf("PP1200000004", general, "99999", 4)}})
	}
	if n := m.Session.Insertion.Number; n != 0 && (m.State == PhotoAim || m.State == PhotoReview || m.State == Confirm) {
		events = append(events,
			CameraChanged{n, visit.DeviceReady}, CameraChanged{n, visit.DeviceDown},
			PhotoSeen{Number: n, Hint: PhotoGood}, PhotoSeen{n, PhotoGood, true, true}, PhotoSeen{n, PhotoGood, true, false}, PhotoSeen{Number: n, Hint: PhotoNoFace},
			PhotoTaken{n, PhotoGood, true}, PhotoTaken{n, PhotoGood, false}, PhotoTaken{Number: n, Hint: PhotoBlurred}, PhotoFailed{n}, PhotoTaken{99, PhotoGood, true},
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
			RightFailed{n, visit.NHSOUnreachable}, RightFailed{n, visit.NHSORefusedToken},
			StatusFound{Number: n}, StatusFound{n, []visit.Authentication{codeHere}},
			StatusFound{n, []visit.Authentication{codeElsewhere}}, StatusFailed{n},
			PhoneKnown{n, mustPhone("0800001234"), visit.PhoneOfPatient},
			VisitSaved{n}, VisitNotSaved{Number: n}, VisitDone{Number: n, Code: "PP1200000003", IssuedAt: time.Unix(3, 0)}, VisitQueued{Number: n}, VisitQueued{n, visit.NHSORefusedToken},
			VisitRefused{n, visit.NHSORefusedVisit, "เหตุผล"}, SlipPrinted{n, m.Session.Slips}, SlipPrinted{n, 99}, SlipFailed{Number: n, Nth: m.Session.Slips}, SlipFailed{n, m.Session.Slips, true},
			SlipWithheld{n, m.Session.Slips},
		)
	}
	if x := &m.Session; x.Kept.PID != (visit.PID{}) {
		events = append(events, CardIdentified{x.Insertion.Number, Person{PID: x.Kept.PID}}, CardIdentified{x.Insertion.Number, Person{PID: adult.PID}}, CardIdentified{x.Insertion.Number, Person{PID: same.PID}})
	}
	// The rarer answers lead the same way whatever the proof of identity is.
	if n := m.Session.Insertion.Number; m.Session.Method == visit.MethodCard {
		events = append(events,
			RightFound{Number: n, Right: right, ClaimTypes: []visit.ClaimType{general}},
			RightFound{Number: n, Right: right, ClaimTypes: []visit.ClaimType{}},
			RightFound{Number: n, Right: right, ClaimTypes: []visit.ClaimType{atDesk}},
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

// advance does an event at a kiosk.
func advance(w world, e Event) (world, []Effect) {
	effects := w.does(Step, e)
	return w, effects
}

var atKiosk = host{eventsFor, func(w *world, e Event) []Effect { return w.does(Step, e) }, checkKiosk}

// checkKiosk holds a step of a kiosk against all that is to hold for it.
func checkKiosk(before *world, e Event, after *world, effects []Effect) error {
	if err := checkOpaque(before, e, after, effects); err != nil {
		return err
	}
	if err := checkStep(&before.m, e, &after.m, effects); err != nil {
		return err
	}
	return checkTimeLimit(after)
}

// The kiosk: 62,470 models and 4.7 million pairs, each of which is held against every rule of
// invariants_test.go, against the settings, and against the time limits; from each model time
// alone leads back to the welcome screen, and late answers change nothing.
//
// The way alone has 13,259 models (way_test.go). The kiosk multiplies them by what it remembers
// beside the way: a card of somebody who vouched that is forgotten, a card that waits, the
// idle warning, whether the patient has the card that cannot be read. Three things are
// machines of their own, which would multiply them a hundred times more: the settings
// (followed through every event in each of 339 scenes, 1.8 million pairs more), the digits on
// a keypad (keypad_test.go), and what becomes of the items at a desk (station_test.go). What
// else is not told apart is the list leftOut, which alike_test.go tries.
func TestEveryReachablePairOfModelAndEventKeepsTheInvariants(t *testing.T) {
	t.Parallel() // beside the walks of the way alone and of a desk
	scenes, pairs := map[scene]bool{}, 0
	reached := atKiosk.walk(t, start(), func(w *world, events []Event) error {
		if !endsByTime(*w) {
			return fmt.Errorf("state %v with timers %v is a dead end: time alone does not lead out of it", w.m.State, w.timers)
		}
		if err := checkLate(atKiosk, w); err != nil {
			return err
		}
		c := sceneOf(w)
		if scenes[c] {
			return nil
		}
		scenes[c] = true
		n, err := followSettings(*w, events)
		pairs += n
		return err
	})
	for _, s := range States() {
		if !reached[s] && bound() == 0 {
			t.Errorf("state %v is never reached", s)
		}
	}
	t.Logf("%d pairs more with all settings, in %d scenes", pairs, len(scenes))
}

// endsByTime reports whether the kiosk comes back to the welcome screen when
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
