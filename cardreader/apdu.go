package cardreader

import (
	"context"
	"errors"
	"fmt"
)

// StatusError is an answer of the card that means no. SW is the status word of
// ISO 7816-4, for example 0x6A82 for "file or application not found".
type StatusError struct{ SW uint16 }

// Error returns the status word in hexadecimal.
func (e *StatusError) Error() string { return fmt.Sprintf("the card answered %04X", e.SW) }

// Errors of the exchange with a card.
var (
	// ErrShortAnswer is an answer without the two status bytes. Some drivers
	// report success with no bytes when the card is pulled during a command.
	ErrShortAnswer = errors.New("the answer has no status word")

	// ErrEndless is a card that always has more to say.
	ErrEndless = errors.New("the card does not come to an end of its answer")

	// ErrNoData is a card that says yes and hands out nothing.
	ErrNoData = errors.New("the card handed out no data")
)

// Status words and instructions (ISO 7816-4; which of them the card uses is the
// community reading, docs/thai-id-card.md, sections 1.2 and 1.5).
const (
	swOK        = 0x9000
	sw1More     = 0x61 // SW2 bytes can be fetched with GET RESPONSE
	sw1WrongLe  = 0x6C // repeat with Le = SW2
	insResponse = 0xC0
)

// channel exchanges commands with a card and hides how the answer arrives: with
// the status word, by GET RESPONSE, or after a repetition with the right length.
type channel struct {
	card Card
	p2   byte // of GET RESPONSE
}

// newChannel chooses the form of GET RESPONSE by the ATR: cards whose ATR begins
// 3B 67 want P2=01, all others 00.
func newChannel(card Card) *channel {
	c := &channel{card: card}
	if atr := card.ATR(); len(atr) >= 2 && atr[0] == 0x3B && atr[1] == 0x67 {
		c.p2 = 1
	}
	return c
}

// send transmits one command once, without looking at a 61xx or 6Cxx. The
// context is looked at before, so a cancelled reading ends between two commands.
func (c *channel) send(ctx context.Context, cmd []byte) ([]byte, uint16, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, 0, err
	}
	answer, err := c.card.Transmit(cmd)
	if err != nil {
		return nil, 0, fmt.Errorf("transmit: %w", err)
	}
	if len(answer) < 2 {
		return nil, 0, ErrShortAnswer
	}
	n := len(answer) - 2
	return answer[:n], uint16(answer[n])<<8 | uint16(answer[n+1]), nil
}

// exchange transmits a command and fetches its whole answer. Data that came
// before the end is returned with the error *StatusError of the end.
func (c *channel) exchange(ctx context.Context, cmd []byte) ([]byte, error) {
	return c.fetch(ctx, cmd, maxFollowUps, func(int) {})
}

// fetch is exchange with a bound of its own. It tells after each part how many
// bytes there are.
func (c *channel) fetch(ctx context.Context, cmd []byte, followUps int, have func(bytes int)) ([]byte, error) {
	var data []byte
	next := cmd
	for range 1 + followUps {
		part, sw, err := c.send(ctx, next)
		if err != nil {
			return data, err
		}
		if len(part) > 0 {
			data = append(data, part...)
			have(len(data))
		}
		switch sw1 := byte(sw >> 8); {
		case sw == swOK:
			return data, nil
		case sw1 == sw1More:
			next = []byte{0x00, insResponse, 0x00, c.p2, byte(sw)}
		case sw1 == sw1WrongLe:
			next = withLe(next, cmd, byte(sw))
		default:
			return data, &StatusError{SW: sw}
		}
	}
	return data, ErrEndless
}

// withLe returns the command last sent with the length that the card wants:
// in place of the old one for GET RESPONSE, added to any other command.
func withLe(last, cmd []byte, le byte) []byte {
	if len(last) == 5 && last[1] == insResponse {
		return append(last[:4:4], le)
	}
	return append(cmd[:len(cmd):len(cmd)], le)
}
