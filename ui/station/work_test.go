package station

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// stateOf is where a visit stands in the store.
func (w *world) stateOf(id visit.ID) (visit.State, string) {
	w.t.Helper()
	r, err := w.store.Visit(id)
	if err != nil {
		w.t.Fatal(err)
	}
	return r.Stands(), r.Hold.By
}

func TestAnItemIsFoundByItsSlipHeldAndSettledByTheKeyboardAlone(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	w.add(1, visit.StateDone, visit.NoProblem)
	v := w.add(2, visit.StateStaff, visit.Draft)
	w.add(3, visit.StateStaff, visit.UpstreamCannot)
	w.signInAs(rules.Staff)
	w.shows("(2)")           // the badge
	w.scanner(v.ID.Number()) // from whatever page
	w.key(fyne.KeyReturn)    // to what can be done
	w.key(fyne.KeyReturn)    // take it
	if _, by := w.stateOf(v.ID); by == "" {
		t.Fatalf("it is not held: %q", w.texts())
	}
	w.nhso.Says(nil, code(7))
	w.hand("pp 0000 000 000") // as it stands on a slip; the field for the code has taken the place of the button
	w.key(fyne.KeyReturn)
	w.shows(w.say.Say("station.error.not-confirmed"))
	w.work.details.enter()
	w.key(fyne.KeyEnd, fyne.KeyBackspace)
	w.hand("7")
	w.key(fyne.KeyReturn)
	w.shows(w.say.Say("station.said.settled", "Code", code(7)))
	if state, _ := w.stateOf(v.ID); state != visit.StateDone {
		t.Errorf("it is %s", state)
	}
	w.shows("(1)")
}

func TestAScanFillsTheCodeAndConfirmsNothing(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	v := w.add(2, visit.StateStaff, visit.Draft)
	w.nhso.Says(nil, code(7))
	w.signInAs(rules.Staff)
	w.key(fyne.KeyF4, fyne.KeyDown)
	w.window.Canvas().Focus(w.work.details.start) // the button that takes it
	w.scanner("PP0000000003")
	if _, by := w.stateOf(v.ID); by != "" {
		t.Fatal("the Enter of a scan has pressed a button")
	}
	w.key(fyne.KeyF4)
	w.work.details.open(w.here(), v.ID)
	w.tap("hold")
	w.work.details.enter()
	w.scanner(string(code(7)))
	if w.work.details.code != string(code(7)) {
		t.Errorf("the field has %q", w.work.details.code)
	}
	if state, _ := w.stateOf(v.ID); state == visit.StateDone || w.nhso.Asked() > 0 {
		t.Error("a scan has confirmed the code")
	}
	w.key(fyne.KeyReturn)
	if state, _ := w.stateOf(v.ID); state != visit.StateDone {
		t.Errorf("a hand does not: %s, %q", state, w.texts())
	}
}

func TestAScanThatTheWindowWasTooBusyToHearAtOnceConfirmsNothing(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	v := w.add(2, visit.StateStaff, visit.Draft)
	w.signInAs(rules.Staff)
	w.key(fyne.KeyF4, fyne.KeyDown)
	w.window.Canvas().Focus(w.work.details.start)
	w.letters("V-ABC-123", 10*time.Millisecond)
	w.clock = w.clock.Add(scanGap + stoodStill) // the window was painted
	due := w.later
	w.later = nil
	for _, c := range due {
		c.do()
	}
	w.letters("-456", 0)
	w.enter()
	if _, by := w.stateOf(v.ID); by != "" {
		t.Error("the Enter of a scan has pressed a button")
	}
}

func TestAnItemIsAskedForClosedWithAReasonAndBroughtBack(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	v := w.add(2, visit.StateRefused, visit.NoRight)
	w.signInAs(rules.Staff)
	w.key(fyne.KeyF4, fyne.KeyDown)
	w.tap("ask")
	w.shows(w.say.Say("station.said.no-code", "Time", w.Station.clock(w.clock)))
	w.tap("hold")
	w.tap("close")
	if w.has("confirm-close") {
		t.Error("it can be closed without a reason")
	}
	w.tap("reason-" + string(rules.PatientLeft))
	w.tap("confirm-close")
	if state, _ := w.stateOf(v.ID); state != visit.StateDropped {
		t.Fatalf("it is %s: %q", state, w.texts())
	}
	w.tap("reopen")
	if state, _ := w.stateOf(v.ID); state != visit.StateStaff {
		t.Errorf("it is %s: %q", state, w.texts())
	}
	w.tap("hold")
	w.pass(time.Second) // NHSO has to be asked after that
	w.tap("release")
	w.shows(w.say.Say("station.said.released"))
}

func TestWhoeverHoldsAnItemIsTold(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	v := w.add(2, visit.StateStaff, visit.Draft)
	w.signInAs(rules.Staff)
	w.key(fyne.KeyF4, fyne.KeyDown)
	if err := w.store.Hold(v.ID, "desk-2/ben", w.clock); err != nil {
		t.Fatal(err)
	}
	w.tap("hold") // it was free when the list was read
	w.shows(w.say.Say("station.error.held-by", "Who", "desk-2/ben", "Time", w.Station.clock(w.clock)))
}

