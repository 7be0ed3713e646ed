package kiosk

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"authenkiosk/ui/draw"
	"authenkiosk/visit/flow"
)

// images are the pixels of the pictures on the screen, by the name of their piece.
func images(k *Kiosk) map[string]any {
	out := map[string]any{}
	for key, p := range k.s.Pool {
		if pic, ok := p.Piece.(draw.Picture); ok && p.Drawing == k.s.Drawing {
			out[key] = pic.Image.Image
		}
	}
	return out
}

func TestThePicturesOfAMovementAreDrawnOnce(t *testing.T) {
	k := shown(t, sampleOptions(), welcomeModel(), panels[0])
	k.s.Draft = false
	k.draw()
	now := noon
	var rounds [2][]any
	for i := range 2 * pictureSteps {
		now = now.Add(stepEvery)
		k.Tick(now)
		rounds[i/pictureSteps] = append(rounds[i/pictureSteps], images(k)["welcome/picture/picture"])
	}
	for i := range pictureSteps {
		if rounds[0][i] == nil || rounds[0][i] != rounds[1][i] {
			t.Errorf("step %d was drawn anew", i)
		}
		if rounds[0][i] == rounds[0][(i+1)%pictureSteps] {
			t.Errorf("step %d does not move", i)
		}
	}
}

func TestAPictureHasAsManyPixelsAsItsPlaceInTheWindow(t *testing.T) {
	k := shown(t, sampleOptions(), welcomeModel(), panels[0])
	k.s.Draft = false
	k.draw()
	for key, p := range k.s.Pool {
		if pic, ok := p.Piece.(draw.Picture); ok {
			b := pic.Image.Image.Bounds()
			if size := fyne.NewSize(float32(b.Dx()), float32(b.Dy())); size != pic.Size() {
				t.Errorf("%s: %v pixels for a place of %v: it would be scaled at every change", key, size, pic.Size())
			}
		}
	}
}

func TestPicturesThatAreNotShownDoNotPileUp(t *testing.T) {
	painted(t)
	k := shown(t, sampleOptions(), welcomeModel(), panels[0])
	k.s.Draft = false
	for contrast := range flow.ContrastBlackYellow + 1 {
		for i, s := range samples(t) {
			if i%3 != int(contrast) {
				continue // some of each are enough to fill the cache
			}
			s.model.Prefs.Contrast = contrast
			k.Show(s.model)
			kept := 0
			for _, p := range k.s.Paintings {
				if p.Used != k.s.Drawing {
					kept += len(p.Pix.Pix)
				}
			}
			if kept > draw.MostPixels {
				t.Fatalf("%s: %d bytes of pictures that are not shown", s.name, kept)
			}
		}
	}
}

// refreshes counts how often the whole screen is made anew.
type refreshes struct{ n int }

func (r *refreshes) Layout([]fyne.CanvasObject, fyne.Size) { r.n++ }

func (*refreshes) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(1, 1) }

func TestATouchMakesAnewOnlyWhatItChanges(t *testing.T) {
	typed, help, other, colours, size := modelOf(t, "phone-empty"), modelOf(t, "phone-empty"), modelOf(t, "phone-empty"), modelOf(t, "phone-empty"), modelOf(t, "phone-empty")
	typed.Session.PhoneInput = "08"
	help.Help = true
	other.Prefs.Language = "en"
	colours.Prefs.Contrast = flow.ContrastDark
	size.Prefs.TextSize = flow.TextLarge
	for name, m := range map[string]flow.Model{"a digit": typed, "help": help, "the language": other, "the colours": colours, "the size": size} {
		k := shown(t, sampleOptions(), modelOf(t, "phone-empty"), panels[0])
		count := &refreshes{}
		k.s.Root.Layout = count
		before := k.s.Drawing
		k.Show(m)
		if k.s.Drawing == before {
			t.Errorf("%s: nothing was drawn", name)
		}
		if count.n > 0 {
			t.Errorf("%s: every picture and text was made anew", name)
		}
	}
}

