package assets

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// missingRunes are characters that the product would like to use and the font
// does not have: draw them as an icon, never as text.
var missingRunes = []rune{'✓'}

var bundled = []struct {
	name string
	data []byte
}{{"regular", FontRegular}, {"bold", FontBold}}

func parseFont(t *testing.T, data []byte) *font.Face {
	t.Helper()
	face, err := font.ParseTTF(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return face
}

// thaiClusters returns every consonant with every vowel above or below it and
// every tone mark and thanthakhat (46 x 11 x 6), and with nikhahit and yamakkan
// where these are written: with no vowel or one below (46 x 4 x 2).
func thaiClusters() []string {
	var out []string
	vowels := []string{"", "ั", "ิ", "ี", "ึ", "ื", "็", "ุ", "ู", "ฺ", "ำ"}
	tones := []string{"", "่", "้", "๊", "๋", "์", "ํ", "๎"}
	for c := 'ก'; c <= 'ฮ'; c++ {
		for _, v := range vowels {
			for i, t := range tones {
				if i >= 6 && v != "" && v != "ุ" && v != "ู" && v != "ฺ" {
					continue
				}
				if v == "ำ" {
					out = append(out, string(c)+t+v)
				} else {
					out = append(out, string(c)+v+t)
				}
			}
		}
	}
	return out
}

func inkOf(shaper *shaping.HarfbuzzShaper, face *font.Face, text string, script language.Script) (low, high float32) {
	runes := []rune(text)
	out := shaper.Shape(shaping.Input{
		Text: runes, RunEnd: len(runes), Direction: di.DirectionLTR, Face: face,
		Size: fixed.I(int(face.Upem())), Script: script, Language: language.NewLanguage("th"),
	})
	for _, g := range out.Glyphs {
		top := g.YOffset + g.YBearing
		high = max(high, float32(top)/64)
		low = min(low, float32(top+g.Height)/64)
	}
	return low, high
}

func TestTheLineOfEachBundledFontHoldsEveryCluster(t *testing.T) {
	clusters := thaiClusters()
	if len(clusters) != 46*11*6+46*4*2 {
		t.Fatalf("%d clusters", len(clusters))
	}
	for _, f := range bundled {
		t.Run(f.name, func(t *testing.T) {
			face := parseFont(t, f.data)
			line, ok := face.FontHExtents()
			if !ok {
				t.Fatal("no horizontal metrics")
			}
			shaper := &shaping.HarfbuzzShaper{}
			cut := 0
			for _, c := range clusters {
				if low, high := inkOf(shaper, face, c, language.Thai); high > line.Ascender || low < line.Descender {
					cut++
					t.Errorf("%q reaches from %v to %v", c, low, high)
				}
			}
			for r := rune(0x21); r < 0x250; r++ {
				if low, high := inkOf(shaper, face, string(r), language.Latin); high > line.Ascender || low < line.Descender {
					t.Errorf("%q reaches from %v to %v", r, low, high)
				}
			}
			t.Logf("ascent %v, descent %v, %d clusters cut", line.Ascender, line.Descender, cut)
		})
	}
}

func TestEveryRuneOfTheProductIsInTheFontOrListedAsMissing(t *testing.T) {
	wanted := []rune("ๆฯ๏๚๛฿·–—…×✓\u00A0\u200B\u25CC")
	for r := ' '; r <= '~'; r++ {
		wanted = append(wanted, r)
	}
	for r := 'ก'; r <= '\u0E3A'; r++ {
		wanted = append(wanted, r)
	}
	for r := '฿'; r <= '๙'; r++ {
		wanted = append(wanted, r)
	}
	for _, f := range bundled {
		face := parseFont(t, f.data)
		for _, r := range wanted {
			_, has := face.NominalGlyph(r)
			if listed := slices.Contains(missingRunes, r); has == listed {
				t.Errorf("%s: %q (%U): in the font %t, listed as missing %t", f.name, r, r, has, listed)
			}
		}
	}
}

func TestRegularAndBoldLinesAreEquallyHigh(t *testing.T) {
	a, _ := parseFont(t, FontRegular).FontHExtents()
	b, _ := parseFont(t, FontBold).FontHExtents()
	if a != b {
		t.Errorf("regular %+v, bold %+v", a, b)
	}
}

func TestTheBundledFilesAreWholeByTheirChecksums(t *testing.T) {
	sum := func(data []byte) (s uint32) {
		padded := append(slices.Clone(data), 0, 0, 0)
		for ; len(padded) >= 4; padded = padded[4:] {
			s += binary.BigEndian.Uint32(padded)
		}
		return s
	}
	for _, f := range bundled {
		// The adjustment in table head makes the sum of the whole file this number.
		if got := sum(f.data); got != 0xB1B0AFBA {
			t.Errorf("%s: sum of the file %#x", f.name, got)
		}
		for i := range int(binary.BigEndian.Uint16(f.data[4:])) {
			rec := f.data[12+16*i:]
			at, n := binary.BigEndian.Uint32(rec[8:]), binary.BigEndian.Uint32(rec[12:])
			table := slices.Clone(f.data[at : at+n])
			if string(rec[:4]) == "head" {
				copy(table[8:12], []byte{0, 0, 0, 0}) // counted as zero
			}
			if got, want := sum(table), binary.BigEndian.Uint32(rec[4:]); got != want {
				t.Errorf("%s: %s", f.name, fmt.Sprintf("table %s: sum %#x, recorded %#x", rec[:4], got, want))
			}
		}
	}
}
