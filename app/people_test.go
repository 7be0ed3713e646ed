package app

import (
	"fmt"
	"testing"

	"authenkiosk/nhso/testzone"
	"authenkiosk/visit"
)

// typedPhone is the number of everybody here.
const typedPhone = "0800001234"

// patient is the i-th of many.
func patient(i int) visit.PID {
	twelve := fmt.Sprintf("91%010d", i)
	pid, err := visit.ParsePID(twelve + string(visit.PIDCheckDigit(twelve)))
	if err != nil {
		panic(err)
	}
	return pid
}

func addPatients(t *testing.T, zone *testzone.Zone, from, n int) {
	t.Helper()
	pattern := zone.Persons()[0]
	for i := range n {
		p := pattern
		p.PID = patient(from + i).Digits()
		if err := zone.PutPerson(p); err != nil {
			t.Fatal(err)
		}
	}
}
