package station

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"authenkiosk/desk"
	"authenkiosk/desk/desktest"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

func TestARightIsCheckedByTypingByScanAndByCardAndNothingIsKept(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	w.signInAs(rules.Staff)
	pid := desktest.Visit(3, w.clock).PID
	for _, c := range []struct {
		name  string
		check func()
	}{
		{"typed", func() { w.hand(pid.Digits()); w.key(fyne.KeyReturn) }},
		{"pasted as it stands on a card", func() { w.counter.pid.SetText(grouped(pid)); w.key(fyne.KeyReturn) }},
		{"scanned", func() { w.scanner(pid.Digits()) }},
		{"by the card", func() { w.Card(pid); w.tap("check-card") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.tap("page-counter")
			w.key(fyne.KeyEscape)
			c.check()
			w.shows(pid.Masked())
			w.shows(w.say.Say("right.UCS"))
			if texts := w.texts(); strings.Contains(texts, pid.Digits()) || strings.Contains(texts, "สมมุติ") {
				t.Errorf("a full number or a name is shown: %q", texts)
			}
		})
	}
	if p, err := w.store.Work(); err != nil || len(p) > 0 {
		t.Errorf("something is kept: %v, %v", p, err)
	}
	w.key(fyne.KeyF12)
	w.signInAs(rules.Staff)
	w.tap("page-counter")
	if texts := w.texts(); strings.Contains(texts, pid.Masked()) {
		t.Errorf("the next operator sees what the one before has asked: %q", texts)
	}
}

// A scanner on a busy machine may pause between two digits.
func TestAScanInTwoPartsLeavesThePageOnWhichTheNumberIsAskedFor(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	w.signInAs(rules.Staff)
	w.tap("page-counter")
	pid := desktest.Visit(3, w.clock).PID
	for _, part := range []string{pid.Digits()[:7], pid.Digits()[7:]} {
		w.scanner(part)
		w.shows(w.say.Say("station.counter.bad-pid"))
		if w.ScreenName() != "counter" || w.counter.pid.Text != "" {
			t.Fatalf("after %q the page is %s, with %q", part, w.ScreenName(), w.counter.pid.Text)
		}
	}
	w.scanner(pid.Digits())
	w.shows(pid.Masked())
}

func TestANumberThatIsWrongAsksNobody(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	w.signInAs(rules.Staff)
	w.tap("page-counter")
	w.hand("9000000000001")
	w.key(fyne.KeyReturn)
	w.shows(w.say.Say("station.counter.bad-pid"))
	w.rights.err = errors.New("NHSO is away")
	w.key(fyne.KeyEscape)
	w.hand(desktest.Visit(3, w.clock).PID.Digits())
	w.key(fyne.KeyReturn)
	w.shows(w.say.Say("station.error.no-answer"))
}

func TestAnItemForSomebodyWithoutANumberIsOpenedOnceWithHNAndReason(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	w.signInAs(rules.Staff)
	w.tap("page-counter")
	w.focusName("hn")
	w.scanner("69-000123")
	w.tap("open-item") // without a reason
	if p, err := w.store.Work(); err != nil || len(p) > 0 {
		t.Fatalf("it is open without a reason: %v, %v", p, err)
	}
	w.tap("open-unconscious")
	w.tap("open-item")
	open, err := w.store.Work()
	if err != nil || len(open) != 1 || open[0].Visit.HN.Text() != "69-000123" || open[0].Opened.Why != rules.Unconscious {
		t.Fatalf("open: %+v, %v", open, err)
	}
	w.shows(open[0].Visit.ID.Number())
	w.shows("(1)") // the badge
	w.key(fyne.KeyF4)
	w.key(fyne.KeyDown)
	w.shows(w.say.Say("station.open.unconscious"))
	if texts := w.texts(); strings.Contains(texts, "station.") || strings.Contains(texts, string(rules.Unconscious)) {
		t.Errorf("a name of the program is shown: %q", texts)
	}
	table := w.today.export.table(&collected{items: w.work.parts[w.here()], at: []*owner{w.here()}})
	if text := strings.Join(table.Rows[0], " "); strings.Contains(text, "station.") {
		t.Errorf("a name of the program is in a file: %q", text)
	}
}

// lost is a desk whose answer to the opening of an item does not come.
type lost struct{ desk.Desk }

func (l lost) OpenItem(ctx context.Context, o desk.Operator, id visit.ID, hn visit.HN, why rules.OpenReason) error {
	return errors.Join(&desk.Error{Code: desk.Failed}, l.Desk.OpenItem(ctx, o, id, hn, why))
}

