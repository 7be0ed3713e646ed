package app

import (
	"time"

	"authenkiosk/visit/flow"
)

// maxSkew is how wrong the clock may be before the service date is in danger.
const maxSkew = 5 * time.Minute

// clockGuard judges the wall clock, on which the service date stands, by two
// witnesses: the Date of NHSO's answers, and the monotonic clock, which nobody
// can set. Between two answers a jump of the wall clock counts against it.
type clockGuard struct {
	wall     time.Time     // when the guard last believed the wall clock
	elapsed  time.Duration // of the monotonic clock at that moment
	answered time.Time     // the answer on which that belief rests
}

// look judges the clock. now is the wall clock, elapsed the monotonic one since
// any fixed moment; skew is how far NHSO's clock was ahead at its last answer,
// and answered tells one answer from another.
func (g *clockGuard) look(now time.Time, elapsed time.Duration, skew time.Duration, known bool, answered time.Time) flow.DeviceState {
	if g.wall.IsZero() || known && !answered.Equal(g.answered) {
		g.wall, g.elapsed, g.answered = now, elapsed, answered
	}
	jump := now.Round(0).Sub(g.wall.Round(0)) - (elapsed - g.elapsed)
	switch wrong := skew - jump; {
	case wrong.Abs() > maxSkew:
		return flow.DeviceDown
	case !known:
		return flow.DeviceUnknown
	}
	return flow.DeviceReady
}
