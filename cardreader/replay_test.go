package cardreader_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"authenkiosk/cardreader"
)

func TestReplayRefusesWhatItDoesNotUnderstand(t *testing.T) {
	for _, c := range []struct {
		name, text string
		err        error
	}{
		{"nothing", "", cardreader.ErrTranscript},
		{"some other text", "hello world", cardreader.ErrTranscript},
		{"no hexadecimal", "atr XY", cardreader.ErrTranscript},
		{"an answer without a command", "atr 3B00\n0.1 < 9000", cardreader.ErrTranscript},
		{"two answers", "atr 3B00\n0.1 > 00A4\n0.2 < 9000\n0.3 < 9000", cardreader.ErrTranscript},
		{"an unknown mark", "atr 3B00\n0.1 ? 00", cardreader.ErrTranscript},
		{"a connection that failed", "0.1 = connect busy", cardreader.ErrBusy},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := cardreader.Replay(strings.NewReader(c.text)); !errors.Is(err, c.err) {
				t.Error(err)
			}
		})
	}
}

func TestReplayAnswersInOrderOnly(t *testing.T) {
	card, err := cardreader.Replay(strings.NewReader("# by hand\natr 3B00\n0 = begin reset\n\n0.1 > 00 A4\n0.2 < 90 00\n0.3 > 80B0\n0.4 ! removed\n0.5 > 80B1\n"))
	must(t, err)
	if err := card.Begin(); !errors.Is(err, cardreader.ErrReset) {
		t.Error(err)
	}
	if _, err := card.Transmit([]byte{0x80, 0xB0}); !errors.Is(err, cardreader.ErrDiverged) {
		t.Error(err)
	}
	answer, err := card.Transmit([]byte{0x00, 0xA4})
	if err != nil || !bytes.Equal(answer, []byte{0x90, 0x00}) {
		t.Errorf("%X, %v", answer, err)
	}
	for _, want := range []struct {
		ins byte
		err error
	}{{0xB0, cardreader.ErrRemoved}, {0xB1, cardreader.ErrComm}, {0xB1, cardreader.ErrDiverged}} {
		if _, err := card.Transmit([]byte{0x80, want.ins}); !errors.Is(err, want.err) {
			t.Error(err)
		}
	}
	must(t, card.End())
	must(t, card.Close())
}
