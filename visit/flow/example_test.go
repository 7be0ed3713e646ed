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
	m := flow.Model{
		Unit:  flow.Unit{HCode: "99999", Methods: []visit.Method{visit.MethodCard}},
		Today: visit.Date{Year: 2026, Month: 11, Day: 22},
	}
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
