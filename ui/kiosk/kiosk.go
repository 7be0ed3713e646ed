package kiosk

import (
	"image/color"
	"time"

	"fyne.io/fyne/v2"

	"authenkiosk/ui/draw"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// Kiosk is the screen of the patient. All its methods belong to the goroutine of
// the user interface.
type Kiosk struct {
	o      Options
	words  *draw.Words
	s      *draw.Sheet
	root   *fyne.Container
	veil   *draw.CursorOverlay
	size   fyne.Size
	window fyne.Window
	guard  watchdog
	behind color.NRGBA // what the window paints by itself behind everything; without a window nothing

	keyboard keyboard
	digits   draw.Digits

	model   flow.Model
	now     time.Time
	since   time.Time // when this screen appeared
	arrived time.Time // when this state began, whatever layers came over it
	warned  time.Time // when the idle warning appeared
	step    int       // of the moving pictures
	ticked  time.Time // when the pictures moved last
	stirred time.Time // when somebody did something last
	page    int       // of the claim types
	preview preview   // of the camera
	shown   bool
	drawn   seen // what of the time is on the screen
}

// seen is what the screen shows of the time.
type seen struct {
	minute  string
	seconds int // until the wipe
	waited  int // seconds, on a screen where the kiosk works
	step    int
}

// Pictures that explain a movement take a step so often. It is a step, not an
// animation: a repaint costs much without a graphics card.
const stepEvery = 2500 * time.Millisecond

// pictureSteps is the number of pictures of one movement.
const pictureSteps = 3

// restAfter is how long pictures go on moving on the welcome screen when nobody
// does anything. They come to rest on their first step, which says the most.
const restAfter = time.Minute

// New returns a kiosk that shows nothing yet. The error is a mistake of the
// build: the texts are part of the program.
func New(o Options) (*Kiosk, error) {
	w, err := draw.LoadWords()
	if err != nil {
		return nil, err
	}
	k := &Kiosk{o: o.withDefaults(), words: w, s: draw.NewSheet()}
	k.s.Redraw = k.draw
	k.s.Accept = k.settled
	k.veil = &draw.CursorOverlay{Off: o.HideCursor, Moved: func(p fyne.Position) {
		k.stirred = k.o.Now()
		k.s.Moved(p)
	}}
	k.root = &fyne.Container{Layout: fill{k.resize}, Objects: []fyne.CanvasObject{k.s.Root, k.veil}}
	k.now = k.o.Now()
	k.keyboard = keyboard{now: k.o.Now, later: k.o.Later}
	return k, nil
}

// Content is what the window shows.
func (k *Kiosk) Content() fyne.CanvasObject { return k.root }

// Show draws the model.
func (k *Kiosk) Show(m flow.Model) {
	old := k.model
	k.model, k.now = m, k.o.Now()
	if !k.shown || m.State != old.State || m.Help != old.Help || m.Warning != old.Warning || m.Session.Insertion != old.Session.Insertion {
		k.since, k.stirred = k.now, k.now
		k.s.Pressed = nil
		k.keyboard.forget()
	}
	if !k.shown || m.State != old.State {
		k.page, k.arrived = 0, k.now
	}
	if m.Prefs != old.Prefs {
		k.stirred = k.now
	}
	if !keepsPicture(old, m) {
		k.preview.forget()
	}
	if m.Warning && !old.Warning {
		k.warned = k.now
	}
	k.shown = true
	k.draw()
}

// Tick tells the time, at least every second: for the clock, the countdown and
// the steps of the pictures.
func (k *Kiosk) Tick(now time.Time) {
	k.now = now
	if k.ticked.IsZero() {
		k.ticked = now
	}
	if now.Sub(k.ticked) >= stepEvery || now.Before(k.ticked) {
		k.ticked = now
		if k.resting() {
			k.step = 0
		} else {
			k.step = (k.step + 1) % pictureSteps
		}
	}
	if k.shown && k.timeSeen() != k.drawn {
		k.draw()
	}
	k.watch(now)
}

// resting reports whether nobody has been at the welcome screen for a while.
func (k *Kiosk) resting() bool {
	return k.model.State == flow.Welcome && k.now.Sub(k.stirred) >= restAfter
}

// timeSeen is what the screen would show of the time now.
func (k *Kiosk) timeSeen() seen {
	s := seen{minute: k.clock(k.now)}
	if k.model.Warning {
		s.seconds = k.secondsLeft()
	}
	if k.moving() {
		s.step = k.step
	}
	if k.working() {
		s.waited = k.waited()
	}
	return s
}

// settled reports whether a touch counts: one that comes right after a change of
// screen was meant for the screen before.
func (k *Kiosk) settled() bool { return !k.o.Now().Before(k.SettledAt()) }

func (k *Kiosk) resize(size fyne.Size) {
	k.size = size
	if k.shown {
		k.draw()
	}
}

// send passes a tap on.
func (k *Kiosk) send(e flow.Event) func() { return func() { k.o.Send(e) } }

// language is the one in which the screen speaks now.
func (k *Kiosk) language() string {
	for _, l := range k.o.Languages {
		if l == k.model.Prefs.Language {
			return l
		}
	}
	return k.o.Languages[0]
}

func (k *Kiosk) speaker() draw.Speaker { return draw.Speaker{Words: k.words, Lang: k.language()} }

// Layout lists what can be touched now, for tests that click from outside.
func (k *Kiosk) Layout() []draw.Widget { return k.s.Widgets(k.scale()) }

// SettledAt returns from when on a touch counts, for tests that click from outside.
func (k *Kiosk) SettledAt() time.Time {
	at := k.since.Add(k.o.Settle)
	if seen := k.arrived.Add(unseen); k.o.Settle > 0 && k.cannotUndo() && seen.After(at) {
		return seen
	}
	return at
}

// unseen is for how long a screen of which a touch cannot be undone may not have been
// seen yet: whoever looks at the keys types a digit too many, and where it was there is
// the button that sends the visit; whoever touches "confirm" again and again would close
// the code.
const unseen = time.Second

// cannotUndo reports whether a touch of the screen cannot be undone.
func (k *Kiosk) cannotUndo() bool {
	return k.model.State == flow.Confirm || endsByDone(k.model.State)
}

func (k *Kiosk) scale() float32 {
	if k.window == nil {
		return 1
	}
	return k.window.Canvas().Scale()
}

// real reports whether the codes are real ones.
func (k *Kiosk) real() bool { return k.o.Zone == visit.ZoneProduction }

// fill gives its objects the whole place and reports the size.
type fill struct{ resized func(fyne.Size) }

func (f fill) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(0, 0))
		o.Resize(size)
	}
	f.resized(size)
}

// MinSize is small, so that the content never asks for more than the panel.
func (fill) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 240) }
