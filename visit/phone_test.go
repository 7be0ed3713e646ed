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
				if err != nil || p.IsZero() {
					t.Fatalf("got %v, want a number", err)
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
	f.Add("080-000-1234")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePhone(s)
		if err == nil && CheckPhone(p.Digits()) != PhoneOK {
			t.Errorf("%q was accepted as %q", s, p.Digits())
		}
		_ = GroupPhone(s)
	})
}