func TestThePicturesRestWhenNobodyIsThere(t *testing.T) {
	now := noon
	o := sampleOptions()
	o.Now = func() time.Time { return now }
	k := shown(t, o, welcomeModel(), panels[0])
	pass := func(d time.Duration) (steps map[int]bool) {
		steps = map[int]bool{}
		for end := now.Add(d); now.Before(end); {
			now = now.Add(time.Second / 4)
			k.Tick(now)
			steps[k.drawn.step] = true
		}
		return steps
	}
	if got := pass(20 * time.Second); len(got) != pictureSteps {
		t.Errorf("at first it takes %d steps", len(got))
	}
	pass(restAfter)
	if got := pass(5 * time.Minute); len(got) != 1 || !got[0] {
		t.Errorf("with nobody there it still takes the steps %v", got)
	}
	k.veil.Moved(fyne.NewPos(5, 5))
	if got := pass(20 * time.Second); len(got) != pictureSteps {
		t.Errorf("after a touch it takes %d steps", len(got))
	}
	pass(2 * restAfter)
	m := welcomeModel()
	m.Prefs.Language = "en"
	k.Show(m)
	if got := pass(20 * time.Second); len(got) != pictureSteps {
		t.Errorf("in another language it takes %d steps", len(got))
	}
}

func TestTheGroundIsPaintedOnceOnly(t *testing.T) {
	for _, c := range []struct {
		contrast flow.Contrast
		drawn    bool
	}{{flow.ContrastLight, false}, {flow.ContrastDark, true}, {flow.ContrastBlackYellow, true}} {
		m := welcomeModel()
		m.Prefs.Contrast = c.contrast
		k := shown(t, sampleOptions(), welcomeModel(), panels[0])
		k.behind = draw.NewTheme(draw.ContrastLight).Colors.Ground
		k.Show(m)
		if p := k.s.Pool["frame/box/ground"]; (p != nil && p.Drawing == k.s.Drawing) != c.drawn {
			t.Errorf("contrast %v: the window paints its ground itself, and the screen over it: %t", c.contrast, !c.drawn)
		}
	}
}

func TestALargePictureInOtherColoursKeepsNoTouchWaiting(t *testing.T) {
	k := shown(t, sampleOptions(), welcomeModel(), panels[0])
	k.s.Draft = false
	k.draw()
	const picture = "welcome/picture/picture"
	before := images(k)[picture]
	come := make(chan func(), 8)
	k.s.Later = func(f func()) { come <- f }
	m := welcomeModel()
	m.Prefs.Contrast = flow.ContrastDark
	k.Show(m)
	if got := images(k)[picture]; got != before {
		t.Fatal("the screen waited for the large picture")
	}
	if ground := k.s.Pool["frame/box/ground"].Piece.(draw.Box).FillColor; ground != k.s.Colors.Ground || k.s.Colors.Name != "dark" {
		t.Error("the rest has not changed")
	}
	// Others that are as large may come before it.
	for got := images(k)[picture]; got == before || got == nil; got = images(k)[picture] {
		select {
		case show := <-come:
			show()
		case <-time.After(2 * time.Minute):
			t.Fatal("the picture has never come")
		}
	}
}

// BenchmarkATouch is what the answer to a touch costs the goroutine of the screen,
// without the painting.
func BenchmarkATouch(b *testing.B) {
	for _, screen := range []string{"welcome", "phone-empty", "confirm"} {
		var at flow.Model
		for _, s := range samples(b) {
			if s.name == screen {
				at = s.model
			}
		}
		for name, change := range map[string]func(*flow.Model){
			"Help":     func(m *flow.Model) { m.Help = true },
			"Language": func(m *flow.Model) { m.Prefs.Language = "en" },
			"Size":     func(m *flow.Model) { m.Prefs.TextSize = flow.TextLarge },
			"Colours":  func(m *flow.Model) { m.Prefs.Contrast = flow.ContrastDark },
			"Digit":    func(m *flow.Model) { m.Session.PhoneInput += "0" },
		} {
			b.Run(screen+"/"+name, func(b *testing.B) {
				k := shown(b, sampleOptions(), at, panels[0])
				k.s.Draft = false
				changed := at
				change(&changed)
				for b.Loop() {
					k.Show(changed)
					k.Show(at)
				}
			})
		}
	}
}
