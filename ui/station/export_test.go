package station

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"authenkiosk/desk"
	"authenkiosk/desk/desktest"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// saved is the only file that was saved, as text.
func (w *world) saved() string {
	w.t.Helper()
	if len(w.files) != 1 {
		w.t.Fatalf("%d files were saved: %q", len(w.files), w.texts())
	}
	for name, data := range w.files {
		w.shows("/home/" + name)
		return string(data)
	}
	return ""
}

func TestAFileHasTheWholeListAndNobodyInFullUnlessTheRoleMayAndAsks(t *testing.T) {
	for _, c := range []struct {
		name    string
		role    rules.Role
		offered bool // names in full
		ask     bool
	}{
		{"staff", rules.Staff, false, false},
		{"a lead", rules.Lead, true, false},
		{"a lead who asks for names", rules.Lead, true, true},
		{"an administrator", rules.Administrator, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, visit.OnCardNotice, c.role)
			var all []visit.Visit
			for n := range pageSize + 5 {
				w.clock = w.clock.Add(time.Second)
				all = append(all, w.add(n+1, visit.StateDone, visit.NoProblem))
			}
			w.signInAs(c.role)
			w.tap("export")
			if w.has("export-full") != c.offered {
				t.Errorf("names in full are offered: %v", !c.offered)
			}
			if c.ask {
				w.tap("export-full")
			}
			w.tap("export-csv")
			text := w.saved()
			if n := strings.Count(text, "\r\n"); n != len(all)+1 {
				t.Errorf("%d lines for %d visits", n, len(all))
			}
			for _, v := range all {
				for _, personal := range []string{v.PID.Digits(), v.Name.Last, v.HN.Text()} {
					if strings.Contains(text, personal+",") != c.ask {
						t.Fatalf("%q is in the file: %v", personal, !c.ask)
					}
				}
			}
			if strings.ContainsRune(text, '\u200b') {
				t.Error("marks for line breaks are in the file")
			}
			audited := 0
			events, err := w.store.AuditOf(all[0].ID)
			for _, e := range events {
				if e.Name == "names-exported" && e.Role == string(c.role) {
					audited++
				}
			}
			if want := map[bool]int{true: 1}[c.ask]; err != nil || audited != want {
				t.Errorf("the audit has it %d times, %v", audited, err)
			}
		})
	}
}

func TestAFileHasWhatIsFilteredAndSaysWhenItCannotBeSaved(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	w.add(1, visit.StateDone, visit.NoProblem)
	w.add(2, visit.StatePending, visit.NoProblem)
	w.signInAs(rules.Staff)
	w.tap("filter-done")
	w.tap("export")
	w.full = errors.New("no room")
	w.tap("export-xlsx")
	w.shows(w.say.Say("station.export-failed"))
	w.full = nil
	clear(w.files)
	w.tap("export-csv")
	if text := w.saved(); strings.Count(text, "\r\n") != 2 || !strings.Contains(text, string(code(1))) {
		t.Errorf("%q", text)
	}
	w.key(fyne.KeyEscape)
	if w.has("export-csv") {
		t.Error("Escape does not close the choice of files")
	}
}

func TestAVisitFarDownIsBroughtUpToDateToo(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	const many = longestPage + 150
	var first visit.Visit
	for n := range many {
		w.clock = w.clock.Add(time.Second)
		if v := w.add(n, visit.StatePending, visit.NoProblem); n == 0 {
			first = v
		}
	}
	w.signInAs(rules.Staff)
	for range 20 {
		w.key(fyne.KeyEnd)
		w.pass(time.Second)
	}
	oldest := func() row { return w.today.items[len(w.today.items)-1] }
	if len(w.today.items) != many || oldest().ID != first.ID || oldest().State != visit.StatePending {
		t.Fatalf("%d rows, the last is %s", len(w.today.items), oldest().State)
	}
	if err := errors.Join(w.store.Begin(first.ID, w.clock), w.store.Done(first.ID, code(1), w.clock)); err != nil {
		t.Fatal(err)
	}
	w.key(fyne.KeyF5)
	if len(w.today.items) != many || oldest().State != visit.StateDone {
		t.Errorf("%d rows, the last is %s", len(w.today.items), oldest().State)
	}
}

// silent is a desk that tells of those people, whomever it is asked for.
type silent struct {
	desk.Desk
	of []desk.Person
}

func (s *silent) Reveal(context.Context, desk.Operator, rules.Action, ...visit.ID) ([]desk.Person, error) {
	return s.of, nil
}

