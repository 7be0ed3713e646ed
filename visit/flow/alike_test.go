package flow

import (
	"slices"
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
	atKiosk.alike(t, nil, join(without(visit.MethodPhoto), answered(), photographed()))
}

func TestWorldsOfAStationThatTheWalkDoesNotTellApartLeadToTheSame(t *testing.T) {
	served := []Event{SignedIn{anna}, PageShown{true}}
	atStation.alike(t, served, join([]Event{TapMethod{visit.MethodPhoto, insertions[0]}}, typed(typedPID), answered(), photographed()))
}

// alike begins with some events, and follows others that lead far from there.
func (h host) alike(t *testing.T, begin, far []Event) {
	t.Helper()
	most, pairs := bounds()
	first := start()
	for _, e := range begin {
		h.move(&first, e)
	}
	known := map[key]*world{first.key(): &first}
	queue := []*world{&first}
	from := func(w world, events []Event) {
		for _, e := range events {
			h.move(&w, e)
			one := w
			queue = append(queue, &one)
		}
	}
	from(first, far)
	for _, queued := range []Event{VisitQueued{Number: 1}, VisitQueued{1, visit.NHSORefusedToken}} {
		from(first, append(sent(), queued))
	}
	compared := map[State]int{}
	var next world
	for len(queue) > 0 {
		w := queue[0]
		queue = queue[1:]
		for _, e := range h.events(w) {
			next = *w
			if h.move(&next, e); next.same(w) {
				continue
			}
			k := next.key()
			first, again := known[k]
			switch {
			case !again && len(known) < most:
				found := next
				known[k] = &found
				queue = append(queue, &found)
			case again && compared[next.m.State] < pairs && first.whole() != next.whole():
				compared[next.m.State]++
				other := next
				if e, ok := h.leadElsewhere(first, &other); ok && !t.Failed() {
					t.Errorf("%v, after %T%+v: the two do not lead to the same\n%+v\n%+v", other.m.State, e, e, *first, other)
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
func (h host) leadElsewhere(one, other *world) (Event, bool) {
	events, from := h.successors(one)
	others, to := h.successors(other)
	if slices.Equal(from, to) {
		return nil, false
	}
	if i := slices.IndexFunc(from, func(k key) bool { return !slices.Contains(to, k) }); i >= 0 {
		return events[i], true
	}
	if i := slices.IndexFunc(to, func(k key) bool { return !slices.Contains(from, k) }); i >= 0 {
		return others[i], true
	}
	return nil, false
}

// successors are the events that meet a world, and the worlds to which they lead.
func (h host) successors(w *world) (events []Event, to []key) {
	events, here := h.events(w), w.key()
	var next world
	for _, e := range events {
		k := here
		next = *w
		if h.move(&next, e); !next.same(w) {
			k = next.key()
		}
		to = append(to, k)
	}
	return events, to
}
