package app

import (
	"testing"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

func TestARefusedTokenAlarmsWhoeverWatches(t *testing.T) {
	ready := flow.Devices{Reader: flow.DeviceReady, NHSO: flow.DeviceDown}
	if err := unhealthy(ready); err != nil {
		t.Errorf("without NHSO: %v", err)
	}
	ready.NHSOProblem = visit.NHSORefusedToken
	if unhealthy(ready) == nil {
		t.Error("nobody hears that no code can be had")
	}
}
