package ui

import (
	"math"

	"fyne.io/fyne/v2"

	"authenkiosk/visit/flow"
)

// Sizes in design units, after the usability figures for kiosks: nothing to be
// touched is smaller than touch, nothing to be read smaller than smallestText.
const (
	shortSide    = 1080 // the shorter side of the panel
	leastWidth   = 1440 // the least that the longer side of a landscape panel has
	leastHeight  = 1800 // the least that the longer side of a portrait panel has
	touch        = 96   // least height and width of whatever can be touched
	gap          = 20   // least distance of two things to touch
	margin       = 40   // distance to the edge of the panel
	smallestText = 24
	imprintText  = 13 // of what no patient needs to read
)

// geometry tells how design units become pixels on one panel.
type geometry struct {
	unit     float32 // pixels per design unit
	w, h     float32 // the panel in design units
	portrait bool
	text     float32 // factor of all text
}

// textFactors are what the sizes that a patient can choose do to all text.
var textFactors = [...]float32{flow.TextNormal: 1, flow.TextLarge: 1.12, flow.TextLarger: 1.25, flow.TextLargest: 1.4}

// roomy is the room that places of text have, in heights of the normal text. It is
// the same for every size of text: what is larger grows within its place, so that
// it pushes nothing aside and makes nothing smaller.
const roomy = 1.25

func geometryOf(size fyne.Size, chosen flow.TextSize) geometry {
	w, h := max(size.Width, 1), max(size.Height, 1)
	g := geometry{portrait: h > w, text: textFactors[chosen]}
	long := float32(leastWidth)
	if g.portrait {
		long = leastHeight // there all is below one another
	}
	g.unit = min(min(w, h)/shortSide, max(w, h)/long)
	g.w, g.h = w/g.unit, h/g.unit
	return g
}

func (g geometry) whole() area { return area{0, 0, g.w, g.h} }

// pixels gives the place of an area on the panel, on whole pixels.
func (g geometry) pixels(a area) (fyne.Position, fyne.Size) {
	x0, y0 := round(a.x*g.unit), round(a.y*g.unit)
	x1, y1 := round((a.x+a.w)*g.unit), round((a.y+a.h)*g.unit)
	return fyne.NewPos(x0, y0), fyne.NewSize(max(x1-x0, 0), max(y1-y0, 0))
}

func round(f float32) float32 { return float32(math.Round(float64(f))) }

// area is a rectangle in design units.
type area struct{ x, y, w, h float32 }

func (a area) inset(dx, dy float32) area {
	return area{a.x + dx, a.y + dy, max(a.w-2*dx, 0), max(a.h-2*dy, 0)}
}

// cutTop takes a strip off the top; between it and the rest stays a gap.
func (a area) cutTop(h, gap float32) (top, rest area) {
	h = min(h, a.h)
	used := min(h+gap, a.h)
	return area{a.x, a.y, a.w, h}, area{a.x, a.y + used, a.w, a.h - used}
}

// cutBottom takes a strip off the bottom.
func (a area) cutBottom(h, gap float32) (bottom, rest area) {
	h = min(h, a.h)
	used := min(h+gap, a.h)
	return area{a.x, a.y + a.h - h, a.w, h}, area{a.x, a.y, a.w, a.h - used}
}

// cutLeft takes a strip off the left side.
func (a area) cutLeft(w, gap float32) (left, rest area) {
	w = min(w, a.w)
	used := min(w+gap, a.w)
	return area{a.x, a.y, w, a.h}, area{a.x + used, a.y, a.w - used, a.h}
}

// cutRight takes a strip off the right side.
func (a area) cutRight(w, gap float32) (right, rest area) {
	w = min(w, a.w)
	used := min(w+gap, a.w)
	return area{a.x + a.w - w, a.y, w, a.h}, area{a.x, a.y, a.w - used, a.h}
}

// columns divides into n parts of the same width.
func (a area) columns(n int, gap float32) []area {
	w := (a.w - gap*float32(n-1)) / float32(n)
	out := make([]area, n)
	for i := range out {
		out[i] = area{a.x + float32(i)*(w+gap), a.y, w, a.h}
	}
	return out
}

// rows divides into n parts of the same height.
func (a area) rows(n int, gap float32) []area {
	h := (a.h - gap*float32(n-1)) / float32(n)
	out := make([]area, n)
	for i := range out {
		out[i] = area{a.x, a.y + float32(i)*(h+gap), a.w, h}
	}
	return out
}

// centered is an area of at most that size in the middle.
func (a area) centered(w, h float32) area {
	w, h = min(w, a.w), min(h, a.h)
	return area{a.x + (a.w-w)/2, a.y + (a.h-h)/2, w, h}
}
