package draw

import (
	"time"

	"fyne.io/fyne/v2"
)

// longestTouch is how long a screen waits for a finger: longer than any touch that is meant
// to press something.
const longestTouch = time.Second

// Steady keeps a screen as it is while a finger is on a button of it. Fyne gives a touch to
// what is under the finger when that is lifted, if it was there when it came down: of a
// button that is made anew or moves between the two the touch is lost. What comes from
// elsewhere meanwhile, as from a device, is drawn when the finger is up. It belongs to the
// goroutine of the window.
type Steady struct {
	Later func(time.Duration, func()) // calls on the goroutine of the window; nil: by a timer

	down    bool
	touches uint64
	held    []func()
}

// Down hears that a finger has come down on a button.
func (s *Steady) Down() {
	s.down = true
	s.touches++
	s.lift(longestTouch) // one that slid off is not told of
}

// Up hears that the finger was lifted. Fyne tells of the tap next: it is for what was under
// the finger, so that nothing is drawn before that.
func (s *Steady) Up() { s.lift(0) }

// Do draws something: at once, or when the finger is up.
func (s *Steady) Do(draw func()) {
	if s.down {
		s.held = append(s.held, draw)
		return
	}
	draw()
}

func (s *Steady) lift(after time.Duration) {
	touch, later := s.touches, s.Later
	if later == nil {
		later = func(d time.Duration, do func()) { time.AfterFunc(d, func() { fyne.Do(do) }) }
	}
	later(after, func() {
		if touch != s.touches || !s.down {
			return // there is another finger by now
		}
		held := s.held
		s.down, s.held = false, nil
		for _, draw := range held {
			draw()
		}
	})
}
