package ui

import (
	"image/color"

	"authenkiosk/visit/flow"
)

// palette is one of the colour themes. Text is ink or muted on ground, panel or
// soft, onAccent on accent, and ok, warn and bad on ground or panel; the tests
// measure the contrast of each of these pairs.
type palette struct {
	name     string
	ground   color.NRGBA // behind everything
	panel    color.NRGBA // cards, bars
	soft     color.NRGBA // a panel that is to be noticed
	line     color.NRGBA // borders that only divide
	edge     color.NRGBA // borders that say "touch me": 3:1 against what is around
	off      color.NRGBA // words and border of what cannot be touched now
	ink      color.NRGBA // text
	muted    color.NRGBA // text of less weight
	accent   color.NRGBA // the one colour of whatever is to be touched
	onAccent color.NRGBA
	pressed  color.NRGBA // an accent button under the finger
	ok       color.NRGBA
	warn     color.NRGBA
	bad      color.NRGBA
	banner   color.NRGBA // the strip of the zones that are not real
	onBanner color.NRGBA
	dim      color.NRGBA // over the screen, behind a question
	// Only in pictures.
	card, cardLine, gold, goldLine, machine, machineLine, slot color.NRGBA
}

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xff}
}

func paletteOf(c flow.Contrast) palette {
	switch c {
	case flow.ContrastDark:
		return darkPalette()
	case flow.ContrastBlackYellow:
		return blackYellowPalette()
	}
	return lightPalette()
}

func lightPalette() palette {
	return palette{
		name: "light", ground: rgb(0xF2F6F7), panel: rgb(0xFFFFFF), soft: rgb(0xE0F0F1), line: rgb(0xBCCDD2),
		edge: rgb(0x5F7680), off: rgb(0x4A5358),
		ink: rgb(0x10252D), muted: rgb(0x3B4E57), accent: rgb(0x00545C), onAccent: rgb(0xFFFFFF), pressed: rgb(0x002F34),
		ok: rgb(0x0A5A30), warn: rgb(0x734200), bad: rgb(0x961717), banner: rgb(0xFFD45C), onBanner: rgb(0x2A1E00),
		dim:  color.NRGBA{R: 0x08, G: 0x18, B: 0x1D, A: 0xB4},
		card: rgb(0xD3E8F6), cardLine: rgb(0x4C6E86), gold: rgb(0xE6B637), goldLine: rgb(0x7A5600),
		machine: rgb(0x5A6E78), machineLine: rgb(0x25363D), slot: rgb(0x0C161A),
	}
}

func darkPalette() palette {
	return palette{
		name: "dark", ground: rgb(0x0B151A), panel: rgb(0x14232A), soft: rgb(0x10272F), line: rgb(0x47606B),
		edge: rgb(0x7C98A5), off: rgb(0xC6CCCF),
		ink: rgb(0xF5F9FA), muted: rgb(0xD3DEE3), accent: rgb(0x8CE8E4), onAccent: rgb(0x03181A), pressed: rgb(0xD8FFFC),
		ok: rgb(0x92EDB6), warn: rgb(0xFFD98A), bad: rgb(0xFFC9C2), banner: rgb(0xFFD45C), onBanner: rgb(0x2A1E00),
		dim:  color.NRGBA{A: 0xC8},
		card: rgb(0xC4DDEE), cardLine: rgb(0x3E5C70), gold: rgb(0xE6B637), goldLine: rgb(0x6A4A00),
		machine: rgb(0x4B606B), machineLine: rgb(0xA9BFC9), slot: rgb(0x000000),
	}
}

func blackYellowPalette() palette {
	yellow, black := rgb(0xFFE600), rgb(0x000000)
	return palette{
		name: "black-yellow", ground: black, panel: black, soft: rgb(0x1C1900), line: yellow,
		edge: yellow, off: rgb(0xC4C4C4),
		ink: yellow, muted: yellow, accent: yellow, onAccent: black, pressed: rgb(0xFFFFFF),
		ok: yellow, warn: yellow, bad: yellow, banner: rgb(0xFFFFFF), onBanner: black,
		dim:  color.NRGBA{A: 0xD8},
		card: rgb(0x332E00), cardLine: yellow, gold: yellow, goldLine: black, machine: black, machineLine: yellow, slot: rgb(0x554C00),
	}
}
