package station

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"authenkiosk/desk/desktest"
	"authenkiosk/desk/local"
	"authenkiosk/desk/session"
	"authenkiosk/storage"
	"authenkiosk/storage/storagetest"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

func TestMain(m *testing.M) {
	storagetest.CheapPINs()
	os.Exit(m.Run())
}

// world is a station on a real store, with a clock and a goroutine of the window that the
// test turns.
type world struct {
	*Station
	t      *testing.T
	store  *storage.Store
	nhso   *desktest.NHSO
	rights *rights
	clock  time.Time
	later  []call
	clip   string
	made   int               // ids of items
	files  map[string][]byte // saved
	full   error             // of the disk
	ids    map[string]rules.OperatorID
	at     flow.Station  // the visit at this desk
	done   []flow.Effect // what the flow has asked for
	image  image.Image   // of the camera
	lag    time.Duration // until the flow is shown
	others []*elsewhere
}

type call struct {
	at time.Time
	do func()
}

// door is who may come in, over the store.
type door struct {
	*session.Sessions
	store *storage.Store
	tell  func(flow.Event)
}

func (d door) Operators() ([]rules.Operator, error) { return d.store.Operators() }
func (d door) SignIn(id rules.OperatorID, pin rules.PIN) (string, rules.Operator, error) {
	token, o, err := d.Sessions.SignIn(id, pin, "desk-1")
	if err == nil {
		d.tell(flow.SignedIn{By: "desk-1/" + o.Name.Full()})
	}
	return token, o, err
}

func (d door) SignOut(token string) {
	d.Sessions.SignOut(token)
	d.tell(flow.SignedOut{})
}
func (d door) Of(token string) (rules.Operator, error) { return d.Sessions.Of(token, "desk-1") }
func (d door) AddOperator(token string, name visit.Name, role rules.Role, pin rules.PIN) error {
	_, err := d.Of(token)
	if err == nil {
		_, err = d.store.AddOperator(name, role, pin)
	}
	return err
}

func (d door) ResetOperator(_ string, id rules.OperatorID, pin rules.PIN) error {
	return d.store.ResetOperator(id, pin)
}

func (d door) DisableOperator(_ string, id rules.OperatorID) error {
	return d.store.DisableOperator(id)
}
func (d door) OfCard(p visit.PID) (rules.Operator, error) { return d.store.OperatorOfCard(p) }

// rights are NHSO's answers about everybody.
type rights struct{ err error }

func (r *rights) Right(context.Context, visit.PID, visit.Date) (visit.Right, []visit.ClaimType, error) {
	return visit.Right{Main: visit.Coded{ID: "UCS"}, Holder: visit.Name{First: "สมมุติ"}}, nil, r.err
}

const aPIN = "204916"

func newWorld(t *testing.T, on visit.OnCard, roles ...rules.Role) *world {
	t.Helper()
	return newWorldOf(t, on, nil, roles...)
}

