package cardreader

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

// FuzzScrub lets a card answer anything to reads anywhere: the transcript must
// keep the length of every answer and its status word, and nothing of a text.
func FuzzScrub(f *testing.F) {
	f.Add(uint16(0), byte(insBlock0), []byte("00039000000000004\xB9\xD2\xC2#\xB7\xB4\xCA\xCD\xBA##\xC3\xD0\xBA\xBA  \x90\x00"), 7)
	f.Add(uint16(photoOffset), byte(insBlock1), []byte("\xFF\xD8\xFF\xDB\x00\x43\x00\xFF\xD9  \x61\x10"), 8)
	f.Fuzz(func(t *testing.T, off uint16, ins byte, answer []byte, split int) {
		var s scrubber
		s.command(selectCommand(aidCitizen))
		s.answer([]byte{0x61, 0x0A})
		s.command([]byte{0x80, ins, byte(off >> 8), byte(off), 2, 0, 0xFF})
		split = min(max(split, 0), len(answer))
		for _, part := range [][]byte{answer[:split], answer[split:]} {
			out := s.answer(part)
			if len(out) != len(part) {
				t.Fatalf("%d bytes of %d", len(out), len(part))
			}
			if n := len(part); n >= 2 && looksLikeStatus(part[n-2]) && !bytes.Equal(out[n-2:], part[n-2:]) {
				t.Error("the status word is lost")
			}
		}
	})
}

// FuzzReplay takes any text for a transcript.
func FuzzReplay(f *testing.F) {
	f.Add("# by hand\natr 3B00\n0 = begin\n0.1 > 00A4\n0.2 < 9000\n0.3 > 80B0\n0.4 ! removed\n0.5 > 80B1\n")
	f.Add("0.1 = connect busy")
	f.Fuzz(func(t *testing.T, text string) {
		card, err := Replay(strings.NewReader(text))
		if err != nil {
			return
		}
		r, ok := Record(card, io.Discard).(*recorder)
		if !ok {
			t.Fatal("no recorder")
		}
		_, err = r.Transmit(selectCommand(aidCitizen))
		if err != nil && wordOf(err) == "" || errors.Is(err, ErrTranscript) {
			t.Error(err)
		}
	})
}
