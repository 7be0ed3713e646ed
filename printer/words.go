package printer

import (
	"fmt"
	"time"

	"authenkiosk/visit"
)

// Languages of slips.
const (
	thaiWords    = "th"
	englishWords = "en"
)

// word is a text in each language; Thai has U+200B between words.
type word struct{ th, en string }

func (w word) in(language string) string {
	if language == englishWords {
		return w.en
	}
	return w.th
}

const zw = "\u200B"

var (
	wordTitleCode   = word{"รหัส" + zw + "ยืนยัน" + zw + "ตัวตน" + zw + "เข้ารับ" + zw + "บริการ", "Authentication code"}
	wordTitleQueued = word{"รับ" + zw + "เรื่อง" + zw + "แล้ว", "Received"}
	wordFollows     = word{
		"รหัส" + zw + "ยืนยัน" + zw + "ตัวตน" + zw + "จะ" + zw + "ตาม" + zw + "มา" + zw + "ภายใน" + zw + "วันนี้ " +
			"โปรด" + zw + "เก็บ" + zw + "ใบ" + zw + "นี้" + zw + "ไว้",
		"The authentication code follows today. Please keep this slip.",
	}
	wordNotACode = word{"เลข" + zw + "นี้" + zw + "ไม่ใช่" + zw + "รหัส" + zw + "ยืนยัน" + zw + "ตัวตน", "This number is not an authentication code"}
	wordPhone    = word{"โทร.", "Tel."}
	wordDate     = word{"วันที่" + zw + "รับ" + zw + "บริการ", "Service date"}
	wordTime     = word{"เวลา", "Time"}
	wordName     = word{"ชื่อ", "Name"}
	wordPID      = word{"เลข" + zw + "ประจำ" + zw + "ตัว" + zw + "ประชาชน", "Citizen ID"}
	wordRight    = word{"สิทธิ" + zw + "การ" + zw + "รักษา", "Right"}
	wordService  = word{"ประเภท" + zw + "บริการ", "Service"}
	wordMethod   = word{"ยืนยัน" + zw + "ตัวตน" + zw + "ด้วย", "Identified by"}
	wordVisit    = word{"หมายเลข" + zw + "รายการ", "Visit no."}

	wordReprint = "พิมพ์ซ้ำ · REPRINT"
)

var methodWords = map[visit.Method]word{
	visit.MethodCard:      {"บัตร" + zw + "ประชาชน", "ID card"},
	visit.MethodPhoto:     {"ภาพ" + zw + "ใบหน้า" + zw + "คู่" + zw + "บัตร" + zw + "ประชาชน", "Photo with ID card"},
	visit.MethodCertifier: {"บัตร" + zw + "ของ" + zw + "ผู้" + zw + "รับรอง", "Certifier's card"},
	visit.MethodLine:      {"โทรศัพท์" + zw + "ของ" + zw + "ผู้ป่วย", "Patient's phone"},
}

// zoneWords are the watermark and the banner of each zone. A zone that is not
// here and not production gets those of the test zone.
var zoneWords = map[visit.Zone]struct{ mark, banner string }{
	visit.ZoneDemo: {"ตัวอย่าง DEMO", "ตัวอย่าง DEMO · ใช้ไม่ได้ NOT VALID"},
	visit.ZoneTest: {"ทดสอบ TEST", "ทดสอบ TEST · ใช้ไม่ได้ NOT VALID"},
}

var thaiMonths = [...]string{
	"มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน",
	"กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม",
}

// dateWords writes a day: 22 พฤศจิกายน พ.ศ. 2569, 22 November 2026.
func dateWords(d visit.Date) word {
	if d.IsZero() || d.Month < time.January || d.Month > time.December {
		return word{"-", "-"}
	}
	return word{
		th: fmt.Sprintf("%d %s พ.ศ. %d", d.Day, thaiMonths[d.Month-1], d.Year+visit.BuddhistEraOffset),
		en: fmt.Sprintf("%d %s %d", d.Day, d.Month, d.Year),
	}
}

// timeWords writes a moment in Bangkok: 09:05 น.
func timeWords(t time.Time) word {
	clock := t.In(visit.Bangkok).Format("15:04")
	return word{clock + " น.", clock}
}
