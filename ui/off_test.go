package ui

import (
	"testing"

	"authenkiosk/visit/flow"
)

func TestWhatCannotBeTouchedLooksSoInEveryTheme(t *testing.T) {
	for theme := flow.ContrastLight; theme <= flow.ContrastBlackYellow; theme++ {
		s := newSheet()
		s.begin(geometryOf(panels[0], flow.TextNormal), paletteOf(theme))
		for _, kind := range []weight{primary, secondary, quiet} {
			on, off := button{name: "a", kind: kind}, button{name: "a", kind: kind, off: true}
			a, b := s.buttonColors(on), s.buttonColors(off)
			if a.label == b.label || a.stroke == b.stroke || on.edge() <= off.edge() {
				t.Errorf("%s: a button of weight %d looks alike on (%v) and off (%v)", s.p.name, kind, a, b)
			}
		}
	}
}
