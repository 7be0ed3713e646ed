package app

import (
	"sync"
	"time"

	"authenkiosk/visit/flow"
)

// maxSkew is how wrong the clock may be before the service date is in danger.
const maxSkew = 5 * time.Minute

// steadyFor is how long a wall clock that jumped must go evenly before it is believed
// again where no answer can bear it out: a clock that is set once, or a machine that
// slept, must not close the kiosk for good.
const steadyFor = 5 * time.Minute

// clockGuard judges the wall clock, on which the service date stands, by two
// witnesses: the Date of NHSO's answers, and the monotonic clock, which nobody
// can set. Between two answers a jump of the wall clock counts against it.
type clockGuard struct {
	mu       sync.Mutex
	wall     time.Time     // when the guard last believed the wall clock
	elapsed  time.Duration // of the monotonic clock at that moment
	answered time.Time     // the answer on which that belief rests

	jump  time.Duration // of the wall clock since, at the last look
	since time.Duration // of the monotonic clock: when it jumped last
}

// look judges the clock. now is the wall clock, elapsed the monotonic one since
// any fixed moment; skew is how far NHSO's clock was ahead at its last answer,
// and answered tells one answer from another.
func (g *clockGuard) look(now time.Time, elapsed time.Duration, skew time.Duration, known bool, answered time.Time) flow.DeviceState {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.wall.IsZero() || known && !answered.Equal(g.answered) {
		g.wall, g.elapsed, g.answered = now, elapsed, answered
	}
	jump := now.Round(0).Sub(g.wall.Round(0)) - (elapsed - g.elapsed)
	if (jump - g.jump).Abs() > time.Second {
		g.jump, g.since = jump, elapsed
	}
	if !known && jump.Abs() > maxSkew && elapsed-g.since >= steadyFor {
		g.wall, g.elapsed, g.jump, jump = now, elapsed, 0, 0
	}
	switch wrong := skew - jump; {
	case wrong.Abs() > maxSkew:
		return flow.DeviceDown
	case !known:
		return flow.DeviceUnknown
	}
	return flow.DeviceReady
}
