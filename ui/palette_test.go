package ui

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"authenkiosk/visit/flow"
)

func luminance(c color.NRGBA) float64 {
	part := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
}

func contrast(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestTextIsReadableInEveryTheme(t *testing.T) {
	for c, want := range map[flow.Contrast]float64{flow.ContrastLight: 7, flow.ContrastDark: 10, flow.ContrastBlackYellow: 10} {
		p := paletteOf(c)
		for _, pair := range []struct {
			name  string
			on, c color.NRGBA
		}{
			{"ink on ground", p.ground, p.ink},
			{"ink on panel", p.panel, p.ink},
			{"ink on soft", p.soft, p.ink},
			{"muted on ground", p.ground, p.muted},
			{"muted on panel", p.panel, p.muted},
			{"muted on soft", p.soft, p.muted},
			{"label of a button", p.accent, p.onAccent},
			{"label of a pressed button", p.pressed, p.onAccent},
			{"accent on panel", p.panel, p.accent},
			{"accent on soft", p.soft, p.accent},
			{"accent on ground", p.ground, p.accent},
			{"ok on ground", p.ground, p.ok},
			{"ok on panel", p.panel, p.ok},
			{"bad on ground", p.ground, p.bad},
			{"bad on panel", p.panel, p.bad},
			{"warn on panel", p.panel, p.warn},
			{"banner", p.banner, p.onBanner},
			{"what is off", p.ground, p.off},
		} {
			if got := contrast(pair.on, pair.c); got < want {
				t.Errorf("%s: %s has contrast %.1f, want %.0f", p.name, pair.name, got, want)
			}
		}
	}
}

func TestTheThemeHasTheBundledFontAndNoBlur(t *testing.T) {
	th := NewTheme(flow.ContrastLight)
	if th.Font(fyne.TextStyle{}) != fyne.Resource(fontRegular) || th.Font(fyne.TextStyle{Bold: true}) != fyne.Resource(fontBold) {
		t.Error("another font")
	}
	if got := th.Size(theme.SizeNameModalBlurRadius); got != 0 {
		t.Errorf("blur radius %v", got)
	}
	if th.Size(theme.SizeNamePadding) <= 0 || th.Icon(theme.IconNameCancel) == nil {
		t.Error("the rest is not Fyne's own")
	}
	for _, c := range []flow.Contrast{flow.ContrastLight, flow.ContrastDark, flow.ContrastBlackYellow} {
		th, p := NewTheme(c), paletteOf(c)
		if th.Color(theme.ColorNameBackground, 0) != color.Color(p.ground) || th.Color(theme.ColorNameForeground, 0) != color.Color(p.ink) ||
			th.Color(theme.ColorNamePrimary, 0) != color.Color(p.accent) || th.Color(theme.ColorNameError, 0) == nil {
			t.Errorf("%s: colours", p.name)
		}
	}
}
