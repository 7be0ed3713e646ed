package visit

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode"
)

// MaxHN is how many characters an HN has at most that a person types or scans. Real ones
// have 6 to 9; some units write the year or a slash.
const MaxHN = 20

// HN is the unit's own number of a patient (hospital number). The zero value is "nobody
// has said it". An HN prints itself as "[hn]"; only Text gives the number.
type HN struct{ text string }

// Reasons for which ParseHN refuses a text.
var (
	ErrHNLength = errors.New("an HN has 1 to 20 characters")
	ErrHNForm   = errors.New("an HN has letters and digits, and between them single hyphens, slashes or points")
	ErrHNIsPID  = errors.New("this is the citizen number of a person, not an HN")
)

// ParseHN reads an HN that a person types or a scanner sends: ASCII letters and digits, and
// between them single hyphens, slashes or points. Thai digits are taken for what they are;
// blanks and signs that nobody sees around the number go, such as the Enter behind which
// scanners stop. A citizen number is refused: a card was scanned instead of the folder.
func ParseHN(s string) (HN, error) {
	s = strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) })
	s = strings.Map(func(r rune) rune {
		if r >= '๐' && r <= '๙' {
			return '0' + r - '๐'
		}
		return r
	}, s)
	joined := true // a number begins with no sign, and ends with none
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z':
			joined = false
		case strings.ContainsRune("-/.", r) && !joined:
			joined = true
		default:
			return HN{}, ErrHNForm
		}
	}
	switch {
	case s == "" || len(s) > MaxHN:
		return HN{}, ErrHNLength
	case joined:
		return HN{}, ErrHNForm
	}
	if _, err := ParsePID(strings.NewReplacer("-", "", "/", "", ".", "").Replace(s)); err == nil {
		return HN{}, ErrHNIsPID
	}
	return HN{text: s}, nil
}

// HNOf takes an HN as hospital software or a record says it, whatever its form is: they
// know the numbers of their unit.
func HNOf(text string) HN { return HN{text: text} }

// Text returns the number, for the store, NHSO and the hospital's own software only.
func (h HN) Text() string { return h.text }

// IsZero reports whether nobody has said the number.
func (h HN) IsZero() bool { return h.text == "" }

// Masked shows the end of the number, enough to tell two patients apart who stand there, and
// never more than half of it.
func (h HN) Masked() string {
	signs := []rune(h.text)
	hidden := len(signs) - min(3, len(signs)/2)
	return strings.Repeat("x", hidden) + string(signs[hidden:])
}

// String says that there is a number, so that no print statement can leak it.
func (h HN) String() string {
	if h.IsZero() {
		return ""
	}
	return "[hn]"
}

// Format keeps every verb of package fmt from the number.
func (h HN) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, h.String()) }

// LogValue implements slog.LogValuer.
func (h HN) LogValue() slog.Value { return slog.StringValue(h.String()) }

// MarshalText hides a number that strays into JSON, see PID.MarshalText.
func (h HN) MarshalText() ([]byte, error) { return []byte(h.String()), nil }
