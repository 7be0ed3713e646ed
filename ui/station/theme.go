package station

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"authenkiosk/ui/draw"
)

// The sizes of a desk: people sit before it, so that it is denser than a kiosk, and a
// finger still hits a row.
const (
	textSize    = 18
	titleSize   = 24
	captionSize = 16
	rowHeight   = 44 // the least for a finger
)

// Theme draws Fyne's widgets in the colours of the screens.
type Theme struct{ draw.Theme }

var _ fyne.Theme = Theme{}

// NewTheme returns the theme, light or dark.
func NewTheme(dark bool) Theme {
	if dark {
		return Theme{draw.NewTheme(draw.ContrastDark)}
	}
	return Theme{draw.NewTheme(draw.ContrastLight)}
}

// Color implements fyne.Theme.
func (t Theme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	c := t.Colors
	switch name {
	case theme.ColorNameSelection:
		return color.NRGBA{R: c.Accent.R, G: c.Accent.G, B: c.Accent.B, A: 0x38}
	case theme.ColorNameButton, theme.ColorNameHeaderBackground:
		return c.Soft
	case theme.ColorNameInputBackground, theme.ColorNameMenuBackground, theme.ColorNameOverlayBackground, theme.ColorNameDisabledButton:
		return c.Panel
	case theme.ColorNamePlaceHolder:
		return c.Muted
	case theme.ColorNameDisabled:
		return c.Off
	case theme.ColorNameInputBorder, theme.ColorNameScrollBar:
		return c.Muted
	case theme.ColorNameSeparator, theme.ColorNameScrollBarBackground:
		return c.Line
	case theme.ColorNameFocus: // it lies over a button or a row, whose words must stay readable
		return color.NRGBA{R: c.Accent.R, G: c.Accent.G, B: c.Accent.B, A: 0x50}
	case theme.ColorNameHover: // as does this, also over the button of what is done mostly
		return color.NRGBA{R: c.Ink.R, G: c.Ink.G, B: c.Ink.B, A: 0x18}
	case theme.ColorNamePressed:
		return color.NRGBA{R: c.Ink.R, G: c.Ink.G, B: c.Ink.B, A: 0x30}
	case theme.ColorNameForegroundOnPrimary, theme.ColorNameForegroundOnError, theme.ColorNameForegroundOnSuccess, theme.ColorNameForegroundOnWarning:
		return c.OnAccent
	case theme.ColorNameError:
		return c.Bad
	case theme.ColorNameWarning:
		return c.Warn
	case theme.ColorNameSuccess:
		return c.Ok
	}
	return t.Theme.Color(name, v)
}

// Size implements fyne.Theme.
func (t Theme) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNameText:
		return textSize
	case theme.SizeNameSubHeadingText:
		return titleSize
	case theme.SizeNameCaptionText:
		return captionSize
	case theme.SizeNameScrollBar, theme.SizeNameScrollBarSmall: // a finger has to hold it
		return 20
	}
	return t.Theme.Size(name)
}
