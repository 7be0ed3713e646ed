package setup

import (
	"maps"
	"slices"

	"authenkiosk/visit"
)

// Event is something that a person did, or that came of an effect.
type Event interface{ event() }

// The events.
type (
	// Typed has what stands in a field now.
	Typed struct{ Key, Text string }
	// Chose takes an option.
	Chose struct{ Option Option }
	// Next goes on: what can be checked is checked first. In the settings it keeps them.
	Next struct{}
	// Back goes to the step before.
	Back struct{}
	// Go turns to a step that was there before.
	Go struct{ To Step }
	// Again looks for devices anew, or checks again.
	Again struct{}
	// GoWithout goes on though a check is bad.
	GoWithout struct{}
	// Judged says whether the test slip came out as it should.
	Judged struct{ Fine bool }
	// TryDemo starts the demo, and changes nothing.
	TryDemo struct{}

	// Looked has what was found.
	Looked struct{ Found Found }
	// Checked has what came of a check.
	Checked struct {
		Of    LookInto
		Check Check
	}
	// Kept says that all is saved, or why not.
	Kept struct{ Failed string }
)

func (Typed) event()     {}
func (Chose) event()     {}
func (Next) event()      {}
func (Back) event()      {}
func (Go) event()        {}
func (Again) event()     {}
func (GoWithout) event() {}
func (Judged) event()    {}
func (TryDemo) event()   {}
func (Looked) event()    {}
func (Checked) event()   {}
func (Kept) event()      {}

// Effect is something to be done.
type Effect interface{ effect() }

// The effects.
type (
	// LookAround finds what there is; Looked answers.
	LookAround struct{}
	// LookInto checks a step with these values; Checked answers, perhaps twice: for the
	// paper a person is asked meanwhile. Another LookInto and Stop end it.
	LookInto struct {
		Step   Step
		Values map[string]string
		N      uint64
	}
	// Stop ends the checks with a lower number.
	Stop struct{ Before uint64 }
	// Keep saves all; Kept answers.
	Keep struct{ Values map[string]string }
	// Begin has the face begin its work. The setting up is over.
	Begin struct{ Demo bool }
)

func (LookAround) effect() {}
func (LookInto) effect()   {}
func (Stop) effect()       {}
func (Keep) effect()       {}
func (Begin) effect()      {}

// First returns what is to be done before any event.
func First() []Effect { return []Effect{LookAround{}} }

// Take takes one event.
func (m Model) Take(e Event) (Model, []Effect) {
	m.Values, m.checks = maps.Clone(m.Values), maps.Clone(m.checks)
	if m.Saving {
		if k, ok := e.(Kept); ok {
			return m.kept(k)
		}
		return m, nil // the rest waits for the disk
	}
	switch e := e.(type) {
	case Typed:
		return m.typed(e)
	case Chose:
		return m.chose(e.Option)
	case Next:
		return m.next()
	case Back:
		if i := slices.Index(m.Steps(), m.Step); i > 0 {
			return m.turn(m.Steps()[i-1])
		}
	case Go:
		if m.MayGo(e.To) && e.To != m.Step {
			return m.turn(e.To)
		}
	case Again:
		return m.again()
	case GoWithout:
		if c := m.checks[m.Step]; m.MayGoWithout() {
			c.State = Without
			m.checks[m.Step] = c
			return m.on()
		}
	case Judged:
		return m.judged(e.Fine)
	case TryDemo:
		if m.Step == Start {
			return m, []Effect{Begin{Demo: true}}
		}
	case Looked:
		m.Looking, m.Found = false, e.Found
	case Checked:
		return m.checked(e)
	}
	return m, nil
}

func (m Model) typed(e Typed) (Model, []Effect) {
	key, text := e.Key, e.Text
	if key == cameraAddress {
		key, text = "camera.source", inNetwork+text
	}
	if m.Values[key] == text {
		return m, nil
	}
	m.Values[key] = text
	return m.changed(key)
}

func (m Model) chose(o Option) (Model, []Effect) {
	if m.Chosen(o) {
		return m, nil
	}
	maps.Copy(m.Values, o.Set)
	m, effects := m.changed(slices.Collect(maps.Keys(o.Set))...)
	if m.Step == Reader {
		m, more := m.look()
		return m, append(effects, more...)
	}
	return m, effects
}

// changed drops what was found out about other values.
func (m Model) changed(keys ...string) (Model, []Effect) {
	m.Failed, m.Saved, m.leaving = "", false, false
	delete(m.checks, m.Step)
	if slices.Contains(keys, "unit.hcode") {
		delete(m.checks, NHSO)
	}
	if slices.Contains(keys, "nhso.zone") {
		delete(m.checks, Admin)
		delete(m.checks, Clerks)
		m.Values[Token] = "" // it is one zone's
	}
	m.n++ // what is under way is about something else
	return m, []Effect{Stop{m.n}}
}

