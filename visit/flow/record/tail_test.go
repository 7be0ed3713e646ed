package record

import (
	"testing"
	"time"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// TestWhoItWasIsForgottenWithTheSession ends sessions in every way there is, and looks
// whether a pseudonym could still be traced to a person.
func TestWhoItWasIsForgottenWithTheSession(t *testing.T) {
	pid, err := visit.ParsePID("9000000000012")
	if err != nil {
		t.Fatal(err)
	}
	insertion := func(n uint64) flow.Insertion {
		return flow.Insertion{Number: n, VisitID: "01900000-0000-7000-8000-000000000001"}
	}
	card := func(n uint64) []flow.Event {
		return []flow.Event{flow.CardInserted{Insertion: insertion(n)}, flow.CardIdentified{Number: n, Person: flow.Person{PID: pid, Name: visit.Name{First: "ทดสอบ"}}}}
	}
	digits := []flow.Event{flow.TapNoCard{}, flow.TapMethod{Method: visit.MethodLine, Start: insertion(1)}}
	for _, d := range []byte("900000000001") {
		digits = append(digits, flow.TapDigit{Digit: d})
	}
	for _, c := range []struct {
		name   string
		events []flow.Event
		known  bool
	}{
		{"a card is in", card(1), true},
		{"and out too early: the same may come again", append(card(1), flow.CardRemoved{}), true},
		{"and does not come again", append(card(1), flow.CardRemoved{}, flow.TimerFired{Timer: flow.TimerHold}), false},
		{"closed, with the card in", append(card(1), flow.TapClose{}), false},
		{"closed, and the card out", append(card(1), flow.TapClose{}, flow.CardRemoved{}), false},
		{"an answer that comes late", append(card(1)[:1], flow.CardRemoved{}, flow.TimerFired{Timer: flow.TimerHold}, card(1)[1]), false},
		{"an answer after the session was closed", append(card(1), flow.TapClose{}, card(1)[1]), false},
		{"half a number", append(digits, flow.TapClose{}), false},
		{"another way", append(digits, flow.TapBack{}), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := beforeIt()
			m.State, m.Unit.Methods, m.Unit.LineQR = flow.Welcome, []visit.Method{visit.MethodCard, visit.MethodLine}, "qr"
			tail := NewTail("test", m)
			for _, e := range c.events {
				next, _ := flow.Step(m, e)
				tail.Begin(time.Unix(0, 0), &m, e)
				tail.End(&m, &next)
				m = next
			}
			if known := len(tail.as.given) > 0; known != c.known || !c.known && tail.as.typed != (typed{}) {
				t.Errorf("on %v whose pseudonyms they are is known: %v", m.State, known)
			}
			if err := tail.Since(0).Replay(nil); err != nil {
				t.Error(err)
			}
		})
	}
}
