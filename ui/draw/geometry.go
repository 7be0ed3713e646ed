package draw

import (
	"math"

	"fyne.io/fyne/v2"
)

// Sizes in design units, after the usability figures for kiosks: nothing to be
// touched is smaller than touch, nothing to be read smaller than smallestText.
const (
	shortSide    = 1080 // the shorter side of the panel
	leastWidth   = 1440 // the least that the longer side of a landscape panel has
	leastHeight  = 1800 // the least that the longer side of a portrait panel has
	Touch        = 96   // least height and width of whatever can be touched
	Gap          = 20   // least distance of two things to touch
	Margin       = 40   // distance to the edge of the panel
	SmallestText = 24
	ImprintText  = 13 // of what no patient needs to read
)

// Geometry tells how design units become pixels on one panel.
type Geometry struct {
	Unit     float32 // pixels per design unit
	W, H     float32 // the panel in design units
	Portrait bool
	Text     float32 // factor of all text
}

// textFactors are what the sizes that a patient can choose do to all text.
var textFactors = [...]float32{TextNormal: 1, TextLarge: 1.12, TextLarger: 1.25, TextLargest: 1.4}

// Roomy is the room that places of text have, in heights of the normal text. It is
// the same for every size of text: what is larger grows within its place, so that
// it pushes nothing aside and makes nothing smaller.
const Roomy = 1.25

// GeometryOf returns the geometry of a window of that size, with that size of text.
func GeometryOf(size fyne.Size, chosen TextSize) Geometry {
	w, h := max(size.Width, 1), max(size.Height, 1)
	g := Geometry{Portrait: h > w, Text: textFactors[chosen]}
	long := float32(leastWidth)
	if g.Portrait {
		long = leastHeight // there all is below one another
	}
	g.Unit = min(min(w, h)/shortSide, max(w, h)/long)
	g.W, g.H = w/g.Unit, h/g.Unit
	return g
}

// Whole is the whole window.
func (g Geometry) Whole() Area { return Area{0, 0, g.W, g.H} }

// Pixels gives the place of an area on the panel, on whole pixels.
func (g Geometry) Pixels(a Area) (fyne.Position, fyne.Size) {
	x0, y0 := round(a.X*g.Unit), round(a.Y*g.Unit)
	x1, y1 := round((a.X+a.W)*g.Unit), round((a.Y+a.H)*g.Unit)
	return fyne.NewPos(x0, y0), fyne.NewSize(max(x1-x0, 0), max(y1-y0, 0))
}

func round(f float32) float32 { return float32(math.Round(float64(f))) }

// Area is a rectangle in design units.
type Area struct{ X, Y, W, H float32 }

// Inset is the area without a rim of that width at each side.
func (a Area) Inset(dx, dy float32) Area {
	return Area{a.X + dx, a.Y + dy, max(a.W-2*dx, 0), max(a.H-2*dy, 0)}
}

// CutTop takes a strip off the top; between it and the rest stays a gap.
func (a Area) CutTop(h, gap float32) (top, rest Area) {
	h = min(h, a.H)
	used := min(h+gap, a.H)
	return Area{a.X, a.Y, a.W, h}, Area{a.X, a.Y + used, a.W, a.H - used}
}

// CutBottom takes a strip off the bottom.
func (a Area) CutBottom(h, gap float32) (bottom, rest Area) {
	h = min(h, a.H)
	used := min(h+gap, a.H)
	return Area{a.X, a.Y + a.H - h, a.W, h}, Area{a.X, a.Y, a.W, a.H - used}
}

// CutLeft takes a strip off the left side.
func (a Area) CutLeft(w, gap float32) (left, rest Area) {
	w = min(w, a.W)
	used := min(w+gap, a.W)
	return Area{a.X, a.Y, w, a.H}, Area{a.X + used, a.Y, a.W - used, a.H}
}

// CutRight takes a strip off the right side.
func (a Area) CutRight(w, gap float32) (right, rest Area) {
	w = min(w, a.W)
	used := min(w+gap, a.W)
	return Area{a.X + a.W - w, a.Y, w, a.H}, Area{a.X, a.Y, a.W - used, a.H}
}

// Columns divides into n parts of the same width.
func (a Area) Columns(n int, gap float32) []Area {
	w := (a.W - gap*float32(n-1)) / float32(n)
	out := make([]Area, n)
	for i := range out {
		out[i] = Area{a.X + float32(i)*(w+gap), a.Y, w, a.H}
	}
	return out
}

// Rows divides into n parts of the same height.
func (a Area) Rows(n int, gap float32) []Area {
	h := (a.H - gap*float32(n-1)) / float32(n)
	out := make([]Area, n)
	for i := range out {
		out[i] = Area{a.X, a.Y + float32(i)*(h+gap), a.W, h}
	}
	return out
}

// Centered is an area of at most that size in the middle.
func (a Area) Centered(w, h float32) Area {
	w, h = min(w, a.W), min(h, a.H)
	return Area{a.X + (a.W-w)/2, a.Y + (a.H-h)/2, w, h}
}
