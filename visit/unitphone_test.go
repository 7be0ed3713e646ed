package visit

import (
	"errors"
	"testing"
)

func TestAUnitIsCalledAtAnExtensionOrAShortNumber(t *testing.T) {
	for _, c := range []struct {
		name, text string
		shown      string
		want       PhoneProblem
	}{
		{"a landline", "02-000-1234", "02-000-1234", PhoneOK},
		{"a mobile number", "0800001234", "080-000-1234", PhoneOK},
		{"an extension", "02-000-1234 ต่อ 101", "02-000-1234 ต่อ 101", PhoneOK},
		{"an extension without blanks", "020001234ต่อ101", "02-000-1234 ต่อ 101", PhoneOK},
		{"in Thai digits", "๐๒-๐๐๐-๑๒๓๔ ต่อ ๑๐๑", "02-000-1234 ต่อ 101", PhoneOK},
		{"several extensions", "02-000-1234 ต่อ 101-103, 200", "02-000-1234 ต่อ 101-103,200", PhoneOK},
		{"in English", "+66 2 000 1234 ext. 101", "02-000-1234 ext. 101", PhoneOK},
		{"in capitals", "02 000 1234 EXT 101", "02-000-1234 EXT 101", PhoneOK},
		{"with a cross", "02-000-1234 #101", "02-000-1234 #101", PhoneOK},
		{"with a blank that nobody sees", "02-000-1234\u200b\u00a0ต่อ\u200b\u00a0101", "02-000-1234 ต่อ 101", PhoneOK},
		{"a short number", "1330", "1330", PhoneOK},
		{"a shorter one", "191", "191", PhoneOK},
		{"a short one in Thai digits", "๑๓๓๐", "1330", PhoneOK},
		{"a short one that is none", "2330", "", PhoneNoZero},
		{"too long to be short", "13300", "", PhoneNoZero},
		{"a short one with an extension", "1330 ต่อ 101", "", PhoneNoZero},
		{"an extension of letters", "020001234 ต่อ ก", "", PhoneNotDigits},
		{"an extension only", "ต่อ 101", "", PhoneEmpty},
		{"an extension that is too long", "020001234 ต่อ 1234567", "", PhoneNotDigits},
		{"nothing", "", "", PhoneEmpty},
		{"words", "โทรหาเรา", "", PhoneNotDigits},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := ParseUnitPhone(c.text)
			if c.want == PhoneOK && err != nil || c.want != PhoneOK && !errors.Is(err, c.want) || p.String() != c.shown {
				t.Errorf("%q, %v; want %q, %v", p, err, c.shown, c.want)
			}
		})
	}
}

func FuzzParseUnitPhone(f *testing.F) {
	for _, s := range []string{"02-000-1234 ต่อ 101-103, 200", "1330", "+66 2 000 1234 ext. 101", "0800001234 #9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParseUnitPhone(s)
		if err != nil {
			if !p.IsZero() {
				t.Errorf("%q: a number beside %v", s, err)
			}
			return
		}
		again, err := ParseUnitPhone(p.String())
		if err != nil || again != p {
			t.Errorf("%q is shown as %q, which is %q: %v", s, p, again, err)
		}
	})
}
