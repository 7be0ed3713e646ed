package station

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

// holds presses a key and holds it down for a second, as Fyne tells of it: what has the keyboard
// hears that it was pressed, and then the same key thirty times a second.
func (w *world) holds(key fyne.KeyName) {
	w.t.Helper()
	e := &fyne.KeyEvent{Name: key}
	tell := func(focused func(desktop.Keyable), nowhere func(*fyne.KeyEvent)) {
		switch f := w.window.Canvas().Focused().(type) {
		case nil:
			nowhere(e)
		case desktop.Keyable:
			focused(f)
		}
	}
	w.pass(settle)
	tell(func(f desktop.Keyable) { f.KeyDown(e) }, w.held.Down) // the canvas of tests has no such keys
	for n := range 30 {
		w.quick(key)
		w.pass(33 * time.Millisecond)
		if n == 0 {
			w.pass(500 * time.Millisecond)
		}
	}
	tell(func(f desktop.Keyable) { f.KeyUp(e) }, w.held.Up)
}

// atPrintAgain has the keyboard at that button of a visit.
func atPrintAgain(w *world) {
	v := w.add(1, visit.StateDone, visit.NoProblem)
	w.lookAtAll()
	w.today.details.open(w.here(), v.ID)
	w.focusName("print-again")
}

func TestAKeyThatIsHeldDownIsOnePress(t *testing.T) {
	for name, c := range map[string]struct {
		begin func(*world)
		key   fyne.KeyName
		did   func(*world) int
	}{
		"Enter on print again": {
			atPrintAgain, fyne.KeyReturn, func(w *world) int { return w.today.details.of.Reprints },
		},
		"Space on print again": {
			atPrintAgain, fyne.KeySpace, func(w *world) int { return w.today.details.of.Reprints },
		},
		"Enter on a row, which goes on to what can be done": {
			func(w *world) {
				w.add(1, visit.StateStaff, visit.Draft)
				w.key(fyne.KeyF4, fyne.KeyDown)
			}, fyne.KeyReturn, func(w *world) int {
				if w.work.details.of.HeldBy != "" {
					return 2
				}
				return 1
			},
		},
		"F6 beside a code": {
			func(w *world) {
				w.key(fyne.KeyF3)
				w.patient(1, somePID, somePhone)
				w.key(fyne.KeyF9)
				w.gets(1)
				w.tell(flow.SlipPrinted{Number: 1, Nth: 1})
				w.o.Later(time.Second, func() { w.tell(flow.SlipPrinted{Number: 1, Nth: 2}) })
			}, fyne.KeyF6, func(w *world) int { return w.at.Session.Reprints },
		},
		"Esc, which leaves the phone, and then the patient": {
			func(w *world) {
				w.key(fyne.KeyF3)
				w.patient(1, somePID, somePhone)
				w.key(fyne.KeyF6)
				w.in(flow.PhoneEntry)
			}, fyne.KeyEscape, func(w *world) int {
				if w.at.State != flow.Confirm {
					return 2
				}
				return 1
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, visit.OnCardNotice, rules.Staff)
			w.signInAs(rules.Staff)
			c.begin(w)
			w.holds(c.key)
			if n := c.did(w); n != 1 {
				t.Errorf("it did what it does %d times: %q", n, w.texts())
			}
		})
	}
}

func TestAKeyThatIsHeldDownInAFieldTakesOneLetterAfterAnother(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	w.signInAs(rules.Staff)
	w.key(fyne.KeyF6)
	w.hand("12345678")
	w.holds(fyne.KeyBackspace)
	if got := w.today.search.Text; got != "" {
		t.Errorf("%q is still there", got)
	}
}
