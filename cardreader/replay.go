package cardreader

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Errors of a replay.
var (
	// ErrTranscript says that a transcript cannot be understood.
	ErrTranscript = errors.New("not a card transcript")

	// ErrDiverged says that a card of a transcript was asked something else than
	// the card was that it comes from.
	ErrDiverged = errors.New("the transcript has another command here")
)

// maxTranscript is the most bytes read of a transcript; a reading with its photo
// takes some 15 kB.
const maxTranscript = 4 << 20

// Replay returns a card that answers as the transcript says, command by command,
// without waiting. When the connection itself had failed, Replay fails with the
// same error. Errors of the text wrap ErrTranscript.
func Replay(from io.Reader) (Card, error) {
	r := &replay{}
	lines := bufio.NewScanner(io.LimitReader(from, maxTranscript))
	lines.Buffer(nil, maxTranscript)
	for n := 1; lines.Scan(); n++ {
		if err := r.parse(lines.Text()); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read transcript: %w", err)
	}
	if r.atr == nil {
		return nil, fmt.Errorf("%w: no ATR", ErrTranscript)
	}
	return r, nil
}

// replay is a Card out of a transcript.
type replay struct {
	atr       []byte
	beginning error // of Begin
	exchanges []exchanged
	open      bool // the last exchange has no answer yet
}

// exchanged is one command with its answer or error.
type exchanged struct {
	command, answer []byte
	err             error
}

var _ Card = (*replay)(nil)

// parse takes one line.
func (r *replay) parse(line string) error {
	line = strings.TrimSpace(line)
	if line == "" || strings.HasPrefix(line, "#") {
		return nil
	}
	words := strings.Fields(line)
	if words[0] == "atr" {
		atr, err := unhexed(words[1:])
		r.atr = append([]byte{}, atr...)
		return err
	}
	if _, err := strconv.ParseFloat(words[0], 64); err != nil || len(words) < 2 {
		return fmt.Errorf("%w: neither a time nor an ATR", ErrTranscript)
	}
	return r.entry(words[1], words[2:])
}

func (r *replay) entry(mark string, words []string) error {
	switch mark {
	case markStep:
		return r.step(words)
	case markCommand:
		command, err := unhexed(words)
		// Without an answer the card was pulled out or hung; replayed, it was lost.
		r.exchanges = append(r.exchanges, exchanged{command: command, err: ErrComm})
		r.open = true
		return err
	case markAnswer, markError:
		if !r.open {
			return fmt.Errorf("%w: an answer without a command", ErrTranscript)
		}
		r.open = false
		return r.exchanges[len(r.exchanges)-1].answered(mark, words)
	default:
		return fmt.Errorf("%w: mark %q", ErrTranscript, mark)
	}
}

func (e *exchanged) answered(mark string, words []string) (err error) {
	if mark == markError {
		e.err = errorOf(words)
		return nil
	}
	e.err = nil
	e.answer, err = unhexed(words)
	return err
}

func (r *replay) step(words []string) error {
	switch {
	case len(words) < 2:
	case words[0] == "connect":
		return fmt.Errorf("connect: %w", errorOf(words[1:]))
	case words[0] == "begin":
		r.beginning = errorOf(words[1:])
	}
	return nil
}

// Transmit answers what the card answered.
func (r *replay) Transmit(apdu []byte) ([]byte, error) {
	if len(r.exchanges) == 0 {
		return nil, fmt.Errorf("%w: it is over", ErrDiverged)
	}
	next := r.exchanges[0]
	if !bytes.Equal(next.command, apdu) {
		return nil, ErrDiverged
	}
	r.exchanges = r.exchanges[1:]
	return slices.Clone(next.answer), next.err
}

// ATR returns the answer to reset.
func (r *replay) ATR() []byte { return r.atr }

// Begin ends as it did.
func (r *replay) Begin() error { return r.beginning }

// End does nothing.
func (r *replay) End() error { return nil }

// Close does nothing.
func (r *replay) Close() error { return nil }

func unhexed(words []string) ([]byte, error) {
	b, err := hex.DecodeString(strings.Join(words, ""))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTranscript, err)
	}
	return b, nil
}

func errorOf(words []string) error {
	for _, w := range errorWords {
		if len(words) > 0 && words[0] == w.word {
			return w.err
		}
	}
	return ErrComm
}
