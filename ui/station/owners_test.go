package station

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"authenkiosk/desk"
	"authenkiosk/desk/desktest"
	"authenkiosk/desk/local"
	"authenkiosk/storage"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// elsewhere is another machine with visits, and the way to it.
type elsewhere struct {
	*local.Desk
	t     *testing.T
	name  string
	store *storage.Store
	now   func() time.Time
	as    desk.Operator // who is signed in there
	in    error         // why nobody is
	cut   error         // of the way
	came  int           // how often somebody was said to come
	hangs bool          // a list is not answered before the call is given up
	heard bool          // such a call has been made
	limit bool          // and it will be given up
}

func newElsewhere(t *testing.T, name string, now func() time.Time) *elsewhere {
	t.Helper()
	store, err := storage.Open(t.TempDir(), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	e := &elsewhere{t: t, name: name, store: store, now: now, as: desk.Operator{ID: "00000000000000f1", Name: "desk-1/เจ้าหน้าที่", Role: rules.Staff}}
	e.Desk = local.New(local.Options{Store: store, NHSO: &desktest.NHSO{}, KeepDays: 30, Now: now, Machine: name, Coming: func() { e.came++ }})
	return e
}

func (e *elsewhere) who(string) (desk.Operator, error) {
	if e.in != nil {
		return desk.Operator{}, e.in
	}
	return e.as, nil
}

// Figures are those of the desk while the way to it is not cut.
func (e *elsewhere) Figures(ctx context.Context, o desk.Operator, day visit.Date) (desk.Figures, error) {
	if e.cut != nil {
		return desk.Figures{}, e.cut
	}
	return e.Desk.Figures(ctx, o, day)
}

// Visits, Visit and Work are those of the desk while the way to it is not cut.
func (e *elsewhere) Visits(ctx context.Context, o desk.Operator, q desk.Query) (desk.Page, error) {
	if e.hangs {
		e.heard = true
		_, e.limit = ctx.Deadline()
	}
	if e.cut != nil {
		return desk.Page{}, e.cut
	}
	return e.Desk.Visits(ctx, o, q)
}

func (e *elsewhere) Visit(ctx context.Context, o desk.Operator, id visit.ID) (desk.Details, error) {
	if e.cut != nil {
		return desk.Details{}, e.cut
	}
	return e.Desk.Visit(ctx, o, id)
}

func (e *elsewhere) Work(ctx context.Context, o desk.Operator) (desk.Page, error) {
	if e.cut != nil {
		return desk.Page{}, e.cut
	}
	return e.Desk.Work(ctx, o)
}

func (e *elsewhere) add(n int, to visit.State) visit.Visit {
	e.t.Helper()
	v := desktest.Visit(n, e.now())
	err := e.store.Save(v, e.now())
	if to == visit.StateStaff {
		err = errors.Join(err, e.store.Staff(v.ID, visit.UpstreamCannot, e.now()))
	}
	if err != nil {
		e.t.Fatal(err)
	}
	return v
}

func TestTheVisitsOfSeveralMachinesAreOneListAndEachIsChangedByItsOwner(t *testing.T) {
	w := newWorldOf(t, visit.OnCardNotice, []string{"kiosk-1"}, rules.Staff)
	w.window.Resize(fyne.NewSize(1920, 1080))
	kiosk := w.others[0]
	w.add(1, visit.StateStaff, visit.UpstreamCannot)
	w.clock = w.clock.Add(time.Minute)
	v := kiosk.add(2, visit.StateStaff)
	w.clock = w.clock.Add(time.Minute)
	w.add(3, visit.StateDone, visit.NoProblem)
	w.signInAs(rules.Staff)
	var order []string
	for _, r := range w.today.items {
		order = append(order, r.at.name)
	}
	if !slices.Equal(order, []string{"desk-1", "kiosk-1", "desk-1"}) {
		t.Errorf("today is of %q", order)
	}
	columns := w.columnsOfDay()
	last := columns[len(columns)-1]
	if words, _ := last.of(w.today.items[1]); last.name != "machine" || words != "kiosk-1" {
		t.Errorf("column %q says %q", last.name, words)
	}
	w.shows("(2)") // the badge
	w.scanner(v.ID.Number())
	w.tap("hold")
	r, err := kiosk.store.Visit(v.ID)
	if err != nil || r.Hold.By != kiosk.as.Name {
		t.Errorf("held by %q there, %v", r.Hold.By, err)
	}
	if _, err := w.store.Visit(v.ID); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("it is here, too: %v", err)
	}
	if !w.has("release") {
		t.Errorf("whoever holds it there cannot give it back: %q", w.texts())
	}
}

