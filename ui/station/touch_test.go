package station

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"authenkiosk/desk"
	"authenkiosk/ui/draw/drawtest"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

// buttons are those that can be touched now, in their order.
func (w *world) buttons() (all []*button) {
	each(w.root, func(o fyne.CanvasObject) {
		if b, is := o.(*button); is && !b.Disabled() {
			all = append(all, b)
		}
	})
	return all
}

// happens has all change at once that may change while a finger is on a button.
func (w *world) happens(n int) {
	w.add(10+n, visit.StateStaff, visit.NoRight)
	w.lookAtAll()
	w.stands.fresh()
	w.counts.fresh()
	w.Devices(visit.Devices{NHSO: visit.DeviceState(n % 2)})
	w.Calls(0, []desk.Call{{ID: "a", Machine: "kiosk-" + strconv.Itoa(n), Screen: "welcome", Since: w.clock}}[n%2:])
	w.Card([]visit.PID{{}, pidOf(w.t, somePID)}[n%2])
	w.tell(flow.TapDigit{Digit: '0' + byte(n%2)})
}

// Fyne tells a button of a tap only if it was there when the finger came down, and is there when
// it is lifted.
func TestATouchIsFeltWhateverComesFromElsewhereMeanwhile(t *testing.T) {
	for _, name := range []string{"sign-in", "today", "new", "work", "counter", "numbers", "devices"} {
		t.Run(name, func(t *testing.T) {
			w := newWorldOf(t, visit.OnCardNotice, []string{"kiosk-1"})
			w.devicesOf(desk.Finding{Check: "token", State: "ok"})
			w.add(1, visit.StateStaff, visit.NoRight)
			if name != "sign-in" {
				w.comesIn(rules.Lead)
			}
			for _, p := range w.pages {
				if p.name() == name {
					w.open(p)
				}
			}
			switch name {
			case "work":
				w.key(fyne.KeyDown)
			case "new":
				w.patient(1, otherPID, "")
			}
			w.pass(time.Second)
			var names []string
			for _, b := range w.buttons() {
				names = append(names, b.name)
			}
			touched := 0
			for n, name := range names {
				all := w.buttons()
				i := slices.IndexFunc(all, func(b *button) bool { return b.name == name })
				if i < 0 {
					continue // it was that of a call
				}
				felt := false
				all[i].OnTapped = func() { felt = true }
				if !drawtest.Touch(w.window, all[i], func() { w.happens(n) }) {
					continue // it would have to be scrolled to
				}
				touched++
				if !felt {
					t.Errorf("the touch of %q is lost", name)
				}
				w.pass(time.Second)
				if there := strings.Contains(w.texts(), "kiosk-"+strconv.Itoa(n)+" "); there != (n%2 == 0) {
					t.Errorf("what came under the finger is shown: %t", there)
				}
			}
			if touched < 5 {
				t.Errorf("%d buttons were touched", touched)
			}
		})
	}
}

func TestWhatComesFromElsewhereIsShownWhenAFingerSlidesOffOrStays(t *testing.T) {
	w := newVisitPage(t)
	w.patient(1, somePID, "")
	w.pass(time.Second)
	w.buttons()[0].MouseDown(nil)
	w.hand("080")
	if w.fresh.now.number.digits != "" {
		t.Fatal("it is drawn under the finger")
	}
	w.pass(time.Second)
	if got := w.fresh.now.number.digits; got != "080" {
		t.Errorf("the page has %q", got)
	}
}

func TestNobodyClosesACodeThatComesUnderTheFinger(t *testing.T) {
	w := newVisitPage(t)
	w.byPhone()
	for _, b := range w.buttons() {
		if b.name == "end" {
			drawtest.Touch(w.window, b, func() { w.phoneAsked(w.at.Session.Insertion.Number) })
		}
	}
	w.in(flow.Result)
}

func TestTheRowUnderAFingerIsTheOneThatOpensThoughAnotherComesInAboveIt(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Lead)
	v := w.add(1, visit.StateDone, visit.NoProblem)
	w.signInAs(rules.Lead)
	w.pass(time.Second)
	l := w.today.rows.blank().(*line)
	w.today.rows.update(0, l)
	l.MouseDown(nil)
	w.clock = w.clock.Add(time.Minute)
	w.add(2, visit.StateDone, visit.NoProblem)
	w.lookAtAll()
	l.MouseUp(nil)
	l.Tapped(nil)
	w.pass(time.Second)
	if got := w.today.details.id; got != v.ID || len(w.today.items) != 2 {
		t.Errorf("%s is open of %d visits, and not %s", got, len(w.today.items), v.ID)
	}
}

func TestNothingIsDrawnForSomebodyWhoHasSignedOutUnderTheFinger(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice)
	w.comesIn(rules.Lead)
	w.buttons()[0].MouseDown(nil)
	w.Card(pidOf(t, somePID))
	w.Devices(visit.Devices{NHSO: visit.DeviceReady})
	w.tell(flow.CardInserted{Insertion: flow.Insertion{Number: 1, VisitID: "01900000-0000-7000-8000-000000000001"}})
	w.signOut("")
	w.pass(time.Second)
	if w.ScreenName() != "sign-in" || strings.Contains(w.texts(), bare(w.say.Say("station.card-notice"))) {
		t.Errorf("there is %q", w.texts())
	}
}
