package printer

import "authenkiosk/printer/device"

// Condition is the state of a printer as a person sees it.
type Condition = device.Condition

// The conditions.
const (
	Unknown   = device.Unknown   // it takes slips, but does not tell how it is
	Ready     = device.Ready     // it prints
	PaperLow  = device.PaperLow  // it prints; the roll is near its end
	PaperOut  = device.PaperOut  // no paper
	CoverOpen = device.CoverOpen // the cover is open
	Offline   = device.Offline   // not there, switched off, or paused
	Error     = device.Error     // cutter, print head, jam: somebody has to look
	Busy      = device.Busy      // another job has it
)

// Status is a condition and when it was learned.
type Status = device.Status

// The two ways in which a print does not end well. A print without an error came
// out for certain.
type (
	// NotPrintedError says that a slip surely did not come out whole, and was
	// withdrawn. It may be printed again.
	NotPrintedError = device.NotPrintedError
	// UnclearError says that nobody knows whether a slip came out. It must not be
	// printed again unless a person asks.
	UnclearError = device.UnclearError
)

// ConditionOf returns the condition that an error of a print carries.
func ConditionOf(err error) Condition { return device.ConditionOf(err) }
