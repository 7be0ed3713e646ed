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

// host is a machine that is walked: what can meet it, and what that makes of it.
type host struct {
	events func(world) []Event
	step   func(world, Event) (world, []Effect)
}

var atKiosk = host{eventsFor, advance}

// What leftOut says of each thing that it leaves out is tried, not believed: from two
// worlds that the walk does not tell apart the same worlds must be reached.
func TestWorldsThatTheWalkDoesNotTellApartLeadToTheSame(t *testing.T) {
	atKiosk.alike(t, nil, join(without(visit.MethodPhoto), answered(), photographed()))
}

func TestWorldsOfAStationThatTheWalkDoesNotTellApartLeadToTheSame(t *testing.T) {
	served := []Event{SignedIn{anna}, PageShown{true}}
	host{eventsAtStation, stepStation}.alike(t, served, join([]Event{TapMethod{visit.MethodPhoto, insertions[0]}}, typed(typedPID), answered(), photographed()))
}

// alike begins with some events, and follows others that lead far from there.
func (h host) alike(t *testing.T, begin, far []Event) {
	t.Helper()
	most, pairs := bounds()
	first := start()
	for _, e := range begin {
		first = h.move(first, e)
	}
	known := map[key]world{first.key(): first}
	queue := []world{first}
	for _, e := range far {
		if e != (Event)(TapUsePhoto{}) {
			queue = append(queue, h.move(queue[len(queue)-1], e))
		}
	}
	for _, queued := range []Event{VisitQueued{Number: 1}, VisitQueued{1, visit.NHSORefusedToken}} {
		w := first
		for _, e := range append(sent(), queued) {
			w = h.move(w, e)
			queue = append(queue, w)
		}
	}
	compared := map[State]int{}
	for len(queue) > 0 {
		w := queue[0]
		queue = queue[1:]
		for _, e := range h.events(w) {
			next := h.move(w, e)
			first, again := known[next.key()]
			switch {
			case !again && len(known) < most:
				known[next.key()] = next
				queue = append(queue, next)
			case again && compared[next.m.State] < pairs && first.whole() != next.whole():
				compared[next.m.State]++
				if e, ok := h.leadElsewhere(first, next); ok && !t.Failed() {
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
func (h host) leadElsewhere(one, other world) (Event, bool) {
	from, to := h.successors(one), h.successors(other)
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
func (h host) move(w world, e Event) world {
	digits, ok := e.(typing)
	if !ok {
		next, _ := h.step(w, e)
		return next
	}
	for _, d := range []byte(digits) {
		w, _ = h.step(w, TapDigit{d})
	}
	return w
}

// successors are the worlds that follow, with an event that leads there.
func (h host) successors(w world) map[key]Event {
	all := map[key]Event{}
	for _, e := range h.events(w) {
		all[h.move(w, e).key()] = e
	}
	return all
}
