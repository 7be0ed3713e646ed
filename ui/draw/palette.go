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

// rgb is an opaque colour, written as in a style sheet.
func rgb(hex uint32) color.NRGBA {
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
		Name: "light", Ground: rgb(0xF2F6F7), Panel: rgb(0xFFFFFF), Soft: rgb(0xE0F0F1), Line: rgb(0xBCCDD2),
		edge: rgb(0x5F7680), Off: rgb(0x4A5358),
		Ink: rgb(0x10252D), Muted: rgb(0x3B4E57), Accent: rgb(0x00545C), OnAccent: rgb(0xFFFFFF), Pressed: rgb(0x002F34),
		Ok: rgb(0x0A5A30), Warn: rgb(0x734200), Bad: rgb(0x961717), Banner: rgb(0xFFD45C), OnBanner: rgb(0x2A1E00),
		Dim:  color.NRGBA{R: 0x08, G: 0x18, B: 0x1D, A: 0xB4},
		Card: rgb(0xD3E8F6), CardLine: rgb(0x4C6E86), gold: rgb(0xE6B637), goldLine: rgb(0x7A5600),
		machine: rgb(0x5A6E78), machineLine: rgb(0x25363D), slot: rgb(0x0C161A),
	}
}

func darkPalette() Palette {
	return Palette{
		Name: "dark", Ground: rgb(0x0B151A), Panel: rgb(0x14232A), Soft: rgb(0x10272F), Line: rgb(0x47606B),
		edge: rgb(0x7C98A5), Off: rgb(0xC6CCCF),
		Ink: rgb(0xF5F9FA), Muted: rgb(0xD3DEE3), Accent: rgb(0x8CE8E4), OnAccent: rgb(0x03181A), Pressed: rgb(0xD8FFFC),
		Ok: rgb(0x92EDB6), Warn: rgb(0xFFD98A), Bad: rgb(0xFFC9C2), Banner: rgb(0xFFD45C), OnBanner: rgb(0x2A1E00),
		Dim:  color.NRGBA{A: 0xC8},
		Card: rgb(0xC4DDEE), CardLine: rgb(0x3E5C70), gold: rgb(0xE6B637), goldLine: rgb(0x6A4A00),
		machine: rgb(0x4B606B), machineLine: rgb(0xA9BFC9), slot: rgb(0x000000),
	}
}

func blackYellowPalette() Palette {
	yellow, black := rgb(0xFFE600), rgb(0x000000)
	return Palette{
		Name: "black-yellow", Ground: black, Panel: black, Soft: rgb(0x1C1900), Line: yellow,
		edge: yellow, Off: rgb(0xC4C4C4),
		Ink: yellow, Muted: yellow, Accent: yellow, OnAccent: black, Pressed: rgb(0xFFFFFF),
		Ok: yellow, Warn: yellow, Bad: yellow, Banner: rgb(0xFFFFFF), OnBanner: black,
		Dim:  color.NRGBA{A: 0xD8},
		Card: rgb(0x332E00), CardLine: yellow, gold: yellow, goldLine: black, machine: black, machineLine: yellow, slot: rgb(0x554C00),
	}
}
