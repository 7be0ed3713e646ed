package ui

import (
	"fmt"
	"image/color"
	"regexp"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"authenkiosk/visit/flow"
)

// leastContrast is that of texts in each theme.
var leastContrast = map[flow.Contrast]float64{flow.ContrastLight: 7, flow.ContrastDark: 10, flow.ContrastBlackYellow: 10}

// leftOut spreads the combinations while the race detector makes everything slow:
// one of eight. make test also runs all of them, without it.
func leftOut(n int) bool { return raced && n%8 != 0 }

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
							look(t, fmt.Sprintf("%s, text %d, %s", s.name, text, k.s.p.name), k, contrast)
						}
					}
				}
			})
		}
	}
}

// under is the colour on which an object stands: that of the last rectangle below it
// that holds the whole of it.
func under(below []fyne.CanvasObject, at area) color.NRGBA {
	var c color.NRGBA
	for _, o := range below {
		r, ok := o.(*canvas.Rectangle)
		if !ok {
			continue
		}
		p, d := r.Position(), r.Size()
		fill, _ := r.FillColor.(color.NRGBA)
		if p.X <= at.x+1 && p.Y <= at.y+1 && p.X+d.Width >= at.x+at.w-1 && p.Y+d.Height >= at.y+at.h-1 {
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

func TestEveryTextOfEveryScreenCanBeReadOnWhatIsBehindIt(t *testing.T) {
	everyLook(t, func(t *testing.T, name string, k *Kiosk, theme flow.Contrast) {
		for i, o := range k.s.order {
			c, ok := o.(*canvas.Text)
			if !ok || c.Text == "" {
				continue
			}
			if rawKey.MatchString(c.Text) {
				t.Errorf("%s: %q has no words", name, c.Text)
			}
			ink := c.Color.(color.NRGBA)
			ground := under(k.s.order[:i], inkBox(c))
			if got := contrast(ink, ground); got < leastContrast[theme] {
				t.Errorf("%s: %q has a contrast of %.1f on %v", name, c.Text, got, ground)
			}
		}
	})
}

func TestWhatCanBeTouchedIsSeenAndStandsApart(t *testing.T) {
	everyLook(t, func(t *testing.T, name string, k *Kiosk, theme flow.Contrast) {
		for i, o := range k.s.order {
			x, ok := o.(*target)
			if !ok || x.name == "" {
				continue
			}
			at := area{x.pos.X, x.pos.Y, x.size.Width, x.size.Height}
			if got := edgeContrast(k.s.order[:i], at); got < 3 {
				t.Errorf("%s: the edge of %s has a contrast of %.1f", name, x.name, got)
			}
		}
		for i, a := range k.s.active {
			for _, b := range k.s.active[i+1:] {
				if a.name == "" || b.name == "" {
					continue
				}
				if d := distance(a, b); d < 12*k.s.geo.unit {
					t.Errorf("%s: %s and %s are %.0f px apart", name, a.name, b.name, d)
				}
			}
		}
	})
}

// edgeContrast is how well the box of a place to touch stands out: its border, or
// its fill, against what is around it.
func edgeContrast(below []fyne.CanvasObject, at area) float64 {
	for i := len(below) - 1; i >= 0; i-- {
		r, ok := below[i].(*canvas.Rectangle)
		if !ok || r.Position() != fyne.NewPos(at.x, at.y) || r.Size() != fyne.NewSize(at.w, at.h) {
			continue
		}
		around := under(below[:i], area{at.x - 2, at.y - 2, at.w + 4, at.h + 4})
		fill, _ := r.FillColor.(color.NRGBA)
		best := contrast(fill, around)
		if stroke, ok := r.StrokeColor.(color.NRGBA); ok && r.StrokeWidth > 0 {
			best = max(best, contrast(stroke, around))
		}
		return best
	}
	return 0
}

// distance is how far two places to touch are from each other.
func distance(a, b *target) float32 {
	dx := max(a.pos.X-b.pos.X-b.size.Width, b.pos.X-a.pos.X-a.size.Width)
	dy := max(a.pos.Y-b.pos.Y-b.size.Height, b.pos.Y-a.pos.Y-a.size.Height)
	return max(dx, dy)
}
