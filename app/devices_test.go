package app

import (
	"log/slog"
	"testing"

	"authenkiosk/app/config"
	"authenkiosk/visit"
)

// TestNobodyIsSaidToBeServedBeforeTheDevicesAreLookedAt: the agent answers a moment before.
func TestNobodyIsSaidToBeServedBeforeTheDevicesAreLookedAt(t *testing.T) {
	c := config.Default()
	c.NHSO.Zone = visit.ZoneTest
	core, err := New(Options{Config: c, Data: t.TempDir(), Log: slog.New(slog.DiscardHandler)}, NoScreen())
	if err != nil {
		t.Fatal(err)
	}
	defer core.Close()
	if core.healthy() == nil {
		t.Error("a program that has not looked for a reader is healthy")
	}
}

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
