package spooler

import "authenkiosk/printer/device"

// Bits of a printer's status (PRINTER_STATUS_*, winspool.h).
const (
	printerPaused       = 0x1
	printerError        = 0x2
	printerJam          = 0x8
	printerPaperOut     = 0x10
	printerPaperProblem = 0x40
	printerOffline      = 0x80
	printerBusy         = 0x200
	printerPrinting     = 0x400
	printerOutputFull   = 0x800
	printerNotAvailable = 0x1000
	printerIntervention = 0x100000
	printerDoorOpen     = 0x400000

	attributeWorkOffline = 0x400 // PRINTER_ATTRIBUTE_WORK_OFFLINE
)

// Bits of the status of a job that does not go on (JOB_STATUS_*).
const (
	jobError        = 0x2
	jobOffline      = 0x20
	jobPaperOut     = 0x40
	jobBlocked      = 0x200
	jobIntervention = 0x400
)

// conditionOf reads the status of a printer and its attributes. No bit at all is
// what most drivers report always: it means that nothing is known.
func conditionOf(status, attributes uint32) device.Condition {
	has := func(bits uint32) bool { return status&bits != 0 }
	switch {
	case has(printerDoorOpen):
		return device.CoverOpen
	case has(printerPaperOut | printerPaperProblem):
		return device.PaperOut
	case has(printerError | printerJam | printerIntervention | printerOutputFull):
		return device.Error
	case has(printerOffline|printerPaused|printerNotAvailable) || attributes&attributeWorkOffline != 0:
		return device.Offline
	case has(printerBusy | printerPrinting):
		return device.Busy
	}
	return device.Unknown
}

// jobCondition reads the status of a job that does not go on; Ready when nothing
// is wrong with it.
func jobCondition(status uint32) device.Condition {
	has := func(bits uint32) bool { return status&bits != 0 }
	switch {
	case has(jobPaperOut):
		return device.PaperOut
	case has(jobOffline):
		return device.Offline
	case has(jobError | jobBlocked | jobIntervention):
		return device.Error
	}
	return device.Ready
}
