package app

import (
	"testing"

	"authenkiosk/visit"
)

func TestARefusedTokenAlarmsWhoeverWatches(t *testing.T) {
	ready := visit.Devices{Reader: visit.DeviceReady, NHSO: visit.DeviceDown}
	if err := unhealthy(ready); err != nil {
		t.Errorf("without NHSO: %v", err)
	}
	ready.NHSOProblem = visit.NHSORefusedToken
	if unhealthy(ready) == nil {
		t.Error("nobody hears that no code can be had")
	}
}
