package flow

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"authenkiosk/visit"
)

var randomEvents = flag.Int("random-events", 200_000, "how many random events to run through the flow")

// TestRandomEventsKeepTheInvariants also follows each visit over its whole life:
// no id is saved or submitted twice, whatever happens in between. The long run is
// go test ./visit/flow -run Random -random-events 10000000.
func TestRandomEventsKeepTheInvariants(t *testing.T) {
	events := *randomEvents
	if testing.Short() {
		events /= 5
	}
	l := lives{
		random: rand.New(rand.NewPCG(1, 2)), w: start(), number: 100,
		saved: map[visit.ID]visit.Method{}, submitted: map[visit.ID]bool{}, whole: map[visit.Method]int{},
	}
	l.w.m.Unit.Upstream = l.w.m.Unit.Methods
	for i := range events {
		if err := l.next(); err != nil {
			t.Fatalf("event %d: %v", i, err)
		}
	}
	total := 0
	for _, method := range unit.Methods {
		n := l.whole[method]
		total += n
		if n < events/500 {
			t.Errorf("only %d whole visits by %s in %d events: the run proves little", n, method, events)
		}
	}
	if total < events/100 {
		t.Errorf("only %d whole visits in %d events: the run proves little", total, events)
	}
	if l.withSettings < total/10 {
		t.Errorf("only %d of %d visits were made with settings of the patient's own", l.withSettings, total)
	}
	t.Logf("%d events, %d visits saved or kept: %v; %d submitted, %d with the patient's own settings", events, total, l.whole, len(l.submitted), l.withSettings)
}

// lives are patients one after the other in front of a kiosk, and what becomes of
// their visits.
type lives struct {
	random *rand.Rand
	w      world
	number uint64
	seen   func(before Model, e Event, after Model) // nil: nobody looks

	way   visit.Method // which the patient of now means to go
	noise int          // of a hundred events, those that do not help this patient

	saved        map[visit.ID]visit.Method
	submitted    map[visit.ID]bool
	whole        map[visit.Method]int
	withSettings int
}

func (l *lives) next() error {
	w := l.w
	if w.m.State == Welcome && l.random.IntN(4) == 0 {
		l.way = unit.Methods[l.random.IntN(len(unit.Methods))]
		l.noise = []int{0, 1, 5, 40}[l.random.IntN(4)]
	}
	e := l.fresh(l.event())
	next, effects := advance(w, e)
	if err := errors.Join(checkStep(&w.m, e, &next.m, effects), checkTimeLimit(&next)); err != nil {
		return fmt.Errorf("%v, %T%+v: %w", w.m.State, e, e, err)
	}
	l.w = next
	if l.seen != nil {
		l.seen(w.m, e, next.m)
	}
	for _, effect := range effects {
		switch effect := effect.(type) {
		case SaveVisit:
			if _, twice := l.saved[effect.Visit.ID]; twice {
				return fmt.Errorf("visit %s is saved twice", effect.Visit.ID)
			}
			l.count(effect.Visit)
		case RecordVisit:
			if _, twice := l.saved[effect.Visit.ID]; twice {
				return fmt.Errorf("visit %s is kept twice", effect.Visit.ID)
			}
			l.count(effect.Visit)
		case SubmitVisit:
			if l.saved[effect.ID] == "" || l.submitted[effect.ID] {
				return fmt.Errorf("visit %s is submitted twice or unsaved", effect.ID)
			}
			l.submitted[effect.ID] = true
		}
	}
	return nil
}

func (l *lives) count(v visit.Visit) {
	l.saved[v.ID] = v.Method
	l.whole[v.Method]++
	if l.w.m.Prefs != (Prefs{}) {
		l.withSettings++
	}
}

// event is one that brings the patient further, or any other.
func (l *lives) event() Event {
	if l.random.IntN(100) >= l.noise {
		return l.helpful()
	}
	switch l.random.IntN(4) {
	case 0:
		return TapDigit{'0' + byte(l.random.IntN(10))}
	case 1:
		return settings[l.random.IntN(len(settings))]
	}
	for {
		events := eventsFor(&l.w)
		if e := events[l.random.IntN(len(events))]; !isTyping(e) {
			return e
		}
	}
}

func isTyping(e Event) bool { _, is := e.(typing); return is }

// fresh numbers the beginning of a session, as the runner does.
func (l *lives) fresh(e Event) Event {
	start := func(role Role) Insertion {
		l.number++
		return Insertion{l.number, visitID(l.number), role}
	}
	switch e := e.(type) {
	case CardInserted:
		if !e.Insertion.IsZero() {
			return CardInserted{start(e.Insertion.Role)}
		}
	case TapMethod:
		if !e.Start.IsZero() {
			e.Start = start(PatientReader)
			return e
		}
	case TapNoNumber:
		return TapNoNumber{start(PatientReader)}
	}
	return e
}

// any returns one of the events by chance.
func (l *lives) any(events ...Event) Event { return events[l.random.IntN(len(events))] }

