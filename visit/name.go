package visit

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode/utf8"
)

// Name is a person's name as it stands on the chip of the ID card: four parts,
// of which any may be empty. It prints itself as "[name]".
type Name struct{ Prefix, First, Middle, Last string }

// IsZero tells whether no part is known.
func (n Name) IsZero() bool { return n == Name{} }

// Full returns all parts for staff, the slip's owner and NHSO. The prefix is
// joined to the first name, as Thai is written.
func (n Name) Full() string {
	return strings.Join(strings.Fields(n.Prefix+n.First+" "+n.Middle+" "+n.Last), " ")
}

// Short returns what a kiosk in a lobby may show: prefix, first name and the
// first letter of the family name (with the vowel that is written before it).
func (n Name) Short() string {
	first := strings.TrimSpace(n.Prefix + n.First)
	if n.Last == "" {
		return first
	}
	return strings.TrimSpace(first + " " + initial(n.Last) + ".")
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