// TestADeskThatTellsOfNobodyShowsAndCopiesNobody has an answer that is none.
func TestADeskThatTellsOfNobodyShowsAndCopiesNobody(t *testing.T) {
	for name, of := range map[string][]desk.Person{
		"nobody":        nil,
		"somebody else": {{ID: desktest.Visit(2, desktest.Noon).ID, Name: visit.Name{First: "คนอื่น"}}},
	} {
		for _, button := range []string{"show-person", "copy-pid"} {
			t.Run(name+", "+button, func(t *testing.T) {
				w := newWorld(t, visit.OnCardNotice, rules.Staff)
				v := w.add(1, visit.StateStaff, visit.UpstreamCannot)
				w.signInAs(rules.Staff)
				w.key(fyne.KeyF4)
				w.work.details.open(w.here(), v.ID)
				w.tap("hold")
				w.here().desk = &silent{w.here().desk, of}
				w.tap(button)
				if w.clip != "" || strings.Contains(w.texts(), "คนอื่น") {
					t.Errorf("copied is %q, shown %q", w.clip, w.texts())
				}
				w.shows(w.say.Say("station.error.failed"))
			})
		}
	}
}

// copiedNumber is a station at which the operator has copied the number of a patient.
func copiedNumber(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	v := w.add(1, visit.StateStaff, visit.UpstreamCannot)
	w.signInAs(rules.Staff)
	w.key(fyne.KeyF4)
	w.work.details.open(w.here(), v.ID)
	w.tap("hold")
	w.tap("copy-pid")
	if w.clip != v.PID.Digits() {
		t.Fatalf("copied %q", w.clip)
	}
	return w
}

func TestACopiedNumberLeavesTheClipboardUnlessSomethingElseIsThere(t *testing.T) {
	for _, c := range []struct{ name, between, want string }{
		{"it is still there", "", ""},
		{"something else was copied", "something else", "something else"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := copiedNumber(t)
			if c.between != "" {
				w.clip = c.between
			}
			w.pass(clipboardFor - 5*time.Second)
			if w.clip == "" {
				t.Error("it is gone before it can be pasted")
			}
			w.pass(6 * time.Second)
			if w.clip != c.want {
				t.Errorf("the clipboard has %q, want %q", w.clip, c.want)
			}
		})
	}
}

func TestWhoeverLeavesLeavesNoNumberInTheClipboard(t *testing.T) {
	for leaves, leave := range map[string]func(*world){
		"signed out":        func(w *world) { w.key(fyne.KeyF12) },
		"closed the window": func(w *world) { w.Close() },
	} {
		for _, c := range []struct{ name, between, want string }{{"the number", "", ""}, {"something else", "HN 1", "HN 1"}} {
			t.Run(leaves+", "+c.name, func(t *testing.T) {
				w := copiedNumber(t)
				if c.between != "" {
					w.clip = c.between
				}
				if leave(w); w.clip != c.want {
					t.Errorf("the next operator can paste %q", w.clip)
				}
			})
		}
	}
}

func TestPagesOfSeveralMachinesAreOneListInWhichNoVisitIsMissing(t *testing.T) {
	base := time.Date(2026, 11, 22, 12, 0, 0, 0, visit.Bangkok)
	item := func(id string, second int) desk.Item {
		return desk.Item{ID: visit.ID(id), Saved: base.Add(time.Duration(second) * time.Second)}
	}
	here, kiosk, far := &owner{name: "desk-1"}, &owner{name: "kiosk-1"}, &owner{name: "kiosk-2"}
	for _, c := range []struct {
		name   string
		parts  map[*owner]*part
		want   string
		bounds int
	}{
		{"nothing is there", map[*owner]*part{here: {}, kiosk: {}, far: {}}, "", 0},
		{"all is known", map[*owner]*part{here: {items: []desk.Item{item("a", 5), item("b", 3)}}, kiosk: {items: []desk.Item{item("c", 4)}}, far: {}}, "acb", 0},
		{"one has more", map[*owner]*part{here: {items: []desk.Item{item("a", 5), item("b", 3)}}, kiosk: {items: []desk.Item{item("c", 4)}, next: "x"}, far: {}}, "ac", 1},
		{"two have more", map[*owner]*part{
			here: {items: []desk.Item{item("a", 5), item("b", 3)}, next: "x"}, kiosk: {items: []desk.Item{item("c", 4), item("d", 1)}, next: "x"}, far: {},
		}, "acb", 1},
		{"two end at once", map[*owner]*part{here: {items: []desk.Item{item("a", 5)}, next: "x"}, kiosk: {items: []desk.Item{item("c", 5)}, next: "x"}, far: {}}, "ac", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			rows, bounds := together([]*owner{here, kiosk, far}, c.parts)
			got := ""
			for _, r := range rows {
				got += string(r.ID)
			}
			if got != c.want || len(bounds) != c.bounds {
				t.Errorf("%q bounded by %d, want %q by %d", got, len(bounds), c.want, c.bounds)
			}
		})
	}
}
