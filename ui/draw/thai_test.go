package draw

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestThaiFromOutsideIsDividedBetweenWordsAndNeverWithinAStack(t *testing.T) {
	for in, want := range map[string][]string{
		"โรงพยาบาลส่งเสริมสุขภาพตำบลทดสอบ": {"โรงพยาบาล", "ส่งเสริม", "สุขภาพ", "ตำบล", "ทดสอบ"},
		"บริการฟอกเลือดด้วยเครื่องไตเทียม": {"บริการ", "ฟอกเลือด", "ด้วย", "เครื่อง", "ไตเทียม"},
		"ทดสอบ":      {"ทดสอบ"},
		"OPD/IPD/PP": {"OPD/IPD/PP"},
	} {
		if got := divideThai(in); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q", in, got)
		}
	}
}

func FuzzDividedThaiIsWholeAndNoPieceBeginsWithAMark(f *testing.F) {
	for _, s := range []string{"ไม่พบข้อมูลการลงทะเบียนของบุคคลในระบบ", "กิ์ญูฐู้น้ำ", "ำำำำำำำำำำำำ", "เเเเเเเเเเเเเเเ", "พระๆพระๆพระๆพระๆ", "\xe0\xb8\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip()
		}
		pieces := divideThai(s)
		if strings.Join(pieces, "") != s {
			t.Errorf("%q became %q", s, pieces)
		}
		for _, p := range pieces[min(1, len(pieces)):] {
			if r, _ := utf8.DecodeRuneInString(p); followsLetter(r) {
				t.Errorf("%q begins with a mark", p)
			}
		}
	})
}
