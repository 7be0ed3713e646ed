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

// ctrl presses a key together with Ctrl, as the window's driver hands it on.
func (w *world) ctrl(key fyne.KeyName) {
	w.t.Helper()
	w.pass(settle)
	pressed := &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierControl}
	if f, is := w.window.Canvas().Focused().(fyne.Shortcutable); is {
		f.TypedShortcut(pressed)
		return
	}
	w.withCtrl(pressed) // the canvas of tests keeps no shortcuts
}

func TestEveryPageIsOpenedByAKeyThatStandsOnItsButton(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	w.signInAs(rules.Staff)
	seen := map[shortcut]bool{}
	for _, field := range []bool{false, true} {
		for _, p := range w.pages {
			if !w.offers(p) {
				continue
			}
			w.key(fyne.KeyF2)
			if field { // which keeps what it is not asked for
				w.key(fyne.KeyF6)
			}
			if k := p.key(); k.ctrl {
				w.ctrl(k.key)
			} else {
				w.key(k.key)
			}
			if w.ScreenName() != p.name() {
				t.Errorf("from a field %t: %s opens %s in place of %s", field, p.key(), w.ScreenName(), p.name())
			}
			w.shows(p.key().String())
			if seen[p.key()] != field {
				t.Errorf("%s has two meanings", p.key())
			}
			seen[p.key()] = true
		}
	}
}

func TestAColleagueTakesOverByTheKeyboardAloneAndOnlyWhatIsHalfTyped(t *testing.T) {
	w := newVisitPage(t)
	w.ctrl(keyOfChange.key)
	if w.ScreenName() != "new" {
		t.Fatalf("nobody is served, and the page is %s", w.ScreenName())
	}
	w.patient(1, somePID, "")
	w.hand("08000")
	w.ctrl(keyOfChange.key)
	if w.ScreenName() != "sign-in" || w.at.State != flow.PhoneEntry {
		t.Errorf("the page is %s, and the visit at %v", w.ScreenName(), w.at.State)
	}
}

// A window that stands still hears of the last digit and of the key that follows it at once.
func TestTheLastDigitIsTakenWhenAKeyThatLeavesThePageComesAtOnce(t *testing.T) {
	for name, leave := range map[string]func(*world){
		"change of the operator": func(w *world) {
			w.withCtrl(&desktop.CustomShortcut{KeyName: keyOfChange.key, Modifier: fyne.KeyModifierControl})
		},
		"another page": func(w *world) {
			w.withCtrl(&desktop.CustomShortcut{KeyName: fyne.Key1, Modifier: fyne.KeyModifierControl})
		},
		"touch":                   func(w *world) { w.tap("change-operator") },
		"an F-key":                func(w *world) { w.quick(fyne.KeyF2) },
		"a touch of another page": func(w *world) { w.tap("page-today") },
	} {
		w := newVisitPage(t)
		w.patient(1, somePID, "")
		w.letters("08000", 100*time.Millisecond)
		leave(w)
		w.pass(time.Second)
		if got := w.at.Session.PhoneInput; got != "08000" || w.ScreenName() == "new" {
			t.Errorf("%s: the phone is %q on the page %s", name, got, w.ScreenName())
		}
	}
}

func TestATouchBehindADigitComesAfterIt(t *testing.T) {
	w := newVisitPage(t)
	w.patient(1, somePID, "")
	w.pass(settle)
	w.letters("08001", 100*time.Millisecond)
	w.tap("backspace")
	w.pass(time.Second)
	if got := w.at.Session.PhoneInput; got != "0800" {
		t.Errorf("the phone is %q", got)
	}
	w.letters("1", 0)
	w.quick(fyne.KeyEscape)
	w.pass(time.Second)
	w.in(flow.Welcome)
}