// helpful is what brings the patient further, so that random runs get to the end
// often.
func (l *lives) helpful() Event {
	m := l.w.m
	x := m.Session
	n := x.Insertion.Number
	if m.Warning {
		return TapMoreTime{}
	}
	switch m.State {
	case Welcome:
		return l.arrive()
	case NoCard:
		if l.way == visit.MethodCard {
			return TapBack{}
		}
		if !m.Offers(l.way) {
			return TapBack{}
		}
		return TapMethod{l.way, insertions[0]}
	case PIDEntry:
		if m.PIDProblem() != visit.PIDTooShort {
			return TapClear{}
		}
		return TapDigit{typedPID[len(x.PIDInput)]}
	case PhotoAim, PhotoReview:
		return l.photograph()
	case CertifierCard:
		return l.vouch()
	case RelationChoice:
		return TapRelation{visit.RelationOfficer}
	case Line:
		if l.w.timers[TimerPoll] {
			return TimerFired{TimerPoll}
		}
		if x.Polls == 0 {
			return StatusFound{Number: n}
		}
		return l.any(StatusFound{Number: n}, StatusFailed{n}, StatusFound{n, []visit.Authentication{codeOf("PP1200000004", general, unit.HCode, 4)}})
	case Reading:
		return l.any(
			CardIdentified{n, Person{PID: mustPID(typedPID)}}, CardRead{Number: n}, l.right(n), l.done(n),
			PhoneKnown{n, somePhone, visit.PhoneOfPatient},
		)
	case PhoneEntry:
		if p := x.PhoneProblem(); p != visit.PhoneEmpty && p != visit.PhoneTooShort || x.PhoneInput != somePhone.Digits()[:min(len(x.PhoneInput), 10)] {
			return TapClear{}
		}
		return TapDigit{somePhone.Digits()[len(x.PhoneInput)]}
	case ClaimTypeChoice:
		return TapClaimType{x.Offered[l.random.IntN(len(x.Offered))].Code}
	case Confirm:
		return TapConfirm{}
	case Sending:
		if x.Phase == Saving {
			return VisitSaved{n}
		}
		done := VisitDone{Number: n, Code: "PP1200000003", IssuedAt: time.Unix(3, 0)}
		return l.any(done, done, done, VisitQueued{Number: n}, VisitRefused{n, visit.NHSORefusedVisit, "เหตุผล"})
	}
	return l.any(CardRemoved{}, CardRemoved{CertifierReader}, TapClose{}, SlipPrinted{n, x.Slips}, TapReprint{}, TapOtherService{}, SlipWithheld{n, x.Slips})
}

// done is what NHSO says of codes of the day: one in four has one.
func (l *lives) done(n uint64) Event {
	switch l.random.IntN(8) {
	case 0:
		return StatusFound{n, []visit.Authentication{codeHere}}
	case 1:
		return StatusFound{n, []visit.Authentication{codeElsewhere}}
	}
	return StatusFound{Number: n}
}

// right is what NHSO says of a right: one in ten has none.
func (l *lives) right(n uint64) Event {
	if l.random.IntN(10) == 0 {
		return RightFound{Number: n}
	}
	return RightFound{Number: n, Right: visit.Right{Main: visit.Coded{ID: "UCS"}}}
}

// arrive is the first thing that a patient does, once the kiosk is well and no card
// is left in it.
func (l *lives) arrive() Event {
	m := l.w.m
	switch {
	case m.Devices.Storage == visit.DeviceDown || m.Devices.Clock == visit.DeviceDown || m.Devices.Camera == visit.DeviceDown || m.Devices.NHSOProblem != visit.NoProblem:
		return DevicesChanged{visit.Devices{Printer: visit.DeviceReady}}
	case m.CardIn:
		return CardRemoved{}
	case l.random.IntN(3) == 0:
		return l.any(settings...)
	case m.Help:
		return TapHelp{}
	case l.way == visit.MethodCard:
		return CardInserted{insertions[0]}
	}
	return TapNoCard{CardHere: l.way == visit.MethodPhoto || l.random.IntN(2) == 0}
}

func (l *lives) photograph() Event {
	x := l.w.m.Session
	n := x.Insertion.Number
	p := x.Photo
	switch {
	case l.w.m.State == PhotoReview:
		return l.any(TapUsePhoto{}, TapUsePhoto{}, TapRetake{})
	case x.RightState == Asked:
		return l.right(n)
	case x.DoneState == Asked:
		return l.done(n)
	case p.Camera == visit.DeviceDown && p.Tries == maxTries:
		return TapBack{}
	case p.Camera != visit.DeviceReady:
		return CameraChanged{n, visit.DeviceReady}
	case p.Taking:
		return l.any(PhotoTaken{n, PhotoGood, true}, PhotoTaken{n, PhotoGood, true}, PhotoTaken{Number: n, Hint: PhotoBlurred}, PhotoFailed{n})
	case p.Countdown > 0:
		return TimerFired{TimerCountdown}
	}
	return l.any(TapShutter{}, PhotoSeen{n, PhotoGood, true, true})
}

func (l *lives) vouch() Event {
	x := l.w.m.Session
	c := x.Certifier
	switch {
	case c.Insertion.IsZero(), x.Problem != visit.NoProblem:
		return CardInserted{insertions[1].into(Role(l.random.IntN(2)))}
	case x.RightState == Asked:
		return l.right(x.Insertion.Number)
	case x.DoneState == Asked:
		return l.done(x.Insertion.Number)
	case c.Person.PID.IsZero():
		return CardIdentified{c.Insertion.Number, adult}
	}
	return CardRead{Number: c.Insertion.Number}
}

func visitID(n uint64) visit.ID {
	const hexDigits = "0123456789abcdef"
	b := []byte("01900000-0000-7000-8000-000000000000")
	for i := len(b) - 1; n > 0; i-- {
		b[i] = hexDigits[n%16]
		n /= 16
	}
	return visit.ID(b)
}

func BenchmarkStep(b *testing.B) {
	w := start()
	random := rand.New(rand.NewPCG(1, 2))
	events := make([]Event, 4096)
	for i := range events {
		events[i] = eventsFor(&w)[random.IntN(20)]
		w, _ = advance(w, events[i])
	}
	m := start().m
	for i := 0; b.Loop(); i++ {
		m, _ = Step(m, events[i%len(events)])
	}
}
