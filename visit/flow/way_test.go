package flow

import (
	"errors"
	"fmt"
	"slices"
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
// world are done by step, and each step is held against check.
func walk(t *testing.T, start world, events func(world) []Event, step func(Model, Event) (Model, []Effect),
	check func(before Model, e Event, after Model, effects []Effect) error,
) (reached map[State]bool) {
	t.Helper()
	reached = map[State]bool{}
	seen, queue, pairs := map[key]bool{start.key(): true}, []world{start}, 0
	for len(queue) > 0 && (bound() == 0 || len(seen) < bound()) {
		w := queue[0]
		queue = queue[1:]
		reached[w.m.State] = true
		for _, e := range events(w) {
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
				next, effects = advanceBy(step, before, e)
				if err := check(before.m, e, next.m, effects); err != nil {
					t.Fatalf("%v, event %T%+v: %v", before.m.State, e, e, err)
				}
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
	reached := walk(t, start(), events, stepWay, func(before Model, e Event, after Model, effects []Effect) error {
		return errors.Join(checkWay(before, e, after, effects), checkHosted(before, e, after, effects))
	})
	for _, s := range States() {
		if own := s != NoCard && s != TakeCard; reached[s] != own && bound() == 0 {
			t.Errorf("state %v: reached is %v", s, reached[s])
		}
	}
}

// desk is a small host of another kind: an officer at a screen of their own, who takes
// patients one after the other, looks as long as they like, and is not told in tones.
// A card that comes while a visit is on its way waits for its end.
type desk struct {
	Way
	Officer bool // somebody has signed in; without them nobody is served
	Next    Insertion
}

// signIn and signOut are the officer's.
type (
	signIn  struct{}
	signOut struct{}
)

func (signIn) event()  {}
func (signOut) event() {}

// Step is what an event makes of the desk.
func (d desk) Step(e Event) (desk, []Effect) {
	switch e := e.(type) {
	case signIn:
		d.Officer = true
		return d, nil
	case signOut, TapClose:
		if d.State == Sending {
			return d, nil // whose visit it is hears what became of it
		}
		if _, out := e.(signOut); out {
			d.Officer = false
		}
		return d.follow(d.End())
	case CardRemoved:
		if e.Role == PatientReader {
			d.Next = Insertion{}
		}
	case CardInserted:
		if !d.Officer {
			return d, nil
		}
		if d.State == Sending && e.Insertion.Role == PatientReader {
			d.Next = e.Insertion
		}
	case TapMethod, TapNoNumber:
		if !d.Officer {
			return d, nil
		}
	}
	d, effects := d.follow(d.Way.Step(e))
	if d.State != Sending {
		d.Next = Insertion{}
	}
	return d, effects
}

// follow keeps what is the desk's from going out, and calls the next patient.
func (d desk) follow(w Way, effects []Effect) (desk, []Effect) {
	was := d.State
	d.Way = w
	effects = slices.DeleteFunc(effects, func(e Effect) bool {
		switch e.(type) {
		case NeedsTime, Chime:
			return true
		}
		return false
	})
	if was == Sending && w.State == Welcome && !d.Next.IsZero() {
		next := d.Next
		d.Next = Insertion{}
		then, more := d.follow(d.Begin(next))
		return then, append(effects, more...)
	}
	return d, effects
}

// A desk embeds the way: it needs no proof of its own for what the way holds.
func TestEveryStepOfADeskThatEmbedsAWayKeepsTheInvariants(t *testing.T) {
	t.Parallel()
	// The model is the desk: who is signed in stands where the kiosk says CardHere.
	step := func(m Model, e Event) (Model, []Effect) {
		d, effects := desk{m.Way, m.CardHere, m.Waiting}.Step(e)
		return Model{Way: d.Way, CardHere: d.Officer, Waiting: d.Next}, effects
	}
	events := func(w world) []Event { return append(eventsFor(w), signIn{}, signOut{}) }
	reached := walk(t, start(), events, step, func(before Model, e Event, after Model, effects []Effect) error {
		if nobody := !before.CardHere && before.State == Welcome; nobody && after.State != Welcome {
			return errors.New("somebody is served where no officer is")
		}
		return checkWay(before, e, after, effects)
	})
	for _, s := range []State{Reading, Confirm, PhoneEntry, Sending, Result, Queued, Desk, PIDEntry, PhotoReview, RelationChoice, Line} {
		if !reached[s] && bound() == 0 {
			t.Errorf("state %v is never reached at the desk", s)
		}
	}
}
