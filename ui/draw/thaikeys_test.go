package draw

import "testing"

func TestAKeyboardThatWasLeftInThaiTypesDigits(t *testing.T) {
	digits := "1234567890"
	for i, r := range []rune("ๅ/-ภถุึคตจ") {
		if d, ok := Digit(r); !ok || d != digits[i] {
			t.Errorf("%q is %q, want %q", r, d, digits[i])
		}
	}
	for i, r := range []rune("๑๒๓๔๕๖๗๘๙๐") {
		if d, ok := Digit(r); !ok || d != digits[i] {
			t.Errorf("%q is %q, want %q", r, d, digits[i])
		}
	}
	for _, r := range "aก ๏" {
		if d, ok := Digit(r); ok {
			t.Errorf("%q is the digit %q", r, d)
		}
	}
}

func TestWhatWasTypedOnAThaiKeyboardIsReadAsOnAnEnglishOne(t *testing.T) {
	for _, c := range []struct{ name, typed, want string }{
		{"a number of a slip", "ฮข/--จขๅภถขคุึ", "V-2330-145-867"},
		{"a code", "ญญๅ/-ภถุึคตจ", "PP1234567890"},
		{"what is English already stays, its signs as well", "V-2/3", "V-2/3"},
	} {
		if got := FromThaiKeys(c.typed); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