// A scanner on a busy machine pauses now and then in the middle.
func TestTheRestOfAScanThatCameInTwoPartsIsNoKey(t *testing.T) {
	for name, c := range map[string]struct {
		begin   func(*world)
		changed func(*world) bool
	}{
		"among claim types": {
			func(w *world) { w.patient(1, somePID, somePhone) },
			func(w *world) bool { return w.at.Session.ClaimType != general },
		},
		"in a phone": {
			func(w *world) { w.patient(1, somePID, "") },
			func(w *world) bool { return w.at.Session.PhoneInput != "" },
		},
		"in a number": {
			func(w *world) { w.key(fyne.KeyF7) },
			func(w *world) bool { return w.at.Session.PIDInput != "" },
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newVisitPage(t)
			c.begin(w)
			w.pass(2 * time.Second)
			w.letters("9000000000", 10*time.Millisecond)
			w.pass(60 * time.Millisecond)
			w.letters("202", 10*time.Millisecond)
			w.enter()
			w.pass(time.Second)
			if c.changed(w) {
				t.Errorf("%+v", w.at.Session)
			}
			w.shows(w.say.Say("station.new.scanned"))
			w.pass(time.Second)
			w.scanner("9000000000") // a whole one: what a hand types next is typed
			w.hand("2")
			if !c.changed(w) {
				t.Errorf("a key of a hand is not heard: %+v", w.at.Session)
			}
		})
	}
}

func TestAStationThatIsNotInItsWindowAnyMoreHearsNoKey(t *testing.T) {
	w := newVisitPage(t)
	w.patient(1, somePID, somePhone)
	canvas, told := w.window.Canvas(), len(w.done)
	w.Leave()
	if canvas.OnTypedKey() != nil || canvas.OnTypedRune() != nil || canvas.Focused() != nil {
		t.Error("it has the keyboard of the window")
	}
	if w.withCtrl(&desktop.CustomShortcut{KeyName: fyne.Key1, Modifier: fyne.KeyModifierControl}) || w.ScreenName() != "sign-in" || len(w.done) != told {
		t.Errorf("a key has turned it to %s", w.ScreenName())
	}
	w.pass(time.Second) // what was on its way
	w.Tick(w.clock)
}

func TestAPageWithoutAnFKeyIsWorkedByTheKeyboardAlone(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	w.signInAs(rules.Staff)
	at := func(name string) {
		t.Helper()
		for range 40 {
			if w.Focused() == name {
				return
			}
			w.key(fyne.KeyTab)
		}
		t.Fatalf("the keyboard does not come to %s", name)
	}
	w.ctrl(fyne.Key1)
	w.hand(somePID)
	at("check-right")
	w.key(fyne.KeyReturn)
	w.shows(w.say.Say("right.UCS"))
	at("hn")
	w.hand("69-000123")
	at("open-newborn")
	w.key(fyne.KeySpace)
	at("open-item")
	w.key(fyne.KeyReturn)
	if open, err := w.store.Work(); err != nil || len(open) != 1 || open[0].Opened.Why != rules.Newborn {
		t.Errorf("open: %+v, %v", open, err)
	}
	w.ctrl(fyne.Key2)
	at("reload")
	w.key(fyne.KeyReturn)
	if w.ScreenName() != "devices" {
		t.Errorf("the page is %s", w.ScreenName())
	}
}

func TestWhatCanBeTouchedIsLargeEnoughForAFinger(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Lead)
	v := w.add(1, visit.StateDone, visit.NoProblem)
	item := w.add(2, visit.StateStaff, visit.Draft)
	look := func(what string) {
		t.Helper()
		each(w.root, func(o fyne.CanvasObject) {
			n, is := o.(named)
			if is && n.Name() != "rows" && (o.Size().Width < rowHeight || o.Size().Height < rowHeight) {
				t.Errorf("%s: %s has %v", what, n.Name(), o.Size())
			}
		})
	}
	look("sign-in")
	w.signInAs(rules.Lead)
	for _, p := range w.pages {
		w.open(p)
		look(p.name())
	}
	w.open(w.today)
	w.today.details.open(w.here(), v.ID)
	look("a visit")
	w.tap("second")
	look("a reason")
	w.open(w.work)
	w.work.details.open(w.here(), item.ID)
	w.tap("hold")
	look("an item")
	w.key(fyne.KeyF3)
	w.patient(1, somePID, "")
	look("a phone")
	w.hand(somePhone)
	look("the confirmation")
}
