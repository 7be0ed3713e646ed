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

func TestWhatPartsANumberIsNoDigitOfIt(t *testing.T) {
	for _, c := range []struct{ name, before, typed, want string }{
		{"hyphens", "", "080-000-1234", "0800001234"},
		{"slashes", "", "080/0001234", "0800001234"},
		{"a keyboard that was left in Thai", "", "จคจจจจๅ/-ภ", "0800001234"},
		{"one that begins with those keys", "", "-/จคจจจจๅ/-ภ", "320800001234"},
		{"the same behind a number that was typed in English", "0800001234", "-/จคจจจจๅ/-ภ", "320800001234"},
		{"hyphens behind a number that was typed in Thai", "จคจจจจๅ/-ภ", "080-000-1234", "0800001234"},
		{"Thai digits, and the keys beside them", "", "๐๘-/", "0832"},
		{"letters and spaces", "", "0 8a0", "080"},
	} {
		var keys Digits
		for _, text := range []string{c.before, c.typed} {
			got := ""
			for _, r := range text {
				if d, ok := keys.Typed(r, got == ""); ok {
					got += string(rune(d))
				}
			}
			if text == c.typed && got != c.want {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
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
