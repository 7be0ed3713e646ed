package cardreader

import (
	"bytes"
	"slices"

	"golang.org/x/text/encoding/charmap"

	"authenkiosk/visit"
)

// scrubbedField says how a field is written in a transcript. form gets the part
// of the field that an answer holds, and whether that is all of it, and returns
// as many bytes.
type scrubbedField struct {
	area
	form func(part []byte, whole bool) []byte
}

// scrubbed are the fields of the data. What belongs to none becomes zeros.
var scrubbed = []scrubbedField{
	{fieldVersion, versionForm},
	{fieldPID, pidForm},
	{fieldName, textForm},
	{fieldEnglish, textForm},
	{fieldBirth, dateForm},
	{fieldSex, sexForm},
	{area{0x00E2, 20}, textForm}, // request number
	{fieldIssuer, textForm},
	{area{0x015A, 13}, pidForm}, // of the officer who issued the card
	{fieldIssued, dateForm},
	{fieldExpires, dateForm},
	{fieldCardType, textForm},
	{fieldPhotoLen, sameForm},
	{area{0x1579, 160}, addressForm},
	{area{0x1619, 14}, textForm}, // number under the photo
}

// scrubbedOld are the fields of block 0 of the old layout.
var scrubbedOld = []scrubbedField{
	{fieldVersion, versionForm},
	{areaAddressOld, addressForm},
}

func sameForm(part []byte, _ bool) []byte { return part }

func versionForm(part []byte, whole bool) []byte {
	if v := string(part); whole && (v == versionOld || v == versionPresent) {
		return part
	}
	return textForm(part, whole)
}

// textForm keeps padding and what stands between parts, and replaces every other
// character by one of its kind.
func textForm(part []byte, _ bool) []byte {
	out := make([]byte, len(part))
	for i, b := range part {
		out[i] = kindOf(b)
	}
	return out
}

func kindOf(b byte) byte {
	switch {
	case b == 0 || b == ' ' || b == '#' || b == '/' || b == '-' || b == '.':
		return b
	case b < 0x20 || b == 0x7F:
		return 0x01
	case b >= '0' && b <= '9':
		return '9'
	case b < 0x7F:
		return 'X'
	case inTIS620(b):
		return 0xA1 // the first letter of the Thai alphabet
	default:
		return 0xFF // no character of TIS-620
	}
}

// Numbers that nobody has: one right, one with a wrong check digit.
const (
	rightPID = "9000000000004"
	wrongPID = "9000000000000"
)

// pidForm reports whether a number is right. Of a part of a number it tells only
// where there are digits.
func pidForm(part []byte, whole bool) []byte {
	if slices.ContainsFunc(part, func(b byte) bool { return b < '0' || b > '9' }) || !whole {
		return textForm(part, whole)
	}
	if _, err := visit.ParsePID(string(part)); err != nil {
		return []byte(wrongPID)
	}
	return []byte(rightPID)
}

// dateForm keeps what is unknown, impossible or for life, and replaces the rest
// by the first of January of a year, as far as there are digits.
func dateForm(part []byte, whole bool) []byte {
	out := textForm(part, whole)
	if !whole {
		return out
	}
	year, okYear := number(part[:4])
	switch {
	case !okYear:
		return out
	case year == lifelongYear:
		copy(out, part[:4])
	case year <= visit.BuddhistEraOffset:
		copy(out, "0000")
	default:
		copy(out, "2520")
	}
	for _, unit := range []struct{ at, most int }{{4, 12}, {6, 31}} {
		digits := part[unit.at : unit.at+2]
		switch n, ok := number(digits); {
		case ok && (n == 0 || n > unit.most):
			copy(out[unit.at:], digits)
		case ok:
			copy(out[unit.at:], "01")
		}
	}
	return out
}

// sexForm reports whether the sex is one of the two, not which.
func sexForm(part []byte, whole bool) []byte {
	if parseSex(part) != visit.SexUnknown {
		return []byte{'1'}
	}
	return textForm(part, whole)
}

// addressForm keeps the labels of the parts, since they decide how an address is
// read, as far as a part is seen from its beginning.
func addressForm(part []byte, whole bool) []byte {
	out := textForm(part, whole)
	from := 0
	for i, piece := range bytes.Split(part, []byte{'#'}) {
		padding := len(piece) - len(bytes.TrimLeft(piece, " "))
		if i > 0 || whole {
			copy(out[from+padding:], labelOf(piece[padding:]))
		}
		from += len(piece) + 1
	}
	return out
}

// labelOf returns the label that the bytes begin with.
func labelOf(piece []byte) []byte {
	for _, l := range labels {
		// Every label is made of letters that TIS-620 has.
		word, err := charmap.Windows874.NewEncoder().Bytes([]byte(l.word))
		if err == nil && bytes.HasPrefix(piece, word) {
			return word
		}
	}
	return nil
}
