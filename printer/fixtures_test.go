package printer

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"authenkiosk/visit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const someVisit = visit.ID("019ab000-0000-7000-8000-0123456789ab")

// example returns a slip of a made-up person (PIDs that begin with 9 are nobody's).
func example(t testing.TB) Slip {
	t.Helper()
	pid, err := visit.ParsePID("9000000000004")
	if err != nil {
		t.Fatal(err)
	}
	phone, err := visit.ParseUnitPhone("02-000-1234")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 22, 9, 5, 0, 0, visit.Bangkok)
	return Slip{
		UnitName: "โรง\u200Bพยาบาล\u200Bส่งเสริม\u200Bสุขภาพ\u200Bตำบล\u200Bตัวอย่าง", UnitPhone: phone, Zone: visit.ZoneDemo, Kind: KindCode,
		Visit: someVisit, PID: pid,
		Name: visit.Name{Prefix: "นาง", First: "กตัญญู", Last: "ปี่ป้าฎู"},
		Right: visit.Right{
			Main: visit.Coded{ID: "UCS", Name: "สิทธิ\u200Bหลัก\u200Bประกัน\u200Bสุขภาพ\u200Bแห่ง\u200Bชาติ"},
			Sub:  visit.Coded{ID: "89", Name: "ช่วง\u200Bอายุ 12-59 ปี"},
		},
		Claim:  visit.ClaimType{Code: "PG0060001", Name: "เข้า\u200Bรับ\u200Bบริการ\u200Bรักษา\u200Bทั่วไป (OPD/IPD/PP)"},
		Method: visit.MethodCard, Code: "PP1200000001", At: at, Date: visit.ServiceDateOf(at),
		Next:      "โปรด\u200Bนั่ง\u200Bรอ\u200Bเรียก\u200Bชื่อ\u200Bที่\u200Bหน้า\u200Bห้องตรวจ",
		Languages: []string{"th", "en"},
	}
}

func queued(t testing.TB) Slip {
	s := example(t)
	s.Kind, s.Code, s.Zone = KindQueued, "", visit.ZoneProduction
	return s
}
