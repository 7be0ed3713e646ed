package kiosk

import (
	"fmt"
	"image/color"
	"regexp"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"authenkiosk/ui/draw"
	"authenkiosk/ui/draw/drawtest"
	"authenkiosk/visit/flow"
)

// leastContrast is that of texts in each theme.
var leastContrast = map[flow.Contrast]float64{flow.ContrastLight: 7, flow.ContrastDark: 10, flow.ContrastBlackYellow: 10}

// leftOut spreads the combinations with -short: one of 32. make test runs all of them.
func leftOut(n int) bool { return testing.Short() && n%32 != 0 }

// painted is for a test that paints for long: with -short it is left out. make test runs
// it, without the race detector, which finds nothing where one goroutine paints.
func painted(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("one goroutine paints: tested without -short")
	}
}

// everyLook calls look with every screen in both languages, on every display, in
// every size of text and contrast.
func everyLook(t *testing.T, look func(t *testing.T, name string, k *Kiosk, contrast flow.Contrast)) {
	for _, size := range displays {
		for _, lang := range []string{"th", "en"} {
			t.Run(fmt.Sprintf("%.0fx%.0f/%s", size.Width, size.Height, lang), func(t *testing.T) {
				k := shown(t, sampleOptions(), welcomeModel(), size)
				for i, s := range samples(t) {
					for text := flow.TextNormal; text <= flow.TextLargest; text++ {
						if leftOut(i + int(text)) {
							continue
						}
						for contrast := flow.ContrastLight; contrast <= flow.ContrastBlackYellow; contrast++ {
							s.model.Prefs = flow.Prefs{Language: lang, TextSize: text, Contrast: contrast}
							k.Show(s.model)
							look(t, fmt.Sprintf("%s, text %d, %s", s.name, text, k.s.Colors.Name), k, contrast)
						}
					}
				}
			})
		}
	}
}

// under is the colour on which an object stands: that of the last rectangle below it
// that holds the whole of it.
func under(below []fyne.CanvasObject, at draw.Area) color.NRGBA {
	var c color.NRGBA
	for _, o := range below {
		r, ok := o.(*canvas.Rectangle)
		if !ok {
			continue
		}
		p, d := r.Position(), r.Size()
		fill, _ := r.FillColor.(color.NRGBA)
		if p.X <= at.X+1 && p.Y <= at.Y+1 && p.X+d.Width >= at.X+at.W-1 && p.Y+d.Height >= at.Y+at.H-1 {
			c = over(fill, c)
		}
	}
	return c
}

// over paints a colour that may be translucent over another.
func over(top, bottom color.NRGBA) color.NRGBA {
	mix := func(t, b uint8) uint8 { return uint8((int(t)*int(top.A) + int(b)*(255-int(top.A))) / 255) }
	return color.NRGBA{R: mix(top.R, bottom.R), G: mix(top.G, bottom.G), B: mix(top.B, bottom.B), A: 255}
}

var rawKey = regexp.MustCompile(`^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$`)

func TestEveryTextCanBeReadAndWhatCanBeTouchedIsSeenAndStandsApart(t *testing.T) {
	everyLook(t, func(t *testing.T, name string, k *Kiosk, theme flow.Contrast) {
		for i, o := range k.s.Order {
			switch o := o.(type) {
			case *canvas.Text:
				mustBeRead(t, name, o, k.s.Order[:i], leastContrast[theme])
			case *draw.Target:
				mustBeSeen(t, name, o, k.s.Order[:i])
			}
		}
		mustStandApart(t, name, k)
	})
}

// mustBeRead fails when a text has too little contrast to what is below it.
func mustBeRead(t *testing.T, screen string, c *canvas.Text, below []fyne.CanvasObject, least float64) {
	t.Helper()
	if c.Text == "" {
		return
	}
	if rawKey.MatchString(c.Text) {
		t.Errorf("%s: %q has no words", screen, c.Text)
	}
	ground := under(below, inkBox(c))
	if got := drawtest.Contrast(c.Color.(color.NRGBA), ground); got < least {
		t.Errorf("%s: %q has a contrast of %.1f on %v", screen, c.Text, got, ground)
	}
}

// mustBeSeen fails when the edge of a place to touch has too little contrast.
func mustBeSeen(t *testing.T, screen string, x *draw.Target, below []fyne.CanvasObject) {
	t.Helper()
	if x.Name == "" {
		return
	}
	at := draw.Area{X: x.Origin.X, Y: x.Origin.Y, W: x.Extent.Width, H: x.Extent.Height}
	if got := edgeContrast(below, at); got < 3 {
		t.Errorf("%s: the edge of %s has a contrast of %.1f", screen, x.Name, got)
	}
}

// leastGap is 3 mm, in pixels of a panel of 1080 lines.
const leastGap = 16

// mustStandApart fails when two places to touch are too near to each other.
func mustStandApart(t *testing.T, screen string, k *Kiosk) {
	t.Helper()
	for i, a := range k.s.Active {
		for _, b := range k.s.Active[i+1:] {
			if a.Name == "" || b.Name == "" {
				continue
			}
			if d := distance(a, b); d < leastGap*k.s.Geo.Unit {
				t.Errorf("%s: %s and %s are %.0f px apart", screen, a.Name, b.Name, d)
			}
		}
	}
}

// edgeContrast is how well the box of a place to touch stands out: its border, or
// its fill, against what is around it.
func edgeContrast(below []fyne.CanvasObject, at draw.Area) float64 {
	for i := len(below) - 1; i >= 0; i-- {
		r, ok := below[i].(*canvas.Rectangle)
		if !ok || r.Position() != fyne.NewPos(at.X, at.Y) || r.Size() != fyne.NewSize(at.W, at.H) {
			continue
		}
		around := under(below[:i], draw.Area{X: at.X - 2, Y: at.Y - 2, W: at.W + 4, H: at.H + 4})
		fill, _ := r.FillColor.(color.NRGBA)
		best := drawtest.Contrast(fill, around)
		if stroke, ok := r.StrokeColor.(color.NRGBA); ok && r.StrokeWidth > 0 {
			best = max(best, drawtest.Contrast(stroke, around))
		}
		return best
	}
	return 0
}

// distance is how far two places to touch are from each other.
func distance(a, b *draw.Target) float32 {
	dx := max(a.Origin.X-b.Origin.X-b.Extent.Width, b.Origin.X-a.Origin.X-a.Extent.Width)
	dy := max(a.Origin.Y-b.Origin.Y-b.Extent.Height, b.Origin.Y-a.Origin.Y-a.Extent.Height)
	return max(dx, dy)
}
