package station

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"authenkiosk/desk"
	"authenkiosk/ui/draw"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

// actions are what can be done with the visit, and nothing else.
func (d *details) actions(list *fyne.Container) {
	s, i := d.s, d.of.Item
	mine := i.HeldBy != "" && i.HeldBy == s.operator(d.at).Name
	switch {
	case d.choice != nil:
		d.reasons(list)
		return
	case !i.Kind.Open():
		d.steps(list, i.Steps, false)
	case mine:
		list.Add(wrapped(s.say.Say("station.steps")))
		d.steps(list, i.Steps, true)
		if d.may(rules.Release) {
			d.add(list, s.button("release", s.say.Say("station.release"), d.release))
		}
	case i.HeldBy != "":
		if d.may(rules.ReleaseOther) {
			d.add(list, s.button("release", s.say.Say("station.release-other"), d.release))
		}
	default:
		if i.State != visit.StateInflight && d.may(rules.Hold) {
			list.Add(wrapped(s.say.Say("station.hold-why")))
			d.add(list, s.button("hold", s.say.Say("station.hold"), d.hold).strong())
		}
		d.steps(list, i.Steps, false)
	}
}

// steps are those that solve it, the best first; held: the operator holds it, so that it
// can be ended.
func (d *details) steps(list *fyne.Container, steps []rules.Step, held bool) {
	s, i := d.s, d.of.Item
	for _, step := range steps {
		switch step {
		case rules.Wait, rules.CallAdmin:
			list.Add(wrapped(s.say.Say("station.step." + string(step))))
		case rules.NewAuthen:
			if held && d.may(rules.CopyPID) {
				list.Add(wrapped(s.say.Say("station.step.new-authen")))
				d.add(list, s.button("copy-pid", s.say.Say("station.copy-pid"), d.copyPID))
			}
		case rules.EnterCode:
			if held && d.may(rules.Settle) {
				d.enterCode(list)
			}
		case rules.Ask:
			if d.may(rules.AskNHSO) {
				d.add(list, s.button("ask", s.say.Say("station.ask"), d.ask))
			}
		case rules.Close:
			if held && (d.may(rules.GiveUp) || d.may(rules.CloseNotDue)) {
				d.add(list, s.button("close", s.say.Say("station.close"), d.close))
			}
		case rules.BringBack:
			if d.may(rules.Reopen) {
				d.add(list, s.button("reopen", s.say.Say("station.reopen"), d.reopen))
			}
		case rules.ReadCard, rules.OfficerCard:
			if held && d.may(rules.Complete) && s.may(rules.NewVisit) {
				vouched := step == rules.OfficerCard
				d.add(list, s.button(string(step), s.say.Say("station.step."+string(step)), func() {
					if !d.waits() {
						s.fresh.begin(i, vouched)
					}
				}))
			}
		case rules.PrintAgain:
			if d.at == s.here() && d.may(rules.Reprint) && i.Void == "" && s.fresh.m.Devices.Printer != visit.DeviceAbsent { // what another machine prints comes out there
				d.add(list, s.button("print-again", s.say.Say("station.print-again"), d.reprint))
			}
		}
	}
	if i.Code != "" {
		d.issued(list)
	}
}

// enterCode takes a code from elsewhere. A scan fills the field and confirms nothing.
func (d *details) enterCode(list *fyne.Container) {
	s := d.s
	e := s.entry("code", s.say.Say("station.code"), d.settle)
	e.with(d.code)
	e.OnChanged = func(t string) { d.code = t }
	list.Add(wrapped(s.say.Say("station.step.enter-code")))
	list.Add(container.NewBorder(nil, nil, nil, d.live(s.button("settle", s.say.Say("station.settle"), d.settle)), e))
	d.start = e
}