func TestAMachineThatCannotBeAskedIsNamedWithTheTimeOfWhatIsShown(t *testing.T) {
	w := newWorldOf(t, visit.OnCardNotice, []string{"kiosk-1"}, rules.Staff)
	kiosk := w.others[0]
	v := kiosk.add(2, visit.StatePending)
	w.signInAs(rules.Staff)
	kiosk.cut = &desk.Error{Code: desk.Unreachable}
	w.pass(10 * time.Minute)
	w.add(1, visit.StatePending, visit.NoProblem)
	w.key(fyne.KeyF5)
	w.shows(w.say.Say("station.away.as-of", "Machine", "kiosk-1", "Time", "12:00"))
	if len(w.today.items) != 2 || len(w.work.items) != 2 {
		t.Errorf("%d visits of today, %d of work: what is known goes away, or the desk's own does not come", len(w.today.items), len(w.work.items))
	}
	w.today.details.open(w.owners[1], v.ID)
	kiosk.cut = nil
	w.key(fyne.KeyF5)
	if strings.Contains(w.texts(), w.plain("station.away.as-of", "Machine", "kiosk-1", "Time", "12:00")) {
		t.Error("it is there again, and said to be away")
	}
}

func TestVisitsOfYesterdayAreNotThoseOfTodayThoughTheirMachineIsAway(t *testing.T) {
	w := newWorldOf(t, visit.OnCardNotice, []string{"kiosk-1"}, rules.Staff)
	w.clock = w.clock.Add(12*time.Hour - 10*time.Second)
	w.add(1, visit.StateDone, visit.NoProblem)
	w.others[0].add(2, visit.StatePending)
	w.signInAs(rules.Staff)
	if len(w.today.items) != 2 {
		t.Fatalf("%d visits", len(w.today.items))
	}
	w.others[0].cut = &desk.Error{Code: desk.Unreachable}
	w.pass(10 * time.Second)
	w.key(fyne.KeyF5)
	if len(w.today.items) != 0 || w.today.filter[""].Text != w.say.Say("station.state.all")+" 0" {
		t.Errorf("%d visits: %q", len(w.today.items), w.texts())
	}
	w.tap("day-before")
	if len(w.today.items) != 1 {
		t.Errorf("%d visits of the day before, of the machine that is there", len(w.today.items))
	}
}

func TestAVisitThatCannotBeReadSaysWhyUntilItCan(t *testing.T) {
	w := newWorldOf(t, visit.OnCardNotice, []string{"kiosk-1"}, rules.Staff)
	kiosk := w.others[0]
	v := kiosk.add(2, visit.StateStaff)
	w.signInAs(rules.Staff)
	why := w.say.Say("station.error.unreachable")
	for _, known := range []bool{false, true} {
		kiosk.cut = &desk.Error{Code: desk.Unreachable}
		if known {
			w.key(fyne.KeyF5)
		} else {
			w.today.details.open(w.owners[1], v.ID)
		}
		w.shows(why)
		kiosk.cut = nil
		w.key(fyne.KeyF5)
		if strings.Contains(w.texts(), bare(why)) || !w.has("hold") {
			t.Errorf("it can be read again (known before: %v): %q", known, w.texts())
		}
	}
}

