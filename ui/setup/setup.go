// Package setup is the screen by which a machine is set up, of Fyne's own widgets: the
// wizard of the first start, and the settings of a station. It draws the model of
// app/setup and sends it what people do, by keyboard alone or by touch alone; devices,
// NHSO and the disk are asked by whoever opens it.
package setup

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	model "authenkiosk/app/setup"
	"authenkiosk/ui/draw"
)

// Options are what the screen shows and stands on. Model, Do and Begin are needed.
type Options struct {
	Model model.Model
	// Do has an effect done away from the window, and tells what came of it on the
	// goroutine of the window. Effects of one call after another are begun in that order.
	Do func(e model.Effect, tell func(model.Event))
	// Begin ends the setting up: the face begins. In the settings it starts the station anew.
	Begin func(demo bool)

	Keyboard bool                      // letters to touch are there from the start
	Language string                    // of the settings; the wizard has its own
	Key      func(*fyne.KeyEvent) bool // does what a key means around the screen; nil: nothing
	Shortcut func(fyne.Shortcut) bool  // the same of a key that is pressed together with others; nil: nothing
	Held     *draw.Held                // the keys that are held down around the screen; nil: it has its own
	Touched  func()                    // hears of every hand; nil: nobody does

	Later func(time.Duration, func()) // calls on the goroutine of the window; nil: by a timer
}

// Screen is the screen. All of it belongs to the goroutine of the window.
type Screen struct {
	o     Options
	m     model.Model
	words *draw.Words

	steady draw.Steady // what devices and NHSO say is shown when no finger is on a button

	window fyne.Window
	root   *fyne.Container
	rail   *fyne.Container
	form   *fyne.Container
	scroll *container.Scroll // around the form; nil: there is none yet
	foot   *fyne.Container
	keys   *fyne.Container

	shape, railShape, footShape string // of what is shown of them

	told, failed *message // in the foot

	entries []*entry
	wrong   map[string]*message // by the key that is asked
	widths  map[string]*float32 // see flow
	bare    map[string]bool     // fields of secrets that are shown
	at      string              // the field in which letters that are touched come
	typing  string              // the field that has the keyboard; empty: none
	begun   bool                // the face begins, and takes the window when it is ready
	letters bool                // the keyboard is shown
	thai    bool                // its letters
	shift   bool
}

// New returns the screen, and has its first effects done.
func New(o Options) (*Screen, error) {
	words, err := draw.LoadWords()
	if err != nil {
		return nil, err
	}
	if o.Key == nil {
		o.Key = func(*fyne.KeyEvent) bool { return false }
	}
	if o.Shortcut == nil {
		o.Shortcut = func(fyne.Shortcut) bool { return false }
	}
	if o.Held == nil {
		o.Held = &draw.Held{}
	}
	if o.Touched == nil {
		o.Touched = func() {}
	}
	s := &Screen{
		o: o, m: o.Model, words: words, letters: o.Keyboard, widths: map[string]*float32{}, bare: map[string]bool{},
		root: container.NewStack(), rail: container.NewVBox(), form: container.NewVBox(), foot: container.NewVBox(), keys: container.NewVBox(),
	}
	s.steady.Later = o.Later
	s.build()
	for _, e := range model.First() {
		o.Do(e, s.hear)
	}
	return s, nil
}

// Content is what the window shows.
func (s *Screen) Content() fyne.CanvasObject { return s.root }

// Attach has the window's keyboard work for the screen. The content is set by the caller.
func (s *Screen) Attach(w fyne.Window) {
	s.window = w
	s.o.Held.Listen(w)
	w.Canvas().SetOnTypedRune(nil)
	w.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) {
		if !s.o.Held.Again(e.Name) && !s.typedKey(e) && (e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter) {
			s.Enter()
		}
	})
	s.focusFirst()
}

// Enter goes on as the button does that names this key. It is for when the keyboard is nowhere,
// as after a touch: Fyne takes it away from a button that is touched.
func (s *Screen) Enter() {
	for _, w := range s.ways() {
		if w.strong {
			w.act()
			return
		}
	}
}

// Within has the screen work inside of another one, which has the keyboard of the window.
func (s *Screen) Within(w fyne.Window) { s.window = w }

// ScreenName tells what is shown, for tests.
func (s *Screen) ScreenName() string { return "setup-" + string(s.m.Step) }

// Language has the words in another language.
func (s *Screen) Language(lang string) {
	s.o.Language = lang
	s.shape = ""
	s.build()
}

func (s *Screen) say() draw.Speaker {
	lang := s.o.Language
	if lang == "" {
		lang = s.m.Language()
	}
	return draw.Speaker{Words: s.words, Lang: lang}
}

// hear takes what came of an effect.
func (s *Screen) hear(e model.Event) { s.steady.Do(func() { s.send(e) }) }

