package visit

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Name is a person's name as it stands on the chip of the ID card: four parts,
// of which any may be empty. It prints itself as "[name]".
type Name struct{ Prefix, First, Middle, Last string }

// NewName returns the name of four parts as they come from a card or a service:
// with single blanks, and without what is no name, for example the "-" that
// stands for an empty part.
func NewName(prefix, first, middle, last string) Name {
	return Name{Prefix: namePart(prefix), First: namePart(first), Middle: namePart(middle), Last: namePart(last)}
}

// namePart returns a part without needless blanks, or nothing when it holds no
// letter and no digit.
func namePart(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return ""
	}
	return strings.Join(strings.Fields(s), " ")
}

// IsZero reports whether no part is known.
func (n Name) IsZero() bool { return n == Name{} }

// Full returns all parts for staff, the slip's owner and NHSO.
func (n Name) Full() string {
	return strings.Join(strings.Fields(n.titled()+" "+n.Middle+" "+n.Last), " ")
}

// titled returns prefix and first name as they are written: a Thai title is joined
// to the name, any other stands before a blank.
func (n Name) titled() string {
	if n.Prefix == "" || n.First == "" {
		return strings.TrimSpace(n.Prefix + n.First)
	}
	last := strings.LastIndexFunc(n.Prefix, unicode.IsLetter)
	if title, _ := utf8.DecodeRuneInString(n.Prefix[max(last, 0):]); unicode.Is(unicode.Thai, title) {
		return strings.TrimSpace(n.Prefix + n.First)
	}
	return strings.TrimSpace(strings.TrimSpace(n.Prefix) + " " + n.First)
}

// Short returns what a kiosk in a lobby may show: prefix, first name and the
// first letter of the family name (with the vowel that is written before it).
func (n Name) Short() string {
	if n.Last == "" {
		return n.titled()
	}
	return strings.TrimSpace(n.titled() + " " + initial(n.Last) + ".")
}

// initial returns the first consonant of a Thai or Latin word, together with a
// vowel that stands before it (เ แ โ ใ ไ), which alone would not be a letter.
func initial(word string) string {
	r, size := utf8.DecodeRuneInString(word)
	if r >= 'เ' && r <= 'ไ' {
		_, next := utf8.DecodeRuneInString(word[size:])
		size += next
	}
	return word[:size]
}

// Format keeps every verb of package fmt from showing a name by accident.
func (n Name) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[name]") }

// LogValue implements slog.LogValuer.
func (n Name) LogValue() slog.Value { return slog.StringValue("[name]") }

// MarshalText hides a name that strays into JSON, see PID.MarshalText.
func (n Name) MarshalText() ([]byte, error) { return []byte("[name]"), nil }
