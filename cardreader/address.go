package cardreader

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"authenkiosk/visit"
)

// Positions of the parts of an address between the '#' of the card.
const (
	partHouse = iota
	partMoo
	partTrok
	partSoi
	partRoad
	partTambon
	partAmphoe
	partChangwat
	partCount
)

// addressPadding is how many bytes of padding at the end of what was read tell
// that the address is over. Addresses hold single spaces, never so many.
const addressPadding = 8

// wholeAddress reports whether the beginning of an address field holds all of the
// address, because its text ends before or it ends in padding.
func wholeAddress(data []byte) bool {
	return len(firstBytes(data)) < len(data) ||
		len(data) >= addressPadding && len(bytes.Trim(data[len(data)-addressPadding:], " ")) == 0
}

// labels are the words that a part begins with when it is what they say. The
// words of Bangkok (แขวง, เขต) belong to the same parts as those of the provinces.
// The longer word comes first.
var labels = []struct {
	word string
	part int
}{
	{"หมู่ที่", partMoo},
	{"ตรอก", partTrok},
	{"ซอย", partSoi},
	{"ถนน", partRoad},
	{"ตำบล", partTambon},
	{"แขวง", partTambon},
	{"อำเภอ", partAmphoe},
	{"เขต", partAmphoe},
	{"จังหวัด", partChangwat},
}

// parseAddress reads "house#moo#trok#soi#road#tambon#amphoe#changwat". With all
// eight parts the position decides, unless a part carries the label of another
// and that place is empty. With fewer parts the labels decide, the first part is
// the house and an unlabelled last part the province. A '#' too many at the
// beginning is dropped.
func parseAddress(field []byte) visit.Address {
	parts := withoutLeadingHash(strings.Split(decodeText(field), "#"))
	var placed [partCount]string
	if len(parts) >= partCount {
		placeByPosition(&placed, parts)
	} else {
		placeByLabel(&placed, parts)
	}
	return visit.Address{
		House: placed[partHouse], Moo: placed[partMoo], Trok: placed[partTrok], Soi: placed[partSoi],
		Road: placed[partRoad], Tambon: placed[partTambon], Amphoe: placed[partAmphoe], Changwat: placed[partChangwat],
	}
}

// withoutLeadingHash drops an empty first part that makes the address one part too
// long, or that stands before the number of the house: in a short address, or where
// labels tell the other parts. An address without a house keeps its empty part.
func withoutLeadingHash(parts []string) []string {
	if len(parts) < 2 || strings.TrimSpace(parts[0]) != "" {
		return parts
	}
	inHouse := labelled(parts[1]) < 0 && startsWithDigit(parts[1])
	told := len(parts) < partCount || slices.ContainsFunc(parts[2:], func(p string) bool { return labelled(p) >= 0 })
	if len(parts) > partCount || inHouse && told {
		return parts[1:]
	}
	return parts
}

func startsWithDigit(part string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimSpace(part))
	return unicode.IsDigit(r)
}

func placeByPosition(placed *[partCount]string, parts []string) {
	for i, part := range parts {
		add(&placed[min(i, partChangwat)], part)
	}
	for i, part := range placed {
		if to := labelled(part); to >= 0 && to != i && placed[to] == "" {
			placed[i], placed[to] = "", part
		}
	}
}

func placeByLabel(placed *[partCount]string, parts []string) {
	for i, part := range parts {
		to := labelled(part)
		switch {
		case to >= 0:
		case i > 0 && i == len(parts)-1:
			to = partChangwat
		default:
			to = partHouse
		}
		add(&placed[to], part)
	}
}

// labelled returns the place that the label of a part names, or -1.
func labelled(part string) int {
	part = strings.TrimSpace(part)
	for _, l := range labels {
		if strings.HasPrefix(part, l.word) {
			return l.part
		}
	}
	return -1
}

// add appends to a place, so that nothing of an address is ever lost.
func add(place *string, part string) {
	*place = strings.Join(strings.Fields(*place+" "+part), " ")
}
