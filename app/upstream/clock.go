package upstream

import (
	"sync"
	"time"

	"authenkiosk/visit"
)

// MaxSkew is how wrong the clock may be before the service date is in danger.
const MaxSkew = 5 * time.Minute

// steadyFor is how long a wall clock that jumped must go evenly before it is believed
// again where no answer can bear it out: a clock that is set once, or a machine that
// slept, must not close the kiosk for good.
const steadyFor = 5 * time.Minute

// longestUse is for how many years a program is used after its build at the most. A
// clock in the year 2569 shows a year of the Buddhist era.
const longestUse = 25

// ClockGuard judges the wall clock, on which the service date stands, by its
// witnesses: the Date of NHSO's answers, and the monotonic clock, which nobody can
// set. Between two answers a jump of the wall clock counts against it. Without an
// answer, NHSO's certificate and the day of the build tell what the time cannot be.
type ClockGuard struct {
	built time.Time // it is not earlier than that; zero: not known

	mu       sync.Mutex
	wall     time.Time     // when the guard last believed the wall clock
	elapsed  time.Duration // of the monotonic clock at that moment
	answered time.Time     // the last answer
	unsure   bool          // whether that is of before the clock was set

	jump  time.Duration // of the wall clock since, at the last look
	since time.Duration // of the monotonic clock: when it jumped last
	set   time.Duration // like since, of the last jump that was longer than maxSkew; 0: none
	first time.Duration // of the monotonic clock: the first look
}

// Witness is what others say about the time.
type Witness struct {
	Ahead    time.Duration // of NHSO's clock, at its last answer
	Known    bool          // there was one
	answered time.Time     // tells one answer from another

	After, before time.Time // by NHSO's certificate; zero: not told
}

// Look judges the clock. now is the wall clock, elapsed the monotonic one since any
// fixed moment.
func (g *ClockGuard) Look(now time.Time, elapsed time.Duration, w Witness) visit.DeviceState {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.wall.IsZero() {
		g.first = elapsed
		g.believe(now, elapsed)
		g.answered = w.answered
	}
	jump := now.Round(0).Sub(g.wall.Round(0)) - (elapsed - g.elapsed)
	if w.Known && !w.answered.Equal(g.answered) {
		g.answered = w.answered
		// When the clock was set since the last look, nobody knows whether the answer is one of
		// before: the next one tells.
		if g.unsure = (jump - g.jump).Abs() > MaxSkew; !g.unsure {
			g.believe(now, elapsed)
			jump = 0
		}
	}
	if more := (jump - g.jump).Abs(); more > time.Second {
		g.jump, g.since = jump, elapsed
		if more > MaxSkew {
			g.set = elapsed
		}
	}
	if !w.Known && jump.Abs() > MaxSkew && elapsed-g.since >= steadyFor {
		g.believe(now, elapsed)
		jump = 0
	}
	switch wrong := w.Ahead - jump; {
	case g.unsure, wrong.Abs() > MaxSkew, !w.Known && g.impossible(now.Round(0), w):
		return visit.DeviceDown
	case !w.Known:
		return visit.DeviceUnknown
	}
	return visit.DeviceReady
}

func (g *ClockGuard) believe(now time.Time, elapsed time.Duration) {
	g.wall, g.elapsed, g.jump = now, elapsed, 0
}

// impossible reports whether it cannot be as late, or as early, as that.
func (g *ClockGuard) impossible(now time.Time, w Witness) bool {
	return !g.built.IsZero() && (now.Before(g.built) || now.After(g.built.AddDate(longestUse, 0, 0))) ||
		!w.After.IsZero() && now.Before(w.After.Add(-MaxSkew)) ||
		!w.before.IsZero() && now.After(w.before)
}

// Stood tells since when the clock has gone evenly, and whether it was set before
// that while the program ran.
func (g *ClockGuard) Stood(elapsed time.Duration) (d time.Duration, set bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return elapsed - max(g.set, g.first), g.set > 0
}

// NewClockGuard returns a guard of a program that was built on that day; zero: nobody
// knows when.
func NewClockGuard(built time.Time) *ClockGuard { return &ClockGuard{built: built} }
