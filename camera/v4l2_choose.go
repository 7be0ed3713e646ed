package camera

import (
	"cmp"
	"image"
	"slices"
)

// mode is one way in which a camera can send pictures.
type mode struct {
	format format
	code   uint32 // the driver's own code of the format
	w, h   int
	fps    float64 // 0: not known
}

const (
	// Fewer pictures a second than this look broken, and take a second photo's time
	// to react.
	fewestFPS = 10

	// No more are asked for: those are only thrown away.
	mostFPS = 30

	// What a gate and a person can judge.
	leastWidth, leastHeight = 640, 360
)

// best returns the mode to use: the largest that is not larger than wanted and
// fluent; JPEG rather than raw at the same size, because it needs less of the bus;
// otherwise whatever is nearest to that.
func best(modes []mode, largest image.Point) (mode, bool) {
	if len(modes) == 0 {
		return mode{}, false
	}
	class := func(m mode) int {
		switch {
		case m.w > largest.X || m.h > largest.Y:
			return 1
		case m.fps > 0 && m.fps < fewestFPS:
			return 2
		case m.w < leastWidth || m.h < leastHeight:
			return 3
		}
		return 4
	}
	return slices.MaxFunc(modes, func(a, b mode) int {
		ca, cb := class(a), class(b)
		if ca != cb {
			return cmp.Compare(ca, cb)
		}
		area := cmp.Compare(a.w*a.h, b.w*b.h)
		if ca == 1 {
			area = -area // all too large: the smallest
		}
		if ca == 2 {
			return cmp.Or(cmp.Compare(a.fps, b.fps), area)
		}
		return cmp.Or(area, cmp.Compare(b.format, a.format), -cmp.Compare(tooFast(a.fps), tooFast(b.fps)), cmp.Compare(a.fps, b.fps))
	}), true
}

// tooFast returns by how much a rate is above what is wanted.
func tooFast(fps float64) float64 { return max(fps-mostFPS, 0) }
