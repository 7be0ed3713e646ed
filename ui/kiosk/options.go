package kiosk

import (
	"time"

	"fyne.io/fyne/v2"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// Unit is what the screens say about the place.
type Unit struct {
	Name  string
	Phone string // to be called when the kiosk is out of service; may be empty
	HCode string
}

// Options are what a kiosk needs to be drawn.
type Options struct {
	Unit        Unit
	Machine     string // its name, in small type on every screen
	Version     string // of the program, beside it
	Zone        visit.Zone
	Languages   []string                    // the first is that of a new patient; default th, en
	Send        func(flow.Event)            // gets every tap; default: nobody
	Now         func() time.Time            // default time.Now
	Later       func(time.Duration, func()) // calls on the goroutine of the user interface; default by a timer
	Orientation visit.Orientation
	// Next says in a language where a patient with a code for this claim type goes
	// from here; empty: nothing is said. Default: never anything.
	Next       func(claimType, language string) string
	HideCursor bool // on a touch screen
	PhotoDays  int  // for how many days a photo is kept; 0: it is erased the same day

	// Closed is why the program could not start: the screen says so and who helps,
	// and takes no patient.
	Closed visit.Problem

	// Settle is how long after a change of screen a touch does not count: it was
	// meant for the screen before. Zero is defaultSettle, negative is none.
	Settle time.Duration
	// ScreenLost is called when the window does not come back to full screen by
	// itself; the program should then start again.
	ScreenLost func()
}

// defaultSettle is about the time between the two touches of a double touch.
const defaultSettle = 300 * time.Millisecond

func (o Options) withDefaults() Options {
	if len(o.Languages) == 0 {
		o.Languages = []string{"th", "en"}
	}
	if o.Send == nil {
		o.Send = func(flow.Event) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Later == nil {
		o.Later = func(d time.Duration, f func()) { time.AfterFunc(d, func() { fyne.Do(f) }) }
	}
	if o.Settle == 0 {
		o.Settle = defaultSettle
	}
	if o.Next == nil {
		o.Next = func(string, string) string { return "" }
	}
	if o.ScreenLost == nil {
		o.ScreenLost = func() {}
	}
	return o
}
