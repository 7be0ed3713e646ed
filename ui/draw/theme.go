package draw

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"authenkiosk/assets"
)

// The bundled font. Every text names it itself, so that no text ever falls back
// to a font of the machine, whatever theme the application has.
var (
	fontRegular = fyne.NewStaticResource("AuthenKiosk-Regular.ttf", assets.FontRegular)
	fontBold    = fyne.NewStaticResource("AuthenKiosk-Bold.ttf", assets.FontBold)
)

// fontFor returns the font of all screens.
func fontFor(bold bool) fyne.Resource {
	if bold {
		return fontBold
	}
	return fontRegular
}

// Theme is the Fyne theme of the application: the bundled font for whatever Fyne
// draws itself, the colours of the contrast, and no blur behind layers, which is
// too slow without a graphics card.
type Theme struct{ Colors Palette }

var _ fyne.Theme = Theme{}

// NewTheme returns the theme for a contrast.
func NewTheme(c Contrast) Theme { return Theme{Colors: PaletteOf(c)} }

// Color implements fyne.Theme.
func (t Theme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	switch name {
	case theme.ColorNameBackground:
		return t.Colors.Ground
	case theme.ColorNameForeground:
		return t.Colors.Ink
	case theme.ColorNamePrimary:
		return t.Colors.Accent
	}
	return theme.DefaultTheme().Color(name, v)
}

// Font implements fyne.Theme.
func (t Theme) Font(style fyne.TextStyle) fyne.Resource { return fontFor(style.Bold) }

// Icon implements fyne.Theme.
func (t Theme) Icon(name fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(name) }

// Size implements fyne.Theme.
func (t Theme) Size(name fyne.ThemeSizeName) float32 {
	if name == theme.SizeNameModalBlurRadius {
		return 0
	}
	return theme.DefaultTheme().Size(name)
}
