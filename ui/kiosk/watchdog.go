package kiosk

import (
	"time"

	"fyne.io/fyne/v2"
)

// A full-screen window can lose its place without being told: a monitor that
// sleeps or is unplugged leaves it small or off the screen while it still says
// that it is full-screen. The size is looked at so often, and so many attempts
// to bring it back are made.
const (
	watchEvery    = 5 * time.Second
	watchAttempts = 3
)

// watchdog remembers the full-screen size and tells what to do about another.
type watchdog struct {
	expected fyne.Size
	looked   time.Time
	attempts int
}

// remedy is what is to be done about the window.
type remedy int

const (
	nothing remedy = iota
	again          // leave full screen and enter it
	giveUp         // start the program again
)

// look compares the size of the window with the largest seen in full screen.
func (w *watchdog) look(now time.Time, size fyne.Size) remedy {
	if now.Sub(w.looked) < watchEvery && !now.Before(w.looked) {
		return nothing
	}
	w.looked = now
	if size.Width*size.Height >= w.expected.Width*w.expected.Height {
		w.expected, w.attempts = size, 0
		return nothing
	}
	w.attempts++
	switch {
	case w.attempts <= watchAttempts:
		return again
	case w.attempts == watchAttempts+1:
		return giveUp
	}
	return nothing
}

// watch looks after the window it is attached to.
func (k *Kiosk) watch(now time.Time) {
	if k.window == nil || !k.window.FullScreen() {
		return
	}
	switch k.guard.look(now, k.window.Canvas().Size()) {
	case again:
		k.window.SetFullScreen(false)
		k.window.SetFullScreen(true)
	case giveUp:
		k.o.ScreenLost()
	}
}
