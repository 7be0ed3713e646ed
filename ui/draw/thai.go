package draw

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A phrase of at most so many letters is never divided.
const shortPhrase = 8

// commonWords are frequent in the names of hospitals, services and rights and in
// NHSO's messages. They help to break texts that carry no marks.
var commonWords = strings.Fields(`
	โรงพยาบาล ส่งเสริม สุขภาพ ตำบล อำเภอ จังหวัด ศูนย์ บริการ สาธารณสุข เทศบาล คลินิก เวชกรรม ชุมชน มหาวิทยาลัย
	หน่วย ประจำ สิทธิ หลักประกัน แห่งชาติ ประกันสังคม ข้าราชการ สวัสดิการ พนักงาน ส่วนท้องถิ่น ครู เอกชน ผู้ประกันตน คนพิการ
	เข้ารับ บริการ รักษา ทั่วไป ผู้ป่วย นอก ใน ฟอกเลือด ด้วย เครื่อง ไตเทียม ดูแล อาการ เจ็บป่วย เบื้องต้น กลุ่ม สีเหลือง สีแดง
	และ หรือ ไม่ พบ ข้อมูล กรุณา ติดต่อ เจ้าหน้าที่ ระบบ ขัดข้อง ชั่วคราว ลงทะเบียน ย้าย ตรวจสอบ บุคคล เลขที่ บัตร ประชาชน วันที่ แล้ว ได้ ยืนยัน
	ทดสอบ ราชการ ประชารัฐ สมเด็จ พระ ยุพราช ค่าใช้จ่าย ยกเว้น การ ร่วม จ่าย กรณี ทุพพลภาพ หมดอายุ ช่วง อายุ ปี`)

// phraseWords are those with which a new phrase begins.
var phraseWords = strings.Fields("และ หรือ แต่ แล้ว ถ้า เพื่อ กรุณา ท่าน เจ้าหน้าที่ จนกว่า ว่า")

// notInThai is never parted from the word that it turns into its opposite.
const notInThai = "ไม่"

// Breakable marks where the lines of a text may end that carries no marks: the name of a
// hospital, NHSO's own words.
func Breakable(text string) string {
	phrases := strings.Split(text, " ")
	for i, p := range phrases {
		phrases[i] = strings.Join(divideThai(p), "\u200b")
	}
	return strings.Join(phrases, " ")
}

func beginsPhrase(word string) bool { return slices.Contains(phraseWords, word) }

// divideThai divides a phrase without spaces into pieces between which a line
// may be broken: around the words it knows, else before a vowel that begins a
// syllable. It never parts a letter from its marks.
func divideThai(phrase string) []string {
	if utf8.RuneCountInString(phrase) <= shortPhrase || !strings.ContainsFunc(phrase, isThai) {
		return []string{phrase}
	}
	var out []string
	start := 0
	for i := 0; i < len(phrase); {
		r, size := utf8.DecodeRuneInString(phrase[i:])
		if known := knownWord(phrase[i:]); known > 0 {
			if i > start {
				out = append(out, phrase[start:i])
			}
			out = append(out, phrase[i:i+known])
			i += known
			start = i
			continue
		}
		if leadingVowel(r) && i-start >= 3*len("ก") {
			out = append(out, phrase[start:i])
			start = i
		}
		i += size
	}
	if start < len(phrase) {
		out = append(out, phrase[start:])
	}
	return mergeMarks(out)
}

// mergeMarks joins a piece that cannot begin a line to the one before it.
func mergeMarks(pieces []string) []string {
	var out []string
	for _, p := range pieces {
		r, _ := utf8.DecodeRuneInString(p)
		lone := utf8.RuneCountInString(p) == 1
		if len(out) > 0 && (followsLetter(r) || lone) {
			out[len(out)-1] += p
			continue
		}
		out = append(out, p)
	}
	return out
}

func knownWord(s string) int {
	best := 0
	for _, w := range commonWords {
		if len(w) > best && strings.HasPrefix(s, w) {
			best = len(w)
		}
	}
	if next, _ := utf8.DecodeRuneInString(s[best:]); best > 0 && followsLetter(next) {
		return 0
	}
	return best
}

// isThai reports whether it is a letter, a vowel, a mark or a digit of Thai.
func isThai(r rune) bool { return r >= 'ก' && r <= '๛' }

func leadingVowel(r rune) bool { return r >= 'เ' && r <= 'ไ' }

// followsLetter reports whether a sign can stand only after a letter: vowels and
// marks behind, above or below it, repetition, abbreviation, closing brackets.
func followsLetter(r rune) bool {
	return r >= 'ะ' && r <= 'ฺ' || r == 'ๅ' || r >= '็' && r <= '๎' || r == 'ๆ' || r == 'ฯ' || strings.ContainsRune(").,:;!?/", r)
}