func TestACardChangesNothingButALineUnlessThatIsWanted(t *testing.T) {
	for _, c := range []struct {
		on     visit.OnCard
		notice bool
		page   string
	}{
		{visit.OnCardNotice, true, "today"}, {visit.OnCardPage, false, "new"}, {visit.OnCardOff, false, "today"},
	} {
		t.Run(string(c.on), func(t *testing.T) {
			w := newWorld(t, c.on, rules.Staff)
			v := w.add(1, visit.StateDone, visit.NoProblem)
			w.add(2, visit.StateDone, visit.NoProblem)
			w.signInAs(rules.Staff)
			w.key(fyne.KeyF6)
			before := w.window.Canvas().Focused()
			w.card(1)
			if c.on != visit.OnCardOff { // no card is read then
				w.Card(v.PID)
			}
			if w.has("show-card") != c.notice {
				t.Errorf("on the screen: %q", w.texts())
			}
			if got := w.ScreenName(); got != c.page {
				t.Errorf("the page is %q, want %q", got, c.page)
			}
			if strings.Contains(w.texts(), v.PID.Digits()) {
				t.Error("the number of the card is on the screen")
			}
			if c.on == visit.OnCardNotice {
				if w.window.Canvas().Focused() != before {
					t.Error("a card has taken the focus")
				}
				w.key(fyne.KeyF9)
				if len(w.today.items) != 1 || w.today.details.id != v.ID {
					t.Errorf("F9 shows %q", w.texts())
				}
			}
			w.Card(visit.PID{})
			if w.has("show-card") {
				t.Error("the line stays when the card is out")
			}
		})
	}
}

func TestACardDoesNotThrowAwayWhatIsHalfDone(t *testing.T) {
	w := newWorld(t, visit.OnCardPage, rules.Staff)
	v := w.add(2, visit.StateStaff, visit.Draft)
	w.signInAs(rules.Staff)
	w.key(fyne.KeyF4, fyne.KeyDown)
	w.tap("hold")
	w.work.details.enter()
	w.hand("PP0")
	w.Card(v.PID)
	if w.ScreenName() != "work" || !strings.EqualFold(w.work.details.code, "PP0") {
		t.Errorf("on the screen: %q", w.texts())
	}
}

func TestACardNamesNobodyForAPINThatIsBeingTyped(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff, rules.Lead)
	holder := w.add(1, visit.StateDone, visit.NoProblem).PID
	if err := w.store.NameByCard(w.ids["lead"], holder); err != nil {
		t.Fatal(err)
	}
	w.tap("operator-" + string(w.ids["staff"]))
	w.hand(aPIN[:3])
	w.Card(holder)
	w.hand(aPIN[3:])
	w.key(fyne.KeyReturn)
	if w.ScreenName() != "today" || w.who.Role != rules.Staff {
		t.Errorf("the page is %q, for %q: %q", w.ScreenName(), w.who.Role, w.texts())
	}
}

func TestACardNamesAnOperatorAndProvesNothing(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff, rules.Lead)
	holder := w.add(1, visit.StateDone, visit.NoProblem).PID
	if err := w.store.NameByCard(w.ids["lead"], holder); err != nil {
		t.Fatal(err)
	}
	w.Card(holder)
	w.shows(w.say.Say("station.sign-in.card"))
	if w.ScreenName() != "sign-in" || w.signIn.chosen != w.ids["lead"] {
		t.Errorf("chosen %q: %q", w.signIn.chosen, w.texts())
	}
}

func TestAHandAtASlowMachineIsNoScanner(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	late := w.o.Later
	w.keys.later = func(d time.Duration, do func()) { late(d+100*time.Millisecond, do) } // it is painted all the time
	w.hand(aPIN)
	w.enter()
	if w.ScreenName() != "today" {
		t.Errorf("not signed in: %q", w.texts())
	}
}

func TestWhatIsHalfTypedGoesOnWhereItWasWhenTheDetailsAreMadeAnew(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	w.add(2, visit.StateStaff, visit.Draft)
	w.signInAs(rules.Staff)
	w.key(fyne.KeyF4, fyne.KeyDown)
	w.tap("hold")
	w.work.details.enter()
	w.hand("PP00")
	w.key(fyne.KeyF10) // in the other language
	w.work.details.enter()
	w.hand("12")
	w.work.details.build()
	w.hand("3")
	if got := w.work.details.code; got != "PP00123" {
		t.Errorf("typed %q", got)
	}
}

func TestWhatTheKeyboardComesToIsInSight(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	w.add(2, visit.StateStaff, visit.Draft)
	w.signInAs(rules.Staff)
	w.key(fyne.KeyF4, fyne.KeyDown)
	w.tap("hold")
	w.tap("close")
	w.tap("reason-" + string(rules.DayMissed))
	w.work.details.enter()
	driver, scroll := fyne.CurrentApp().Driver(), func() fyne.CanvasObject { return w.work.details.scroll }
	for w.focusedName() != "confirm-close" {
		w.key(fyne.KeyTab)
		focused, ok := w.window.Canvas().Focused().(fyne.CanvasObject)
		if !ok || !strings.Contains(w.focusedName(), "-") {
			t.Fatalf("the keyboard is at %q", w.focusedName())
		}
		top := driver.AbsolutePositionForObject(focused).Y - driver.AbsolutePositionForObject(scroll()).Y
		if top < 0 || top+focused.Size().Height > scroll().Size().Height {
			t.Errorf("%s is out of sight, at %v", w.focusedName(), top)
		}
	}
}
