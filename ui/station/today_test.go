package station

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

func TestTheListOfTheDayIsReadPageByPageAsItIsScrolled(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	const many = 2*pageSize + 10
	for n := range many {
		w.clock = w.clock.Add(time.Second)
		w.add(n, visit.StatePending, visit.NoProblem)
	}
	w.signInAs(rules.Staff)
	if got := len(w.today.items); got != pageSize {
		t.Fatalf("%d rows at first, want a page of %d", got, pageSize)
	}
	for range 20 {
		w.key(fyne.KeyEnd)
		w.pass(time.Second)
	}
	if got := len(w.today.items); got != many {
		t.Fatalf("%d rows at the end, want %d", got, many)
	}
	w.clock = w.clock.Add(time.Second)
	w.add(many, visit.StatePending, visit.NoProblem)
	w.key(fyne.KeyF5)
	seen := map[visit.ID]bool{}
	for _, i := range w.today.items {
		seen[i.ID] = true
	}
	if len(seen) != many+1 || len(w.today.items) != many+1 {
		t.Errorf("%d rows of %d visits after a new one, want %d", len(w.today.items), len(seen), many+1)
	}
}

func TestAVisitIsFoundByWhatIsTypedAndByWhatIsScanned(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	var all []visit.Visit
	for n := 1; n <= 3; n++ {
		all = append(all, w.add(n, visit.StateDone, visit.NoProblem))
	}
	w.signInAs(rules.Staff)
	for _, c := range []struct {
		name string
		find func()
	}{
		{"a name, typed", func() { w.key(fyne.KeyF6); w.hand(all[1].Name.First); w.pass(time.Second) }},
		{"a name, typed over what was searched before", func() {
			w.scanner(all[2].ID.Number())
			w.key(fyne.KeyF6)
			w.hand(all[1].Name.First)
			w.pass(time.Second)
		}},
		{"a code, pasted over what was searched before", func() {
			w.scanner(all[2].ID.Number())
			w.key(fyne.KeyF6)
			c := test.NewClipboard()
			c.SetContent(string(code(2)))
			w.today.search.TypedShortcut(&fyne.ShortcutPaste{Clipboard: c})
			w.pass(time.Second)
		}},
		{"a code, scanned", func() { w.scanner(string(code(2))) }},
		{"a PID, scanned on a keyboard that was left in Thai", func() {
			thai := map[rune]rune{'1': 'ๅ', '2': '/', '3': '-', '4': 'ภ', '5': 'ถ', '6': 'ุ', '7': 'ึ', '8': 'ค', '9': 'ต', '0': 'จ'}
			text := ""
			for _, d := range all[1].PID.Digits() {
				text += string(thai[d])
			}
			w.scanner(text)
		}},
		{"a code as it stands on a slip, on a keyboard that was left in Thai", func() { w.key(fyne.KeyF6); w.hand("ญญ จจจจ จจจ จจ/"); w.pass(time.Second) }},
		{"a number of a slip, scanned into the search", func() { w.key(fyne.KeyF6); w.scanner(all[1].ID.Number()) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.today.scan("")
			c.find()
			if len(w.today.items) != 1 || w.today.items[0].ID != all[1].ID {
				t.Errorf("found %d: %q", len(w.today.items), w.texts())
			}
		})
	}
	w.key(fyne.KeyEscape, fyne.KeyEscape)
	if len(w.today.items) != 3 {
		t.Errorf("Escape leaves %d rows, want all", len(w.today.items))
	}
}

func TestANumberThatNobodyHasTypedIsFoundAndNotShown(t *testing.T) {
	for name, come := range map[string]func(*world, visit.PID){
		"scanned":   func(w *world, of visit.PID) { w.scanner(of.Digits()) },
		"by a card": func(w *world, of visit.PID) { w.Card(of); w.key(fyne.KeyF9) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, visit.OnCardNotice, rules.Staff)
			v := w.add(1, visit.StateDone, visit.NoProblem)
			w.add(2, visit.StateDone, visit.NoProblem)
			w.signInAs(rules.Staff)
			come(w, v.PID)
			for _, again := range []fyne.KeyName{fyne.KeyF10, fyne.KeyF6, fyne.KeyReturn} {
				w.key(again)
				if len(w.today.items) != 1 || w.today.items[0].ID != v.ID || strings.Contains(w.texts(), v.PID.Digits()) {
					t.Errorf("%d rows, after %s: %q", len(w.today.items), again, w.texts())
				}
			}
		})
	}
}