// turn goes to a step, and looks at what has to wait there.
func (m Model) turn(to Step) (Model, []Effect) {
	m.n++
	effects := []Effect{Stop{m.n}}
	if c := m.checks[m.Step]; c.State == Checking || c.State == Judge {
		delete(m.checks, m.Step)
	}
	if m.Settings { // what was not saved is gone with its page
		m.Values = maps.Clone(m.held)
	}
	m.Step, m.Strict, m.leaving, m.Saved, m.Failed = to, false, false, false, ""
	if slices.Index(Steps(), to) > slices.Index(Steps(), m.reached) {
		m.reached = to
	}
	if to == Reader && m.checks[Reader].State == Unchecked {
		m, more := m.look()
		return m, append(effects, more...)
	}
	return m, effects
}

// look begins the check of the step.
func (m Model) look() (Model, []Effect) {
	m.n++
	m.checks[m.Step] = Check{State: Checking}
	return m, []Effect{LookInto{m.Step, maps.Clone(m.Values), m.n}}
}

// MayGoWithout reports whether somebody may go on though the check is not good: without a
// card at hand the one of the reader never ends.
func (m Model) MayGoWithout() bool {
	s := m.checks[m.Step].State
	return s == Bad || s == Checking && m.Step == Reader
}

// checkable are the steps at which something is tried live.
func (m Model) checkable() bool {
	switch m.Step {
	case NHSO, Reader:
		return true
	case Slips:
		return m.Values["printer.kind"] != string(visit.PrinterNone)
	case Camera:
		return m.Values["camera.source"] != ""
	}
	return false
}

// open returns the first step that is not done: what was changed afterwards has to be
// checked again.
func (m Model) open() Step {
	for _, at := range m.Steps() {
		m.Step = at
		if c := m.checks[at].State; at != Finish && (!m.fits() || m.checkable() && c != Good && c != Without) {
			return at
		}
	}
	return ""
}

func (m Model) next() (Model, []Effect) {
	m.Strict = true
	if !m.fits() {
		return m, nil
	}
	if open := m.open(); m.Step == Finish && open != "" {
		m, effects := m.turn(open)
		m.Strict = true
		return m, effects
	}
	switch c := m.checks[m.Step]; {
	case !m.checkable():
		m.checks[m.Step] = Check{State: Good}
		return m.on()
	case c.State == Good, c.State == Without:
		return m.on()
	case c.State == Checking:
		m.leaving = m.Step != Reader // it waits for a card
		return m, nil
	case c.State == Judge:
		return m, nil
	}
	m, effects := m.look()
	m.leaving = true
	return m, effects
}

// on goes to the next step, or keeps what was set.
func (m Model) on() (Model, []Effect) {
	list := m.Steps()
	i := slices.Index(list, m.Step)
	if !m.Settings && i+1 < len(list) {
		return m.turn(list[i+1])
	}
	m.Saving, m.Failed = true, ""
	m.n++
	return m, []Effect{Stop{m.n}, Keep{maps.Clone(m.Values)}}
}

func (m Model) again() (Model, []Effect) {
	effects := []Effect{LookAround{}}
	m.Looking = true
	printing := m.Step == Slips && m.checks[Slips].State == Checking
	if m.checkable() && m.fits() && !printing {
		m, more := m.look()
		return m, append(effects, more...)
	}
	return m, effects
}

func (m Model) judged(fine bool) (Model, []Effect) {
	c := m.checks[m.Step]
	if c.State != Judge {
		return m, nil
	}
	if !fine {
		m.checks[m.Step] = Check{State: Bad, Say: "setup.bad.slip", Detail: c.Detail}
		return m, nil
	}
	c.State = Good
	m.checks[m.Step] = c
	return m.on()
}

func (m Model) checked(e Checked) (Model, []Effect) {
	if e.Of.N != m.n || e.Of.Step != m.Step {
		return m, nil
	}
	m.checks[e.Of.Step] = e.Check
	if e.Check.State == Good && m.leaving {
		return m.on()
	}
	return m, nil
}

// kept ends the wizard when all is saved. A problem leads back to nothing: what was typed
// is there, and can be saved again.
func (m Model) kept(e Kept) (Model, []Effect) {
	m.Saving, m.Failed = false, e.Failed
	if e.Failed != "" {
		return m, nil
	}
	if m.Settings {
		m.Saved = true
		m.Known.Token = maps.Clone(m.Known.Token)
		m.Known.Token[m.zone()] = m.Known.Token[m.zone()] || m.Values[Token] != ""
		m.Values[Token] = ""
		m.held = maps.Clone(m.Values)
		return m, nil
	}
	return m, []Effect{Begin{}}
}
