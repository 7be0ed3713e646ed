package station

import (
	"context"
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"authenkiosk/desk"
	"authenkiosk/ui/draw/drawtest"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

// finger touches buttons in sight, each of which is large enough, and rows by their number.
func (w *world) finger(names ...string) {
	w.t.Helper()
	for _, name := range names {
		w.pass(settle)
		if name == "row" {
			l := w.rowsShown().blank().(*line)
			w.rowsShown().update(0, l)
			l.MouseDown(nil)
			l.MouseUp(nil)
			l.Tapped(nil)
			w.pass(settle)
			continue
		}
		w.root.Refresh() // the driver of a window does, when a line has come in above
		all := w.buttons()
		i := slices.IndexFunc(all, func(b *button) bool { return b.name == name })
		if i >= 0 && w.page != nil {
			w.shown().reveal(name, all[i]) // the bar beside it is dragged
		}
		if i < 0 {
			w.t.Fatalf("there is no button %q: %q", name, w.texts())
		}
		if size := all[i].Size(); size.Width < rowHeight || size.Height < rowHeight {
			w.t.Errorf("%s has %v", name, size)
		}
		if !drawtest.Touch(w.window, all[i], func() {}) {
			w.t.Fatalf("%s is out of sight", name)
		}
		w.pass(settle)
	}
}

// keysOfText are the keys to touch for a text of digits.
func keysOfText(text string) (names []string) {
	for _, r := range text {
		names = append(names, "key-"+string(r))
	}
	return names
}

// tab brings the keyboard to a widget.
func (w *world) tab(name string) {
	w.t.Helper()
	for range 60 {
		if w.Focused() == name {
			return
		}
		w.key(fyne.KeyTab)
	}
	w.t.Fatalf("the keyboard does not come to %s", name)
}

// presses brings the keyboard to one button after another, and presses each.
func (w *world) presses(names ...string) {
	w.t.Helper()
	for _, name := range names {
		w.tab(name)
		w.key(fyne.KeyReturn)
	}
}

// field touches a field.
func (w *world) field(name string) {
	w.t.Helper()
	each(w.root, func(o fyne.CanvasObject) {
		if e, is := o.(*entry); is && e.name == name {
			if e.Size().Height < rowHeight {
				w.t.Errorf("%s has %v", name, e.Size())
			}
			w.window.Canvas().Focus(e)
		}
	})
}

// TestEveryTaskIsDoneByTheKeyboardAloneAndByTouchAlone is the list of what is done at a station,
// with the keys and with the places to touch.
func TestEveryTaskIsDoneByTheKeyboardAloneAndByTouchAlone(t *testing.T) {
	page := func(name string) func(*world) bool { return func(w *world) bool { return w.ScreenName() == name } }
	state := func(s flow.State) func(*world) bool { return func(w *world) bool { return w.at.State == s } }
	none := func(*world) {}
	patient := func(phone string) func(*world) {
		return func(w *world) {
			w.key(fyne.KeyF3)
			w.patient(1, somePID, phone)
		}
	}
	held := func(w *world) {
		w.key(fyne.KeyF4, fyne.KeyDown)
		w.tap("hold")
	}
	for _, c := range []struct {
		name    string
		before  func(*world)
		keys    func(*world)
		touches func(*world)
		done    func(*world) bool
	}{
		{
			"see who it is", none,
			func(w *world) { w.key(fyne.KeyDown, fyne.KeyF8) },
			func(w *world) { w.finger("row", "show-person") },
			func(w *world) bool { return !w.today.details.person.PID.IsZero() },
		},
		{
			"copy a code", none,
			func(w *world) { w.key(fyne.KeyDown, fyne.KeyF7) },
			func(w *world) { w.finger("row", "copy-code") },
			func(w *world) bool { return w.clip == string(code(2)) },
		},
		{
			"find a visit by its number", none,
			func(w *world) { w.key(fyne.KeyF6); w.hand(string(code(2))); w.key(fyne.KeyReturn) },
			func(w *world) {
				w.finger("letters")
				w.field("search")
				w.finger("key-shift", "key-P", "key-P")
				w.finger("key-shift")
				w.finger(keysOfText(string(code(2))[2:])...)
				w.finger("key-enter")
			},
			func(w *world) bool { return len(w.today.items) == 1 && w.today.details.id != "" },
		},
		{
			"filter the list", none,
			func(w *world) { w.presses("filter-done") },
			func(w *world) { w.finger("filter-done") },
			func(w *world) bool { return w.today.query.State == visit.StateDone },
		},
		{
			"see another day", none,
			func(w *world) { w.presses("day-before") },
			func(w *world) { w.finger("day-before") },
			func(w *world) bool { return !w.today.query.Day.IsZero() },
		},
		{
			"save the list", none,
			func(w *world) { w.presses("export", "export-csv") },
			func(w *world) { w.finger("export", "export-csv") },
			func(w *world) bool { return len(w.files) == 1 },
		},
		{
			"mark a code as void", none,
			func(w *world) { w.key(fyne.KeyDown); w.presses("void", "reason-double", "confirm-void") },
			func(w *world) { w.finger("row", "void", "reason-double", "confirm-void") },
			func(w *world) bool { return w.today.details.of.Void != "" },
		},
		{
			"ask for a second code", none,
			func(w *world) { w.key(fyne.KeyDown); w.presses("second", "reason-referral", "confirm-second") },
			func(w *world) { w.finger("row", "second", "reason-referral", "confirm-second") },
			func(w *world) bool { return w.at.Second.Of != "" },
		},

		{
			"make the visit of a known phone", patient(somePhone),
			func(w *world) { w.key(fyne.KeyF9) },
			func(w *world) { w.finger("confirm") }, state(flow.Sending),
		},
		{
			"make the visit of a new phone", patient(""),
			func(w *world) { w.hand(somePhone); w.key(fyne.KeyF9) },
			func(w *world) {
				for _, d := range somePhone {
					w.finger("digit-" + string(d))
				}
				w.finger("confirm")
			}, state(flow.Sending),
		},
		{
			"choose another service", patient(somePhone),
			func(w *world) { w.hand("2") },
			func(w *world) { w.finger("claim-" + dialysis.Code) },
			func(w *world) bool { return w.at.Session.ClaimType == dialysis },
		},
		{
			"change the phone", patient(somePhone),
			func(w *world) { w.key(fyne.KeyF6) },
			func(w *world) { w.finger("change-phone") }, state(flow.PhoneEntry),
		},
		{
			"make the card the guardian's", patient(somePhone),
			func(w *world) { w.key(fyne.KeyF8) },
			func(w *world) { w.finger("guardian") }, state(flow.PIDEntry),
		},
		{
			"serve somebody without a card, by phone", func(w *world) { w.key(fyne.KeyF3) },
			func(w *world) { w.key(fyne.KeyF6); w.hand(otherPID) },
			func(w *world) {
				w.finger("way-line")
				for _, d := range otherPID {
					w.finger("digit-" + string(d))
				}
			}, state(flow.Line),
		},
		{
			"cancel", patient(""),
			func(w *world) { w.key(fyne.KeyEscape) },
			func(w *world) { w.finger("end") }, state(flow.Welcome),
		},
		{
			"let a colleague go on", patient(""),
			func(w *world) { w.ctrl(keyOfChange.key) },
			func(w *world) { w.finger("change-operator") },
			func(w *world) bool { return w.page == nil && w.at.State == flow.PhoneEntry },
		},

		{
			"take an item", none,
			func(w *world) { w.key(fyne.KeyF4, fyne.KeyDown, fyne.KeyReturn, fyne.KeyReturn) },
			func(w *world) { w.finger("page-work", "row", "hold") },
			func(w *world) bool { return w.work.details.of.HeldBy != "" },
		},
		{
			"ask NHSO for it", held,
			func(w *world) { w.presses("ask") },
			func(w *world) { w.finger("ask") },
			func(w *world) bool { return w.work.details.said != nil },
		},
		{
			"end it with a code", func(w *world) { w.nhso.Says(nil, code(7)); held(w) },
			func(w *world) { w.tab("code"); w.hand(string(code(7))); w.key(fyne.KeyReturn) },
			func(w *world) {
				w.finger("letters")
				w.field("code")
				w.finger("key-p", "key-p")
				w.finger(keysOfText(string(code(7))[2:])...)
				w.finger("key-enter")
			},
			func(w *world) bool { return len(w.work.items) == 0 },
		},
		{
			"close it", held,
			func(w *world) { w.presses("close", "reason-patient-left", "confirm-close") },
			func(w *world) { w.finger("close", "reason-patient-left", "confirm-close") },
			func(w *world) bool { return len(w.work.items) == 0 },
		},
		{
			"give it back", held,
			func(w *world) { w.presses("release") },
			func(w *world) { w.finger("release") },
			func(w *world) bool { return w.work.details.of.HeldBy == "" },
		},

		{
			"look a right up", none,
			func(w *world) { w.ctrl(fyne.Key1); w.hand(somePID); w.key(fyne.KeyReturn) },
			func(w *world) {
				w.finger("page-counter", "letters")
				w.field("pid")
				w.finger(keysOfText(somePID)...)
				w.finger("check-right")
			},
			func(w *world) bool { return w.counter.found != nil },
		},
		{
			"open an item for an HN", none,
			func(w *world) {
				w.ctrl(fyne.Key1)
				w.tab("hn")
				w.hand("69-000123")
				w.presses("open-newborn", "open-item")
			},
			func(w *world) {
				w.finger("page-counter", "letters")
				w.field("hn")
				w.finger(keysOfText("69-000123")...)
				w.finger("letters", "open-newborn", "open-item")
			},
			func(w *world) bool { return len(w.work.items) == 2 },
		},

		{
			"print the report of the day", none,
			func(w *world) { w.key(fyne.KeyF1); w.presses("print-report") },
			func(w *world) { w.finger("page-numbers", "print-report") },
			func(w *world) bool { return w.counts.said != nil },
		},
		{
			"try the printer", none,
			func(w *world) { w.ctrl(fyne.Key2); w.presses("test-print", "test-print-right") },
			func(w *world) { w.finger("page-devices", "test-print", "test-print-right") },
			func(w *world) bool { return w.stands.tested != nil },
		},
		{
			"see the visits of a card", func(w *world) { w.Card(pidOf(w.t, somePID)) },
			func(w *world) { w.key(fyne.KeyF9) },
			func(w *world) { w.finger("show-card") },
			func(w *world) bool { return w.today.masked != "" },
		},
		{
			"answer a call", func(w *world) {
				w.Calls(0, []desk.Call{{ID: "a", Machine: "kiosk-1", Screen: "welcome", Since: w.clock}})
			},
			func(w *world) { w.presses("coming-a") },
			func(w *world) { w.finger("coming-a") },
			func(w *world) bool { return len(w.owners[1].calls) == 0 },
		},
		{
			"change the language", none,
			func(w *world) { w.key(fyne.KeyF10) },
			func(w *world) { w.finger("language") },
			func(w *world) bool { return w.say.Lang == "en" },
		},
		{
			"change the colours", none,
			func(w *world) { w.key(fyne.KeyF11) },
			func(w *world) { w.finger("colours") },
			func(w *world) bool { return w.dark },
		},
		{
			"sign out", none,
			func(w *world) { w.key(fyne.KeyF12) },
			func(w *world) { w.finger("sign-out") }, page("sign-in"),
		},
	} {
		for way, do := range map[string]func(*world){"keys": c.keys, "touch": c.touches} {
			t.Run(c.name+" by "+way, func(t *testing.T) {
				w := newWorldOf(t, visit.OnCardNotice, []string{"kiosk-1"})
				w.o.PDF, w.o.PrintPage = noPDF, noPrinter
				w.o.TestPrint = func(context.Context) error { return nil }
				w.devicesOf(desk.Finding{Check: "token", State: "ok"})
				w.add(1, visit.StateStaff, visit.NoRight)
				w.clock = w.clock.Add(1e9)
				w.add(2, visit.StateDone, visit.NoProblem)
				w.made = 0x50 // the ids before are those of the visits
				w.comesIn(rules.Lead)
				c.before(w)
				do(w)
				w.pass(settle)
				if !c.done(w) {
					t.Errorf("it is not done: %s", w.texts())
				}
			})
		}
	}
}

// comesIn has somebody of that role be signed in, without a PIN, which takes its time on purpose.
func (w *world) comesIn(r rules.Role) {
	who := rules.Operator{ID: "00000000000000a1", Name: visit.Name{First: "anna"}, Role: r}
	w.o.Door = oneDoor{who}
	w.here().who = func(string) (desk.Operator, error) { return desk.OperatorAt("desk-1", who), nil }
	w.tell(flow.SignedIn{By: "desk-1/anna"})
	w.signedIn("token", who)
	w.pass(settle)
}

func TestTheLettersToTouchLeaveRoomForEveryPage(t *testing.T) {
	w := newWorldOf(t, visit.OnCardNotice, []string{"kiosk-1"})
	w.add(1, visit.StateStaff, visit.NoRight)
	w.comesIn(rules.Lead)
	w.Station.letters.on = true
	for range 2 {
		for _, w.Station.letters.keys.Thai = range []bool{false, true} {
			for _, p := range w.pages {
				w.open(p)
				if size := w.Content().MinSize(); size.Width > 1366 || size.Height > 768 {
					t.Errorf("%s in %s needs %v", p.name(), w.say.Lang, size)
				}
				if *picturesDir != "" {
					w.key(fyne.KeyDown)
					w.root.Refresh()
					w.writePicture("letters-" + p.name() + "-" + w.say.Lang + ".png")
				}
			}
		}
		w.key(fyne.KeyF10, fyne.KeyF11)
	}
}
