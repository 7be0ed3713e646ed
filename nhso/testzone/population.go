package testzone

import "authenkiosk/visit"

// Serial numbers of the population: the first twelve digits of each PID, without
// the check digit.
const (
	Adult       = "900000000000" // UCS, complete
	Pensioner   = "900000000001" // OFC, no hospital
	Child       = "900000000002" // WEL child: needs a guardian
	Elder       = "900000000003" // WEL elder, month and day of birth unknown
	Insured     = "900000000004" // SSS, main hospital only
	Local       = "900000000005" // LGO
	WithoutAny  = "900000000006" // no right
	DoneHere    = "900000000007" // a code of today at Here
	DoneThere   = "900000000008" // a code of today at Elsewhere
	Late        = "900000000009" // deceased
	Officer     = "900000000010" // certifies others
	Foreigner   = "900000000011" // nation other than Thai
	NoPaidModel = "900000000012" // UCS without paidModel
)

// PID returns the complete PID of a serial number of twelve digits.
func PID(serial string) visit.PID {
	pid, err := visit.ParsePID(serial + string(visit.PIDCheckDigit(serial)))
	if err != nil {
		panic("testzone: " + err.Error())
	}
	return pid
}

// Population returns the persons with whom every test zone begins.
func Population() []Person {
	return append(commonPersons(), specialPersons()...)
}

func commonPersons() []Person {
	return []Person{
		adult(Adult, "นาย", "ทดสอบ", "ระบบ", visit.SexMale, "2005-03-20", "สิทธิบัตรทอง ครบทุกอย่าง"),
		{
			PID: PID(Pensioner).Digits(), Title: "นาง", FirstName: "ตัวอย่าง", LastName: "สมมติ", Sex: visit.SexFemale,
			Birth: "1962-01-15", Nation: "099", Main: mainOFC, Sub: subO3, ClaimTypes: fewClaimTypes,
			Note: "ข้าราชการบำนาญ ไม่มีหน่วยบริการประจำ",
		},
		with(adult(Child, "ด.ช.", "ต้นกล้า", "ทดลอง", visit.SexMale, "2016-06-10", "เด็ก ต้องมีผู้ปกครอง"),
			func(p *Person) { p.Main, p.Sub = mainWEL, sub71 }),
		with(adult(Elder, "นาง", "บุญมี", "จำลอง", visit.SexFemale, "1947-00-00", "ผู้สูงอายุ ไม่ทราบวันเดือนเกิด"),
			func(p *Person) { p.Main, p.Sub = mainWEL, sub77 }),
		{
			PID: PID(Insured).Digits(), Title: "นาย", FirstName: "ประกัน", LastName: "สมมุติ", Sex: visit.SexMale,
			Birth: "1987-09-09", Nation: "099", Main: mainSSS, Sub: subS1, HospMain: Here, ClaimTypes: fewClaimTypes,
			Note: "ประกันสังคม มีเฉพาะหน่วยบริการหลัก",
		},
		{
			PID: PID(Local).Digits(), Title: "น.ส.", FirstName: "ท้องถิ่น", LastName: "ทดสอบ", Sex: visit.SexFemale,
			Birth: "1992-12-31", Nation: "099", Main: mainLGO, Sub: subL1, ClaimTypes: fewClaimTypes,
			Note: "พนักงานส่วนท้องถิ่น",
		},
	}
}

func specialPersons() []Person {
	return []Person{
		{
			PID: PID(WithoutAny).Digits(), Title: "นาย", FirstName: "ไร้สิทธิ์", LastName: "ทดสอบ", Sex: visit.SexMale,
			Birth: "1977-02-02", Nation: "099", Note: "ไม่มีสิทธิ",
		},
		with(adult(DoneHere, "น.ส.", "ซ้ำ", "ที่นี่", visit.SexFemale, "1997-05-05", "ขอรหัสที่นี่แล้ววันนี้"),
			func(p *Person) { p.DoneToday = Here }),
		with(adult(DoneThere, "นาย", "ซ้ำ", "ที่อื่น", visit.SexMale, "1998-06-06", "ขอรหัสที่อื่นแล้ววันนี้"),
			func(p *Person) { p.DoneToday = Elsewhere }),
		{
			PID: PID(Late).Digits(), Title: "นาย", FirstName: "ล่วงลับ", LastName: "สมมติ", Sex: visit.SexMale,
			Birth: "1942-01-01", Nation: "099", DeathDate: "2024-01-31", Note: "เสียชีวิต",
		},
		{
			PID: PID(Officer).Digits(), Title: "นาย", FirstName: "เจ้าหน้าที่", LastName: "ผู้รับรอง", Sex: visit.SexMale,
			Birth: "1985-08-08", Nation: "099", Main: mainOFC, Sub: subO1, ClaimTypes: fewClaimTypes,
			Note: "เจ้าหน้าที่ผู้รับรอง",
		},
		with(adult(Foreigner, "นาย", "ต่างชาติ", "ทดสอบ", visit.SexMale, "1990-04-04", "สัญชาติอื่น"),
			func(p *Person) { p.Nation = "048" }),
		with(adult(NoPaidModel, "นาง", "ไม่ระบุ", "ทดสอบ", visit.SexFemale, "1980-11-11", "บัตรทอง ไม่มี paidModel"),
			func(p *Person) { p.PaidModel = "" }),
	}
}

// adult makes a person with the right UCS 89 and all three hospitals.
func adult(serial, title, first, last string, sex visit.Sex, birth, note string) Person {
	return Person{
		PID: PID(serial).Digits(), Title: title, FirstName: first, LastName: last, Sex: sex, Birth: birth, Nation: "099",
		Main: mainUCS, Sub: sub89, HospMain: Here, HospMainOp: Primary, HospSub: Primary, PaidModel: "1",
		ClaimTypes: allClaimTypes, Note: note,
	}
}

func with(p Person, change func(*Person)) Person {
	change(&p)
	return p
}