// scan leaves what was scanned in the field for a code, or puts a code there, and reports
// whether it has. The number of a slip is no code.
func (d *details) scan(text string, undo func()) bool {
	_, err := visit.ParseAuthenCode(strings.ToUpper(text))
	switch {
	case d.s.focusedName() == "code" && !numberOfVisit.MatchString(text):
		d.code = strings.ToUpper(draw.FromThaiKeys(d.code))
	case slices.Contains(d.names, "code") && err == nil:
		undo()
		d.code = strings.ToUpper(text)
	default:
		return false
	}
	d.build()
	d.enter()
	return true
}

// waits reports whether a visit is being sent, and says so: the page for a new one takes nothing
// else meanwhile.
func (d *details) waits() bool {
	sends := d.s.fresh.m.State == flow.Sending
	if sends {
		d.say(d.s.message("station.error.in-flight"), true)
	}
	return sends
}

func (d *details) hold() {
	id := d.id
	d.do(func(ctx context.Context, dk desk.Desk, o desk.Operator) error { return dk.Hold(ctx, o, id) }, func() {
		d.done("station.said.held")
	})
}

func (d *details) release() {
	id := d.id
	var a desk.Answer
	d.do(func(ctx context.Context, dk desk.Desk, o desk.Operator) (err error) {
		a, err = dk.Release(ctx, o, id)
		return err
	}, func() {
		if len(a.Codes) > 0 {
			d.done("station.said.found", "Code", a.Codes[0].Code)
			return
		}
		d.done("station.said.released")
	})
}

func (d *details) ask() {
	id := d.id
	var a desk.Answer
	d.do(func(ctx context.Context, dk desk.Desk, o desk.Operator) (err error) {
		a, err = dk.Ask(ctx, o, id)
		return err
	}, func() {
		if len(a.Codes) == 0 {
			d.done("station.said.no-code", "Time", d.s.clock(a.At))
			return
		}
		d.code = string(a.Codes[0].Code)
		d.done("station.said.has-code", "Code", a.Codes[0].Code)
	})
}

func (d *details) settle() {
	code, err := visit.ParseAuthenCode(strings.ToUpper(ungrouped(draw.FromThaiKeys(d.code))))
	if err != nil {
		d.say(d.s.message("station.error.code"), true)
		return
	}
	id := d.id
	d.do(func(ctx context.Context, dk desk.Desk, o desk.Operator) error { return dk.Settle(ctx, o, id, code) }, func() {
		d.code = ""
		d.done("station.said.settled", "Code", code)
	})
}

func (d *details) reopen() {
	id := d.id
	d.do(func(ctx context.Context, dk desk.Desk, o desk.Operator) error { return dk.Reopen(ctx, o, id) }, func() {
		d.done("station.said.reopened")
	})
}

// reprint prints the slip once more, which is counted.
func (d *details) reprint() {
	id, n := d.id, 0
	d.do(func(ctx context.Context, dk desk.Desk, o desk.Operator) (err error) {
		n, err = dk.Reprint(ctx, o, id)
		return err
	}, func() {
		d.done("station.said.reprinted", "Count", n)
	})
}

// copyPID copies the number for a page of NHSO. It is in the audit.
func (d *details) copyPID() {
	d.tellWho(rules.CopyPID, func(p desk.Person) {
		d.s.copyForAWhile(p.PID.Digits())
		d.say(d.s.message("station.said.pid-copied"), false)
	})
}

func (d *details) copyCode() {
	if d.of.Code != "" {
		d.s.o.Copy(string(d.of.Code))
		d.say(d.s.message("station.said.code-copied"), false)
	}
}

// may reports whether whoever is signed in may do something with the visit, where it is.
func (d *details) may(a rules.Action) bool { return d.s.mayAt(d.at, a) }

// done says what was done, and brings everything up to date.
func (d *details) done(key string, pairs ...any) {
	d.say(d.s.message(key, pairs...), false)
	d.changed(true)
}

// typed does what a key means while a visit is shown.
func (d *details) typed(key fyne.KeyName) bool {
	switch {
	case d.id == "" || !d.known:
		return false
	case key == fyne.KeyF7:
		d.copyCode()
	case key == fyne.KeyF8 && d.may(rules.ShowVisit) && d.person.PID.IsZero():
		d.showPerson()
	default:
		return false
	}
	return true
}