// newWorldOf is newWorld with other machines beside the station's.
func newWorldOf(t *testing.T, on visit.OnCard, others []string, roles ...rules.Role) *world {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(NewTheme(false))
	store, err := storage.Open(t.TempDir(), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	w := &world{t: t, store: store, nhso: &desktest.NHSO{}, rights: &rights{}, files: map[string][]byte{}, clock: desktest.Noon, ids: map[string]rules.OperatorID{}, at: atDesk()}
	for _, r := range roles {
		name, err := rules.ParseOperatorName("เจ้าหน้าที่-" + string(r))
		pin, bad := rules.NewPIN(aPIN)
		if err = errors.Join(err, bad); err == nil {
			w.ids[string(r)], err = store.AddOperator(name, r, pin)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	now := func() time.Time { return w.clock }
	var beside []Other
	for _, name := range others {
		o := newElsewhere(t, name, now)
		w.others = append(w.others, o)
		beside = append(beside, Other{Machine: o.name, Desk: o, Who: o.who})
	}
	w.Station, err = New(Options{
		Others: beside,
		Unit:   "โรงพยาบาลทดสอบ", HCode: "99999", Zone: visit.ZoneTest, Machine: "desk-1", Languages: []string{"th", "en"}, OnCard: on,
		Desk: local.New(local.Options{Store: store, HCode: "99999", NHSO: w.nhso, Rights: w.rights, KeepDays: 30, Now: now}),
		Door: door{session.New(store), store, w.tell}, Idle: session.Idle, Now: now, NewID: w.newID,
		Beside: func(work func(context.Context), then func()) { work(t.Context()); then() },
		Later:  func(d time.Duration, do func()) { w.later = append(w.later, call{w.clock.Add(d), do}) },
		Copy:   func(text string) { w.clip = text },
		Copied: func() string { return w.clip },
		Save:   func(name string, data []byte) (string, error) { w.files[name] = data; return "/home/" + name, w.full },
		Shows:  func(string) {},
		Send:   w.tell, Preview: func() (image.Image, bool) { return w.image, w.image != nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	window := test.NewTempWindow(t, w.Content())
	window.SetPadded(false)
	window.Resize(fyne.NewSize(1366, 768))
	w.Attach(window)
	return w
}

func (w *world) newID() visit.ID {
	w.made++
	return visit.ID(fmt.Sprintf("01900000-0000-7000-8000-0000000000%02x", w.made))
}

// pass lets time go by.
func (w *world) pass(d time.Duration) {
	end := w.clock.Add(d)
	for {
		next := -1
		for i, c := range w.later {
			if !c.at.After(end) && (next < 0 || c.at.Before(w.later[next].at)) {
				next = i
			}
		}
		if next < 0 {
			break
		}
		c := w.later[next]
		w.later = slices.Delete(w.later, next, next+1)
		w.clock = c.at
		c.do()
	}
	w.clock = end
}

// key presses a key on whatever has the focus.
func (w *world) key(names ...fyne.KeyName) {
	w.t.Helper()
	for _, name := range names {
		w.pass(100 * time.Millisecond)
		canvas := w.window.Canvas()
		switch f := canvas.Focused(); {
		case name == fyne.KeyTab:
			canvas.FocusNext()
		case f != nil:
			f.TypedKey(&fyne.KeyEvent{Name: name})
		default:
			canvas.OnTypedKey()(&fyne.KeyEvent{Name: name})
		}
	}
}

// hand types as a person does; scanner types as a scanner does, and ends with Enter.
func (w *world) hand(text string) {
	w.letters(text, 100*time.Millisecond)
	w.pass(100 * time.Millisecond)
}

func (w *world) scanner(text string) {
	w.letters(text, 10*time.Millisecond)
	w.enter()
}

// letters types with a gap before each. Fyne tells of the key of a letter before it tells of
// the letter.
func (w *world) letters(text string, gap time.Duration) {
	for _, r := range text {
		w.pass(gap)
		w.quick(fyne.KeyName(strings.ToUpper(string(r))))
		if f := w.window.Canvas().Focused(); f != nil {
			f.TypedRune(r)
		} else {
			w.window.Canvas().OnTypedRune()(r)
		}
	}
}

// enter is the Enter of a scanner, without any pause.
func (w *world) enter() {
	if f := w.window.Canvas().Focused(); f != nil {
		f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	} else {
		w.window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyReturn})
	}
	w.pass(time.Second)
}

// tap presses a button by its name.
func (w *world) tap(name string) {
	w.t.Helper()
	var found *button
	each(w.root, func(o fyne.CanvasObject) {
		if b, ok := o.(*button); ok && b.name == name {
			found = b
		}
	})
	if found == nil {
		w.t.Fatalf("there is no button %q; on the screen: %q", name, w.texts())
	}
	test.Tap(found)
}

func (w *world) has(name string) bool {
	widgets, _ := w.Layout()
	for _, o := range widgets {
		if o.Name == name {
			return true
		}
	}
	return false
}

func (w *world) texts() string {
	_, texts := w.Layout()
	return strings.NewReplacer("\u200a", "", "\u200b", "").Replace(strings.Join(texts, "\n"))
}

// shows holds that a text is on the screen.
func (w *world) shows(words string) {
	w.t.Helper()
	words = strings.ReplaceAll(words, "\u200b", "")
	if !strings.Contains(w.texts(), words) {
		w.t.Errorf("there is no %q on the screen: %q", words, w.texts())
	}
}

func (w *world) signInAs(r rules.Role) {
	w.t.Helper()
	w.tap("operator-" + string(w.ids[string(r)]))
	w.hand(aPIN)
	w.key(fyne.KeyReturn)
	if w.ScreenName() != "today" {
		w.t.Fatalf("%s is not signed in: %q", r, w.texts())
	}
}

// add saves visit number n of a minute of today, and brings it to a state.
func (w *world) add(n int, to visit.State, why visit.Problem) visit.Visit {
	w.t.Helper()
	at := w.clock
	v := desktest.Visit(n, at)
	err := w.store.Save(v, at)
	switch to {
	case visit.StateDone:
		err = errors.Join(err, w.store.Begin(v.ID, at), w.store.Done(v.ID, code(n), at))
	case visit.StateStaff:
		err = errors.Join(err, w.store.Staff(v.ID, why, at))
	case visit.StateRefused:
		err = errors.Join(err, w.store.Begin(v.ID, at), w.store.Refuse(v.ID, why, "", at))
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

func code(n int) visit.AuthenCode {
	digits := "0000000000" + string(rune('0'+n%10))
	return visit.AuthenCode("PP" + digits[len(digits)-10:])
}
