package station

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

const newPIN = "731946"

// administrators signs one in, beside somebody of the staff, and turns to the page.
func administrators(t *testing.T) *world {
	w := newWorld(t, visit.OnCardNotice, rules.Administrator, rules.Staff)
	w.signInAs(rules.Administrator)
	w.ctrl(fyne.Key4)
	if w.ScreenName() != "operators" {
		t.Fatalf("the page is %q", w.ScreenName())
	}
	return w
}

// named returns who has that name.
func (w *world) called(name string) (found rules.Operator) {
	w.t.Helper()
	all, err := w.store.Operators()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, o := range all {
		if o.Name.Full() == name {
			found = o
		}
	}
	return found
}

// inSight holds that the keyboard is at a field that is not hidden by the letters to touch.
func (w *world) inSight(name string) {
	w.t.Helper()
	driver := fyne.CurrentApp().Driver()
	form := driver.AbsolutePositionForObject(w.staff.form).Y
	at, _ := w.window.Canvas().Focused().(*entry)
	if at == nil || at.name != name {
		w.t.Fatalf("the keyboard is at %q", w.Focused())
	}
	if top := driver.AbsolutePositionForObject(at).Y; top < form || top+at.Size().Height > form+w.staff.form.Size().Height {
		w.t.Errorf("%s is out of sight", name)
	}
}

// lets reports whether somebody gets in with a PIN.
func (w *world) lets(id rules.OperatorID, digits string) bool {
	w.t.Helper()
	pin, err := rules.ParsePIN(digits)
	if err != nil {
		w.t.Fatal(err)
	}
	_, err = w.store.SignIn(id, pin, "desk-2")
	return err == nil
}

func TestAnAdministratorAddsResetsAndDisablesByKeysAloneAndByTouchAlone(t *testing.T) {
	types := func(w *world, text string) { w.finger(keysOfText(text)...) }
	for way, do := range map[string]struct {
		add, reset, disable func(*world, rules.OperatorID)
	}{
		"keys": {
			func(w *world, _ rules.OperatorID) {
				w.hand("anna")
				w.presses("role-lead")
				w.tab("pin")
				w.hand(newPIN)
				w.key(fyne.KeyReturn)
				w.hand(newPIN)
				w.key(fyne.KeyReturn)
			},
			func(w *world, id rules.OperatorID) {
				w.presses("operator-" + string(id))
				w.hand(newPIN)
				w.key(fyne.KeyReturn)
				w.hand(newPIN)
				w.key(fyne.KeyReturn)
			},
			func(w *world, id rules.OperatorID) {
				w.presses("operator-"+string(id), "disable-operator", "confirm-disable")
			},
		},
		"touch": {
			func(w *world, _ rules.OperatorID) {
				w.finger("letters")
				w.field("called")
				w.finger("key-a", "key-n", "key-n", "key-a", "role-lead", "key-enter")
				w.inSight("pin")
				types(w, newPIN)
				w.finger("key-enter")
				w.inSight("again")
				types(w, newPIN)
				w.finger("letters", "add-operator")
			},
			func(w *world, id rules.OperatorID) {
				w.finger("operator-"+string(id), "letters")
				w.field("pin")
				types(w, newPIN)
				w.field("again")
				types(w, newPIN)
				w.finger("letters", "reset-operator")
			},
			func(w *world, id rules.OperatorID) {
				w.finger("operator-"+string(id), "disable-operator", "confirm-disable")
			},
		},
	} {
		t.Run(way, func(t *testing.T) {
			w := administrators(t)
			staff := w.ids[string(rules.Staff)]
			do.add(w, "")
			if o := w.called("anna"); o.Role != rules.Lead || !w.lets(o.ID, newPIN) {
				t.Fatalf("nobody was added: %q", w.texts())
			}
			w.shows("anna")
			do.reset(w, staff)
			if !w.lets(staff, newPIN) {
				t.Fatalf("the PIN is as it was: %q", w.texts())
			}
			do.disable(w, staff)
			if w.lets(staff, newPIN) {
				t.Fatalf("they still get in: %q", w.texts())
			}
			w.shows(w.say.Say("station.operators.disabled"))
		})
	}
}

func TestNobodyButAnAdministratorHasThePageOfOperators(t *testing.T) {
	for _, r := range rules.Roles() {
		w := newWorld(t, visit.OnCardNotice, r)
		w.signInAs(r)
		w.ctrl(fyne.Key4)
		if may := r == rules.Administrator; w.has("page-operators") != may || (w.ScreenName() == "operators") != may {
			t.Errorf("%s is on the page %s", r, w.ScreenName())
		}
	}
}

func TestWhatMakesNoOperatorIsSaid(t *testing.T) {
	for _, c := range []struct{ name, called, pin, again, says string }{
		{"no name", "", newPIN, newPIN, "setup.wrong.operator"},
		{"a short PIN", "anna", "1234", "1234", "setup.wrong.pin"},
		{"an easy PIN", "anna", "123456", "123456", "setup.wrong.weak-pin"},
		{"another PIN the second time", "anna", newPIN, aPIN, "station.operators.not-same"},
		{"a name that is taken", "เจ้าหน้าที่-staff", newPIN, newPIN, "station.operators.taken"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := administrators(t)
			w.hand(c.called)
			w.tab("pin")
			w.hand(c.pin)
			w.tab("again")
			w.hand(c.again)
			w.key(fyne.KeyReturn)
			w.shows(w.say.Say(c.says))
			if all, err := w.store.Operators(); err != nil || len(all) != 2 {
				t.Errorf("there are %d, %v", len(all), err)
			}
		})
	}
}

