package setup

import (
	"flag"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"authenkiosk/app/config"
	model "authenkiosk/app/setup"
	"authenkiosk/ui/draw/drawtest"
	"authenkiosk/visit"
)

// world is the screen of a machine whose devices the test plays.
type world struct {
	*Screen
	t     *testing.T
	asked []model.Effect
	tell  func(model.Event)
	began []bool
	later []func() // what is called when time goes by
}

func newWorld(t *testing.T, face model.Face, change func(*Options)) *world {
	t.Helper()
	test.NewTempApp(t)
	values := map[string]string{}
	l, err := config.LoadOver("", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range config.Settable() {
		values[key] = l.Value(key)
	}
	values["unit.hcode"], values["unit.name"] = "", ""
	w := &world{t: t}
	o := Options{
		Model: model.New(face, false, values, model.Known{}),
		Do:    func(e model.Effect, tell func(model.Event)) { w.asked, w.tell = append(w.asked, e), tell },
		Begin: func(demo bool) { w.began = append(w.began, demo) },
		Later: func(_ time.Duration, do func()) { w.later = append(w.later, do) },
	}
	if change != nil {
		change(&o)
	}
	if w.Screen, err = New(o); err != nil {
		t.Fatal(err)
	}
	window := test.NewTempWindow(t, w.Content())
	window.SetPadded(false)
	window.Resize(fyne.NewSize(1366, 768))
	w.Attach(window)
	return w
}

// hand types what has the keyboard.
func (w *world) hand(text string) {
	for _, r := range text {
		if f := w.window.Canvas().Focused(); f != nil {
			f.TypedRune(r)
		}
	}
}

func (w *world) key(names ...fyne.KeyName) {
	for _, name := range names {
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

func (w *world) tap(names ...string) {
	w.t.Helper()
	for _, name := range names {
		var found *button
		w.each(func(n string, o fyne.CanvasObject) {
			if b, is := o.(*button); is && n == name {
				found = b
			}
		})
		if found == nil {
			w.t.Fatalf("there is no button %q: %q", name, w.texts())
		}
		test.Tap(found)
	}
}

func (w *world) texts() string {
	_, texts := w.Layout()
	return strings.Join(texts, "\n")
}

func (w *world) at(step model.Step) {
	w.t.Helper()
	if w.ScreenName() != "setup-"+string(step) {
		w.t.Fatalf("at %s, want %s: %q", w.ScreenName(), step, w.texts())
	}
}

func (w *world) says(key string) {
	w.t.Helper()
	if words := w.say().Say(key); !strings.Contains(w.texts(), words) {
		w.t.Errorf("there is no %q on the screen: %q", words, w.texts())
	}
}

// answer ends the check that was asked for last.
func (w *world) answer(c model.Check) {
	w.t.Helper()
	for _, e := range slices.Backward(w.asked) {
		if asked, is := e.(model.LookInto); is {
			w.tell(model.Checked{Of: asked, Check: c})
			return
		}
	}
	w.t.Fatal("nothing was asked for")
}

var good = model.Check{State: model.Good, Detail: "5 ms"}

func TestAKioskIsSetUpByTheKeyboardAlone(t *testing.T) {
	w := newWorld(t, model.Kiosk, nil)
	w.key(fyne.KeyReturn)
	w.at(model.Unit)
	w.hand("10001")
	w.key(fyne.KeyReturn)
	w.hand("โรงพยาบาล")
	w.key(fyne.KeyReturn, fyne.KeyReturn)
	w.at(model.NHSO)
	w.hand("00000000-0000-4000-8000-000000000001")
	w.key(fyne.KeyReturn)
	w.says("setup.checking.nhso")
	w.answer(model.Check{State: model.Bad, Problem: visit.NHSORefusedToken})
	w.says("setup.bad.nhso-refused-token")
	w.key(fyne.KeyReturn) // the keyboard is still in the field
	w.answer(good)
	w.at(model.Reader)
	w.answer(good)
	w.says("setup.good.reader")
	w.key(fyne.KeyReturn)
	w.at(model.Slips)
	w.key(fyne.KeyReturn, fyne.KeyReturn, fyne.KeyReturn)
	w.at(model.Admin)
	w.hand("สมศรี")
	w.key(fyne.KeyReturn)
	w.hand("๒๐ภตๅ๖") // on a keyboard that was left in Thai
	w.key(fyne.KeyReturn)
	w.at(model.Finish)
	w.key(fyne.KeyReturn)
	w.says("setup.saving")
	kept := w.asked[len(w.asked)-1].(model.Keep).Values
	if kept[model.PIN] != "204916" || kept["unit.name"] != "โรงพยาบาล" {
		t.Errorf("what was typed is something else: %v", kept["unit.name"])
	}
	w.tell(model.Kept{Failed: "the disk is full"})
	w.says("setup.failed")
	w.key(fyne.KeyReturn)
	w.tell(model.Kept{})
	if !slices.Equal(w.began, []bool{false}) {
		t.Errorf("it began %v", w.began)
	}
}

func TestAKioskIsSetUpByTouchAlone(t *testing.T) {
	w := newWorld(t, model.Kiosk, func(o *Options) { o.Keyboard = true })
	w.tap("next", "key-1", "key-0", "key-0", "key-0", "key-1")
	w.window.Canvas().Focus(w.entries[1]) // as a tap on the field does
	w.tap("key-ร", "key-พ", "next")
	w.at(model.NHSO)
	for _, r := range "0a-1" {
		w.tap("key-" + string(r))
	}
	w.tap("next")
	w.answer(good)
	w.at(model.Reader)
	w.tap("without", "next", "next", "next")
	w.at(model.Admin)
	w.tap("key-ก")
	w.window.Canvas().Focus(w.entries[1])
	w.tap("key-2", "key-0", "key-4", "key-9", "key-1", "key-6", "next", "finish")
	w.tell(model.Kept{})
	if v := w.m.Values; !slices.Equal(w.began, []bool{false}) || v["unit.hcode"] != "10001" || v["unit.name"] != "รพ" || v[model.Token] != "0a-1" || v[model.PIN] != "204916" {
		t.Errorf("it began %v with %q", w.began, v["unit.name"])
	}
}

func TestWhoeverGoesOnWithoutACardIsToldWhatIsWaitedFor(t *testing.T) {
	w := newWorld(t, model.Station, nil)
	w.m.Step = model.NHSO
	w.send(model.Typed{Key: "unit.hcode", Text: "10001"})
	w.send(model.Typed{Key: "unit.name", Text: "รพ"})
	w.send(model.Typed{Key: model.Token, Text: "0"})
	w.send(model.Next{})
	w.answer(good)
	w.at(model.Reader)
	w.says("setup.checking.reader")
	w.key(fyne.KeyReturn)
	w.at(model.Reader)
	w.says("setup.waits")
	w.tap("without")
	w.at(model.Slips)
}

// Fyne takes the keyboard away from a button that is touched.
func TestEnterGoesOnAfterATouchAsItsButtonSays(t *testing.T) {
	w := newWorld(t, model.Station, nil)
	w.tap("language=English")
	w.window.Canvas().Unfocus()
	w.key(fyne.KeyReturn)
	w.at(model.Unit)
}

func TestAKeyThatIsHeldDownGoesOneStep(t *testing.T) {
	w := newWorld(t, model.Station, nil)
	w.focusName("next")
	e := &fyne.KeyEvent{Name: fyne.KeyReturn}
	w.window.Canvas().Focused().(desktop.Keyable).KeyDown(e)
	for range 20 {
		w.key(fyne.KeyReturn)
	}
	w.at(model.Unit)
	if got := w.focusedName(); got != "unit.hcode" {
		t.Errorf("the keyboard is at %q", got)
	}
	w.window.Canvas().Focused().(desktop.Keyable).KeyUp(e)
	w.key(fyne.KeyReturn)
	if got := w.focusedName(); got != "unit.name" {
		t.Errorf("after another press the keyboard is at %q", got)
	}
}

func TestPrintersOfWindowsAreOfferedThereAlone(t *testing.T) {
	for _, windows := range []bool{false, true} {
		w := newWorld(t, model.Station, nil)
		w.tell(model.Looked{Found: model.Found{Windows: windows}})
		w.m.Step = model.Slips
		w.build()
		if strings.Contains(w.texts(), w.say().Say("setup.option.printer.kind.windows")) != windows {
			t.Errorf("on Windows %t: %q", windows, w.texts())
		}
	}
}

// Patients read other words about the same problem: "this kiosk", and nothing of a token.
func TestWhoeverSetsUpReadsTheWordsForStaff(t *testing.T) {
	w := newWorld(t, model.Station, nil)
	for _, p := range visit.Problems() {
		if p == visit.ConfigWrong || p == visit.DataInUse || p == visit.DataUnusable {
			continue // then there is no wizard
		}
		key := w.problem(p)
		for _, lang := range []string{"th", "en"} {
			words := strings.Join(drawtest.Catalogue(t, lang)[key], "")
			for _, mine := range []string{"ตู้นี้", "his kiosk"} {
				if strings.Contains(strings.ReplaceAll(words, "\u200b", ""), mine) {
					t.Errorf("%s is said as %q", p, words)
				}
			}
		}
	}
}

func TestTheEndTellsWhatWasAnsweredButForSecrets(t *testing.T) {
	w := newWorld(t, model.Station, nil)
	for key, text := range map[string]string{"unit.hcode": "10001", "unit.name": "รพ.ตัวอย่าง", model.Token: "0a-secret", model.Operator: "สมศรี", model.PIN: "204916", model.Clerk: "สมชาย", model.ClerkPIN: "380527"} {
		w.send(model.Typed{Key: key, Text: text})
	}
	w.m.Step = model.Finish
	w.build()
	for _, words := range []string{"10001 · รพ.ตัวอย่าง", w.say().Say("setup.option.nhso.zone.test"), w.say().Say("setup.option.printer.kind.none"), "สมศรี", "สมชาย"} {
		if !strings.Contains(w.texts(), words) {
			t.Errorf("%q is not told: %q", words, w.texts())
		}
	}
	w.send(model.Typed{Key: model.Clerk, Text: ""})
	w.send(model.Typed{Key: model.ClerkPIN, Text: ""})
	w.buildForm()
	w.says("setup.nobody")
	for _, secret := range []string{"0a-secret", "204916", "380527"} {
		if strings.Contains(w.texts(), secret) {
			t.Errorf("%q is told", secret)
		}
	}
}

func TestLettersOfBothLanguagesAreTouched(t *testing.T) {
	w := newWorld(t, model.Kiosk, func(o *Options) { o.Keyboard = true })
	w.tap("next")
	w.window.Canvas().Focus(w.entries[1])
	w.tap("key-ร", "key-พ", "key-space", "key-letters", "key-a", "key-b", "key-back", "key-shift", "key-B")
	if got := w.m.Values["unit.name"]; got != "รพ aB" {
		t.Errorf("%q was touched", got)
	}
	w.tap("keyboard")
	if strings.Contains(w.texts(), "⇧") {
		t.Error("the letters are still there")
	}
}

func TestEscapeGoesBackAndWhatWasTypedIsThere(t *testing.T) {
	w := newWorld(t, model.Station, nil)
	w.key(fyne.KeyReturn)
	w.hand("10001")
	w.key(fyne.KeyEscape)
	w.at(model.Start)
	w.key(fyne.KeyReturn)
	if w.entries[0].Text != "10001" {
		t.Errorf("the field has %q", w.entries[0].Text)
	}
	if w.focusedName() != "unit.name" {
		t.Errorf("the keyboard is at %q, and not in the first field that is empty", w.focusedName())
	}
}

func TestTheLanguageChangesAndNothingElse(t *testing.T) {
	w := newWorld(t, model.Station, nil)
	w.key(fyne.KeyReturn)
	w.hand("10001")
	w.key(fyne.KeyF10)
	if w.say().Lang != "en" || !strings.Contains(w.texts(), "Code of the unit") || w.entries[0].Text != "10001" || w.focusedName() != "unit.hcode" {
		t.Errorf("%q, the keyboard is at %q", w.texts(), w.focusedName())
	}
	w.hand("2")
	if w.entries[0].Text != "100012" {
		t.Errorf("the letters come into a field that is not there any more; the one that is has %q", w.entries[0].Text)
	}
}

func TestWhatIsMissingIsSaidWhenSomebodyWantsToGoOn(t *testing.T) {
	w := newWorld(t, model.Kiosk, nil)
	w.key(fyne.KeyReturn)
	if strings.Contains(w.texts(), w.say().Say("setup.wrong.unit.hcode")) {
		t.Error("it is said before anybody has typed")
	}
	w.hand("1")
	if strings.Contains(w.texts(), w.say().Say("setup.wrong.unit.hcode")) {
		t.Error("it is said while somebody types")
	}
	w.key(fyne.KeyReturn)
	w.says("setup.wrong.unit.hcode")
	w.key(fyne.KeyReturn, fyne.KeyReturn)
	w.at(model.Unit)
	w.says("setup.wrong.unit.name")
}

// A finger that goes down on a field takes the keyboard from the one before, of which then
// something may be said. The field must still be under the finger when that goes up.
func TestNothingMovesWhenSomethingIsSaidToBeWrong(t *testing.T) {
	w := newWorld(t, model.Kiosk, nil)
	w.key(fyne.KeyReturn)
	w.hand("1")
	place := func() fyne.Position { return fyne.CurrentApp().Driver().AbsolutePositionForObject(w.entries[1]) }
	before := place()
	w.window.Canvas().Unfocus()
	w.says("setup.wrong.unit.hcode")
	if after := place(); after != before {
		t.Errorf("the field was at %v and is at %v", before, after)
	}
}

// pass lets time go by.
func (w *world) pass() {
	for len(w.later) > 0 {
		do := w.later[0]
		w.later = w.later[1:]
		do()
	}
}

// buttons are those that can be touched now.
func (w *world) buttons() (all []*button) {
	w.each(func(_ string, o fyne.CanvasObject) {
		if b, is := o.(*button); is && !b.Disabled() {
			all = append(all, b)
		}
	})
	return all
}

// Fyne tells a button of a tap only if it was there when the finger came down, and is there when
// it is lifted.
func TestATouchIsFeltWhateverADeviceSaysMeanwhile(t *testing.T) {
	for _, step := range model.Steps() {
		w := newWorld(t, model.Kiosk, func(o *Options) { o.Keyboard = true })
		w.m.Step = step
		w.build()
		touched := 0
		for n := range w.buttons() {
			all := w.buttons()
			if n >= len(all) {
				break
			}
			name, felt := all[n].name, false
			all[n].OnTapped = func() { felt = true }
			w.asked = nil
			w.m, _ = w.m.Take(model.Again{})
			if !drawtest.Touch(w.window, all[n], func() {
				w.hear(model.Looked{Found: model.Found{Readers: []string{"reader " + strconv.Itoa(n)}}})
				w.hear(model.Checked{Of: model.LookInto{Step: step}, Check: []model.Check{{State: model.Judge}, {State: model.Good}, {State: model.Bad, Say: "setup.bad.agent"}}[n%3]})
			}) {
				continue
			}
			touched++
			if !felt {
				t.Errorf("%s: the touch of %q is lost", step, name)
			}
			w.pass()
			if found := w.m.Found.Readers; len(found) != 1 || found[0] != "reader "+strconv.Itoa(n) {
				t.Errorf("%s: what came under the finger is lost: %q", step, found)
			}
		}
		if touched < 5 {
			t.Errorf("%s: %d buttons were touched", step, touched)
		}
	}
}

// What a device says must not put another button in the place of one that stays, either: a finger
// may rest there.
func TestAButtonStaysWhileADeviceIsHeard(t *testing.T) {
	w := newWorld(t, model.Kiosk, nil)
	button := func(name string) (found fyne.CanvasObject) {
		w.each(func(n string, o fyne.CanvasObject) {
			if n == name {
				found = o
			}
		})
		return found
	}
	next, step := button("next"), button("step-start")
	w.tell(model.Looked{Found: model.Found{Readers: []string{"a"}}})
	if next == nil || button("next") != next || button("step-start") != step {
		t.Error("there is another one")
	}
}

func TestTheDemoIsOneKeyAway(t *testing.T) {
	w := newWorld(t, model.Kiosk, nil)
	w.tap("demo")
	if !slices.Equal(w.began, []bool{true}) {
		t.Errorf("it began %v", w.began)
	}
}

func TestSecretsAreInNoLayout(t *testing.T) {
	w := newWorld(t, model.Kiosk, nil)
	w.key(fyne.KeyReturn)
	w.hand("10001")
	w.key(fyne.KeyReturn)
	w.hand("ก")
	w.key(fyne.KeyReturn, fyne.KeyReturn)
	w.hand("00000000-0000-4000-8000-000000000001")
	if strings.Contains(w.texts(), "4000") {
		t.Error(w.texts())
	}
}

// covered reports whether the field that has the keyboard, or of that name, is covered.
func (w *world) covered(name string) bool {
	for _, e := range w.entries {
		if e.name == name {
			return e.Password
		}
	}
	w.t.Fatalf("there is no field %q", name)
	return false
}

func TestSecretsAreCoveredUntilSomebodyWantsToSeeThem(t *testing.T) {
	for step, secret := range map[model.Step]string{model.NHSO: model.Token, model.Admin: model.PIN, model.Clerks: model.ClerkPIN} {
		w := newWorld(t, model.Station, func(o *Options) { o.Model.Step = step })
		w.window.Canvas().Focus(w.entries[len(w.entries)-1])
		w.hand("204916")
		if !w.covered(secret) {
			t.Errorf("%s is in sight", secret)
		}
		w.key(fyne.KeyTab, fyne.KeyReturn) // by the keyboard
		if w.covered(secret) || w.focusedName() != "show-"+secret {
			t.Errorf("%s is not shown; the keyboard is at %q", secret, w.focusedName())
		}
		w.key(fyne.KeyF10) // the language
		if w.covered(secret) {
			t.Errorf("%s is covered again by another language", secret)
		}
		w.tap("show-" + secret)
		if !w.covered(secret) {
			t.Errorf("%s is still in sight", secret)
		}
		if w.m.Values[secret] != "204916" {
			t.Errorf("%s has %q", secret, w.m.Values[secret])
		}
	}
}

func TestASecretIsCoveredAgainWhenItsStepIsLeft(t *testing.T) {
	w := newWorld(t, model.Station, nil)
	w.key(fyne.KeyReturn)
	w.hand("10001")
	w.key(fyne.KeyReturn)
	w.hand("ก")
	w.key(fyne.KeyReturn, fyne.KeyReturn)
	w.at(model.NHSO)
	w.tap("show-token", "back", "next")
	if !w.covered(model.Token) {
		t.Error("the token is in sight")
	}
}

var pictures = flag.String("pictures", "", "leave pictures of the screens in this `folder`")

// TestNothingIsTooSmallForAFinger measures every button of every step on both panels, and
// that none leaves it.
func TestNothingIsTooSmallForAFinger(t *testing.T) {
	for _, panel := range []fyne.Size{{Width: 1366, Height: 768}, {Width: 1080, Height: 1920}} {
		for _, lang := range []string{"th,en", "en,th"} {
			w := newWorld(t, model.Kiosk, func(o *Options) {
				o.Keyboard = true
				o.Model.Values["kiosk.languages"] = lang
			})
			w.window.Resize(panel)
			w.tell(model.Looked{Found: model.Found{
				Readers: []string{"Feitian SCR301 00 00", "Alcor Micro AU9540 00 00"}, Agent: true, Printers: []model.Printer{{Kind: visit.PrinterFile, Address: "/dev/usb/lp0"}},
				Cameras: []model.Device{{Name: "HD Webcam", Value: "v4l2:/dev/video0"}},
			}})
			for _, step := range model.Steps() {
				w.m.Step = step
				w.build()
				widgets, _ := w.Layout()
				if least := w.root.MinSize(); least.Height > panel.Height || least.Width > panel.Width {
					t.Errorf("%s, %s: it needs %v of a panel of %v", step, lang, least, panel)
				}
				for _, b := range widgets {
					if b.H < finger {
						t.Errorf("%s, %s: %s is %d high", step, lang, b.Name, b.H)
					}
					if b.X < 0 || b.X+b.W > int(panel.Width) {
						t.Errorf("%s, %s: %s leaves the panel of %v", step, lang, b.Name, panel)
					}
				}
				w.picture(string(step) + "-" + lang[:2] + "-" + map[bool]string{true: "lying", false: "upright"}[panel.Width > panel.Height])
			}
		}
	}
}

func (w *world) picture(name string) {
	if *pictures == "" {
		return
	}
	f, err := os.Create(filepath.Join(*pictures, name+".png"))
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := png.Encode(f, w.window.Canvas().Capture()); err != nil {
		w.t.Fatal(err)
	}
}

// The data may take a while to open, and the window shows the wizard until then.
func TestTheFaceBeginsOnceHoweverOftenSomebodyTouches(t *testing.T) {
	w := newWorld(t, model.Kiosk, nil)
	w.tap("demo", "demo", "language", "demo")
	if !slices.Equal(w.began, []bool{true}) {
		t.Errorf("it began %v", w.began)
	}
}