// send lets the model take an event, and shows what it has become.
func (s *Screen) send(e model.Event) {
	if s.begun {
		return
	}
	before, was := s.m.Step, s.m.Check(s.m.Step).State
	m, effects := s.m.Take(e)
	if s.m = m; m.Step != before {
		clear(s.bare)
	}
	for _, e := range effects {
		if b, is := e.(model.Begin); is {
			s.begun = true
			s.o.Begin(b.Demo)
			return
		}
		s.o.Do(e, s.hear)
	}
	s.build()
	switch now := s.m.Check(s.m.Step).State; {
	case s.m.Step != before:
		s.focusFirst()
	case now == model.Judge && now != was:
		s.focusName("fine") // it is the only question now
	}
}

// build brings the widgets up to date. The fields of a form stay as they are while nothing
// but their text changes: somebody types in them.
func (s *Screen) build() {
	focused := s.focusedName()
	s.buildRail()
	if shape := s.shapeNow(); shape != s.shape {
		s.shape = shape
		s.buildForm()
		s.root.Objects = []fyne.CanvasObject{s.frame()}
		s.root.Refresh()
	}
	s.showWrong()
	s.buildFoot()
	s.focusName(focused) // of the widgets that are there now
}

// shapeNow tells forms apart that need other widgets.
func (s *Screen) shapeNow() string {
	var b strings.Builder
	fmt.Fprint(&b, s.m.Step, s.say().Lang, s.letters)
	for _, a := range s.m.Asks() {
		fmt.Fprint(&b, "|", a.Key, a.Given)
		for _, o := range a.Options {
			fmt.Fprint(&b, ";", o.Name, o.Label, s.m.Chosen(o))
		}
	}
	if s.m.Step == model.Finish {
		for _, step := range s.m.Steps() {
			fmt.Fprint(&b, s.m.Check(step))
		}
	}
	return b.String()
}

// typedKey does what a key means wherever the keyboard is, and reports whether it means
// anything.
func (s *Screen) typedKey(e *fyne.KeyEvent) bool {
	s.o.Touched()
	switch {
	case e.Name == fyne.KeyF10 && !s.m.Settings:
		options := (model.Model{Step: model.Start}).Asks()[0].Options
		i := slices.IndexFunc(options, s.m.Chosen)
		s.send(model.Chose{Option: options[(i+1)%len(options)]})
	case e.Name == fyne.KeyF5:
		s.send(model.Again{})
	case s.o.Key(e):
	case e.Name == fyne.KeyEscape:
		s.send(model.Back{})
	default:
		return false
	}
	return true
}

// reveal brings a field into sight that has got the keyboard.
func (s *Screen) reveal(o fyne.CanvasObject) {
	if s.scroll == nil {
		return
	}
	driver := fyne.CurrentApp().Driver()
	top := driver.AbsolutePositionForObject(o).Y - driver.AbsolutePositionForObject(s.scroll.Content).Y
	is := s.scroll.Offset
	switch end := top + o.Size().Height + gap; {
	case top < is.Y:
		is.Y = max(top-gap, 0)
	case end > is.Y+s.scroll.Size().Height:
		is.Y = end - s.scroll.Size().Height
	}
	if is != s.scroll.Offset {
		s.scroll.ScrollToOffset(is)
	}
}

// entered is Enter in a field: it goes to the next one, or on.
func (s *Screen) entered(e *entry) {
	if i := slices.Index(s.entries, e); i >= 0 && i+1 < len(s.entries) {
		s.window.Canvas().Focus(s.entries[i+1])
		return
	}
	s.send(model.Next{})
}

// focusFirst puts the keyboard where the step begins: in its first field, or on the way on.
func (s *Screen) focusFirst() {
	switch {
	case s.window == nil:
	case len(s.entries) > 0:
		at := s.entries[0]
		for _, e := range s.entries { // the first that is empty
			if e.Text == "" {
				at = e
				break
			}
		}
		s.window.Canvas().Focus(at)
	default:
		s.focusName("next")
	}
}

// First is where the keyboard begins.
func (s *Screen) First() fyne.Focusable {
	if len(s.entries) > 0 {
		return s.entries[0]
	}
	return nil
}

func (s *Screen) focusName(name string) {
	if s.window == nil || name == "" {
		return
	}
	s.each(func(n string, o fyne.CanvasObject) {
		if f, can := o.(fyne.Focusable); can && n == name && f != s.window.Canvas().Focused() {
			s.window.Canvas().Focus(f)
		}
	})
}

func (s *Screen) focusedName() string {
	if s.window == nil {
		return ""
	}
	switch f := s.window.Canvas().Focused().(type) {
	case *button:
		return f.name
	case *entry:
		return f.name
	}
	return ""
}
