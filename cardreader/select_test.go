package cardreader

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/visit"
)

// TestWhatACardAnswersToSelectTellsWhetherItIsThai holds the words that other cards
// answer: bank, student and staff cards, tags behind a contactless reader, chips of
// phones.
func TestWhatACardAnswersToSelectTellsWhetherItIsThai(t *testing.T) {
	for _, c := range []struct {
		answers string // each to one SELECT; the last for ever
		want    visit.Problem
		selects int // attempts needed
		after   time.Duration
	}{
		{"6A82", visit.CardNotThai, 1, 0},
		{"6D00", visit.CardNotThai, 1, 0},
		{"6E00", visit.CardNotThai, 1, 0},
		{"6999", visit.CardNotThai, 1, 0},
		{"6300", visit.CardNotThai, 3, 300 * time.Millisecond},
		{"63C0", visit.CardNotThai, 3, 300 * time.Millisecond},
		{"6700", visit.CardNotThai, 3, 300 * time.Millisecond},
		{"6881", visit.CardNotThai, 3, 300 * time.Millisecond},
		{"6982", visit.CardNotThai, 3, 300 * time.Millisecond},
		{"6985", visit.CardNotThai, 3, 300 * time.Millisecond},
		{"6A00", visit.CardNotThai, 3, 300 * time.Millisecond},
		{"6A80", visit.CardNotThai, 3, 300 * time.Millisecond},
		{"6B00", visit.CardNotThai, 3, 300 * time.Millisecond},
		{"6F00", visit.CardNotThai, 3, 300 * time.Millisecond},
		{"911C", visit.CardNotThai, 3, 300 * time.Millisecond},
		{"917E", visit.CardNotThai, 3, 300 * time.Millisecond},
		{"9404", visit.CardNotThai, 3, 300 * time.Millisecond},
		{"0000", visit.CardNotThai, 3, 300 * time.Millisecond},
		{"6581", visit.CardUnreadable, 5, 1500 * time.Millisecond}, // the memory of a card that may be Thai
		{"6400", visit.CardUnreadable, 5, 1500 * time.Millisecond},
		{"", visit.CardUnreadable, 5, 1500 * time.Millisecond},
		{"6F00 9000", visit.NoProblem, 2, 100 * time.Millisecond}, // a shaky contact at first
		{"6F00 6300 9000", visit.NoProblem, 3, 300 * time.Millisecond},
	} {
		t.Run("answer "+c.answers, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				card := &selecting{answers: bytes.Fields([]byte(c.answers)), block: identityBlock(t)}
				began := time.Now()
				_, err := NewReader(card, nil).Text(t.Context(), "R", Receiver{})
				if got := ProblemOf(err); got != c.want || card.selects != c.selects || time.Since(began) != c.after {
					t.Errorf("problem %v after %d attempts in %v (%v), want %v, %d, %v",
						got, card.selects, time.Since(began), err, c.want, c.selects, c.after)
				}
			})
		})
	}
}

// selecting is a service and its one card, which answers SELECT with the words of
// a list and holds an identity.
type selecting struct {
	script
	answers [][]byte
	selects int
	block   []byte
}

func (s *selecting) Watch() (Watcher, error)      { return nil, errors.ErrUnsupported }
func (s *selecting) Connect(string) (Card, error) { return s, nil }
func (s *selecting) ATR() []byte                  { return []byte{0x3B, 0x79, 0x96} }

func (s *selecting) Transmit(command []byte) ([]byte, error) {
	if command[1] != 0xA4 {
		from, size := int(command[2])<<8|int(command[3]), int(command[5])<<8|int(command[6])
		answer := bytes.Repeat([]byte{' '}, size)
		copy(answer, cut(s.block, 0, area{from, size}))
		return append(answer, 0x90, 0x00), nil
	}
	s.selects++
	if len(s.answers) == 0 {
		return nil, nil
	}
	word := s.answers[min(s.selects, len(s.answers))-1]
	var sw1, sw2 byte
	if _, err := fmt.Sscanf(string(word), "%02X%02X", &sw1, &sw2); err != nil {
		return nil, err
	}
	return []byte{sw1, sw2}, nil
}
