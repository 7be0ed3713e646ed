package kiosk

import (
	"testing"

	"authenkiosk/ui/draw"
	"authenkiosk/visit/flow"
)

func TestWhatCannotBeTouchedLooksSoInEveryTheme(t *testing.T) {
	for theme := flow.ContrastLight; theme <= flow.ContrastBlackYellow; theme++ {
		s := draw.NewSheet()
		s.Begin(draw.GeometryOf(panels[0], draw.TextNormal), draw.PaletteOf(draw.Contrast(theme)))
		for _, kind := range []draw.Weight{draw.Primary, draw.Secondary, draw.Quiet} {
			on, off := draw.Button{Name: "a", Kind: kind}, draw.Button{Name: "a", Kind: kind, Off: true}
			a, b := s.ButtonColors(on), s.ButtonColors(off)
			if a.Label == b.Label || a.Stroke == b.Stroke || on.Edge() <= off.Edge() {
				t.Errorf("%s: a button of weight %d looks alike on (%v) and off (%v)", s.Colors.Name, kind, a, b)
			}
		}
	}
}