func TestWhoeverIsNotSignedInAtAnotherMachineIsToldAndWorksOnHere(t *testing.T) {
	w := newWorldOf(t, visit.OnCardNotice, []string{"kiosk-1"}, rules.Staff)
	w.others[0].in = &desk.Error{Code: desk.NotSignedIn}
	w.others[0].add(2, visit.StatePending)
	w.add(1, visit.StatePending, visit.NoProblem)
	w.signInAs(rules.Staff)
	w.shows(w.say.Say("station.away.not-signed-in", "Machine", "kiosk-1"))
	if len(w.today.items) != 1 {
		t.Errorf("%d visits", len(w.today.items))
	}
	w.others[0].in = nil
	w.Changed()
	w.pass(lookPause)
	w.Tick(w.clock)
	if len(w.today.items) != 2 {
		t.Errorf("%d visits after somebody is signed in there", len(w.today.items))
	}
}

func TestTheRoleAtTheOwnerDecidesWhatCanBeDone(t *testing.T) {
	w := newWorldOf(t, visit.OnCardNotice, []string{"kiosk-1"}, rules.Lead)
	w.others[0].as.Role = rules.Administrator
	v := w.others[0].add(2, visit.StateStaff)
	w.signInAs(rules.Lead)
	w.key(fyne.KeyF4)
	w.work.details.open(w.owners[1], v.ID)
	if w.has("hold") || w.has("show-person") {
		t.Errorf("an administrator there is offered: %q", w.texts())
	}
}

