package draw

import (
	"testing"

	"fyne.io/fyne/v2"
)

func TestWhatCannotBeTouchedLooksSoInEveryTheme(t *testing.T) {
	for _, theme := range themes {
		s := NewSheet()
		s.Begin(GeometryOf(fyne.NewSize(1080, 1920), TextNormal), PaletteOf(theme))
		for _, kind := range []Weight{Primary, Secondary, Quiet} {
			on, off := Button{Name: "a", Kind: kind}, Button{Name: "a", Kind: kind, Off: true}
			a, b := s.ButtonColors(on), s.ButtonColors(off)
			if a.Label == b.Label || a.Stroke == b.Stroke || on.Edge() <= off.Edge() {
				t.Errorf("%s: a button of weight %d looks alike on (%v) and off (%v)", s.Colors.Name, kind, a, b)
			}
		}
	}
}
