package main

import (
	"bytes"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// extent is a vertical range in font units, the baseline at 0.
type extent struct{ low, high int }

func (e extent) union(o extent) extent {
	return extent{min(e.low, o.low), max(e.high, o.high)}
}

// The parts of a Thai cluster (Unicode, block Thai U+0E00).
const (
	firstConsonant = 'ก'
	lastConsonant  = 'ฮ'
	saraAm         = 'ำ' // its tone mark is written before it
)

var (
	vowels = []rune{0, 0x0E31, 0x0E34, 0x0E35, 0x0E36, 0x0E37, 0x0E38, 0x0E39, 0x0E3A, 0x0E47, saraAm}
	tones  = []rune{0, 0x0E48, 0x0E49, 0x0E4A, 0x0E4B, 0x0E4C, 0x0E4D, 0x0E4E}
)

// measure returns the range of the ink of every cluster, in font units.
func measure(data []byte) (extent, error) {
	face, err := font.ParseTTF(bytes.NewReader(data))
	if err != nil {
		return extent{}, err
	}
	var all extent
	shaper := &shaping.HarfbuzzShaper{}
	for c := firstConsonant; c <= lastConsonant; c++ {
		for _, v := range vowels {
			for _, t := range tones {
				if !written(v, t) {
					continue
				}
				all = all.union(ink(shaper, face, cluster(c, v, t)))
			}
		}
	}
	return all, nil
}

// written reports whether a vowel and a mark stand together in writing. Nikhahit
// and yamakkan (Pali, Sanskrit) never stand over another upper sign; to make
// room for that would make every line higher for nothing.
func written(vowel, mark rune) bool {
	return mark < 0x0E4D || vowel == 0 || 0x0E38 <= vowel && vowel <= 0x0E3A
}

func cluster(consonant, vowel, tone rune) []rune {
	parts := []rune{consonant, vowel, tone}
	if vowel == saraAm {
		parts = []rune{consonant, tone, vowel}
	}
	text := make([]rune, 0, len(parts))
	for _, r := range parts {
		if r != 0 {
			text = append(text, r)
		}
	}
	return text
}

func ink(shaper *shaping.HarfbuzzShaper, face *font.Face, text []rune) extent {
	out := shaper.Shape(shaping.Input{
		Text: text, RunEnd: len(text), Direction: di.DirectionLTR, Face: face,
		Size: fixed.I(int(face.Upem())), Script: language.Thai, Language: language.NewLanguage("th"),
	})
	var e extent
	for _, g := range out.Glyphs {
		top := g.YOffset + g.YBearing
		e = e.union(extent{low: (top + g.Height).Floor(), high: top.Ceil()})
	}
	return e
}
