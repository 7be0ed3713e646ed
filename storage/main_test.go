package storage

import (
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"authenkiosk/visit"
)

// TestMain lets the test program run itself as the child of the kill test and of
// Open's check.
func TestMain(m *testing.M) {
	CheckMain()
	if dir := os.Getenv(childVariable); dir != "" {
		os.Exit(runChild(dir))
	}
	flag.Parse()
	// Tests stop programs, never the machine, so a file system in memory is as
	// good as a disk and spares it; benchmarks measure the disk.
	const memory = "/dev/shm"
	if _, err := os.Stat(memory); err == nil && os.Getenv("TMPDIR") == "" && flag.Lookup("test.bench").Value.String() == "" {
		_ = os.Setenv("TMPDIR", memory)
	}
	goleak.VerifyTestMain(m)
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, visit.Bangkok)

// madeUp returns visit number n with a PID that nobody has (they begin with 9)
// and every field filled.
func madeUp(n int) visit.Visit {
	twelve := fmt.Sprintf("9%011d", n)
	pid, err := visit.ParsePID(twelve + string(visit.PIDCheckDigit(twelve)))
	if err != nil {
		panic(err)
	}
	phone, err := visit.ParsePhone(fmt.Sprintf("080000%04d", 1+n%9999))
	if err != nil {
		panic(err)
	}
	unit := visit.Hospital{HCode: "99999", Name: "โรงพยาบาลทดสอบ"}
	return visit.Visit{
		ID: visit.ID(fmt.Sprintf("019ab000-0000-7000-8000-%012x", n)), HCode: "99999",
		ServiceDate: visit.ServiceDateOf(noon), PID: pid,
		Name: visit.Name{Prefix: "นาง", First: fmt.Sprint("ทดสอบ", n), Middle: "กลาง", Last: "ระบบ"},
		Sex:  visit.SexFemale, Birth: visit.PartialDate{Year: 1950, Month: 2},
		Address: visit.Address{House: "1", Moo: "2", Trok: "3", Soi: "4", Road: "5", Tambon: "6", Amphoe: "7", Changwat: "8"},
		Phone:   phone, PhoneOwner: visit.PhoneOfRelative,
		ClaimType: visit.ClaimType{Code: "PG0060001", Name: "เข้ารับบริการรักษาทั่วไป"}, Method: visit.MethodCard,
		Right: visit.Right{
			Main: visit.Coded{ID: "UCS", Name: "บัตรทอง"}, Sub: visit.Coded{ID: "89", Name: "ช่วงอายุ 12-59 ปี"},
			HospMain: unit, HospMainOp: unit, HospSub: unit, NationID: "099", Holder: visit.Name{First: "ก", Last: "ข", Prefix: "ค"},
		},
		CreatedAt: noon.Add(time.Duration(n) * time.Second),
	}
}

func openIn(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
