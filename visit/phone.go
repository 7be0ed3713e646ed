package visit

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode"
)

// Phone is a Thai telephone number at which the patient or guardian can be
// reached, as NHSO demands of every visit. The zero value is "no number". A
// Phone prints itself masked; only Digits gives the number.
type Phone struct{ digits string }

// Lengths of Thai numbers with the leading zero (numbering plan of the NBTC).
const (
	MobileLength   = 10
	LandlineLength = 9
)

// PhoneProblem says why a text is not an acceptable number. It implements error.
type PhoneProblem int

// The reasons, in the order in which they are looked for.
const (
	PhoneOK          PhoneProblem = iota
	PhoneEmpty                    // nothing entered
	PhoneNotDigits                // something other than 0-9
	PhoneNoZero                   // does not begin with 0
	PhoneBadPrefix                // begins neither 06, 08, 09 nor 02 to 05, 07
	PhoneTooShort                 // more digits are to come
	PhoneTooLong                  // more digits than such a number has
	PhoneAllSameTail              // every digit after the prefix is the same: invented
)

var phoneProblemText = [...]string{
	PhoneOK: "ok", PhoneEmpty: "the number is empty", PhoneNotDigits: "a number has digits only",
	PhoneNoZero:      "a Thai number begins with 0",
	PhoneBadPrefix:   "a mobile number begins with 06, 08 or 09, a landline with 02, 03, 04, 05 or 07",
	PhoneTooShort:    "digits are missing",
	PhoneTooLong:     "there are too many digits",
	PhoneAllSameTail: "all digits are the same",
}

// Error returns the reason in English for logs; screens have their own words.
func (p PhoneProblem) Error() string {
	if p < 0 || int(p) >= len(phoneProblemText) {
		return fmt.Sprintf("phone problem %d", int(p))
	}
	return phoneProblemText[p]
}

// PhoneLengthFor returns how many digits a number with this beginning has, or 0
// when the beginning is not one of a Thai subscriber's number. Two digits decide.
func PhoneLengthFor(digits string) int {
	if len(digits) < 2 || digits[0] != '0' {
		return 0
	}
	switch digits[1] {
	case '6', '8', '9':
		return MobileLength
	case '2', '3', '4', '5', '7':
		return LandlineLength
	}
	return 0
}

// CheckPhone tells what is wrong with a number, also while it is being typed:
// PhoneTooShort means "right so far".
func CheckPhone(digits string) PhoneProblem {
	switch {
	case digits == "":
		return PhoneEmpty
	case strings.Trim(digits, "0123456789") != "":
		return PhoneNotDigits
	case digits[0] != '0':
		return PhoneNoZero
	case len(digits) == 1:
		return PhoneTooShort
	}
	want := PhoneLengthFor(digits)
	switch {
	case want == 0:
		return PhoneBadPrefix
	case len(digits) < want:
		return PhoneTooShort
	case len(digits) > want:
		return PhoneTooLong
	case strings.Trim(digits[2:], digits[2:3]) == "":
		return PhoneAllSameTail
	}
	return PhoneOK
}

// ParsePhone accepts a mobile number (06, 08, 09 and 8 more digits) or a
// landline (02-05, 07 and 7 more) as people and files write them: with blanks,
// hyphens, points, brackets and signs that nobody sees between the digits, in Thai
// digits, and with the country code (+66, 0066, 66). Nothing is ever added but the
// zero that the country code stands for. A number whose digits after the prefix are
// all the same is refused: such numbers are invented. The error is a PhoneProblem.
func ParsePhone(s string) (Phone, error) {
	digits := national(phoneDigits(s))
	if problem := CheckPhone(digits); problem != PhoneOK {
		return Phone{}, problem
	}
	return Phone{digits: digits}, nil
}

// phoneDigits drops what people put between the digits of a number, and makes
// digits of the Thai ones and of those of East Asian width. All else stays, and makes
// the number none.
func phoneDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '๐' && r <= '๙':
			return '0' + r - '๐'
		case r >= '０' && r <= '９':
			return '0' + r - '０'
		case r == '＋':
			return '+'
		case strings.ContainsRune(".()（）[]\u00b7\u2022\u2024\u2212", r), // the last is a minus
			unicode.Is(unicode.Pd, r), unicode.IsSpace(r), unicode.Is(unicode.Zs, r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
}

// national puts the zero of the country in place of its code, where that makes a
// whole number; the zero may stand behind the code already, as in +66 (0)80.
func national(digits string) string {
	for _, code := range []string{"+66", "0066", "66"} {
		rest, ok := strings.CutPrefix(digits, code)
		if !ok {
			continue
		}
		if within := "0" + strings.TrimPrefix(rest, "0"); len(within) == PhoneLengthFor(within) {
			return within
		}
	}
	return digits
}

// Digits returns the number without separators, for NHSO and the store only.
func (p Phone) Digits() string { return p.digits }

// IsZero reports whether there is no number.
func (p Phone) IsZero() bool { return p.digits == "" }

// Masked returns the number as it may be shown: 08x-xxx-1234, 02-xxx-1234.
func (p Phone) Masked() string {
	switch len(p.digits) {
	case MobileLength:
		return p.digits[:2] + "x-xxx-" + p.digits[6:]
	case LandlineLength:
		return p.digits[:2] + "-xxx-" + p.digits[5:]
	}
	return ""
}

// String is Masked.
func (p Phone) String() string { return p.Masked() }

// Format keeps every verb of package fmt to the mask.
func (p Phone) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.Masked()) }

// LogValue implements slog.LogValuer. The log needs no digit of a phone at all.
func (p Phone) LogValue() slog.Value { return slog.StringValue("[phone]") }

// MarshalText gives the mask, see PID.MarshalText.
func (p Phone) MarshalText() ([]byte, error) { return []byte(p.Masked()), nil }

// GroupPhone puts hyphens into the digits of a number that is being typed:
// 080-000-1234, 02-000-1234.
func GroupPhone(digits string) string {
	head := 3
	if PhoneLengthFor(digits) == LandlineLength {
		head = 2
	}
	var b strings.Builder
	for i, r := range digits {
		if i == head || i == head+3 {
			b.WriteByte('-')
		}
		b.WriteRune(r)
	}
	return b.String()
}
