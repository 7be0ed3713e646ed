package flow_test

import (
	"fmt"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// A patient puts the card in and takes it out too early. Step does nothing by
// itself: it returns the next model and the effects that a runner has to carry out.
func ExampleStep() {
	pid, err := visit.ParsePID("9000000000004")
	if err != nil {
		fmt.Println(err)
		return
	}
	m := flow.Model{Way: flow.Way{
		Unit:  flow.Unit{HCode: "99999", Methods: []visit.Method{visit.MethodCard}},
		Today: visit.Date{Year: 2026, Month: 11, Day: 22},
	}}
	for _, e := range []flow.Event{
		flow.CardInserted{Insertion: flow.Insertion{Number: 1, VisitID: "019ab000-0000-7000-8000-000000000001"}},
		flow.CardIdentified{Number: 1, Person: flow.Person{PID: pid}},
		flow.CardRemoved{Role: flow.PatientReader},
	} {
		var effects []flow.Effect
		m, effects = flow.Step(m, e)
		fmt.Printf("%T: %v\n", e, m.State)
		for _, effect := range effects {
			fmt.Printf("  %T\n", effect)
		}
	}
	// Output:
	// flow.CardInserted: reading
	//   flow.ClearTimers
	//   flow.SetTimer
	//   flow.Chime
	//   flow.ReadCard
	// flow.CardIdentified: reading
	//   flow.CheckRight
	//   flow.CheckStatus
	//   flow.RecallPhone
	// flow.CardRemoved: card-fault
	//   flow.Wipe
	//   flow.ClearTimers
	//   flow.SetTimer
	//   flow.Chime
}

// counter is a desk in its smallest form: an officer serves one patient, and closes
// the session.
type counter struct {
	flow.Way
	served int
}

// step hands an event on to the way. Entered is the host's: the timers of the state
// before are over, and a desk sets none of its own.
func (c counter) step(e flow.Event) (counter, []flow.Effect) {
	var effects []flow.Effect
	if _, done := e.(flow.TapClose); done && c.State != flow.Sending {
		c.served++
		c.Way, effects = c.End()
	} else {
		c.Way, effects = c.Step(e)
	}
	var out []flow.Effect
	for _, effect := range effects {
		switch effect.(type) {
		case flow.Entered:
			out = append(out, flow.ClearTimers{})
		case flow.NeedsTime: // the officer takes as long as it needs
		default:
			out = append(out, effect)
		}
	}
	return c, out
}

// A desk embeds the way of a patient: it has the rules of the session, and its proof,
// without the kiosk's screens.
func ExampleWay() {
	desk := counter{Way: flow.Way{
		Unit:  flow.Unit{HCode: "99999", Methods: []visit.Method{visit.MethodCard}},
		Today: visit.Date{Year: 2026, Month: 11, Day: 22},
	}}
	for _, e := range []flow.Event{
		flow.CardInserted{Insertion: flow.Insertion{Number: 1, VisitID: "019ab000-0000-7000-8000-000000000001"}},
		flow.CardFailed{Number: 1, Problem: visit.CardMute},
		flow.TapClose{},
	} {
		var effects []flow.Effect
		desk, effects = desk.step(e)
		fmt.Printf("%T: %v, %d effects\n", e, desk.State, len(effects))
	}
	fmt.Println("served:", desk.served)
	// Output:
	// flow.CardInserted: reading, 4 effects
	// flow.CardFailed: card-fault, 3 effects
	// flow.TapClose: welcome, 2 effects
	// served: 1
}
