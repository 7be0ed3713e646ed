package spooler

import (
	"testing"

	"authenkiosk/printer/device"
)

func TestTheSpoolersBitsAreToldInTheOrderInWhichAPersonMendsThem(t *testing.T) {
	for _, c := range []struct {
		status, attributes uint32
		want               device.Condition
	}{
		{0, 0, device.Unknown}, // what most drivers say always
		{printerPaperOut, 0, device.PaperOut},
		{printerPaperOut | printerDoorOpen | printerError, 0, device.CoverOpen},
		{printerError, 0, device.Error},
		{printerIntervention, 0, device.Error},
		{printerOffline, 0, device.Offline},
		{printerPaused, 0, device.Offline},
		{0, attributeWorkOffline, device.Offline},
		{printerPrinting, 0, device.Busy},
		{printerPrinting | printerPaperOut, 0, device.PaperOut},
	} {
		if got := conditionOf(c.status, c.attributes); got != c.want {
			t.Errorf("%#x, %#x: %v, want %v", c.status, c.attributes, got, c.want)
		}
	}
	for status, want := range map[uint32]device.Condition{
		0: device.Ready, jobPaperOut: device.PaperOut, jobOffline: device.Offline, jobError: device.Error, jobBlocked: device.Error,
		jobIntervention | jobPaperOut: device.PaperOut,
	} {
		if got := jobCondition(status); got != want {
			t.Errorf("job %#x: %v, want %v", status, got, want)
		}
	}
}
