package visit

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Address is the home address on the chip of the ID card, in its eight parts.
type Address struct {
	House, Moo, Trok, Soi, Road, Tambon, Amphoe, Changwat string
}

// IsZero reports whether no part is known.
func (a Address) IsZero() bool { return a == Address{} }

// Full returns the parts on one line, as Thai addresses are written.
func (a Address) Full() string {
	return strings.Join(strings.Fields(strings.Join([]string{
		a.House, a.Moo, a.Trok, a.Soi, a.Road, a.Tambon, a.Amphoe, a.Changwat,
	}, " ")), " ")
}

// Format keeps every verb of package fmt from showing an address by accident.
func (a Address) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[address]") }

// LogValue implements slog.LogValuer.
func (a Address) LogValue() slog.Value { return slog.StringValue("[address]") }

// MarshalText hides an address that strays into JSON, see PID.MarshalText.
func (a Address) MarshalText() ([]byte, error) { return []byte("[address]"), nil }
