package gate

import (
	"fmt"
	"image"

	pigo "github.com/esimov/pigo/core"

	"authenkiosk/camera/cascade"
)

const (
	// The shorter side of the copy on which faces are looked for, in pixels, and of
	// the one on which turned faces are: what costs the most time.
	findSide = 480
	turnSide = 240

	// The size to which a face is brought before its sharpness is measured, in
	// pixels, so that the figure does not depend on the camera.
	sharpSide = 160
)

// Checker judges pictures. It keeps copies of the last one until Wipe. It is for
// one goroutine at a time, never the one that draws the screen.
type Checker struct {
	set    Settings
	finder *pigo.Pigo

	// The picture at the size on which faces are looked for, at the one on which
	// turned faces are, room for a turned copy, and the face.
	whole, small, spare, face luma
}

// New returns a Checker, or an error when the settings make no sense.
func New(set Settings) (*Checker, error) {
	if err := set.Check(); err != nil {
		return nil, err
	}
	finder, err := pigo.NewPigo().Unpack(cascade.Facefinder)
	if err != nil {
		return nil, fmt.Errorf("unpack the face detector: %w", err)
	}
	return &Checker{set: set, finder: finder}, nil
}

// Wipe overwrites what the Checker still has of pictures.
func (c *Checker) Wipe() {
	for _, l := range []*luma{&c.whole, &c.small, &c.spare, &c.face} {
		l.wipe()
	}
}

// Check judges a picture. It does not change it. A picture without pixels has no
// face.
func (c *Checker) Check(img *image.YCbCr) Result {
	b := img.Rect
	if min(b.Dx(), b.Dy()) < 20 {
		return Result{Verdict: NoFace}
	}
	scale := c.load(&c.whole, img, findSide)
	r := Result{Faces: c.find(&c.whole, c.set.FindSize, 0, c.set.MinScore)}
	for i := range r.Faces {
		r.Faces[i].Box = stretch(r.Faces[i].Box, scale).Add(b.Min).Intersect(b)
	}
	if len(r.Faces) == 0 {
		r.Mean, r.Dark, r.Bright = c.whole.exposure(c.set.DarkLevel, c.set.BrightLevel)
		r.Verdict = c.faceless(img, r)
		return r
	}
	box := r.Faces[0].Box
	side := min(sharpSide, box.Dx())
	c.face.shrink(img, box, side, side)
	r.Mean, r.Dark, r.Bright = c.face.exposure(c.set.DarkLevel, c.set.BrightLevel)
	if gain := r.Mean / 128; gain > 0 {
		// Contrast, and with it the derivative, grows with the light.
		r.Sharp = c.face.laplacian() / (gain * gain)
	}
	r.Verdict = c.judge(img.Rect, r)
	return r
}

// load fills l with the picture, its shorter side at most side pixels, and returns
// by how much it was shrunk.
func (c *Checker) load(l *luma, img *image.YCbCr, side int) float64 {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	scale := max(float64(min(w, h))/float64(side), 1)
	l.shrink(img, img.Rect, int(float64(w)/scale), int(float64(h)/scale))
	return scale
}

func stretch(r image.Rectangle, scale float64) image.Rectangle {
	f := func(v int) int { return int(float64(v) * scale) }
	return image.Rect(f(r.Min.X), f(r.Min.Y), f(r.Max.X), f(r.Max.Y))
}

// faceless says why there is no face.
func (c *Checker) faceless(img *image.YCbCr, r Result) Verdict {
	switch {
	case r.Mean < c.set.MinMean || r.Dark > c.set.MaxDark:
		return TooDark
	case r.Mean > c.set.MaxMean || r.Bright > c.set.MaxBright:
		return TooBright
	}
	c.load(&c.small, img, turnSide)
	if c.turned() {
		return Turned
	}
	return NoFace
}

// judge says what should change first in a picture with at least one face. What
// others must do comes before what the patient can do, and that before the lens.
func (c *Checker) judge(frame image.Rectangle, r Result) Verdict {
	box := r.Faces[0].Box
	size := float64(box.Dx())
	short := float64(min(frame.Dx(), frame.Dy()))
	middle, wanted := box.Min.Add(box.Max), frame.Min.Add(frame.Max)
	off := func(d, side int) bool { return abs(d) > 2*c.set.MaxOff*float64(side) }
	switch {
	case len(r.Faces) > 1 && float64(r.Faces[1].Box.Dx()) >= c.set.SecondFace*size:
		return SeveralFaces
	case r.Mean < c.set.MinMean || r.Dark > c.set.MaxDark:
		return TooDark
	case r.Mean > c.set.MaxMean || r.Bright > c.set.MaxBright:
		return TooBright
	case size < c.set.MinFace*short:
		return TooFar
	case size > c.set.MaxFace*short:
		return TooClose
	case r.Sharp < c.set.MinSharp:
		return Blurred
	case off(middle.X-wanted.X, frame.Dx()) || off(middle.Y-wanted.Y, frame.Dy()):
		return OffCentre
	}
	return OK
}

func abs(v int) float64 {
	if v < 0 {
		v = -v
	}
	return float64(v)
}

// Smallest portrait on a card that the detector can find, in pixels.
const cardFace = 24

// CardSeen reports whether a portrait like the one on an ID card is in guide, a part
// of the picture. It is advice only: a card at arm's length is too small for most
// cameras, and a glare hides the rest. It takes longer than Check and is meant for
// the picture that was taken.
func (c *Checker) CardSeen(img *image.YCbCr, guide image.Rectangle) bool {
	guide = guide.Intersect(img.Rect)
	short := min(guide.Dx(), guide.Dy())
	if short < 2*cardFace {
		return false
	}
	c.spare.shrink(img, guide, guide.Dx(), guide.Dy())
	for _, f := range c.find(&c.spare, float64(cardFace)/float64(short), 0, c.set.MinScore) {
		if float64(f.Box.Dx()) < c.set.MinFace*float64(min(img.Rect.Dx(), img.Rect.Dy())) {
			return true
		}
	}
	return false
}

// Guide returns where the outline for the card belongs in a picture: low, on the
// left of the picture as the camera sees it.
func Guide(frame image.Rectangle) image.Rectangle {
	w, h := frame.Dx(), frame.Dy()
	return image.Rect(0, h*45/100, w*42/100, h).Add(frame.Min)
}
