package kiosk

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"authenkiosk/ui/draw"
	"authenkiosk/visit/flow"
)

var panels = []fyne.Size{{Width: 1080, Height: 1920}, {Width: 1920, Height: 1080}, {Width: 1366, Height: 768}, {Width: 1280, Height: 800}, {Width: 1024, Height: 768}}

// turned are panels that are used upright, and those of 5 to 4.
var turned = []fyne.Size{{Width: 800, Height: 1280}, {Width: 1024, Height: 1280}, {Width: 1280, Height: 1024}, {Width: 768, Height: 1024}}

// shown draws a model without rendering it.
func shown(t testing.TB, o Options, m flow.Model, size fyne.Size) *Kiosk {
	t.Helper()
	k, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	k.s.Draft = true
	k.Content().Resize(size)
	k.Show(m)
	return k
}

func TestEveryScreenFitsEveryPanelInEveryLanguageAndTextSize(t *testing.T) {
	for _, size := range slices.Concat(panels, turned) {
		for _, lang := range []string{"th", "en"} {
			for large := flow.TextNormal; large <= flow.TextLargest; large++ {
				t.Run(fmt.Sprintf("%.0fx%.0f/%s/text=%d", size.Width, size.Height, lang, large), func(t *testing.T) {
					k := shown(t, sampleOptions(), welcomeModel(), size)
					for i, s := range samples(t) {
						if leftOut(i + int(large)) {
							continue
						}
						s.model.Prefs = flow.Prefs{Language: lang, TextSize: large}
						k.Show(s.model)
						checkLayout(t, s.name, k, size)
					}
				})
			}
		}
	}
}

func checkLayout(t *testing.T, name string, k *Kiosk, size fyne.Size) {
	t.Helper()
	for _, f := range k.s.Faults {
		t.Errorf("%s: %s", name, f)
	}
	if least := k.Content().MinSize(); least.Width > size.Width || least.Height > size.Height {
		t.Errorf("%s: wants at least %v", name, least)
	}
	for _, o := range k.s.Order {
		p, d := o.Position(), o.Size()
		if p.X < 0 || p.Y < 0 || p.X+d.Width > size.Width+1 || p.Y+d.Height > size.Height+1 {
			if c, ok := o.(*canvas.Text); !ok || !inkInside(c, size) {
				t.Errorf("%s: %T %q at %v, %v lies outside of the panel", name, o, textOf(o), p, d)
			}
		}
	}
	checkTargets(t, name, k)
	checkTexts(t, name, k)
}

// inkInside is for texts, whose line is higher than any ink.
func inkInside(c *canvas.Text, size fyne.Size) bool {
	b := inkBox(c)
	return b.X >= 0 && b.Y >= 0 && b.X+b.W <= size.Width && b.Y+b.H <= size.Height
}

func textOf(o fyne.CanvasObject) string {
	if c, ok := o.(*canvas.Text); ok {
		return c.Text
	}
	return ""
}

// inkBox is the part of a text object that ink can reach, with a little less
// than the distance of two lines.
func inkBox(c *canvas.Text) draw.Area {
	p, d := c.Position(), c.Size()
	h := c.TextSize * draw.Pitch * 0.86
	return draw.Area{X: p.X, Y: p.Y + (d.Height-h)/2, W: d.Width, H: h}
}

func checkTargets(t *testing.T, name string, k *Kiosk) {
	t.Helper()
	list := k.Layout()
	full := min(k.size.Width, k.size.Height) >= 1080
	for i, a := range list {
		if a.W < 44 || a.H < 44 {
			t.Errorf("%s: %s is only %d x %d px", name, a.Name, a.W, a.H)
		}
		if full && (a.W < draw.Touch || a.H < draw.Touch) {
			t.Errorf("%s: %s is only %d x %d px on a panel of 1080 lines", name, a.Name, a.W, a.H)
		}
		if a.Text == "" {
			t.Errorf("%s: %s has no label", name, a.Name)
		}
		for _, b := range list[i+1:] {
			if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
				t.Errorf("%s: %s and %s overlap", name, a.Name, b.Name)
			}
			if a.Name == b.Name {
				t.Errorf("%s: two targets are called %s", name, a.Name)
			}
		}
	}
}

// checkTexts sees that no two texts of one layer lie on each other.
func checkTexts(t *testing.T, name string, k *Kiosk) {
	t.Helper()
	type drawn struct {
		layer, words string
		at           draw.Area
	}
	var all []drawn
	for key, p := range k.s.Pool {
		x, ok := p.Piece.(*draw.Text)
		if !ok || p.Drawing != k.s.Drawing {
			continue
		}
		layer := strings.SplitN(key, "/", 2)[0]
		if layer != "help" && layer != "idle" {
			layer = "screen"
		}
		for _, c := range x.Lines[:x.Used] {
			all = append(all, drawn{layer, c.Text, inkBox(c)})
		}
	}
	for i, a := range all {
		for _, b := range all[i+1:] {
			if a.layer == b.layer && a.at.X < b.at.X+b.at.W && b.at.X < a.at.X+a.at.W && a.at.Y+1 < b.at.Y+b.at.H && b.at.Y+1 < a.at.Y+a.at.H {
				t.Errorf("%s: %q and %q lie on each other", name, a.words, b.words)
			}
		}
	}
}

func TestControlsOfAPortraitPanelAreInItsLowerTwoThirds(t *testing.T) {
	k := shown(t, sampleOptions(), welcomeModel(), panels[0])
	for _, s := range samples(t) {
		if s.model.State == flow.Confirm || s.model.State == flow.ClaimTypeChoice {
			continue // lists whose lines are also what is read first
		}
		k.Show(s.model)
		for _, w := range k.Layout() {
			if w.Y < int(panels[0].Height)/3 {
				t.Errorf("%s: %s begins at %d", s.name, w.Name, w.Y)
			}
		}
	}
}

func TestTextIsAsLargeAsTheFiguresDemand(t *testing.T) {
	for _, size := range panels[:2] {
		k := shown(t, sampleOptions(), welcomeModel(), size)
		for _, s := range samples(t) {
			k.Show(s.model)
			for key, p := range k.s.Pool {
				x, ok := p.Piece.(*draw.Text)
				if !ok || p.Drawing != k.s.Drawing || x.Used == 0 {
					continue
				}
				least := float32(draw.SmallestText)
				switch {
				case strings.HasSuffix(key, "/text/imprint"):
					least = draw.ImprintText
				case strings.HasSuffix(key, "/text/title"):
					least = 40
				case strings.HasSuffix(key, "/text/code"):
					least = 72
				}
				if got := x.Lines[0].TextSize; got < least-0.1 {
					t.Errorf("%s: %s has size %.1f, want %.0f", s.name, key, got, least)
				}
			}
		}
	}
}

func TestTheWindowMayHaveAnyShapeWithoutHarm(t *testing.T) {
	for _, size := range []fyne.Size{{Width: 1, Height: 1}, {Width: 320, Height: 240}, {Width: 1000, Height: 1000}, {Width: 3840, Height: 1080}, {Width: 600, Height: 2400}} {
		k := shown(t, sampleOptions(), welcomeModel(), size)
		for _, s := range samples(t) {
			k.Show(s.model)
		}
	}
}
