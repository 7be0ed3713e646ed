package visit

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestParsePhoneFollowsTheThaiNumberingPlan(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       PhoneProblem
	}{
		{"a mobile number", "0800001234", PhoneOK},
		{"one with hyphens", "080-000-1234", PhoneOK},
		{"06 is mobile", "0600001234", PhoneOK},
		{"09 is mobile", "0900001234", PhoneOK},
		{"Bangkok", "020001234", PhoneOK},
		{"a province", "074000123", PhoneOK},
		{"+66", "+66 80 000 1234", PhoneOK},
		{"+66 with the zero", "+66 (0)80-000-1234", PhoneOK},
		{"0066", "0066800001234", PhoneOK},
		{"66 alone", "66800001234", PhoneOK},
		{"+66 of a landline", "+66 2 000 1234", PhoneOK},
		{"brackets", "(080) 000-1234", PhoneOK},
		{"points", "080.000.1234", PhoneOK},
		{"NBSP", "080\u00a0000\u00a01234", PhoneOK},
		{"hyphens of all kinds", "080\u2010000\u20111\u20122\u20133\u20144", PhoneOK},
		{"a minus and a wide hyphen", "080\u2212000\uff0d1234", PhoneOK},
		{"blanks that nobody sees", "080\u200b000\u200c\u200d1234\ufeff", PhoneOK},
		{"marks of direction", "\u202a0800001234\u202c", PhoneOK},
		{"Thai digits", "๐๘๐-๐๐๐-๑๒๓๔", PhoneOK},
		{"wide digits", "０８００００１２３４", PhoneOK},
		{"a tab and an end of line", "080\t0001234\r\n", PhoneOK},
		{"nothing but what is dropped", " -\u200b() ", PhoneEmpty},
		{"another country", "+65 8000 1234", PhoneNotDigits},
		{"a plus in the middle", "080+0001234", PhoneNotDigits},
		{"+66 and a digit too few", "+66 80 000 123", PhoneNotDigits},
		{"66 and a digit too many", "668000012345", PhoneNoZero},
		{"a zero that a spreadsheet lost is not made up", "800001234", PhoneNoZero},
		{"two numbers", "0800001234, 0800001235", PhoneNotDigits},
		{"an extension", "020001234 ต่อ 101", PhoneNotDigits},
		{"an invented one with its country", "+66 800000000", PhoneAllSameTail},
		{"digits of another script", "٠٨٠٠٠٠١٢٣٤", PhoneNotDigits},
		{"empty", "", PhoneEmpty},
		{"letters", "08000O1234", PhoneNotDigits},
		{"no zero", "8000012345", PhoneNoZero},
		{"01 was given up", "0100001234", PhoneBadPrefix},
		{"00 is abroad", "0066800001", PhoneBadPrefix},
		{"short by one", "080000123", PhoneTooShort},
		{"long by one", "08000012345", PhoneTooLong},
		{"a landline of ten", "0200012345", PhoneTooLong},
		{"all zeros after the prefix", "0800000000", PhoneAllSameTail},
		{"all the same", "0888888888", PhoneAllSameTail},
		{"only the first digit", "0", PhoneTooShort},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := ParsePhone(c.text)
			if c.want == PhoneOK {
				if err != nil || CheckPhone(p.Digits()) != PhoneOK {
					t.Fatalf("got %v, want a number", err)
				}
				if mobile := "0800001234"; strings.HasSuffix(p.Digits(), mobile[1:]) && p.Digits() != mobile {
					t.Fatalf("got %q, want %q", p.Digits(), mobile)
				}
				return
			}
			if !errors.Is(err, c.want) || !p.IsZero() {
				t.Fatalf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestAPhoneIsShownMaskedAndGroupedWhileTyped(t *testing.T) {
	for _, c := range []struct{ digits, masked, grouped string }{
		{"0800001234", "08x-xxx-1234", "080-000-1234"},
		{"020001234", "02-xxx-1234", "02-000-1234"},
	} {
		p, err := ParsePhone(c.digits)
		if err != nil {
			t.Fatal(err)
		}
		asJSON, _ := json.Marshal(p)
		for _, out := range []string{fmt.Sprintf("%v %+v %#v %s", p, p, p, p), string(asJSON), p.LogValue().String()} {
			if strings.Contains(out, c.digits) {
				t.Errorf("the number is in %q", out)
			}
		}
		if p.Masked() != c.masked || GroupPhone(c.digits) != c.grouped {
			t.Errorf("got %q and %q", p.Masked(), GroupPhone(c.digits))
		}
	}
	for typed, want := range map[string]string{"": "", "0": "0", "080": "080", "0800": "080-0", "0800001": "080-000-1", "02000": "02-000"} {
		if got := GroupPhone(typed); got != want {
			t.Errorf("GroupPhone(%q) = %q, want %q", typed, got, want)
		}
	}
}

func FuzzParsePhone(f *testing.F) {
	for _, s := range []string{"080-000-1234", "+66 (0)80 000 1234", "๐๘๐\u00a0๐๐๐\u2011๑๒๓๔", "0066\u200b20001234", "020001234 ต่อ 101"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePhone(s)
		if err == nil && CheckPhone(p.Digits()) != PhoneOK {
			t.Errorf("%q was accepted as %q", s, p.Digits())
		}
		_ = GroupPhone(s)
	})
}
