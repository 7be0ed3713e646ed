package kiosk

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"authenkiosk/ui/draw"
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
		p := draw.PaletteOf(draw.Contrast(c))
		for _, pair := range []struct {
			name  string
			on, c color.NRGBA
		}{
			{"ink on ground", p.Ground, p.Ink},
			{"ink on panel", p.Panel, p.Ink},
			{"ink on soft", p.Soft, p.Ink},
			{"muted on ground", p.Ground, p.Muted},
			{"muted on panel", p.Panel, p.Muted},
			{"muted on soft", p.Soft, p.Muted},
			{"label of a button", p.Accent, p.OnAccent},
			{"label of a pressed button", p.Pressed, p.OnAccent},
			{"accent on panel", p.Panel, p.Accent},
			{"accent on soft", p.Soft, p.Accent},
			{"accent on ground", p.Ground, p.Accent},
			{"ok on ground", p.Ground, p.Ok},
			{"ok on panel", p.Panel, p.Ok},
			{"bad on ground", p.Ground, p.Bad},
			{"bad on panel", p.Panel, p.Bad},
			{"warn on panel", p.Panel, p.Warn},
			{"banner", p.Banner, p.OnBanner},
			{"what is off", p.Ground, p.Off},
		} {
			if got := contrast(pair.on, pair.c); got < want {
				t.Errorf("%s: %s has contrast %.1f, want %.0f", p.Name, pair.name, got, want)
			}
		}
	}
}

func TestTheThemeHasTheBundledFontAndNoBlur(t *testing.T) {
	th := draw.NewTheme(draw.ContrastLight)
	if th.Font(fyne.TextStyle{}) != fyne.Resource(draw.FontRegular) || th.Font(fyne.TextStyle{Bold: true}) != fyne.Resource(draw.FontBold) {
		t.Error("another font")
	}
	if got := th.Size(theme.SizeNameModalBlurRadius); got != 0 {
		t.Errorf("blur radius %v", got)
	}
	if th.Size(theme.SizeNamePadding) <= 0 || th.Icon(theme.IconNameCancel) == nil {
		t.Error("the rest is not Fyne's own")
	}
	for _, c := range []flow.Contrast{flow.ContrastLight, flow.ContrastDark, flow.ContrastBlackYellow} {
		th, p := draw.NewTheme(draw.Contrast(c)), draw.PaletteOf(draw.Contrast(c))
		if th.Color(theme.ColorNameBackground, 0) != color.Color(p.Ground) || th.Color(theme.ColorNameForeground, 0) != color.Color(p.Ink) ||
			th.Color(theme.ColorNamePrimary, 0) != color.Color(p.Accent) || th.Color(theme.ColorNameError, 0) == nil {
			t.Errorf("%s: colours", p.Name)
		}
	}
}