func TestAnItemOfWhichNobodyKnowsWhetherItIsOpenIsNotInTheWayOfTheNext(t *testing.T) {
	for name, c := range map[string]struct {
		then func(*world)
		open int
	}{
		"the same again":  {func(*world) {}, 1},
		"another HN":      {func(w *world) { w.focusName("hn"); w.hand("4") }, 2},
		"another reason":  {func(w *world) { w.tap("open-newborn") }, 2},
		"the same reason": {func(w *world) { w.tap("open-unconscious") }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, visit.OnCardNotice, rules.Staff)
			w.signInAs(rules.Staff)
			w.tap("page-counter")
			w.focusName("hn")
			w.hand("69-000123")
			w.tap("open-unconscious")
			there := w.here().desk
			w.here().desk = lost{there}
			w.tap("open-item")
			w.shows(w.say.Say("station.error.failed"))
			w.here().desk = there
			c.then(w)
			w.tap("open-item")
			if open, err := w.store.Work(); err != nil || len(open) != c.open {
				t.Errorf("%d items are open, %v: %q", len(open), err, w.texts())
			}
		})
	}
}

// Nobody waits for NHSO here, but a disk may take its time.
func TestWhatIsTypedForTheNextPatientStaysWhenTheItemOfTheOneBeforeIsOpenedLate(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	w.signInAs(rules.Staff)
	w.tap("page-counter")
	w.focusName("hn")
	w.scanner("69-000123")
	w.tap("open-unconscious")
	beside, answer := w.o.Beside, func() {}
	w.o.Beside = func(work func(context.Context), then func()) { work(t.Context()); answer = then }
	w.tap("open-item")
	w.o.Beside = beside
	w.key(fyne.KeyEscape)
	w.focusName("hn")
	w.hand("69-000124")
	answer()
	if w.counter.hn != "69-000124" {
		t.Errorf("%q is left", w.counter.hn)
	}
	w.shows("(1)") // the badge: it is open all the same
}

func TestACodeIsMarkedAsVoidWithAReasonAndItsSlipIsNotPrintedAnyMore(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	v := w.add(4, visit.StateDone, visit.NoProblem)
	w.signInAs(rules.Staff)
	w.key(fyne.KeyDown)
	w.tap("print-again")
	w.shows(w.say.Say("station.said.reprinted", "Count", 1))
	w.tap("void")
	w.tap("confirm-void") // without a reason
	w.key(fyne.KeyEscape)
	w.tap("void")
	w.tap("reason-wrong-person")
	w.tap("confirm-void")
	w.shows(w.say.Say("station.said.void"))
	w.shows(w.say.Say("station.void.wrong-person"))
	r, err := w.store.Visit(v.ID)
	if err != nil || r.Void.Why != rules.WrongPerson || r.Reprints != 1 {
		t.Errorf("void %+v, %d reprints, %v", r.Void, r.Reprints, err)
	}
	if w.has("print-again") || w.has("void") {
		t.Errorf("it is offered again: %q", w.texts())
	}
	void := w.say.Say("station.state.void")
	if words, look := w.state(w.today.items[0]); words != void || look != widget.DangerImportance {
		t.Errorf("the list says %q of it", words)
	}
	table := w.today.export.table(&collected{items: []desk.Item{*w.today.items[0].Item}, at: []*owner{w.here()}})
	if !slices.Contains(table.Rows[0], bare(void)) {
		t.Errorf("a file says %q of it", table.Rows[0])
	}
}

func TestAKeyWithoutANameOpensNoPage(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	w.signInAs(rules.Staff)
	w.key(fyne.KeyUnknown)
	if w.ScreenName() != "today" {
		t.Errorf("%s is shown", w.ScreenName())
	}
}

func TestWhoTreatsNobodyIsOfferedNothingWithoutAVisit(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Administrator)
	w.signInAs(rules.Administrator)
	w.ctrl(fyne.Key1)
	if w.has("page-counter") || w.ScreenName() != "today" {
		t.Errorf("an administrator is offered %s", w.ScreenName())
	}
	if at := w.counter.first(); at != nil {
		t.Errorf("the keyboard begins at %T, which is not on the page", at)
	}
}

func TestTheRightOfAPatientWhoHasGoneIsNotInSightOfTheNext(t *testing.T) {
	one, next := desktest.Visit(3, desktest.Noon).PID, desktest.Visit(4, desktest.Noon).PID
	for name, c := range map[string]struct {
		goes func(w *world, answer func())
	}{
		"the next one's card comes":                              {func(w *world, answer func()) { answer(); w.Card(next) }},
		"it comes before NHSO has answered":                      {func(w *world, answer func()) { w.Card(next); answer() }},
		"the operator has cleared the page before NHSO answered": {func(w *world, answer func()) { w.key(fyne.KeyEscape); answer() }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, visit.OnCardNotice, rules.Staff)
			w.signInAs(rules.Staff)
			w.tap("page-counter")
			w.Card(one)
			beside, answer := w.o.Beside, func() {}
			w.o.Beside = func(work func(context.Context), then func()) { work(t.Context()); answer = then }
			w.tap("check-card")
			w.o.Beside = beside
			c.goes(w, answer)
			if texts := w.texts(); strings.Contains(texts, one.Masked()) {
				t.Errorf("it is shown: %q", texts)
			}
			w.tap("check-right") // nothing is under way any more
		})
	}
}
