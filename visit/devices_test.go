package visit

import "testing"

func TestNoVisitIsTakenWithoutDiskClockOrToken(t *testing.T) {
	for _, c := range []struct {
		name string
		d    Devices
		want Problem
	}{
		{"nothing is known yet", Devices{}, NoProblem},
		{"all but the disk may be bad", Devices{Reader: DeviceDown, NHSO: DeviceDown, Printer: DeviceDown, Camera: DeviceDown, NHSOProblem: NHSOUnreachable}, NoProblem},
		{"the disk is impaired", Devices{Storage: DeviceImpaired, Clock: DeviceImpaired}, NoProblem},
		{"no place to save", Devices{Storage: DeviceDown, Clock: DeviceDown}, NotSaved},
		{"a wrong clock", Devices{Clock: DeviceDown, NHSOProblem: NHSORefusedToken}, ClockWrong},
		{"a token that NHSO refuses", Devices{NHSO: DeviceReady, NHSOProblem: NHSORefusedToken}, NHSORefusedToken},
	} {
		if got := c.d.ClosedBecause(); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
