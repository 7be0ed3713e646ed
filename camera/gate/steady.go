package gate

import "time"

// Steady follows the verdicts of pictures that come one after another, and says
// when they have been good for long enough to take the photo. It is a value: Next
// returns the new one and leaves the old as it was. The zero value is not usable;
// start with NewSteady.
type Steady struct {
	need    time.Duration
	good    int       // good pictures in a row, single bad ones left out
	bad     int       // bad pictures in a row
	since   time.Time // of the first good picture
	last    time.Time
	ready   bool
	hint    Verdict
	pending Verdict
}

const (
	// The detector loses a face for a single picture now and then; only that many
	// bad ones in a row mean that something has changed.
	badInARow = 2

	// So many good pictures are needed, however slow the camera is.
	goodAtLeast = 4

	// After a gap like this the pictures before it say nothing any more.
	longGap = 3 * time.Second
)

// NewSteady returns a Steady that is ready after pictures have been good for the
// given time; about a second lets a person settle.
func NewSteady(need time.Duration) Steady {
	return Steady{need: need, hint: NoFace, pending: NoFace}
}

// Next returns the state after one more picture, taken at the given time.
func (s Steady) Next(v Verdict, at time.Time) Steady {
	if gap := at.Sub(s.last); !s.last.IsZero() && (gap > longGap || gap < 0) {
		s.good, s.bad, s.ready = 0, 0, false
	}
	s.last = at
	// A hint is shown when two pictures agree on it, so that it does not flicker.
	if v == s.pending {
		s.hint = v
	}
	s.pending = v
	if v != OK {
		if s.bad++; s.bad >= badInARow {
			s.good, s.ready = 0, false
		}
		return s
	}
	s.bad = 0
	if s.good++; s.good == 1 {
		s.since = at
	}
	s.ready = s.ready || s.good >= goodAtLeast && at.Sub(s.since) >= s.need
	return s
}

// Ready reports whether the photo can be taken. Once ready it stays so until two
// pictures in a row are not good.
func (s Steady) Ready() bool { return s.ready }

// Hint returns the verdict to show, which changes less often than the verdicts.
func (s Steady) Hint() Verdict { return s.hint }
