package visit_test

import (
	"fmt"
	"time"

	"authenkiosk/visit"
)

// A PID and a phone number print themselves masked, whatever prints them. Only
// Digits gives the number.
func ExampleParsePID() {
	pid, err := visit.ParsePID("9000000000004")
	fmt.Println(pid, err)
	fmt.Println(visit.GroupPID(pid.Digits()))

	_, err = visit.ParsePID("9000000000005")
	fmt.Println(err)
	// Output:
	// x-xxxx-xxxxx-00-4 <nil>
	// 9-0000-00000-00-4
	// the check digit of the PID is wrong
}

func ExampleParsePhone() {
	phone, err := visit.ParsePhone("+66 80 000 1234")
	fmt.Println(phone, err)
	fmt.Println(phone.Digits())

	_, err = visit.ParsePhone("080-000-12")
	fmt.Println(err)
	// Output:
	// 08x-xxx-1234 <nil>
	// 0800001234
	// digits are missing
}

// The service date is the day in Bangkok, wherever the program runs.
func ExampleServiceDateOf() {
	lateInLondon := time.Date(2026, time.November, 22, 18, 0, 0, 0, time.UTC)
	fmt.Println(visit.ServiceDateOf(lateInLondon))
	// Output: 2026-11-23
}

// Validate names everything that is missing, so that a visit that NHSO could not
// take is never saved.
func ExampleVisit_Validate() {
	pid, err := visit.ParsePID("9000000000004")
	if err != nil {
		fmt.Println(err)
		return
	}
	v := visit.Visit{PID: pid, HCode: "99999", Method: visit.MethodCard}
	fmt.Println(v.Validate())
	// Output:
	// a visit id is a UUID of version 7 in lower case
	// the visit has no service date
	// the visit has no phone
	// the visit has no claim type
}
