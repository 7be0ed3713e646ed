package flow

import (
	"testing"

	"authenkiosk/visit"
)

// bounds say how many models are walked to try what leftOut says, and how many pairs of
// worlds are compared in each state; less with -short.
func bounds() (models, pairs int) {
	if testing.Short() {
		return 3_000, 100
	}
	return 20_000, 1_000
}

// What leftOut says of each thing that it leaves out is tried, not believed: from two
// worlds that the walk does not tell apart the same worlds must be reached.
func TestWorldsThatTheWalkDoesNotTellApartLeadToTheSame(t *testing.T) {
	most, pairs := bounds()
	known := map[key]world{start().key(): start()}
	queue := []world{start()}
	for _, e := range join(without(visit.MethodPhoto), answered(), photographed()) { // what is far from the start
		if e != (Event)(TapUsePhoto{}) {
			queue = append(queue, move(queue[len(queue)-1], e))
		}
	}
	for _, queued := range []Event{VisitQueued{Number: 1}, VisitQueued{1, visit.NHSORefusedToken}} {
		w := start()
		for _, e := range append(sent(), queued) {
			w = move(w, e)
			queue = append(queue, w)
		}
	}
	compared := map[State]int{}
	for len(queue) > 0 {
		w := queue[0]
		queue = queue[1:]
		for _, e := range eventsFor(w) {
			next := move(w, e)
			first, again := known[next.key()]
			switch {
			case !again && len(known) < most:
				known[next.key()] = next
				queue = append(queue, next)
			case again && compared[next.m.State] < pairs && first.whole() != next.whole():
				compared[next.m.State]++
				if e, ok := leadElsewhere(first, next); ok && !t.Failed() {
					t.Errorf("%v, after %T%+v: the two do not lead to the same\n%+v\n%+v", next.m.State, e, e, first, next)
				}
			}
		}
	}
	for _, s := range []State{Reading, Confirm, PhoneEntry, AlreadyElsewhere, NoRight, Sending, Result, Queued, Desk, PhotoAim, CertifierCard, Line} {
		if compared[s] == 0 {
			t.Errorf("no two worlds of state %v were compared, of which much is left out: the walk proves nothing about it", s)
		}
	}
	t.Logf("%d models, compared: %v", len(known), compared)
}

// leadElsewhere finds an event after which one of two worlds is where the other one
// does not come.
func leadElsewhere(one, other world) (Event, bool) {
	from, to := successors(one), successors(other)
	for k, e := range from {
		if _, ok := to[k]; !ok {
			return e, true
		}
	}
	for k, e := range to {
		if _, ok := from[k]; !ok {
			return e, true
		}
	}
	return nil, false
}

// move does an event; the invariants are held against it elsewhere.
func move(w world, e Event) world {
	digits, ok := e.(typing)
	if !ok {
		next, _ := advance(w, e)
		return next
	}
	for _, d := range []byte(digits) {
		w, _ = advance(w, TapDigit{d})
	}
	return w
}

// successors are the worlds that follow, with an event that leads there.
func successors(w world) map[key]Event {
	all := map[key]Event{}
	for _, e := range eventsFor(w) {
		all[move(w, e).key()] = e
	}
	return all
}
