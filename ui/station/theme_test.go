package station

import (
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"authenkiosk/ui/draw/drawtest"
)

// over is what is seen of one colour that lies over another, as Fyne's buttons mix them.
func over(below, above color.Color) color.NRGBA {
	b, a := color.NRGBAModel.Convert(below).(color.NRGBA), color.NRGBAModel.Convert(above).(color.NRGBA)
	mix := func(b, a, alpha uint8) uint8 { return uint8((int(b)*(255-int(alpha)) + int(a)*int(alpha)) / 255) }
	return color.NRGBA{R: mix(b.R, a.R, a.A), G: mix(b.G, a.G, a.A), B: mix(b.B, a.B, a.A), A: 255}
}

// A mouse stands on the button that is pressed next, mostly for longer than anywhere else.
func TestTheWordsOfAButtonAreReadUnderAMouseAndAFinger(t *testing.T) {
	for _, dark := range []bool{false, true} {
		th := NewTheme(dark)
		of := func(name fyne.ThemeColorName) color.Color { return th.Color(name, theme.VariantLight) }
		for _, pair := range [][2]fyne.ThemeColorName{
			{theme.ColorNameForeground, theme.ColorNameButton}, {theme.ColorNameForegroundOnPrimary, theme.ColorNamePrimary}, {theme.ColorNameForeground, theme.ColorNameBackground},
		} {
			for _, state := range []fyne.ThemeColorName{theme.ColorNameHover, theme.ColorNamePressed, theme.ColorNameFocus} {
				words, ground := of(pair[0]), over(of(pair[1]), of(state))
				if got := drawtest.Contrast(color.NRGBAModel.Convert(words).(color.NRGBA), ground); got < 4.5 {
					t.Errorf("dark %t: %s on %s with %s has a contrast of %.1f", dark, pair[0], pair[1], state, got)
				}
			}
		}
	}
}
