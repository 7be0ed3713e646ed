package cardreader

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

// script is a card that expects exactly these commands, in this order.
type script struct {
	t     *testing.T
	atr   []byte
	steps []step
}

// step is one exchange in hexadecimal; spaces do not count. An error is returned
// in place of the answer.
type step struct {
	command, answer string
	err             error
}

func newScript(t *testing.T, atr string, steps ...step) *script {
	s := &script{t: t, atr: unhex(t, atr), steps: steps}
	t.Cleanup(func() {
		if len(s.steps) != 0 {
			t.Errorf("%d exchanges never came", len(s.steps))
		}
	})
	return s
}

func (s *script) Transmit(command []byte) ([]byte, error) {
	if len(s.steps) == 0 {
		s.t.Errorf("unexpected command %X", command)
		return nil, errors.New("end of script")
	}
	next := s.steps[0]
	s.steps = s.steps[1:]
	if want := unhex(s.t, next.command); !bytes.Equal(command, want) {
		s.t.Errorf("command %X, want %X", command, want)
	}
	return unhex(s.t, next.answer), next.err
}

func (s *script) ATR() []byte  { return s.atr }
func (s *script) Begin() error { return nil }
func (s *script) End() error   { return nil }
func (s *script) Close() error { return nil }

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
