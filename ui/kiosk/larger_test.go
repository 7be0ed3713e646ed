package kiosk

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"

	"authenkiosk/ui/draw"
	"authenkiosk/visit/flow"
)

// displays are those of kiosks.
var displays = []fyne.Size{{Width: 1080, Height: 1920}, {Width: 1366, Height: 768}, {Width: 1920, Height: 1080}}

// sizesOf is the size of every text on the screen, by the name of its piece.
func sizesOf(k *Kiosk) map[string]float32 {
	out := map[string]float32{}
	for key, p := range k.s.Pool {
		if x, ok := p.Piece.(*draw.Text); ok && p.Drawing == k.s.Drawing && x.Used > 0 {
			out[key] = x.Lines[0].TextSize
		}
	}
	return out
}

func TestTheCodeIsHugeInEverySizeOfText(t *testing.T) {
	painted(t)
	for _, c := range []struct {
		size  fyne.Size
		least float32
	}{{displays[0], 112}, {displays[1], 70}, {displays[2], 98}} {
		k := shown(t, sampleOptions(), welcomeModel(), c.size)
		for _, s := range samples(t) {
			for text := flow.TextNormal; text <= flow.TextLargest; text++ {
				s.model.Prefs.TextSize = text
				k.Show(s.model)
				if got, there := sizesOf(k)[s.model.State.String()+"/text/code"]; there && got < c.least {
					t.Errorf("%s on %v, size %d: the code has the size %.1f, want %.0f", s.name, c.size, text, got, c.least)
				}
			}
		}
	}
}

func TestLargerMakesNothingSmallerAndDropsNothing(t *testing.T) {
	for _, size := range displays {
		for _, lang := range []string{"th", "en"} {
			t.Run(fmt.Sprintf("%.0fx%.0f/%s", size.Width, size.Height, lang), func(t *testing.T) {
				k := shown(t, sampleOptions(), welcomeModel(), size)
				for i, s := range samples(t) {
					if leftOut(i) {
						continue
					}
					var before map[string]float32
					for text := flow.TextNormal; text <= flow.TextLargest; text++ {
						s.model.Prefs = flow.Prefs{Language: lang, TextSize: text}
						k.Show(s.model)
						now := sizesOf(k)
						for key, was := range before {
							switch is, there := now[key]; {
							case !there:
								t.Errorf("%s, size %d: %s is not there any more", s.name, text, key)
							case is < was-0.01:
								t.Errorf("%s, size %d: %s shrinks from %.1f to %.1f", s.name, text, key, was, is)
							}
						}
						before = now
					}
				}
			})
		}
	}
}
