package desk

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// PIN is what an operator types to prove who they are. It prints itself as "[pin]".
type PIN struct{ digits string }

// How many digits a PIN has.
const (
	MinPIN = 6
	MaxPIN = 8
)

// Errors of PINs. None of them repeats what was typed.
var (
	ErrPIN     = fmt.Errorf("a PIN has %d to %d digits", MinPIN, MaxPIN)
	ErrWeakPIN = errors.New("this PIN is too easy to guess: it needs three different digits, and must be no row (123456, 112233, 135791), no repetition (121212) and not the same from both ends (123321)")
)

// ParsePIN reads what was typed to sign in.
func ParsePIN(s string) (PIN, error) {
	if len(s) < MinPIN || len(s) > MaxPIN || strings.Trim(s, "0123456789") != "" {
		return PIN{}, ErrPIN
	}
	return PIN{s}, nil
}

// NewPIN reads a PIN that is to be set: it must not be one of those that are tried first.
func NewPIN(s string) (PIN, error) {
	p, err := ParsePIN(s)
	if err == nil && p.weak() {
		return PIN{}, ErrWeakPIN
	}
	return p, err
}

// Digits returns the digits, for the check alone.
func (p PIN) Digits() string { return p.digits }

// Format keeps every verb of package fmt from showing a PIN by accident.
func (p PIN) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[pin]") }

// LogValue implements slog.LogValuer.
func (p PIN) LogValue() slog.Value { return slog.StringValue("[pin]") }

// MarshalText hides a PIN that strays into JSON.
func (p PIN) MarshalText() ([]byte, error) { return []byte("[pin]"), nil }

// weak reports whether the PIN is among those that are tried first.
func (p PIN) weak() bool { return p.kinds() < 3 || p.row() || p.repeats() || p.mirrored() }

// kinds counts the different digits.
func (p PIN) kinds() (n int) {
	for d := '0'; d <= '9'; d++ {
		if strings.ContainsRune(p.digits, d) {
			n++
		}
	}
	return n
}

// row reports whether each digit is as far from the one before as the others are, round
// the end (789012), or the digits only ever rise, or fall, by one or stay (112233).
func (p PIN) row() bool {
	even, up, down := true, true, true
	step := func(i int) int { return (int(p.digits[i]) - int(p.digits[i-1]) + 10) % 10 }
	for i := 1; i < len(p.digits); i++ {
		s := step(i)
		even = even && s == step(1)
		up = up && (s == 0 || s == 1)
		down = down && (s == 0 || s == 9)
	}
	return even || up || down
}

// repeats reports whether a part is all there is, again and again (121212, 12341234).
func (p PIN) repeats() bool {
	return strings.Contains((p.digits + p.digits)[1:2*len(p.digits)-1], p.digits)
}

// mirrored reports whether it is the same from both ends.
func (p PIN) mirrored() bool {
	for i, j := 0, len(p.digits)-1; i < j; i, j = i+1, j-1 {
		if p.digits[i] != p.digits[j] {
			return false
		}
	}
	return true
}