func TestTheLastAdministratorCannotBeDisabled(t *testing.T) {
	w := administrators(t)
	w.tap("operator-" + string(w.ids[string(rules.Administrator)]))
	if w.has("disable-operator") {
		t.Error("whoever is signed in can shut themselves out")
	}
	w.hand(newPIN)
	w.key(fyne.KeyReturn)
	w.hand(newPIN)
	w.key(fyne.KeyReturn)
	if w.ScreenName() != "sign-in" || !w.lets(w.ids[string(rules.Administrator)], newPIN) {
		t.Errorf("with another PIN of their own they are on the page %s", w.ScreenName())
	}
}

func TestNobodyIsDisabledByOnePress(t *testing.T) {
	w := administrators(t)
	staff := w.ids[string(rules.Staff)]
	w.presses("operator-"+string(staff), "disable-operator")
	w.key(fyne.KeyReturn) // once more, on whatever has the keyboard now
	if !w.lets(staff, aPIN) {
		t.Error("two presses of Enter have disabled somebody")
	}
}

func TestAPINThatIsHalfTypedIsGoneWithItsPage(t *testing.T) {
	for name, leave := range map[string]func(*world){
		"another page":   func(w *world) { w.key(fyne.KeyF2) },
		"signing out":    func(w *world) { w.key(fyne.KeyF12); w.signInAs(rules.Administrator) },
		"another person": func(w *world) { w.tap("operator-" + string(w.ids[string(rules.Staff)])) },
		"Esc":            func(w *world) { w.key(fyne.KeyEscape) },
	} {
		w := administrators(t)
		w.tab("pin")
		w.hand("7319")
		if _, texts := w.Layout(); strings.Contains(strings.Join(texts, " "), "7319") {
			t.Errorf("%s: the PIN can be read", name)
		}
		leave(w)
		if w.staff.pin != "" {
			t.Errorf("%s: it is still there", name)
		}
	}
}

// A PIN goes on where it was begun: the first field is one that everybody can read.
func TestAPageOfOperatorsThatIsMadeAnewKeepsTheKeyboardWhereItWas(t *testing.T) {
	for name, key := range map[string]fyne.KeyName{"the language": fyne.KeyF10, "the colours": fyne.KeyF11} {
		for _, field := range []string{"pin", "again"} {
			w := administrators(t)
			w.hand("anna")
			w.tab(field)
			w.hand(newPIN[:3])
			w.key(key)
			w.hand(newPIN[3:])
			if got := map[string]string{"pin": w.staff.pin, "again": w.staff.again}[field]; got != newPIN || w.staff.called != "anna" {
				t.Errorf("%s in %s: the keyboard is at %q, the name is %q", name, field, w.Focused(), w.staff.called)
			}
		}
	}
}

// Forty letters are an operator's name, and many are there.
func TestNamesAreNoWiderThanThePageAndEveryoneComesIntoSight(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Administrator)
	pin, err := rules.NewPIN(newPIN)
	if err != nil {
		t.Fatal(err)
	}
	var last rules.OperatorID
	for n := range 20 {
		name, bad := rules.ParseOperatorName(strings.Repeat("W", 37) + string(rune('A'+n)))
		if bad == nil {
			last, bad = w.store.AddOperator(name, rules.Administrator, pin)
		}
		if bad != nil {
			t.Fatal(bad)
		}
	}
	w.clock = w.clock.Add(lookEvery)
	w.Tick(w.clock)
	wide := func(page string) {
		t.Helper()
		if got := w.Content().MinSize().Width; got > 1366 {
			t.Errorf("%s is %v wide", page, got)
		}
	}
	wide("the page for signing in")
	w.tap("operator-" + string(w.ids[string(rules.Administrator)]))
	w.hand(aPIN)
	w.key(fyne.KeyReturn)
	w.ctrl(fyne.Key4)
	wide("the page of operators")
	w.focusName("operator-" + string(last))
	driver := fyne.CurrentApp().Driver()
	at, is := w.window.Canvas().Focused().(*button)
	if !is {
		t.Fatalf("the keyboard is at %q", w.focusedName())
	}
	top := driver.AbsolutePositionForObject(at).Y - driver.AbsolutePositionForObject(w.staff.names).Y
	if top < 0 || top+at.Size().Height > w.staff.names.Size().Height {
		t.Errorf("the last of the list is at %v", top)
	}
}

func TestWhatWasTypedForSomebodyWhoIsRemovedIsForNobodyElse(t *testing.T) {
	w := administrators(t)
	staff := w.ids[string(rules.Staff)]
	w.presses("operator-" + string(staff))
	w.hand(newPIN)
	if err := w.store.RemoveOperator(staff); err != nil {
		t.Fatal(err)
	}
	w.staff.look()
	if w.staff.of != "" || w.staff.pin != "" {
		t.Errorf("%q has a PIN of %d digits", w.staff.of, len(w.staff.pin))
	}
}

func TestTheKeyboardIsAtTheNextNameWhenSomebodyWasAdded(t *testing.T) {
	w := administrators(t)
	w.hand("anna")
	w.tab("pin")
	w.hand(newPIN)
	w.key(fyne.KeyReturn)
	w.hand(newPIN)
	w.key(fyne.KeyReturn)
	if got := w.focusedName(); got != "called" || !w.has("operator-"+string(w.called("anna").ID)) {
		t.Errorf("the keyboard is at %q: %q", got, w.texts())
	}
}