func TestTheCodeIsCopiedAndThePersonIsShownOnlyWhenAskedFor(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	v := w.add(4, visit.StateDone, visit.NoProblem)
	w.signInAs(rules.Staff)
	w.key(fyne.KeyDown)
	w.shows(v.PID.Masked())
	w.key(fyne.KeyF7)
	if w.clip != string(code(4)) {
		t.Errorf("copied %q", w.clip)
	}
	w.key(fyne.KeyF8)
	w.shows(v.Name.Full())
	w.shows(v.HN.Text())
	w.key(fyne.KeyEscape)
	if w.today.details.id != "" {
		t.Error("Escape does not close the details")
	}
}

func TestTheNarrowListKeepsWhatMattersMost(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	columns := w.columnsOfDay()
	var cells []fyne.CanvasObject
	for _, c := range columns {
		cells = append(cells, label(c.name))
	}
	(&rowLayout{columns}).Layout(cells, fyne.NewSize(600, 44))
	shown := ""
	for i, c := range columns {
		if cells[i].Visible() {
			shown += c.name + " "
		}
	}
	if shown != "time name code state " {
		t.Errorf("shown: %q", shown)
	}
}

func TestEveryPageFitsTheSmallestDisplay(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Lead)
	for n := 1; n < 40; n++ {
		w.add(n, []visit.State{visit.StateDone, visit.StateStaff}[n%2], visit.Draft)
	}
	smallest := fyne.NewSize(1366, 768)
	check := func(what string) {
		t.Helper()
		if m := w.Content().MinSize(); m.Width > smallest.Width || m.Height > smallest.Height {
			t.Errorf("%s needs %v", what, m)
		}
	}
	for _, lang := range []string{"th", "en"} {
		check("sign-in in " + lang)
		w.signInAs(rules.Lead)
		w.key(fyne.KeyDown)
		check("today in " + lang)
		w.key(fyne.KeyF4, fyne.KeyDown)
		if w.has("hold") {
			w.tap("hold")
		}
		check("work in " + lang)
		w.tap("close")
		check(fmt.Sprintf("closing in %s", lang))
		w.key(fyne.KeyF12, fyne.KeyF10)
	}
}

func TestWhatIsInSightStaysWhenVisitsComeIn(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	for n := range 60 {
		w.clock = w.clock.Add(time.Second)
		w.add(n, visit.StatePending, visit.NoProblem)
	}
	w.signInAs(rules.Staff)
	w.key(fyne.KeyDown)
	rows := w.today.rows
	rows.ScrollToOffset(30 * 48)
	for n := range 3 {
		w.clock = w.clock.Add(time.Second)
		w.add(100+n, visit.StatePending, visit.NoProblem)
	}
	w.key(fyne.KeyF5)
	if got := rows.GetScrollOffset(); got != 33*48 {
		t.Errorf("three visits have come in, and the rows stand at %v, want %d", got, 33*48)
	}
	rows.ScrollToOffset(0)
	w.clock = w.clock.Add(time.Second)
	w.add(200, visit.StatePending, visit.NoProblem)
	w.key(fyne.KeyF5)
	if got := rows.GetScrollOffset(); got != 0 {
		t.Errorf("whoever looks at the newest sees %v further down", got)
	}
}

func TestAScanTakesThePlaceOfTheVisitThatIsShown(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	first, second := w.add(1, visit.StateDone, visit.NoProblem), w.add(2, visit.StateDone, visit.NoProblem)
	w.signInAs(rules.Staff)
	w.scanner(string(code(1)))
	w.shows(first.PID.Masked())
	w.scanner(string(code(2)))
	w.shows(second.ID.Number() + "\n")
	if texts := w.texts(); strings.Contains(texts, first.PID.Masked()) || strings.Contains(texts, string(code(1))) {
		t.Errorf("the first one is still shown: %q", texts)
	}
}

func TestAnEmptyDaySaysHowAVisitBeginsAndAnEmptySearchThatNothingWasFound(t *testing.T) {
	for _, c := range []struct {
		role rules.Role
		key  string
	}{{rules.Staff, "station.today-none"}, {rules.Administrator, "station.found-none"}} { // who makes no visits
		w := newWorld(t, visit.OnCardNotice, c.role)
		w.signInAs(c.role)
		w.shows(w.say.Say(c.key))
		w.today.find("somebody", true)
		w.shows(w.say.Say("station.found-none"))
	}
}

// Whoever reaches for a page just as the next patient's card goes in must not come to another one.
func TestTheWayToThePagesStaysWhereItIsWhenACardComes(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	w.signInAs(rules.Staff)
	places := func() map[string]int {
		at := map[string]int{}
		widgets, _ := w.Layout()
		for _, x := range widgets {
			if strings.HasPrefix(x.Name, "page-") || x.Name == "sign-out" {
				at[x.Name] = x.Y
			}
		}
		return at
	}
	before := places()
	w.Card(pidOf(t, somePID))
	w.shows(w.say.Say("station.card-notice"))
	if after := places(); len(before) < 5 || !maps.Equal(before, after) {
		t.Errorf("they were at %v, and are at %v", before, after)
	}
}
