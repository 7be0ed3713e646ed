package kiosk

import (
	"fmt"
	"image"
	"image/color"
	raster "image/draw"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/software"

	"authenkiosk/ui/draw"
	"authenkiosk/ui/draw/drawtest"
	"authenkiosk/visit/flow"
)

// contrastInPixels is the contrast of a text as it was painted: that of the most
// common colour of its place, which is the ground, and of the pixels that are
// furthest from it, which are the middle of its strokes. A few pixels of another
// colour at the edge do not count, and neither do those between letters and ground.
func contrastInPixels(img image.Image, at draw.Area) float64 {
	count := map[color.NRGBA]int{}
	place := image.Rect(int(at.X), int(at.Y), int(at.X+at.W+1), int(at.Y+at.H+1)).Intersect(img.Bounds())
	pix := image.NewNRGBA(place)
	raster.Draw(pix, place, img, place.Min, raster.Src)
	for i := 0; i < len(pix.Pix); i += 4 {
		count[color.NRGBA{R: pix.Pix[i], G: pix.Pix[i+1], B: pix.Pix[i+2], A: 255}]++
	}
	var ground color.NRGBA
	for c, n := range count {
		if n > count[ground] {
			ground = c
		}
	}
	type ink struct {
		contrast float64
		pixels   int
	}
	var inks []ink
	for c, n := range count {
		inks = append(inks, ink{drawtest.Contrast(c, ground), n})
	}
	slices.SortFunc(inks, func(a, b ink) int {
		if a.contrast > b.contrast {
			return -1
		}
		return 1
	})
	// The strokes of the thinnest words fill a fiftieth of their place.
	left := place.Dx() * place.Dy() / 200
	for _, i := range inks {
		if left -= i.pixels; left < 0 {
			return i.contrast
		}
	}
	return 1
}

// photographed draws a screen in pixels, and returns the texts that can be seen beside
// it, without the name of the machine, which is too small to be anything but grey.
// Pictures are left out: they take most of the time, and no text stands on them.
func photographed(t *testing.T, m flow.Model, size fyne.Size) (image.Image, []*canvas.Text) {
	t.Helper()
	k := shown(t, sampleOptions(), m, size)
	c := software.NewCanvas()
	c.SetPadded(false)
	c.Resize(size)
	c.SetContent(k.Content())
	var texts []*canvas.Text
	for i, o := range k.s.Order {
		words, ok := o.(*canvas.Text)
		if ok && words.Text != "" && words.TextSize > 2*draw.ImprintText*k.s.Geo.Unit && !covered(words, k.s.Order[i+1:]) {
			texts = append(texts, words)
		}
	}
	return c.Capture(), texts
}

// covered reports whether something was painted over a text: the layer of a question.
func covered(c *canvas.Text, above []fyne.CanvasObject) bool {
	at := inkBox(c)
	return slices.ContainsFunc(above, func(o fyne.CanvasObject) bool {
		r, ok := o.(*canvas.Rectangle)
		if !ok {
			return false
		}
		p, d := r.Position(), r.Size()
		return p.X < at.X+at.W && at.X < p.X+d.Width && p.Y < at.Y+at.H && at.Y < p.Y+d.Height
	})
}

// faded are the texts of a picture of a screen with less contrast than that.
func faded(img image.Image, texts []*canvas.Text, least float64) (list []string) {
	for _, c := range texts {
		if got := contrastInPixels(img, inkBox(c)); got < least {
			list = append(list, fmt.Sprintf("%q with %.1f", c.Text, got))
		}
	}
	return list
}

// pixelScreens are what most patients see, a question over it, a refusal and a fault.
var pixelScreens = append([]string{"phone-wrong", "idle", "card-fault-card-mute"}, golden...)

func TestTextsOfTheMainScreensHaveTheirContrastInPixels(t *testing.T) {
	painted(t)
	for _, name := range pixelScreens {
		for theme, least := range leastContrast {
			m := modelOf(t, name)
			m.Prefs.Contrast = theme
			img, texts := photographed(t, m, fyne.NewSize(720, 1280))
			if len(texts) < 5 {
				t.Errorf("%s: only %d texts", name, len(texts))
			}
			for _, words := range faded(img, texts, least) {
				t.Errorf("%s, %s: %s, want %.0f", name, draw.PaletteOf(draw.Contrast(theme)).Name, words, least)
			}
		}
	}
}

func TestAFadedTextIsFoundInPixels(t *testing.T) {
	black, white := color.NRGBA{A: 255}, color.NRGBA{R: 255, G: 255, B: 255, A: 255}
	for _, c := range []struct {
		name        string
		ink, ground color.NRGBA
		over        color.Color // painted above the words
		found       bool
	}{
		{"black on white", black, white, nil, false},
		{"white on black", white, black, nil, false},
		{"just enough", color.NRGBA{R: 0x57, G: 0x57, B: 0x57, A: 255}, white, nil, false},    // 7.2
		{"just too little", color.NRGBA{R: 0x5B, G: 0x5B, B: 0x5B, A: 255}, white, nil, true}, // 6.8
		{"nothing to see", white, white, nil, true},
		{"under a veil", black, white, color.NRGBA{R: 255, G: 255, B: 255, A: 0x60}, true},
		{"hidden", black, white, white, true},
	} {
		words := canvas.NewText("ที่นี่ 080", c.ink)
		words.TextSize, words.FontSource = 17, draw.Theme{}.Font(fyne.TextStyle{})
		words.Move(fyne.NewPos(20, 20))
		words.Resize(words.MinSize())
		objects := []fyne.CanvasObject{canvas.NewRectangle(c.ground), words}
		if c.over != nil {
			objects = append(objects, canvas.NewRectangle(c.over))
		}
		size := fyne.NewSize(200, 80)
		for _, o := range objects {
			if o != words {
				o.Resize(size)
			}
		}
		img := capture(&fyne.Container{Objects: objects}, 200, 80)
		if got := faded(img, []*canvas.Text{words}, 7); (len(got) > 0) != c.found {
			t.Errorf("%s: found %q", c.name, got)
		}
	}
}
