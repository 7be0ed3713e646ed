package virtualcard

import (
	"authenkiosk/visit"
)

// Person is what stands on a card. Dates are the eight digits of the card itself,
// in the Buddhist era, so that the odd ones can be written: month or day 00, and
// 99999999 for life.
type Person struct {
	PID     visit.PID
	Name    visit.Name
	English visit.Name
	Birth   string
	Sex     visit.Sex
	Address visit.Address // with its labels: "หมู่ที่ 3", "ตำบลตัวอย่าง"
	Issuer  string
	Issued  string
	Expires string
	Photo   []byte // JPEG; nil means a drawn one
}

// pidOf makes a PID of its first twelve digits. It panics on anything else: the
// callers are constants.
func pidOf(twelve string) visit.PID {
	pid, err := visit.ParsePID(twelve + string(visit.PIDCheckDigit(twelve)))
	if err != nil {
		panic("virtualcard: " + twelve + ": " + err.Error())
	}
	return pid
}
