package cardreader

import (
	"bytes"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"authenkiosk/visit"
)

// decodeText turns a field of the card into text: TIS-620, of which Windows-874
// is a superset, with padding of spaces or zeros cut off at both ends only.
// Bytes that mean nothing become U+FFFD; control characters become spaces, so
// that no card can send commands to a printer.
func decodeText(field []byte) string {
	field = bytes.Trim(field, " \x00")
	decoded, err := charmap.Windows874.NewDecoder().Bytes(field)
	if err != nil {
		return ""
	}
	clean := strings.Map(func(r rune) rune {
		if r < 0x20 || (r >= 0x7F && r <= 0x9F) {
			return ' '
		}
		return r
	}, string(decoded))
	return strings.TrimSpace(clean)
}

// parseName splits "prefix#first#middle#last". Trailing parts may be missing;
// anything after the fourth part belongs to the family name.
func parseName(field []byte) visit.Name {
	parts := strings.SplitN(decodeText(field), "#", 4)
	part := func(i int) string {
		if i >= len(parts) {
			return ""
		}
		return strings.Join(strings.Fields(strings.ReplaceAll(parts[i], "#", " ")), " ")
	}
	return visit.Name{Prefix: part(0), First: part(1), Middle: part(2), Last: part(3)}
}

// parseSex reads the one byte of sex; anything but "1" and "2" is unknown.
func parseSex(field []byte) visit.Sex {
	switch s := visit.Sex(field); s {
	case visit.SexMale, visit.SexFemale:
		return s
	default:
		return visit.SexUnknown
	}
}
