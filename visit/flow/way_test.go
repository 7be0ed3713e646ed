package flow

import (
	"errors"
	"fmt"
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
func checkHosted(before *Model, e Event, after *Model, effects []Effect) error {
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

func TestEveryStepOfAWayWithoutAKioskKeepsTheInvariants(t *testing.T) {
	t.Parallel()
	events := func(w *world) []Event {
		all := append(eventsFor(w), hostEnds{})
		if w.m.State == Welcome {
			all = append(all, hostBegins{insertions[0]},
				DevicesChanged{visit.Devices{Camera: visit.DeviceDown, Reader: visit.DeviceDown, NHSO: visit.DeviceDown}})
		}
		return all
	}
	alone := host{events, func(w *world, e Event) []Effect { return w.does(stepWay, e) }, func(before *world, e Event, after *world, effects []Effect) error {
		return errors.Join(checkWay(&before.m, e, &after.m, effects), checkSight(&before.m, e, &after.m), checkHosted(&before.m, e, &after.m, effects))
	}}
	reached := alone.walk(t, start(), func(*world, []Event) error { return nil })
	for _, s := range States() {
		if own := s != NoCard && s != TakeCard; reached[s] != own && bound() == 0 {
			t.Errorf("state %v: reached is %v", s, reached[s])
		}
	}
}
