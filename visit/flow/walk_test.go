package flow

import (
	"runtime/debug"
	"testing"

	"authenkiosk/visit"
)

// world is a model together with the timers that run: what decides which events
// can come next.
type world struct {
	m      Model
	desk   post // of a station alone
	timers [timerCount]bool
}

// post is what a station has that a kiosk has not.
type post struct {
	Is             bool // it is a station
	By             string
	Changing, Open bool
	Item           visit.ID
	ItemOf         string
	Second         Second
	NotSaved       string
}

func start() world { return world{m: Model{Way: Way{Unit: unit, Today: today}}} }

// host is a machine that is walked: what can meet it, what an event makes of its world, and
// what every step of it is held against.
type host struct {
	events func(*world) []Event
	step   func(*world, Event) []Effect
	check  func(before *world, e Event, after *world, effects []Effect) error
}

// does an event in a world with the step of a machine, and keeps the timers.
func (w *world) does(step func(Model, Event) (Model, []Effect), e Event) (effects []Effect) {
	if t, ok := e.(TimerFired); ok {
		w.timers[t.Timer] = false
	}
	w.m, effects = step(w.m, e)
	for _, effect := range effects {
		switch effect := effect.(type) {
		case ClearTimer:
			w.timers[effect.Timer] = false
		case ClearTimers, Entered:
			w.timers = [timerCount]bool{}
		case SetTimer:
			w.timers[effect.Timer] = true
		}
	}
	return effects
}

// typing is a whole number put in by one key after the other. On its own the walk
// follows the first key only: TestEveryNumberOnTheKeypad goes through the rest.
type typing string

func (typing) event() {}

// singly are the events of which one is made.
func singly(e Event) []Event {
	digits, ok := e.(typing)
	if !ok {
		return []Event{e}
	}
	var keys []Event
	for _, d := range []byte(digits) {
		keys = append(keys, TapDigit{d})
	}
	return keys
}

// follow does an event in a world and holds every step of it against the rules.
func (h host) follow(w world, e Event) (world, error) {
	for _, e := range singly(e) {
		before := w
		if err := h.check(&before, e, &w, h.step(&w, e)); err != nil {
			return w, err
		}
	}
	return w, nil
}

// move does an event; the rules are held against it elsewhere.
func (h host) move(w *world, e Event) {
	for _, e := range singly(e) {
		h.step(w, e)
	}
}

// walk goes through everything that is reached from a world, once: the events of a world
// are done, and each step is held against the rules. told hears of each world.
func (h host) walk(t *testing.T, first world, told func(*world, []Event) error) (reached map[State]bool) {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // the models stay: looking at them often finds nothing
	reached = map[State]bool{}
	seen, queue, pairs := map[key]bool{first.key(): true}, []*world{&first}, 0
	var before, next world // outside of the loop: they are large
	for len(queue) > 0 && (bound() == 0 || len(seen) < bound()) {
		w := queue[0]
		queue = queue[1:]
		reached[w.m.State] = true
		all := h.events(w)
		if err := told(w, all); err != nil {
			t.Fatal(err)
		}
		for _, whole := range all {
			pairs++
			next = *w
			for _, e := range singly(whole) {
				before = next
				if err := h.check(&before, e, &next, h.step(&next, e)); err != nil {
					t.Fatalf("%v, event %T%+v: %v", before.m.State, e, e, err)
				}
			}
			if next.same(w) {
				continue
			}
			if k := next.key(); !seen[k] {
				seen[k] = true
				found := next
				queue = append(queue, &found)
			}
		}
	}
	t.Logf("%d models, %d pairs of model and event", len(seen), pairs)
	return reached
}
