package testzone

import "authenkiosk/visit"

// The rights of the population, in the very words in which NHSO's services give
// them (read in programs of hospitals).
var (
	mainUCS = visit.Coded{ID: "UCS", Name: "สิทธิหลักประกันสุขภาพแห่งชาติ"}
	mainWEL = visit.Coded{ID: "WEL", Name: "สิทธิหลักประกันสุขภาพแห่งชาติ (ยกเว้นการร่วมจ่ายค่าบริการ 30 บาท)"}
	mainSSS = visit.Coded{ID: "SSS", Name: "สิทธิประกันสังคม"}
	mainOFC = visit.Coded{ID: "OFC", Name: "สิทธิข้าราชการ/สิทธิหน่วยงานรัฐ"}
	mainLGO = visit.Coded{ID: "LGO", Name: "สิทธิสวัสดิการพนักงานส่วนท้องถิ่น"}

	sub89 = visit.Coded{ID: "89", Name: "ช่วงอายุ 12-59 ปี"}
	sub71 = visit.Coded{ID: "71", Name: "เด็กอายุไม่เกิน 12 ปีบริบูรณ์"}
	sub77 = visit.Coded{ID: "77", Name: "ผู้มีอายุเกิน 60 ปีบริบูรณ์"}
	subS1 = visit.Coded{ID: "S1", Name: "สิทธิเบิกกองทุนประกันสังคม (ผู้ประกันตน)"}
	subO1 = visit.Coded{ID: "O1", Name: "สิทธิเบิกกรมบัญชีกลาง (ข้าราชการ)"}
	subO3 = visit.Coded{ID: "O3", Name: "สิทธิเบิกกรมบัญชีกลาง (ผู้รับเบี้ยหวัดบำนาญ)"}
	subL1 = visit.Coded{ID: "L1", Name: "สิทธิสวัสดิการพนักงานส่วนท้องถิ่น (ตนเอง)"}
)

// The units of the test zone.
var (
	Here      = visit.Hospital{HCode: "99999", Name: "รพ.ทดสอบ"}     // the default unit of a kiosk
	Elsewhere = visit.Hospital{HCode: "99998", Name: "รพ.อื่นทดสอบ"} // another hospital
	Primary   = visit.Hospital{HCode: "99001", Name: "รพ.สต.ทดสอบ"}  // a health-promoting hospital
)

// ClaimTypes returns the claim types that the simulator knows, with the names
// seen at NHSO.
func ClaimTypes() []visit.ClaimType {
	return []visit.ClaimType{
		{Code: "PG0060001", Name: "เข้ารับบริการรักษาทั่วไป (OPD/ IPD/ PP)"},
		{Code: "PG0110001", Name: "Self Isolation"},
		{Code: "PG0120001", Name: "UCEP PLUS (ผู้ป่วยกลุ่มอาการสีเหลืองและสีแดง)"},
		{Code: "PG0130001", Name: "บริการฟอกเลือดด้วยเครื่องไตเทียม (HD)"},
		{Code: "PG0140001", Name: "Home Ward"},
		{Code: "PG0150001", Name: "บริการดูแลอาการเจ็บป่วยเบื้องต้น"},
		{Code: "PG0180001", Name: "บริการตรวจสุขภาพที่จำเป็นตามกลุ่มวัย (เฉพาะเขต กทม)"},
	}
}

func claimTypeName(code string) string {
	for _, c := range ClaimTypes() {
		if c.Code == code {
			return c.Name
		}
	}
	return ""
}

var (
	allClaimTypes = []string{"PG0060001", "PG0110001", "PG0120001", "PG0130001", "PG0140001", "PG0150001", "PG0180001"}
	fewClaimTypes = []string{"PG0060001", "PG0130001"} // rights other than UCS and WEL
)
