package virtualcard_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"image/jpeg"
	"strings"
	"testing"

	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/visit"
)

const (
	selectCitizen = "00A4040008A000000054480001"
	selectOther   = "00A4040008A000000054480083"
	readVersion   = "80B00000020004"
)

func TestTheCardSpeaksLikeARealOne(t *testing.T) {
	for _, c := range []struct {
		name      string
		with      []virtualcard.Option
		exchanges []string // command and answer in turn
	}{
		{"SELECT has something ready", nil, []string{selectCitizen, "610A"}},
		{"another applet is not there", nil, []string{selectOther, "6A82"}},
		{"READ wants GET RESPONSE", nil, []string{selectCitizen, "610A", readVersion, "6104", "00C0000004", "303030339000"}},
		{"READ before SELECT is refused", nil, []string{readVersion, "6985"}},
		{"another SELECT deselects", nil, []string{selectCitizen, "610A", selectOther, "6A82", readVersion, "6985"}},
		{"GET RESPONSE for too much", nil, []string{selectCitizen, "610A", readVersion, "6104", "00C0000008", "6C04", "00C0000004", "303030339000"}},
		{"GET RESPONSE for a part", nil, []string{selectCitizen, "610A", readVersion, "6104", "00C0000002", "30306102", "00C0000002", "30339000"}},
		{"GET RESPONSE for nothing", nil, []string{"00C0000004", "6985"}},
		{"256 bytes are announced as 00", nil, []string{selectCitizen, "610A", "80B00000020100", "6100"}},
		{"an offset beyond the memory", nil, []string{selectCitizen, "610A", "80B0FFFF020004", "6B00"}},
		{"the variant wants P2=01", []virtualcard.Option{virtualcard.WithATR(virtualcard.ATRVariant)}, []string{
			selectCitizen, "610A", readVersion, "6104", "00C0000004", "6A86", "00C0000104", "303030339000",
		}},
		{"block 1 is for old cards only", nil, []string{selectCitizen, "610A", "80B10000020004", "6B00"}},
		{"old cards have both blocks", []virtualcard.Option{virtualcard.WithLayout(virtualcard.LayoutOld)}, []string{
			selectCitizen, "610A", readVersion, "6104", "00C0000004", "303030329000",
			"80B1000402000D", "610D", "00C000000D", "393030303030303030303030349000",
		}},
		{"a direct reader hands out data", []virtualcard.Option{virtualcard.WithProfile(virtualcard.Profile{Direct: true})}, []string{
			selectCitizen, "6F088406A000000054489000", readVersion, "303030339000",
		}},
		{"a damaged card answers a byte", []virtualcard.Option{virtualcard.Damaged()}, []string{selectCitizen, "610A", readVersion, "61"}},
		{"an unknown instruction", nil, []string{"00200000", "6D00"}},
		{"an unknown class", nil, []string{"90B00000", "6E00"}},
		{"a command without a header", nil, []string{"00", "6700"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			card := make1(t, virtualcard.Adult(), c.with...)
			for i := 0; i < len(c.exchanges); i += 2 {
				if got := respond(t, card, c.exchanges[i]); got != c.exchanges[i+1] {
					t.Fatalf("%s gives %s, want %s", c.exchanges[i], got, c.exchanges[i+1])
				}
			}
			if card.Count() != len(c.exchanges)/2 {
				t.Errorf("counted %d commands", card.Count())
			}
		})
	}
}

func TestPowerUpForgetsTheApplet(t *testing.T) {
	card := make1(t, virtualcard.Adult())
	respond(t, card, selectCitizen)
	card.Reset()
	if got := respond(t, card, readVersion); got != "6985" {
		t.Error(got)
	}
}

func TestACardOfSomethingElseHasNoCitizenApplet(t *testing.T) {
	card := virtualcard.NewNotThai()
	if got := respond(t, card, selectCitizen); got != "6A82" {
		t.Error(got)
	}
	if got := respond(t, card, readVersion); got != "6985" {
		t.Error(got)
	}
}

func TestAHangingCardEndsWithItsStay(t *testing.T) {
	card := make1(t, virtualcard.Adult(), virtualcard.Hanging())
	respond(t, card, selectCitizen)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := card.Respond(ctx, unhex(t, readVersion)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestThePopulation(t *testing.T) {
	seen := map[string]bool{}
	for i, p := range append(virtualcard.Population(), virtualcard.BirthYearOnly()) {
		digits := p.PID.Digits()
		if _, err := visit.ParsePID(digits); err != nil || digits[0] != '9' || seen[digits] {
			t.Errorf("person %d: %s, %v", i, digits, err)
		}
		seen[digits] = true
		card := make1(t, p)
		if len(card.Photo()) > virtualcard.PhotoRoom {
			t.Errorf("%s: photo of %d bytes", digits, len(card.Photo()))
		}
		if _, err := jpeg.Decode(bytes.NewReader(card.Photo())); err != nil {
			t.Errorf("%s: %v", digits, err)
		}
		if again, ok := virtualcard.ByPID(digits); i < 11 && (!ok || again.Name != p.Name) {
			t.Errorf("%s is not found by number", digits)
		}
	}
	if _, ok := virtualcard.ByPID("9999999999999"); ok {
		t.Error("somebody has a number that nobody has")
	}
}

func TestDifferentPeopleLookDifferent(t *testing.T) {
	if bytes.Equal(make1(t, virtualcard.Adult()).Photo(), make1(t, virtualcard.Officer()).Photo()) {
		t.Error("two people have the same photo")
	}
}

func TestWhatDoesNotFitIsRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*virtualcard.Person)
	}{
		{"a name too long", func(p *virtualcard.Person) { p.Name.First = strings.Repeat("ก", 100) }},
		{"an address too long", func(p *virtualcard.Person) { p.Address.Road = strings.Repeat("ก", 160) }},
		{"a letter that TIS-620 has not", func(p *virtualcard.Person) { p.Name.First = "漢" }},
		{"a photo too long", func(p *virtualcard.Person) { p.Photo = make([]byte, virtualcard.PhotoRoom+1) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := virtualcard.Adult()
			c.change(&p)
			if _, err := virtualcard.New(p); err == nil {
				t.Error("the card was made")
			}
		})
	}
}

func make1(t *testing.T, p virtualcard.Person, with ...virtualcard.Option) *virtualcard.Card {
	t.Helper()
	card, err := virtualcard.New(p, with...)
	if err != nil {
		t.Fatal(err)
	}
	return card
}

func respond(t *testing.T, card *virtualcard.Card, command string) string {
	t.Helper()
	answer, err := card.Respond(t.Context(), unhex(t, command))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ToUpper(hex.EncodeToString(answer))
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
