package station

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"authenkiosk/desk/session"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

func TestAnOperatorSignsInByTheKeyboardAlone(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff, rules.Lead)
	w.key(fyne.KeyReturn) // the first name has the focus
	w.hand("๒๐ภตๅ๖")      // on a keyboard that was left in Thai
	w.key(fyne.KeyReturn)
	if w.ScreenName() != "today" {
		t.Fatalf("not signed in: %q", w.texts())
	}
	w.key(fyne.KeyF12)
	if w.ScreenName() != "sign-in" || w.has("page-today") {
		t.Errorf("not signed out: %q", w.texts())
	}
}

// Somebody who was shown two names types the PIN at once: the keyboard is on the first name,
// or nowhere after a touch of the keypad.
func TestAPINThatIsTypedBeforeANameIsChosenIsNotLost(t *testing.T) {
	for _, touched := range []bool{false, true} {
		w := newWorld(t, visit.OnCardNotice, rules.Staff, rules.Lead)
		rest := aPIN
		if touched {
			w.tap("digit-" + aPIN[:1])
			w.window.Canvas().Unfocus() // as Fyne does for a touch
			rest = aPIN[1:]
		}
		w.hand(rest)
		w.key(fyne.KeyReturn)
		w.shows(w.say.Say("station.sign-in.choose"))
		w.tap("operator-" + string(w.ids[string(rules.Lead)]))
		w.key(fyne.KeyReturn)
		if w.ScreenName() != "today" || w.who.Role != rules.Lead {
			t.Errorf("not signed in: %q", w.texts())
		}
	}
}

// The command adds and disables while the page stands there.
func TestWhoMayComeInIsShownWhileThePageIsThere(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff, rules.Lead)
	w.tap("operator-" + string(w.ids["lead"]))
	w.hand(aPIN[:3])
	was := w.has("operator-" + string(w.ids["staff"]))
	name, err := rules.ParseOperatorName("คนใหม่")
	if err != nil || !was {
		t.Fatal(err, w.texts())
	}
	pin, err := rules.NewPIN(aPIN)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := w.store.AddOperator(name, rules.Staff, pin)
	if err = errors.Join(err, w.store.DisableOperator(w.ids["staff"])); err != nil {
		t.Fatal(err)
	}
	w.clock = w.clock.Add(lookEvery)
	w.Tick(w.clock)
	if !w.has("operator-"+string(fresh)) || w.has("operator-"+string(w.ids["staff"])) {
		t.Fatalf("who is shown: %q", w.texts())
	}
	w.hand(aPIN[3:]) // what was typed stays
	w.key(fyne.KeyReturn)
	if w.ScreenName() != "today" || w.who.Role != rules.Lead {
		t.Errorf("not signed in: %q", w.texts())
	}
}

func TestAPINIsNotLeftForWhoeverIsChosenInstead(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff, rules.Lead)
	w.tap("operator-" + string(w.ids["lead"]))
	w.hand(aPIN)
	if err := w.store.DisableOperator(w.ids["lead"]); err != nil {
		t.Fatal(err)
	}
	w.clock = w.clock.Add(lookEvery)
	w.Tick(w.clock)
	if w.signIn.chosen != w.ids["staff"] || w.signIn.pin.Text != "" {
		t.Errorf("%q is chosen with a PIN of %d digits", w.signIn.chosen, len(w.signIn.pin.Text))
	}
}

func TestAListThatCannotBeReadNowLeavesWhoIsThere(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff, rules.Lead)
	w.tap("operator-" + string(w.ids["lead"]))
	w.hand(aPIN[:4])
	w.signIn.heard(nil, errors.New("the disk"))
	w.shows(w.say.Say("station.error.failed"))
	all, err := w.store.Operators()
	if err != nil || w.focusedName() != "pin" || w.signIn.chosen != w.ids["lead"] {
		t.Fatalf("the keyboard is at %q, %v", w.focusedName(), err)
	}
	w.signIn.heard(all, nil)
	if strings.Contains(w.texts(), w.say.Say("station.error.failed")) {
		t.Errorf("it can be read again: %q", w.texts())
	}
	w.hand(aPIN[4:])
	w.key(fyne.KeyReturn)
	if w.ScreenName() != "today" {
		t.Errorf("not signed in: %q", w.texts())
	}
}

// A list that is what it was makes no page anew: the keyboard stays where it is.
func TestWhoeverTypesAPINIsNotDisturbed(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff, rules.Lead)
	w.focusName("language")
	w.clock = w.clock.Add(lookEvery)
	w.Tick(w.clock)
	if got := w.focusedName(); got != "language" {
		t.Errorf("the keyboard is at %q", got)
	}
}

func TestEnterSignsInWhoeverHasTouchedTheKeypad(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	for _, d := range aPIN {
		w.tap("digit-" + string(d))
	}
	w.window.Canvas().Unfocus()
	w.key(fyne.KeyReturn)
	if w.ScreenName() != "today" {
		t.Errorf("not signed in: %q", w.texts())
	}
}

