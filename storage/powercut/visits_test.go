//go:build linux

package powercut_test

import (
	"fmt"
	"time"

	"authenkiosk/storage"
	"authenkiosk/visit"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, visit.Bangkok)

// states are those that a visit goes through, and rank their order from 1.
var (
	states = []storage.State{storage.StatePending, storage.StateInflight, storage.StateDone}
	rank   = map[storage.State]int{storage.StatePending: 1, storage.StateInflight: 2, storage.StateDone: 3}
)

// madeUp returns visit number n of a person who does not exist: nobody's PID
// begins with 9.
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
		Name: visit.Name{Prefix: "นาย", First: fmt.Sprint("ทดสอบ", n), Last: "ไฟดับ"},
		Sex:  visit.SexMale, Birth: visit.PartialDate{Year: 1960, Month: 5, Day: 1 + n%28},
		Address: visit.Address{House: fmt.Sprint(n), Tambon: "ก", Amphoe: "ข", Changwat: "ค"},
		Phone:   phone, PhoneOwner: visit.PhoneOfRelative,
		ClaimType: visit.ClaimType{Code: "PG0060001", Name: "เข้ารับบริการรักษาทั่วไป"}, Method: visit.MethodCard,
		Right: visit.Right{
			Main: visit.Coded{ID: "UCS", Name: "บัตรทอง"}, Sub: visit.Coded{ID: "89", Name: "ช่วงอายุ 12-59 ปี"},
			HospMain: unit, HospMainOp: unit, HospSub: unit,
		},
		CreatedAt: noon.Add(time.Duration(n) * time.Second).UTC(),
	}
}

func codeOf(n int) visit.AuthenCode { return visit.AuthenCode(fmt.Sprintf("PP%010d", n)) }

// intact tells whether a record is that of visit n and fits its own state.
func intact(n int, r storage.Record) bool {
	got, want := r.Visit, madeUp(n)
	sameTime := got.CreatedAt.Equal(want.CreatedAt)
	got.CreatedAt = want.CreatedAt
	done := r.State == storage.StateDone
	return got == want && sameTime && rank[r.State] > 0 &&
		r.SavedAt.Equal(noon) && (r.Attempts > 0) == (r.State != storage.StatePending) &&
		done == (r.Code == codeOf(n)) && done == r.IssuedAt.Equal(noon)
}
