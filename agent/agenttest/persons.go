package agenttest

import "authenkiosk/visit"

// Person is a member of the test population, with what an agent has to say of
// them. The population is that of the test zone; nobody in it exists.
type Person struct {
	Serial     string // the first twelve digits of the PID
	Title      string // as on the card
	TitleCode  string // as read gives it
	First      string
	Last       string
	Sex        visit.Sex
	Birth      visit.PartialDate
	Right      visit.Right
	ClaimTypes []string
	PaidModel  string
	DoneToday  string // hcode where there is a code of today
}

// PID returns the 13 digits.
func (p Person) PID() string { return p.Serial + string(visit.PIDCheckDigit(p.Serial)) }

// The units of the test population.
var (
	Here      = visit.Hospital{HCode: "99999", Name: "รพ.ทดสอบ"}
	Elsewhere = visit.Hospital{HCode: "99998", Name: "รพ.อื่นทดสอบ"}
	Primary   = visit.Hospital{HCode: "99001", Name: "รพ.สต.ทดสอบ"}
)

var (
	rightUCS = visit.Right{
		Main: visit.Coded{ID: "UCS", Name: "สิทธิหลักประกันสุขภาพแห่งชาติ"}, Sub: visit.Coded{ID: "89", Name: "ช่วงอายุ 12-59 ปี"},
		HospMain: Here, HospMainOp: Primary, HospSub: Primary, NationID: "099",
	}
	rightElder = visit.Right{
		Main: visit.Coded{ID: "WEL", Name: "สิทธิหลักประกันสุขภาพแห่งชาติ (ยกเว้นการร่วมจ่ายค่าบริการ 30 บาท)"}, Sub: visit.Coded{ID: "77", Name: "ผู้มีอายุเกิน 60 ปีบริบูรณ์"},
		HospMain: Here, HospMainOp: Primary, HospSub: Primary, NationID: "099",
	}
	rightPension = visit.Right{
		Main: visit.Coded{ID: "OFC", Name: "สิทธิข้าราชการ/สิทธิหน่วยงานรัฐ"}, Sub: visit.Coded{ID: "O3", Name: "สิทธิเบิกกรมบัญชีกลาง (ผู้รับเบี้ยหวัดบำนาญ)"},
		NationID: "099",
	}
	rightOfficer = visit.Right{
		Main: rightPension.Main, Sub: visit.Coded{ID: "O1", Name: "สิทธิเบิกกรมบัญชีกลาง (ข้าราชการ)"}, NationID: "099",
	}
	rightInsured = visit.Right{
		Main: visit.Coded{ID: "SSS", Name: "สิทธิประกันสังคม"}, Sub: visit.Coded{ID: "S1", Name: "สิทธิเบิกกองทุนประกันสังคม (ผู้ประกันตน)"},
		HospMain: Here, NationID: "099",
	}
	rightLocal = visit.Right{
		Main: visit.Coded{ID: "LGO", Name: "สิทธิสวัสดิการพนักงานส่วนท้องถิ่น"}, Sub: visit.Coded{ID: "L1", Name: "สิทธิสวัสดิการพนักงานส่วนท้องถิ่น (ตนเอง)"},
		NationID: "099",
	}
	allTypes = []string{"PG0060001", "PG0110001", "PG0120001", "PG0130001", "PG0140001", "PG0150001", "PG0180001"}
	fewTypes = []string{general, "PG0130001"}
)

// general is the claim type of nearly all visits.
const general = "PG0060001"

// The persons of the suite.
var (
	Adult = Person{
		Serial: "900000000000", Title: "นาย", TitleCode: "003", First: "ทดสอบ", Last: "ระบบ", Sex: visit.SexMale,
		Birth: visit.PartialDate{Year: 2005, Month: 3, Day: 20}, Right: rightUCS, ClaimTypes: allTypes, PaidModel: "1",
	}
	Pensioner = Person{
		Serial: "900000000001", Title: "นาง", TitleCode: "005", First: "ตัวอย่าง", Last: "สมมติ", Sex: visit.SexFemale,
		Birth: visit.PartialDate{Year: 1962, Month: 1, Day: 15}, Right: rightPension, ClaimTypes: fewTypes,
	}
	Elder = Person{
		Serial: "900000000003", Title: "นาง", TitleCode: "005", First: "บุญมี", Last: "จำลอง", Sex: visit.SexFemale,
		Birth: visit.PartialDate{Year: 1947}, Right: rightElder, ClaimTypes: allTypes, PaidModel: "1",
	}
	Insured = Person{
		Serial: "900000000004", Title: "นาย", TitleCode: "003", First: "ประกัน", Last: "สมมุติ", Sex: visit.SexMale,
		Birth: visit.PartialDate{Year: 1987, Month: 9, Day: 9}, Right: rightInsured, ClaimTypes: fewTypes,
	}
	Local = Person{
		Serial: "900000000005", Title: "น.ส.", TitleCode: "004", First: "ท้องถิ่น", Last: "ทดสอบ", Sex: visit.SexFemale,
		Birth: visit.PartialDate{Year: 1992, Month: 12, Day: 31}, Right: rightLocal, ClaimTypes: fewTypes,
	}
	WithoutRight = Person{
		Serial: "900000000006", Title: "นาย", TitleCode: "003", First: "ไร้สิทธิ์", Last: "ทดสอบ", Sex: visit.SexMale,
		Birth: visit.PartialDate{Year: 1977, Month: 2, Day: 2}, Right: visit.Right{NationID: "099"},
	}
	DoneHere = Person{
		Serial: "900000000007", Title: "น.ส.", TitleCode: "004", First: "ซ้ำ", Last: "ที่นี่", Sex: visit.SexFemale,
		Birth: visit.PartialDate{Year: 1997, Month: 5, Day: 5}, Right: rightUCS, ClaimTypes: allTypes, PaidModel: "1", DoneToday: "99999",
	}
	DoneThere = Person{
		Serial: "900000000008", Title: "นาย", TitleCode: "003", First: "ซ้ำ", Last: "ที่อื่น", Sex: visit.SexMale,
		Birth: visit.PartialDate{Year: 1998, Month: 6, Day: 6}, Right: rightUCS, ClaimTypes: allTypes, PaidModel: "1", DoneToday: "99998",
	}
	Officer = Person{
		Serial: "900000000010", Title: "นาย", TitleCode: "003", First: "เจ้าหน้าที่", Last: "ผู้รับรอง", Sex: visit.SexMale,
		Birth: visit.PartialDate{Year: 1985, Month: 8, Day: 8}, Right: rightOfficer, ClaimTypes: fewTypes,
	}
)

// Persons returns everybody whom the suite uses, for fakes.
func Persons() []Person {
	return []Person{Adult, Pensioner, Elder, Insured, Local, WithoutRight, DoneHere, DoneThere, Officer}
}
