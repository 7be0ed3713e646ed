package draw

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
)

func TestEveryPictureIsDrawnAndHasOnlyKnownColours(t *testing.T) {
	entries, err := Pictures.ReadDir("pictures")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range themes {
		s := NewSheet()
		s.Begin(GeometryOf(fyne.NewSize(1080, 1920), TextNormal), PaletteOf(c))
		for _, e := range entries {
			file := strings.TrimSuffix(e.Name(), ".svg")
			if svg := s.drawn(file, s.Colors.Accent, fyne.NewSize(60, 50)); strings.ContainsAny(svg, "{}") {
				t.Errorf("%s: a colour that no theme has", e.Name())
			}
			s.Picture(file, Area{X: 0, Y: 0, W: 60, H: 50}, file, s.Colors.Accent)
		}
		s.End()
		for _, f := range s.Faults {
			t.Error(f)
		}
		for _, o := range s.Order {
			if p := o.(interface{ Alpha() float64 }); p.Alpha() != 1 {
				t.Error("translucent")
			}
		}
	}
}
