package cardreader

import (
	"strings"

	"golang.org/x/text/encoding/charmap"

	"authenkiosk/visit"
)

// firstBytes returns the field up to its first zero or its first byte that
// TIS-620 does not define. What stands behind is left over from another text or
// from nothing at all, and Windows-874 would make signs of it.
func firstBytes(field []byte) []byte {
	for i, b := range field {
		if b == 0 || !inTIS620(b) {
			return field[:i]
		}
	}
	return field
}

// inTIS620 reports whether TIS 620-2533 defines a byte: those of ASCII, the letters
// A1 to DA and the signs, vowels and digits DF to FB.
func inTIS620(b byte) bool {
	return b < 0x80 || (b >= 0xA1 && b <= 0xDA) || (b >= 0xDF && b <= 0xFB)
}

// decodeText turns a field of the card into text: TIS-620 as far as it goes, see
// firstBytes, without the blanks at both ends. Control characters become blanks,
// so that no card can send commands to a printer.
func decodeText(field []byte) string {
	decoded, err := charmap.Windows874.NewDecoder().Bytes(firstBytes(field))
	if err != nil {
		return ""
	}
	clean := strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7F {
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
		return strings.ReplaceAll(parts[i], "#", " ")
	}
	return visit.NewName(part(0), part(1), part(2), part(3))
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
