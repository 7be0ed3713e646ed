package draw

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"authenkiosk/ui/draw/drawtest"
)

var (
	drawnCard  = regexp.MustCompile(`(?s)<rect x="0" y="0" width="([\d.]+)" height="([\d.]+)"[^>]*fill="\{card\}"[^>]*/>(.*?)</g>`)
	drawnChip  = regexp.MustCompile(`<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"[^>]*fill="\{gold\}"`)
	drawnPhoto = regexp.MustCompile(`<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"[^>]*fill="\{card\}" stroke="\{cardline\}"`)
	drawnLines = regexp.MustCompile(`<path d="([^"]*)"[^>]*stroke="\{cardline\}"`)
)

// center is the middle of a drawn rectangle, as shares of the card.
func center(m []string, w, h float64) (x, y float64) {
	var v [4]float64
	for i := range v {
		v[i], _ = strconv.ParseFloat(m[i+1], 64)
	}
	return (v[0] + v[2]/2) / w, (v[1] + v[3]/2) / h
}

// On the face of a Thai ID card the chip is at the left, a little above the middle,
// and the photo at the bottom right. With the chip towards the reader that is a
// quarter turn to the right: the chip at the top, the photo at the bottom left, and
// the writing runs down.
func TestTheDrawnCardIsTurnedAsARealOneIsInserted(t *testing.T) {
	entries, err := Pictures.ReadDir("pictures")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, e := range entries {
		svg, err := Pictures.ReadFile("pictures/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, card := range drawnCard.FindAllStringSubmatch(string(svg), -1) {
			w, _ := strconv.ParseFloat(card[1], 64)
			h, _ := strconv.ParseFloat(card[2], 64)
			chip, photo := drawnChip.FindStringSubmatch(card[3]), drawnPhoto.FindStringSubmatch(card[3])
			if chip == nil {
				continue // its back
			}
			seen++
			if photo == nil {
				t.Errorf("%s: the card has no photo", e.Name())
				continue
			}
			if x, y := center(chip, w, h); x < 0.5 || x > 0.65 || y > 0.25 {
				t.Errorf("%s: the chip is at %.2f, %.2f of the card", e.Name(), x, y)
			}
			if x, y := center(photo, w, h); x > 0.4 || y < 0.7 {
				t.Errorf("%s: the photo is at %.2f, %.2f of the card", e.Name(), x, y)
			}
			for _, lines := range drawnLines.FindAllStringSubmatch(card[3], -1) {
				if strings.Contains(lines[1], "H") {
					t.Errorf("%s: the writing runs across the card: %s", e.Name(), lines[1])
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d drawn cards", seen)
	}
}

func TestWhatIsDrawnOnACardIsSeenInEveryTheme(t *testing.T) {
	for _, theme := range themes {
		p := PaletteOf(theme)
		if got := drawtest.Contrast(p.CardLine, p.Card); got < 3 {
			t.Errorf("%s: writing and photo have a contrast of %.1f on the card", p.Name, got)
		}
	}
}
