package device

import "time"

// Condition is the state of a printer as a person sees it.
type Condition uint8

// The conditions, from "nobody knows" to the one that passes by itself.
const (
	Unknown   Condition = iota // it takes slips, but does not tell how it is
	Ready                      // it prints
	PaperLow                   // it prints; the roll is near its end
	PaperOut                   // no paper
	CoverOpen                  // the cover is open
	Offline                    // not there, switched off, or paused
	Error                      // cutter, print head, jam: somebody has to look
	Busy                       // another job has it
)

var conditionNames = [...]string{
	Unknown: "unknown", Ready: "ready", PaperLow: "paper-low", PaperOut: "paper-out",
	CoverOpen: "cover-open", Offline: "offline", Error: "error", Busy: "busy",
}

// String returns the name for logs and for the status interface.
func (c Condition) String() string {
	if int(c) < len(conditionNames) {
		return conditionNames[c]
	}
	return "unknown"
}

// Prints reports whether a slip may be sent: the printer is ready, or says nothing
// about itself.
func (c Condition) Prints() bool { return c == Ready || c == PaperLow || c == Unknown }

// Status is a condition and when it was learned.
type Status struct {
	Condition Condition
	At        time.Time
}
