package visit

import (
	"regexp"
	"strings"
	"unicode"
)

// UnitPhone is the number at which people reach a unit: one like a patient's, with or
// without an extension, or a short one of a service, for example 1330. It is no
// secret. The zero value is "no number".
type UnitPhone struct{ digits, extension string }

// shortNumber is a number of a service in the numbering plan of the NBTC.
var shortNumber = regexp.MustCompile(`^1[0-9]{2,3}$`)

// withExtension finds an extension behind a number: the word that stands for it, and
// one or a few internal numbers.
var withExtension = regexp.MustCompile(`^(.*?)\s*(เบอร์ต่อ|ต่อ|(?i:extension|ext\.?|x)|#)\s*([0-9]{1,6}(?:\s*[-,/]\s*[0-9]{1,6}){0,3})$`)

// ParseUnitPhone accepts what ParsePhone does, with "ต่อ 101", "ext. 101" or "#101"
// behind it, and short numbers. The error is a PhoneProblem.
func ParseUnitPhone(s string) (UnitPhone, error) {
	number, extension := visible(s), ""
	if m := withExtension.FindStringSubmatch(number); m != nil {
		number, extension = m[1], m[2]+" "+strings.Join(strings.Fields(m[3]), "")
		if m[2] == "#" {
			extension = "#" + strings.Join(strings.Fields(m[3]), "")
		}
	}
	if short := phoneDigits(number); extension == "" && shortNumber.MatchString(short) {
		return UnitPhone{digits: short}, nil
	}
	phone, err := ParsePhone(number)
	if err != nil {
		return UnitPhone{}, err
	}
	return UnitPhone{digits: phone.digits, extension: extension}, nil
}

// visible returns a text in ASCII digits and hyphens, with blanks in place of those of
// other kinds, and without signs that nobody sees.
func visible(s string) string {
	var b strings.Builder
	for _, r := range strings.TrimSpace(s) {
		switch kept := phoneDigits(string(r)); {
		case kept != "":
			b.WriteString(kept)
		case strings.TrimSpace(string(r)) == "" || r == '\u00a0' || r == '\u202f':
			b.WriteByte(' ')
		case unicode.Is(unicode.Pd, r) || r == '\u2212':
			b.WriteByte('-')
		case strings.ContainsRune(".()", r):
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(b.String())
}

// Digits returns the number without separators and extension.
func (p UnitPhone) Digits() string { return p.digits }

// IsZero reports whether there is no number.
func (p UnitPhone) IsZero() bool { return p.digits == "" }

// String returns the number as people read it: 02-000-1234 ต่อ 101. The word for the
// extension is the unit's own.
func (p UnitPhone) String() string {
	number := p.digits
	if PhoneLengthFor(number) == len(number) {
		number = GroupPhone(number)
	}
	return strings.TrimSpace(number + " " + p.extension)
}
