package cardreader

import (
	"context"
	"errors"
	"strings"
	"testing"
)

const (
	fastATR    = "3B 79 96 00 00"
	variantATR = "3B 67 00 00"
	readFour   = "80 B0 00 00 02 00 04"
)

func TestExchange(t *testing.T) {
	endless := []step{{command: readFour, answer: "61 01"}}
	for range maxFollowUps {
		endless = append(endless, step{command: "00 C0 00 00 01", answer: "41 61 01"})
	}
	for _, c := range []struct {
		name  string
		atr   string
		steps []step
		data  string
		err   error
		sw    uint16
	}{
		{name: "data with the answer", steps: []step{{readFour, "41424344 9000", nil}}, data: "ABCD"},
		{name: "data by GET RESPONSE", steps: []step{{readFour, "61 04", nil}, {"00 C0 00 00 04", "41424344 9000", nil}}, data: "ABCD"},
		{
			name: "GET RESPONSE with P2=01 for ATRs of 3B 67", atr: variantATR,
			steps: []step{{readFour, "61 04", nil}, {"00 C0 00 01 04", "41424344 9000", nil}}, data: "ABCD",
		},
		{
			name:  "more to come after GET RESPONSE",
			steps: []step{{readFour, "61 04", nil}, {"00 C0 00 00 04", "4142 61 02", nil}, {"00 C0 00 00 02", "4344 9000", nil}}, data: "ABCD",
		},
		{
			name:  "wrong length of GET RESPONSE",
			steps: []step{{readFour, "61 08", nil}, {"00 C0 00 00 08", "6C 04", nil}, {"00 C0 00 00 04", "41424344 9000", nil}}, data: "ABCD",
		},
		{
			name:  "wrong length of the command",
			steps: []step{{readFour, "6C 04", nil}, {readFour + "04", "41424344 9000", nil}}, data: "ABCD",
		},
		{name: "refused", steps: []step{{readFour, "6B00", nil}}, sw: 0x6B00},
		{name: "an empty answer", steps: []step{{readFour, "", nil}}, err: ErrShortAnswer},
		{name: "an answer of one byte", steps: []step{{readFour, "90", nil}}, err: ErrShortAnswer},
		{name: "a broken exchange", steps: []step{{readFour, "", ErrRemoved}}, err: ErrRemoved},
		{name: "a card without end", steps: endless, data: strings.Repeat("A", maxFollowUps), err: ErrEndless},
	} {
		t.Run(c.name, func(t *testing.T) {
			atr := c.atr
			if atr == "" {
				atr = fastATR
			}
			data, err := newChannel(newScript(t, atr, c.steps...)).exchange(t.Context(), readCommand(insBlock0, areaVersion))
			if string(data) != c.data {
				t.Errorf("data %q, want %q", data, c.data)
			}
			var status *StatusError
			switch {
			case c.sw != 0:
				if !errors.As(err, &status) || status.SW != c.sw {
					t.Errorf("error %v, want status %04X", err, c.sw)
				}
			case !errors.Is(err, c.err):
				t.Errorf("error %v, want %v", err, c.err)
			}
		})
	}
}

func TestACancelledReadingSendsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := newChannel(newScript(t, fastATR)).exchange(ctx, readCommand(insBlock0, areaVersion))
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

const selectCitizen = "00 A4 04 00 08 A000000054480001"

func TestSelect(t *testing.T) {
	for _, c := range []struct {
		name, answer string
		err          error
	}{
		{"61xx needs no GET RESPONSE", "61 0A", nil},
		{"9000", "9000", nil},
		{"applet not found", "6A82", ErrNotThai},
		{"class unknown", "6E00", ErrNotThai},
		{"instruction unknown", "6D00", ErrNotThai},
		{"nothing", "", ErrShortAnswer},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Select(t.Context(), newScript(t, fastATR, step{selectCitizen, c.answer, nil}))
			if !errors.Is(err, c.err) {
				t.Errorf("error %v, want %v", err, c.err)
			}
		})
	}
	t.Run("what broke may pass and is no judgement of the card", func(t *testing.T) {
		_, err := Select(t.Context(), newScript(t, fastATR, step{selectCitizen, "6581", nil}))
		if err == nil || errors.Is(err, ErrNotThai) {
			t.Error(err)
		}
	})
}

func TestTheVersionIsAskedForAloneWhenAnOldCardRefusesMore(t *testing.T) {
	read17 := "80 B0 00 00 02 00 11"
	card := newScript(t, variantATR, // slow, so version and PID come first
		step{selectCitizen, "9000", nil},
		step{read17, "6700", nil},
		step{readFour, "30303032 9000", nil},
		step{"80 B1 00 00 02 00 11", "30303032 39303030303030303030303034 9000", nil},
	)
	applet, err := Select(t.Context(), card)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := applet.first(t.Context())
	if err != nil || pid.Digits() != "9000000000004" {
		t.Errorf("PID %v, error %v", pid, err)
	}
}

func TestARefusalOfAPresentCardIsReported(t *testing.T) {
	card := newScript(t, fastATR,
		step{selectCitizen, "9000", nil},
		step{"80 B0 00 00 02 00 E2", "6982", nil},
		step{readFour, "30303033 9000", nil},
	)
	applet, err := Select(t.Context(), card)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := applet.Identity(t.Context(), nil); !refused(err) {
		t.Error(err)
	}
}

func TestReadAsksAgainForWhatIsMissing(t *testing.T) {
	card := newScript(t, fastATR,
		step{readFour, "4142 9000", nil}, step{"80 B0 00 02 02 00 02", "434445 9000", nil})
	a := &Applet{ch: newChannel(card), card: card}
	data, err := a.read(t.Context(), insBlock0, areaVersion)
	if err != nil || string(data) != "ABCD" {
		t.Errorf("%q, %v", data, err)
	}
}

func TestACardThatHandsOutNothingIsAnError(t *testing.T) {
	card := newScript(t, fastATR, step{readFour, "9000", nil})
	a := &Applet{ch: newChannel(card), card: card}
	if _, err := a.read(t.Context(), insBlock0, areaVersion); !errors.Is(err, ErrNoData) {
		t.Error(err)
	}
}
