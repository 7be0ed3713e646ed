package virtualcard

import "authenkiosk/visit"

// Population returns the people of the test population, which the test zone of
// NHSO's services knows under the same numbers. Each call returns fresh data. The
// comments say what their rights are there.
func Population() []Person {
	return []Person{
		citizen("900000000000", thai("นาย", "ทดสอบ", "ระบบ"), english("Mr.", "Thodsob", "Rabob"), "25480320"), // UCS 89
		pensioner(), // OFC O3
		citizen("900000000002", thai("ด.ช.", "ต้นกล้า", "ทดลอง"), english("Master", "Tonkla", "Thodlong"), "25590610"), // WEL 71, child
		elder(), // WEL 77
		citizen("900000000004", thai("นาย", "ประกัน", "สมมุติ"), english("Mr.", "Prakan", "Sommut"), "25300909"),        // SSS S1
		citizen("900000000005", thai("น.ส.", "ท้องถิ่น", "ทดสอบ"), english("Miss", "Thongthin", "Thodsob"), "25351231"), // LGO L1
		citizen("900000000006", thai("นาย", "ไร้สิทธิ์", "ทดสอบ"), english("Mr.", "Raisit", "Thodsob"), "25200202"),     // no right
		citizen("900000000007", thai("น.ส.", "ซ้ำ", "ที่นี่"), english("Miss", "Sam", "Thini"), "25400505"),             // done here today
		citizen("900000000008", thai("นาย", "ซ้ำ", "ที่อื่น"), english("Mr.", "Sam", "Thiuen"), "25410606"),             // done elsewhere today
		citizen("900000000009", thai("นาย", "ล่วงลับ", "สมมติ"), english("Mr.", "Luanglap", "Sommot"), "24850101"),      // deceased
		Officer(),
	}
}

// ByPID returns the person with that number out of Population.
func ByPID(digits string) (Person, bool) {
	for _, p := range Population() {
		if p.PID.Digits() == digits {
			return p, true
		}
	}
	return Person{}, false
}

// Adult returns the ordinary case: a man with the universal coverage.
func Adult() Person { return Population()[0] }

// Officer returns the member of staff whose card vouches for others.
func Officer() Person {
	return citizen("900000000010", thai("นาย", "เจ้าหน้าที่", "ผู้รับรอง"), english("Mr.", "Chaonathi", "Phurapprong"), "25280808")
}

// BirthYearOnly returns somebody of whose birth only the year is known. NHSO's
// test population does not have this person.
func BirthYearOnly() Person {
	return citizen("900000000011", thai("นาง", "วันเกิด", "ไม่ครบ"), english("Mrs.", "Wankoet", "Maikhrop"), "25500000")
}

// Expired returns Adult with a card that has expired.
func Expired() Person {
	p := Adult()
	p.Issued, p.Expires = "25550101", "25631231"
	return p
}

func pensioner() Person {
	p := citizen("900000000001", thai("นาง", "ตัวอย่าง", "สมมติ"), english("Mrs.", "Tuayang", "Sommot"), "25050115")
	p.Address = visit.Address{
		House: "99/9", Soi: "ซอยทดลอง 7", Road: "ถนนตัวอย่าง",
		Tambon: "แขวงสมมติ", Amphoe: "เขตทดสอบ", Changwat: "กรุงเทพมหานคร",
	}
	return p
}

func elder() Person {
	p := citizen("900000000003", thai("นาง", "บุญมี", "จำลอง"), english("Mrs.", "Bunmi", "Chamlong"), "24900000")
	p.Expires = "99999999"
	return p
}

func citizen(twelve string, name, english visit.Name, birth string) Person {
	return Person{
		PID: pidOf(twelve), Name: name, English: english, Birth: birth, Sex: sexOf(name.Prefix),
		Address: visit.Address{
			House: "1/23", Moo: "หมู่ที่ 4", Soi: "ซอยทดลอง 5", Road: "ถนนตัวอย่าง",
			Tambon: "ตำบลทดสอบ", Amphoe: "อำเภอเมืองสมมติ", Changwat: "จังหวัดจำลอง",
		},
		Issuer: "ที่ว่าการอำเภอเมืองสมมติ/จำลอง", Issued: "25650301", Expires: "25740319",
	}
}

func sexOf(prefix string) visit.Sex {
	switch prefix {
	case "นาย", "ด.ช.":
		return visit.SexMale
	default:
		return visit.SexFemale
	}
}

func thai(prefix, first, last string) visit.Name {
	return visit.Name{Prefix: prefix, First: first, Last: last}
}

func english(prefix, first, last string) visit.Name {
	return visit.Name{Prefix: prefix, First: first, Last: last}
}
