package flow

import (
	"flag"
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
	random := rand.New(rand.NewPCG(1, 2))
	w := start()
	saved, submitted := map[visit.ID]bool{}, map[visit.ID]bool{}
	number := uint64(100)
	for i := range *randomEvents {
		events := eventsFor(w)
		e := events[random.IntN(len(events))]
		switch random.IntN(10) {
		case 0:
			e = TapDigit{'0' + byte(random.IntN(10))}
		case 1, 2, 3, 4, 5, 6, 7:
			e = helpfulEvent(w.m, random)
		}
		if c, ok := e.(CardInserted); ok && !c.Insertion.IsZero() {
			number++
			e = CardInserted{Insertion{number, visitID(number), c.Insertion.Role}}
		}
		if c, ok := e.(TapMethod); ok && !c.Start.IsZero() {
			number++
			e = TapMethod{c.Method, Insertion{number, visitID(number), PatientReader}}
		}
		next, effects := advance(w, e)
		if err := checkStep(w.m, e, next.m, effects); err != nil {
			t.Fatalf("event %d, %v, %T%+v: %v", i, w.m.State, e, e, err)
		}
		if err := checkTimeLimit(next); err != nil {
			t.Fatalf("event %d, %v, %T%+v: %v", i, w.m.State, e, e, err)
		}
		for _, effect := range effects {
			switch effect := effect.(type) {
			case SaveVisit:
				if saved[effect.Visit.ID] {
					t.Fatalf("visit %s is saved twice", effect.Visit.ID)
				}
				saved[effect.Visit.ID] = true
			case SubmitVisit:
				if !saved[effect.ID] || submitted[effect.ID] {
					t.Fatalf("visit %s is submitted twice or unsaved", effect.ID)
				}
				submitted[effect.ID] = true
			}
		}
		w = next
	}
	if len(submitted) < *randomEvents/5000 {
		t.Errorf("only %d of %d random events were submissions: the run proves little", len(submitted), *randomEvents)
	}
	t.Logf("%d events, %d visits saved, %d submitted", *randomEvents, len(saved), len(submitted))
}

// helpfulEvent is what would bring the patient further, so that random runs get
// to the end often.
func helpfulEvent(m Model, random *rand.Rand) Event {
	n := m.Session.Insertion.Number
	switch m.State {
	case Reading:
		return []Event{
			CardIdentified{n, Person{PID: mustPID("9000000000004")}},
			CardRead{Number: n},
			RightFound{Number: n, Right: visit.Right{Main: visit.Coded{ID: "UCS"}}},
			StatusFound{Number: n},
			PhoneKnown{n, mustPhone("0800001234"), visit.PhoneOfPatient},
		}[random.IntN(5)]
	case Confirm:
		return TapConfirm{}
	case PhoneEntry:
		return TapDigit{"0800001234"[len(m.Session.PhoneInput)%10]}
	case Sending:
		return []Event{VisitSaved{n}, VisitDone{Number: n, Code: "PP1200000003", IssuedAt: time.Unix(3, 0)}}[random.IntN(2)]
	case Welcome:
		if random.IntN(2) == 0 {
			return TapNoCard{}
		}
		return CardInserted{insertions[0]}
	case NoCard:
		return TapMethod{[]visit.Method{visit.MethodPhoto, visit.MethodCertifier, visit.MethodLine}[random.IntN(3)], insertions[0]}
	case PIDEntry:
		return TapDigit{typedPID[len(m.Session.PIDInput)%visit.PIDLength]}
	case PhotoAim:
		return []Event{
			CameraChanged{n, DeviceReady},
			TapShutter{},
			PhotoSeen{n, PhotoGood, true},
			TimerFired{TimerCountdown},
			PhotoTaken{n, PhotoGood},
			PhotoTaken{n, PhotoBlurred},
			RightFound{Number: n, Right: visit.Right{Main: visit.Coded{ID: "UCS"}}},
			StatusFound{Number: n},
		}[random.IntN(8)]
	case PhotoReview:
		return []Event{TapUsePhoto{}, TapRetake{}}[random.IntN(2)]
	case CertifierCard:
		c := m.Session.Certifier.Insertion
		return []Event{
			CardInserted{insertions[1].into(Role(random.IntN(2)))},
			CardIdentified{c.Number, adult},
			CardRead{Number: c.Number},
			RightFound{Number: n, Right: visit.Right{Main: visit.Coded{ID: "UCS"}}},
			StatusFound{Number: n},
		}[random.IntN(5)]
	case RelationChoice:
		return TapRelation{visit.RelationOfficer}
	}
	return CardRemoved{}
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
		events[i] = eventsFor(w)[random.IntN(20)]
		w, _ = advance(w, events[i])
	}
	m := start().m
	for i := 0; b.Loop(); i++ {
		m, _ = Step(m, events[i%len(events)])
	}
}
