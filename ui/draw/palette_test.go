package draw

import (
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"authenkiosk/ui/draw/drawtest"
)

// themes are all of them.
var themes = []Contrast{ContrastLight, ContrastDark, ContrastBlackYellow}

func TestTextIsReadableInEveryTheme(t *testing.T) {
	for c, want := range map[Contrast]float64{ContrastLight: 7, ContrastDark: 10, ContrastBlackYellow: 10} {
		p := PaletteOf(c)
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
			if got := drawtest.Contrast(pair.on, pair.c); got < want {
				t.Errorf("%s: %s has contrast %.1f, want %.0f", p.Name, pair.name, got, want)
			}
		}
	}
}

func TestTheThemeHasTheBundledFontAndNoBlur(t *testing.T) {
	th := NewTheme(ContrastLight)
	if th.Font(fyne.TextStyle{}) != fyne.Resource(fontRegular) || th.Font(fyne.TextStyle{Bold: true}) != fyne.Resource(fontBold) {
		t.Error("another font")
	}
	if got := th.Size(theme.SizeNameModalBlurRadius); got != 0 {
		t.Errorf("blur radius %v", got)
	}
	if th.Size(theme.SizeNamePadding) <= 0 || th.Icon(theme.IconNameCancel) == nil {
		t.Error("the rest is not Fyne's own")
	}
	for _, c := range themes {
		th, p := NewTheme(c), PaletteOf(c)
		if th.Color(theme.ColorNameBackground, 0) != color.Color(p.Ground) || th.Color(theme.ColorNameForeground, 0) != color.Color(p.Ink) ||
			th.Color(theme.ColorNamePrimary, 0) != color.Color(p.Accent) || th.Color(theme.ColorNameError, 0) == nil {
			t.Errorf("%s: colours", p.Name)
		}
	}
}