func TestACallForHelpIsSeenByEverybodyAndAnsweredBySomebodyWhoMay(t *testing.T) {
	for _, c := range []struct {
		role rules.Role
		may  bool
	}{{rules.Staff, true}, {rules.Lead, true}, {rules.Administrator, false}} {
		t.Run(string(c.role), func(t *testing.T) {
			w := newWorldOf(t, visit.OnCardNotice, []string{"kiosk-1"}, c.role)
			kiosk := w.others[0]
			kiosk.as.Role = c.role
			kiosk.CallHelp("confirm")
			calls, err := kiosk.Desk.Calls(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			w.Calls(0, calls)
			words := w.say.Say("station.call", "Machine", "kiosk-1", "Screen", w.say.Say("station.screen.confirm"), "Time", "12:00")
			w.shows(words) // though nobody is signed in
			button := "coming-" + calls[0].ID
			if w.has(button) {
				t.Error("it can be answered by nobody in particular")
			}
			w.signInAs(c.role)
			w.shows(words)
			if w.has(button) != c.may {
				t.Fatalf("it can be answered: %v", !c.may)
			}
			if !c.may {
				return
			}
			w.tap(button)
			if left, _ := kiosk.Desk.Calls(t.Context()); len(left) != 0 || kiosk.came != 1 || w.has(button) {
				t.Errorf("%d calls are left, somebody came %d times: %q", len(left), kiosk.came, w.texts())
			}
		})
	}
}

func TestACallThatAnotherHasAnsweredSaysWho(t *testing.T) {
	w := newWorldOf(t, visit.OnCardNotice, []string{"kiosk-1"}, rules.Staff)
	kiosk := w.others[0]
	kiosk.CallHelp("a-screen-of-tomorrow")
	calls, _ := kiosk.Desk.Calls(t.Context())
	w.Calls(0, calls)
	w.shows("a-screen-of-tomorrow")
	w.signInAs(rules.Staff)
	if err := kiosk.Coming(t.Context(), desk.Operator{ID: "00000000000000b1", Name: "desk-2/ben", Role: rules.Staff}, calls[0].ID); err != nil {
		t.Fatal(err)
	}
	w.tap("coming-" + calls[0].ID)
	w.shows("desk-2/ben")
	if w.has("coming-" + calls[0].ID) {
		t.Error("it can be answered again")
	}
}

func TestTheNumbersOfSeveralMachinesAddUpAndNameTheOneThatIsMissing(t *testing.T) {
	w := newWorldOf(t, visit.OnCardNotice, []string{"kiosk-1"}, rules.Staff)
	w.others[0].add(2, visit.StatePending)
	w.add(1, visit.StateDone, visit.NoProblem)
	w.signInAs(rules.Staff)
	w.key(fyne.KeyF1)
	w.counted("station.numbers.all", "2", t)
	w.others[0].cut = &desk.Error{Code: desk.Unreachable}
	w.tap("day-before")
	w.tap("day-after")
	w.counted("station.numbers.all", "1", t)
	w.shows("kiosk-1: " + w.say.Say("station.error.unreachable"))
	w.others[0].cut = nil
	w.key(fyne.KeyF5)
	w.counted("station.numbers.all", "2", t)
}

func TestAFileOfSeveralMachinesSaysOfWhichItHasNone(t *testing.T) {
	w := newWorldOf(t, visit.OnCardNotice, []string{"kiosk-1"}, rules.Staff)
	w.others[0].add(2, visit.StatePending)
	w.add(1, visit.StateDone, visit.NoProblem)
	w.signInAs(rules.Staff)
	w.tap("export")
	w.tap("export-csv")
	if text := w.saved(); !strings.Contains(text, "kiosk-1") || strings.Count(text, "\r\n") != 3 {
		t.Errorf("%q", text)
	}
	clear(w.files)
	w.others[0].cut = &desk.Error{Code: desk.Unreachable}
	w.tap("export-csv")
	if len(w.files) != 1 || !strings.Contains(w.texts(), "kiosk-1") {
		t.Errorf("%q", w.texts())
	}
	for name := range w.files {
		w.shows(w.say.Say("station.exported-without", "File", "/home/"+name, "Machines", "kiosk-1"))
	}
}

// One machine after another is asked, which takes a while.
func TestAFileHasTheListThatWasAskedForWhateverIsShownByThen(t *testing.T) {
	for name, meanwhile := range map[string]func(*world){
		"another day is turned to":  func(w *world) { w.tap("day-before") },
		"another state is chosen":   func(w *world) { w.tap("filter-refused") },
		"the choice of files goes":  func(w *world) { w.tap("export") },
		"midnight comes":            func(w *world) { w.clock = w.clock.Add(12 * time.Hour) },
		"somebody else is found":    func(w *world) { w.today.holder(desktest.Visit(9, desktest.Noon).PID) },
		"nothing comes in between ": func(*world) {},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorldOf(t, visit.OnCardNotice, []string{"kiosk-1"}, rules.Lead)
			w.others[0].as.Role = rules.Lead
			all := []visit.Visit{w.add(1, visit.StateDone, visit.NoProblem), w.others[0].add(2, visit.StatePending)}
			w.signInAs(rules.Lead)
			w.tap("export")
			w.tap("export-full")
			var answers []func()
			w.o.Beside = func(work func(context.Context), then func()) { work(t.Context()); answers = append(answers, then) }
			w.tap("export-csv")
			meanwhile(w)
			for len(answers) > 0 {
				then := answers[0]
				answers = answers[1:]
				then()
			}
			if len(w.files) != 1 {
				t.Fatalf("%d files: %q", len(w.files), w.texts())
			}
			for _, data := range w.files {
				for _, v := range all {
					if !strings.Contains(string(data), v.PID.Digits()) {
						t.Errorf("%s is not there in full: %q", v.ID, data)
					}
				}
			}
		})
	}
}

// A connection whose other end has lost its power says nothing.
func TestAMachineThatDoesNotAnswerKeepsNoScanFromItsVisit(t *testing.T) {
	w := newWorldOf(t, visit.OnCardNotice, []string{"kiosk-1"}, rules.Staff)
	v := w.add(1, visit.StateDone, visit.NoProblem)
	w.signInAs(rules.Staff)
	kiosk := w.others[0]
	kiosk.cut = &desk.Error{Code: desk.Unreachable}
	w.key(fyne.KeyF5)
	kiosk.hangs = true
	beside := w.o.Beside
	w.o.Beside = func(work func(context.Context), then func()) {
		kiosk.heard = false
		beside(work, func() {
			if !kiosk.heard {
				then()
			}
		})
	}
	w.scanner(string(code(1)))
	if !kiosk.limit {
		t.Error("it is waited for without an end")
	}
	if w.today.details.id != v.ID {
		t.Errorf("the visit that was scanned is not shown: %q", w.texts())
	}
}
