package flow

import (
	"errors"
	"fmt"
	"runtime/debug"
	"testing"

	"authenkiosk/visit"
)

// hostEnds and hostBegins are what a host does with a way besides handing events on.
type (
	hostEnds   struct{}
	hostBegins struct{ Insertion Insertion }
)

func (hostEnds) event()   {}
func (hostBegins) event() {}

// stepWay is a step of the way alone.
func stepWay(m Model, e Event) (Model, []Effect) {
	var effects []Effect
	switch e := e.(type) {
	case hostEnds:
		m.Way, effects = m.End()
	case hostBegins:
		m.Way, effects = m.Begin(e.Insertion)
	default:
		m.Way, effects = m.Way.Step(e)
	}
	return m, effects
}

// checkHosted: what a host relies on. A way names the state to which it goes, once a
// step, stays out of the host's own states and leaves the host's timers alone.
func checkHosted(before Model, e Event, after Model, effects []Effect) error {
	var entered []State
	for _, effect := range effects {
		switch effect := effect.(type) {
		case Entered:
			entered = append(entered, effect.State)
		case ClearTimers:
			return errors.New("a way stops the timers of its host")
		case SetTimer:
			switch effect.Timer {
			case TimerIdle, TimerWipe, TimerHold, TimerPrefs:
				return fmt.Errorf("a way sets timer %d, which is its host's", effect.Timer)
			}
		case PrintSlip:
			if effect.Slip.Language != "" {
				return errors.New("a way knows a language")
			}
		}
	}
	last := before.State
	if n := len(entered); n > 0 {
		last = entered[n-1]
	}
	in, inserted := e.(CardInserted)
	if wrong := checkCardOut(before, e, after); wrong != "" {
		return errors.New(wrong)
	}
	switch {
	case after.State == NoCard || after.State == TakeCard:
		return fmt.Errorf("a way goes to %v, which is its host's", after.State)
	case after.State != last:
		return fmt.Errorf("a way goes to %v and names %v", after.State, entered)
	case len(entered) > 1 && (!inserted || !before.swapped(in.Insertion)):
		return fmt.Errorf("a way goes to %v in one step", entered)
	}
	return nil
}

// walk goes through everything that is reached from a world, once. The events of a
// world are done by step, and each step is held against check. told hears of each world.
func walk(t *testing.T, start world, events func(world) []Event, step func(world, Event) (world, []Effect),
	check func(before world, e Event, after world, effects []Effect) error, told func(world, []Event) error,
) (reached map[State]bool) {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // the models stay: looking at them often finds nothing
	reached = map[State]bool{}
	seen, queue, pairs := map[key]bool{start.key(): true}, []world{start}, 0
	for len(queue) > 0 && (bound() == 0 || len(seen) < bound()) {
		w := queue[0]
		queue = queue[1:]
		reached[w.m.State] = true
		all := events(w)
		if err := told(w, all); err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			pairs++
			next, keys := w, []Event{e}
			if digits, ok := e.(typing); ok {
				keys = nil
				for _, d := range []byte(digits) {
					keys = append(keys, TapDigit{d})
				}
			}
			for _, e := range keys {
				before := next
				var effects []Effect
				next, effects = step(before, e)
				if err := check(before, e, next, effects); err != nil {
					t.Fatalf("%v, event %T%+v: %v", before.m.State, e, e, err)
				}
			}
			if next.same(&w) {
				continue
			}
			if k := next.key(); !seen[k] {
				seen[k] = true
				queue = append(queue, next)
			}
		}
	}
	t.Logf("%d models, %d pairs of model and event", len(seen), pairs)
	return reached
}

func TestEveryStepOfAWayWithoutAKioskKeepsTheInvariants(t *testing.T) {
	t.Parallel()
	events := func(w world) []Event {
		all := append(eventsFor(w), hostEnds{})
		if w.m.State == Welcome {
			all = append(all, hostBegins{insertions[0]},
				DevicesChanged{visit.Devices{Camera: visit.DeviceDown, Reader: visit.DeviceDown, NHSO: visit.DeviceDown}})
		}
		return all
	}
	step := func(w world, e Event) (world, []Effect) { return advanceBy(stepWay, w, e) }
	reached := walk(t, start(), events, step, func(before world, e Event, after world, effects []Effect) error {
		return errors.Join(checkWay(before.m, e, after.m, effects), checkHosted(before.m, e, after.m, effects))
	}, func(world, []Event) error { return nil })
	for _, s := range States() {
		if own := s != NoCard && s != TakeCard; reached[s] != own && bound() == 0 {
			t.Errorf("state %v: reached is %v", s, reached[s])
		}
	}
}
