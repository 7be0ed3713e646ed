// Package madeup makes visits of people who do not exist, for the tests of the
// store and of the power cuts.
package madeup

import (
	"fmt"
	"time"

	"authenkiosk/visit"
)

// Noon is when every made-up visit is saved.
var Noon = time.Date(2026, 11, 22, 12, 0, 0, 0, visit.Bangkok)

// PID returns number n of those that nobody has: they begin with 9.
func PID(n int) visit.PID {
	twelve := fmt.Sprintf("9%011d", n)
	pid, err := visit.ParsePID(twelve + string(visit.PIDCheckDigit(twelve)))
	if err != nil {
		panic(err)
	}
	return pid
}

// Visit returns visit number n, with every field filled that a visit by card has.
// Its ids are in the order of their numbers.
func Visit(n int) visit.Visit {
	phone, err := visit.ParsePhone(fmt.Sprintf("080000%04d", 1+n%9999))
	if err != nil {
		panic(err)
	}
	unit := visit.Hospital{HCode: "99999", Name: "โรงพยาบาลทดสอบ"}
	return visit.Visit{
		ID: visit.ID(fmt.Sprintf("019ab000-0000-7000-8000-%012x", n)), HCode: "99999",
		ServiceDate: visit.ServiceDateOf(Noon), PID: PID(n), HN: visit.HNOf(fmt.Sprintf("HN-%06d", n)),
		Name: visit.Name{Prefix: "นาง", First: fmt.Sprint("ทดสอบ", n), Middle: "กลาง", Last: "ระบบ"},
		Sex:  visit.SexFemale, Birth: visit.PartialDate{Year: 1950, Month: 2},
		Address: visit.Address{House: "1", Moo: "2", Trok: "3", Soi: "4", Road: "5", Tambon: "6", Amphoe: "7", Changwat: "8"},
		Phone:   phone, PhoneOwner: visit.PhoneOfRelative,
		ClaimType: visit.ClaimType{Code: "PG0060001", Name: "เข้ารับบริการรักษาทั่วไป"}, Method: visit.MethodCard,
		Right: visit.Right{
			Main: visit.Coded{ID: "UCS", Name: "บัตรทอง"}, Sub: visit.Coded{ID: "89", Name: "ช่วงอายุ 12-59 ปี"},
			HospMain: unit, HospMainOp: unit, HospSub: unit, NationID: "099", Holder: visit.Name{First: "ก", Last: "ข", Prefix: "ค"},
		},
		CreatedAt: Noon.Add(time.Duration(n) * time.Second),
	}
}

// Certified returns visit number n, vouched for by the card of another person who
// does not exist.
func Certified(n int) visit.Visit {
	v := Visit(n)
	v.Method = visit.MethodCertifier
	v.Attestation = visit.Attestation{
		Certifier:     PID(50_000_000 + n),
		CertifierName: visit.Name{Prefix: "นาย", First: fmt.Sprint("ผู้รับรอง", n), Last: "ระบบ"},
		Relation:      visit.RelationParent,
	}
	return v
}

// WithPhoto returns visit number n, proved by a photo.
func WithPhoto(n int) visit.Visit {
	v := Visit(n)
	v.Method = visit.MethodPhoto
	v.Attestation = visit.Attestation{Photo: true, GatePassed: n%2 == 0}
	return v
}
