package visit

import "testing"

func TestANameIsWrittenAsItsLanguageWritesIt(t *testing.T) {
	for _, c := range []struct {
		name        string
		of          Name
		full, short string
	}{
		{"a Thai title is joined", NewName("นาย", "ทดสอบ", "", "ระบบ"), "นายทดสอบ ระบบ", "นายทดสอบ ร."},
		{"a short Thai title is joined", NewName("น.ส.", "ทดสอบ", "", "เสมอ"), "น.ส.ทดสอบ เสมอ", "น.ส.ทดสอบ เส."},
		{"a Latin title gets a blank", NewName("Miss", "TEST", "", "SYSTEM"), "Miss TEST SYSTEM", "Miss TEST S."},
		{"one with a point, too", NewName("Mr.", "Test", "Mid", "System"), "Mr. Test Mid System", "Mr. Test S."},
		{"a rank of two words", NewName("Pol. Maj.", "Test", "", "System"), "Pol. Maj. Test System", "Pol. Maj. Test S."},
		{"a Thai title and a Latin name", NewName("นาย", "JOHN", "", "TEST"), "นายJOHN TEST", "นายJOHN T."},
		{"a title that brings its blank", Name{Prefix: "Miss ", First: "TEST", Last: "SYSTEM"}, "Miss TEST SYSTEM", "Miss TEST S."},
		{"no title", NewName("", "TEST", "", "SYSTEM"), "TEST SYSTEM", "TEST S."},
		{"a title only", NewName("Mr.", "", "", ""), "Mr.", "Mr."},
		{"no family name", NewName("นาย", "ทดสอบ", "", "-"), "นายทดสอบ", "นายทดสอบ"},
		{"hyphens of all kinds are no name", NewName("-", "ทดสอบ", "–", " — "), "ทดสอบ", "ทดสอบ"},
		{"points are no name", NewName("Mrs.", "Test", ".", "System"), "Mrs. Test System", "Mrs. Test S."},
		{"blanks are single", NewName(" Mr. ", "Test  Two", "", " of\u00a0System "), "Mr. Test Two of System", "Mr. Test Two o."},
	} {
		t.Run(c.name, func(t *testing.T) {
			if full, short := c.of.Full(), c.of.Short(); full != c.full || short != c.short {
				t.Errorf("%q and %q, want %q and %q", full, short, c.full, c.short)
			}
		})
	}
	if !NewName("-", " ", ".", "--").IsZero() {
		t.Error("a name of nothing is none")
	}
}
