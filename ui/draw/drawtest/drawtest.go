// Package drawtest has what tests of screens, whoever's, measure and look up.
package drawtest

import (
	"encoding/json"
	"image/color"
	"math"
	"path"
	"testing"

	"authenkiosk/assets"
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

// Contrast is the contrast of two colours as WCAG defines it, from 1 to 21.
func Contrast(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// Catalogue returns the words of one language as they stand in the file: of each key
// its forms, more than one where the words depend on a number.
func Catalogue(t testing.TB, lang string) map[string][]string {
	t.Helper()
	data, err := assets.Words.ReadFile(path.Join("words", lang+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]any
	if err := json.Unmarshal(data, &raw); err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for key, v := range raw {
		switch v := v.(type) {
		case string:
			out[key] = []string{v}
		case map[string]any:
			for _, form := range v {
				out[key] = append(out[key], form.(string))
			}
		}
	}
	return out
}
