package draw

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"authenkiosk/assets"
	"authenkiosk/ui/draw/drawtest"
)

// A line must be broken somewhere: more letters than this without a mark are a
// forgotten mark.
const longestThaiRun = 24

func TestThaiTextsAreMarkedWhereALineMayBreak(t *testing.T) {
	for key, forms := range drawtest.Catalogue(t, "th") {
		for _, form := range forms {
			run := 0
			for _, r := range form {
				switch {
				case !isThai(r):
					run = 0
				case unicode.Is(unicode.Mn, r): // stands above or below a letter
				default:
					run++
				}
				if run > longestThaiRun {
					t.Errorf("%s: no mark in %q", key, form)
					break
				}
			}
			for _, piece := range strings.Split(form, zeroWidthSpace) {
				if r := []rune(piece); len(r) > 0 && followsLetter(r[0]) && isThai(r[0]) && r[0] != 'ๆ' {
					t.Errorf("%s: a mark before %q parts a letter from its sign", key, piece)
				}
			}
		}
	}
}

// wholeThaiWords are words of two parts that mean something else, or nothing, when
// a line ends between them.
var wholeThaiWords = strings.Fields(`
	ตรวจสอบ ช่วยเหลือ ภายใน ภายหลัง เท่านั้น ทั่วไป ไตเทียม เจ็บป่วย เบื้องต้น หลักประกัน ยกเว้น ท้องถิ่น ขึ้นต้น เพิ่มเติม
	ก่อนหน้า หมดอายุ ทำงาน สอบถาม แน่ใจ ผู้ป่วย ผู้รับรอง ผู้ปกครอง ผู้ดูแล ผู้ใหญ่ วันนี้ หนังสือเดินทาง ประกันสังคม
	ตัวเลข ทะเบียนบ้าน เครื่องที่สอง ใบรหัส ใบหน้า หน้าจอ บัตรประชาชน เครื่องพิมพ์ เครื่องอ่านบัตร คำตอบ จนกว่า เที่ยงคืน
	อย่าเพิ่ง หน่วยบริการ เบอร์โทรศัพท์ ถ่ายรูป ไม่ได้`)

func TestNoMarkOfABreakPartsAThaiWord(t *testing.T) {
	for key, forms := range drawtest.Catalogue(t, "th") {
		for _, form := range forms {
			for _, w := range wholeThaiWords {
				whole, bare := strings.Count(form, w), strings.Count(strings.ReplaceAll(form, zeroWidthSpace, ""), w)
				if whole != bare && !strings.HasPrefix(key, "dock.") {
					t.Errorf("%s: %s is parted in %q", key, w, form)
				}
			}
		}
	}
}

// Whoever has read "the counter" on the kiosk and in the manual looks for it at the station.
func TestOneThingHasOneNameInThai(t *testing.T) {
	for other, name := range map[string]string{"โต๊ะ": "เคาน์เตอร์", "จุดบริการ": "เคาน์เตอร์", "สลิป": "ใบรหัส", "โทเค็น": "โทเคน", "token": "โทเคน"} {
		for key, forms := range drawtest.Catalogue(t, "th") {
			for _, form := range forms {
				if strings.Contains(strings.ReplaceAll(form, zeroWidthSpace, ""), other) {
					t.Errorf("%s: %s, which is %s elsewhere, in %q", key, other, name, form)
				}
			}
		}
	}
}

// Package json takes the last one in silence.
func TestNoTextIsThereTwice(t *testing.T) {
	key := regexp.MustCompile(`(?m)^ "([^"]+)":`)
	for _, lang := range []string{"th", "en"} {
		data, err := assets.Words.ReadFile("words/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, found := range key.FindAllStringSubmatch(string(data), -1) {
			if seen[found[1]] {
				t.Errorf("%s has %s twice", lang, found[1])
			}
			seen[found[1]] = true
		}
		if want := len(drawtest.Catalogue(t, lang)); len(seen) != want {
			t.Errorf("%s has %d texts, of which %d are seen", lang, want, len(seen))
		}
	}
}

func TestEverySentenceOfTheEnglishHelpBeginsALine(t *testing.T) {
	within := regexp.MustCompile(`[a-z”]\. [A-Z]`)
	for key, forms := range drawtest.Catalogue(t, "en") {
		if strings.HasPrefix(key, "help.") && key != "help.confirm" && within.MatchString(forms[0]) {
			t.Errorf("%s: %q", key, forms[0])
		}
	}
}

func TestAMissingTextShowsItsKeyInsteadOfStoppingTheKiosk(t *testing.T) {
	w, err := LoadWords()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"th", "xx"} {
		if got := (Speaker{Words: w, Lang: lang}).Say("no.such.key"); got != "no.such.key" {
			t.Errorf("%s: %q", lang, got)
		}
	}
}
