package draw

import (
	"image/color"
)

// Palette is one of the colour themes. Text is ink or muted on ground, panel or
// soft, onAccent on accent, and ok, warn and bad on ground or panel; the tests
// measure the contrast of each of these pairs.
type Palette struct {
	Name     string
	Ground   color.NRGBA // behind everything
	Panel    color.NRGBA // cards, bars
	Soft     color.NRGBA // a panel that is to be noticed
	Line     color.NRGBA // borders that only divide
	edge     color.NRGBA // borders that say "touch me": 3:1 against what is around
	Off      color.NRGBA // words and border of what cannot be touched now
	Ink      color.NRGBA // text
	Muted    color.NRGBA // text of less weight
	Accent   color.NRGBA // the one colour of whatever is to be touched
	OnAccent color.NRGBA
	Pressed  color.NRGBA // an accent button under the finger
	Ok       color.NRGBA
	Warn     color.NRGBA
	Bad      color.NRGBA
	Banner   color.NRGBA // the strip of the zones that are not real
	OnBanner color.NRGBA
	Dim      color.NRGBA // over the screen, behind a question
	// Only in pictures.
	Card, CardLine, gold, goldLine, machine, machineLine, slot color.NRGBA
}

// RGB is an opaque colour, written as in a style sheet.
func RGB(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xff}
}

// PaletteOf returns the colours of a contrast.
func PaletteOf(c Contrast) Palette {
	switch c {
	case ContrastDark:
		return darkPalette()
	case ContrastBlackYellow:
		return blackYellowPalette()
	}
	return lightPalette()
}

func lightPalette() Palette {
	return Palette{
		Name: "light", Ground: RGB(0xF2F6F7), Panel: RGB(0xFFFFFF), Soft: RGB(0xE0F0F1), Line: RGB(0xBCCDD2),
		edge: RGB(0x5F7680), Off: RGB(0x4A5358),
		Ink: RGB(0x10252D), Muted: RGB(0x3B4E57), Accent: RGB(0x00545C), OnAccent: RGB(0xFFFFFF), Pressed: RGB(0x002F34),
		Ok: RGB(0x0A5A30), Warn: RGB(0x734200), Bad: RGB(0x961717), Banner: RGB(0xFFD45C), OnBanner: RGB(0x2A1E00),
		Dim:  color.NRGBA{R: 0x08, G: 0x18, B: 0x1D, A: 0xB4},
		Card: RGB(0xD3E8F6), CardLine: RGB(0x4C6E86), gold: RGB(0xE6B637), goldLine: RGB(0x7A5600),
		machine: RGB(0x5A6E78), machineLine: RGB(0x25363D), slot: RGB(0x0C161A),
	}
}

func darkPalette() Palette {
	return Palette{
		Name: "dark", Ground: RGB(0x0B151A), Panel: RGB(0x14232A), Soft: RGB(0x10272F), Line: RGB(0x47606B),
		edge: RGB(0x7C98A5), Off: RGB(0xC6CCCF),
		Ink: RGB(0xF5F9FA), Muted: RGB(0xD3DEE3), Accent: RGB(0x8CE8E4), OnAccent: RGB(0x03181A), Pressed: RGB(0xD8FFFC),
		Ok: RGB(0x92EDB6), Warn: RGB(0xFFD98A), Bad: RGB(0xFFC9C2), Banner: RGB(0xFFD45C), OnBanner: RGB(0x2A1E00),
		Dim:  color.NRGBA{A: 0xC8},
		Card: RGB(0xC4DDEE), CardLine: RGB(0x3E5C70), gold: RGB(0xE6B637), goldLine: RGB(0x6A4A00),
		machine: RGB(0x4B606B), machineLine: RGB(0xA9BFC9), slot: RGB(0x000000),
	}
}

func blackYellowPalette() Palette {
	yellow, black := RGB(0xFFE600), RGB(0x000000)
	return Palette{
		Name: "black-yellow", Ground: black, Panel: black, Soft: RGB(0x1C1900), Line: yellow,
		edge: yellow, Off: RGB(0xC4C4C4),
		Ink: yellow, Muted: yellow, Accent: yellow, OnAccent: black, Pressed: RGB(0xFFFFFF),
		Ok: yellow, Warn: yellow, Bad: yellow, Banner: RGB(0xFFFFFF), OnBanner: black,
		Dim:  color.NRGBA{A: 0xD8},
		Card: RGB(0x332E00), CardLine: yellow, gold: yellow, goldLine: black, machine: black, machineLine: yellow, slot: RGB(0x554C00),
	}
}