func TestTheDemoTellsWhoMaySignInAndHow(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	w.o.DemoOperator, w.o.DemoPIN = "เจ้าหน้าที่-staff", aPIN
	w.build()
	tab := w.say.Say("dock.open")
	for range w.o.Languages { // the panel with the cards speaks the first alone
		w.shows(w.say.Say("station.sign-in.demo", "Who", "เจ้าหน้าที่-staff", "PIN", aPIN, "Tab", tab))
		w.shows("“" + tab + "”")
		w.key(fyne.KeyF10)
	}
	w.o.DemoOperator = "somebody" // who was removed
	w.build()
	if strings.Contains(w.texts(), aPIN) {
		t.Error("it tells the PIN of somebody who is not there")
	}
}

func TestAScanSignsNobodyIn(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	w.scanner(aPIN)
	if w.ScreenName() != "sign-in" {
		t.Errorf("a scan has signed somebody in: %q", w.texts())
	}
	w.key(fyne.KeyReturn)
	if w.ScreenName() != "today" {
		t.Errorf("a hand does not: %q", w.texts())
	}
}

func TestAWrongPINIsToldAndALockSaysUntilWhen(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	for range rules.FreeTries {
		w.hand("908172")
		w.key(fyne.KeyReturn)
	}
	w.shows(w.say.Say("station.sign-in.wrong"))
	w.hand(aPIN)
	w.key(fyne.KeyReturn)
	w.shows(w.say.Say("station.sign-in.wait", "Time", "0:15"))
	w.pass(5 * time.Second)
	w.Tick(w.clock)
	if !strings.Contains(w.texts(), "0:") || strings.Contains(w.texts(), "0:15") {
		t.Errorf("the time does not count down: %q", w.texts())
	}
}

func TestWhoeverHasLeftIsSignedOutAndNothingOfAPersonStays(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	v := w.add(1, visit.StateDone, visit.NoProblem)
	w.signInAs(rules.Staff)
	w.key(fyne.KeyDown, fyne.KeyF8)
	w.shows(v.Name.Last)
	for range 3 { // the lists are brought up to date meanwhile, which is no hand
		w.pass(session.Idle / 3)
		w.Tick(w.clock)
	}
	if w.ScreenName() != "sign-in" || strings.Contains(w.texts(), v.Name.First) || len(w.today.items)+len(w.work.items) > 0 {
		t.Errorf("still there: %q", w.texts())
	}
	w.shows(w.say.Say("station.sign-in.idle"))
}

func TestWhatWasAskedForBeforeSigningOutComesTooLate(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	v := w.add(1, visit.StateDone, visit.NoProblem)
	w.signInAs(rules.Staff)
	var then []func()
	beside := w.o.Beside
	w.o.Beside = func(work func(context.Context), done func()) {
		beside(work, func() {})
		then = append(then, done)
	}
	w.key(fyne.KeyF5)
	w.key(fyne.KeyF12)
	for _, done := range then {
		done()
	}
	if len(w.today.items) > 0 || strings.Contains(w.texts(), v.Name.First) {
		t.Error("an answer came after the operator had left")
	}
}

func TestARoleSeesOnlyWhatItMayDo(t *testing.T) {
	for _, c := range []struct {
		role           rules.Role
		show, hold, by bool
	}{
		{rules.Staff, true, true, false}, {rules.Lead, true, true, true}, {rules.Administrator, false, false, false},
	} {
		t.Run(string(c.role), func(t *testing.T) {
			w := newWorld(t, visit.OnCardNotice, rules.Staff, rules.Lead, rules.Administrator)
			v := w.add(1, visit.StateStaff, visit.Draft)
			other := w.add(2, visit.StateStaff, visit.Draft)
			if err := w.store.Hold(other.ID, "desk-2/ben", w.clock); err != nil {
				t.Fatal(err)
			}
			w.signInAs(c.role)
			w.key(fyne.KeyF4)
			w.work.details.open(w.here(), v.ID)
			if w.has("show-person") != c.show || w.has("hold") != c.hold || w.has("settle") {
				t.Errorf("on the screen: %q", w.texts())
			}
			w.work.details.open(w.here(), other.ID)
			if w.has("release") != c.by || w.has("hold") {
				t.Errorf("of what another holds: %q", w.texts())
			}
			if strings.Contains(w.texts(), v.Name.Last) {
				t.Error("a family name is on the screen")
			}
		})
	}
}

// The machine forgets its wrong PINs with a right one, and the operator with one of their own.
func TestTheLockOfAnOperatorKeepsNoColleagueOut(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff, rules.Lead)
	try := func(times int) {
		t.Helper()
		for range times {
			w.tap("operator-" + string(w.ids["staff"]))
			w.hand("204917")
			w.key(fyne.KeyReturn)
		}
	}
	try(rules.FreeTries - 1)
	w.signInAs(rules.Lead)
	w.key(fyne.KeyF12)
	try(2)
	if !w.signIn.locked(w.clock) || w.signIn.machine {
		t.Fatalf("the operator is not locked, or the machine is: %q", w.texts())
	}
	w.tap("operator-" + string(w.ids["lead"]))
	w.Tick(w.clock)
	w.tap("operator-" + string(w.ids["staff"]))
	if !w.signIn.locked(w.clock) {
		t.Error("the lock is forgotten")
	}
	w.signInAs(rules.Lead)
}
