package visit

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// PIDLength is the number of digits of a Thai citizen number.
const PIDLength = 13

// PID is a Thai citizen number (เลขประจำตัวประชาชน): 13 digits of which the
// last is a mod-11 check digit. The zero value is "no PID". A PID prints itself
// masked; only Digits gives the number.
type PID struct{ digits string }

// Reasons for which ParsePID refuses a text.
var (
	ErrPIDLength     = errors.New("a PID has 13 digits")
	ErrPIDDigit      = errors.New("a PID has digits only")
	ErrPIDCheckDigit = errors.New("the check digit of the PID is wrong")
)

// ParsePID accepts exactly 13 ASCII digits with a right check digit. It does
// not trim: separators and spaces are the caller's affair.
func ParsePID(s string) (PID, error) {
	if len(s) != PIDLength {
		return PID{}, ErrPIDLength
	}
	for i := range PIDLength {
		if s[i] < '0' || s[i] > '9' {
			return PID{}, ErrPIDDigit
		}
	}
	if PIDCheckDigit(s[:PIDLength-1]) != s[PIDLength-1] {
		return PID{}, ErrPIDCheckDigit
	}
	return PID{digits: s}, nil
}

// PIDCheckDigit returns the check digit, as an ASCII character, that belongs to
// the first twelve digits of a PID: (11 - sum of d[i]*(13-i) mod 11) mod 10.
// It panics when it is not given twelve characters.
func PIDCheckDigit(twelve string) byte {
	if len(twelve) != PIDLength-1 {
		panic(fmt.Sprintf("visit: check digit of %d characters", len(twelve)))
	}
	sum := 0
	for i := range PIDLength - 1 {
		sum += int(twelve[i]-'0') * (PIDLength - i)
	}
	return '0' + byte((11-sum%11)%10)
}

// Digits returns the 13 digits. It is the only way to the full number; use it
// where the number must be sent or stored, never for a log or a screen.
func (p PID) Digits() string { return p.digits }

// IsZero reports whether there is no PID.
func (p PID) IsZero() bool { return p.digits == "" }

// Masked returns the number as it may be shown: x-xxxx-xxxxx-12-3.
func (p PID) Masked() string {
	if p.IsZero() {
		return ""
	}
	return "x-xxxx-xxxxx-" + p.digits[10:12] + "-" + p.digits[12:]
}

// String is Masked, so that no print statement can leak the number.
func (p PID) String() string { return p.Masked() }

// Format keeps every verb of package fmt, %#v and %x included, to the mask.
func (p PID) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.Masked()) }

// LogValue implements slog.LogValuer with the mask.
func (p PID) LogValue() slog.Value { return slog.StringValue("[pid " + p.Masked() + "]") }

// MarshalText gives the mask: a PID that strays into JSON stays hidden. Code
// that must write the number writes Digits into a field of its own.
func (p PID) MarshalText() ([]byte, error) { return []byte(p.Masked()), nil }

// PIDProblem says why the digits on a keypad are not an acceptable number.
type PIDProblem int

// The reasons.
const (
	PIDOK         PIDProblem = iota
	PIDTooShort              // right so far
	PIDBeginning             // numbers that begin so are not taken here
	PIDCheckWrong            // one digit is wrong
)

// CheckPID tells what is wrong with the digits of a PID while they are being
// typed. firstDigits are the digits with which a number may begin: 1 to 5 and 8
// are Thai citizens, 0, 6 and 7 people of other standing (INFERRED from the
// numbers of the Department of Provincial Administration); empty means any.
func CheckPID(digits, firstDigits string) PIDProblem {
	switch {
	case digits == "":
		return PIDTooShort
	case firstDigits != "" && !strings.Contains(firstDigits, digits[:1]):
		return PIDBeginning
	case len(digits) < PIDLength:
		return PIDTooShort
	}
	if _, err := ParsePID(digits); err != nil {
		return PIDCheckWrong
	}
	return PIDOK
}

// pidGroups are the lengths of the groups in which a PID is printed on the card.
var pidGroups = [...]int{1, 4, 5, 2, 1}

// GroupPID puts hyphens into digits that are being typed: 1-2345-67890-12-3.
func GroupPID(digits string) string {
	var b strings.Builder
	for i, n := range pidGroups {
		if digits == "" {
			break
		}
		if i > 0 {
			b.WriteByte('-')
		}
		n = min(n, len(digits))
		b.WriteString(digits[:n])
		digits = digits[n:]
	}
	return b.String()
}
