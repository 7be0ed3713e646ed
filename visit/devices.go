package visit

// Devices is the health of what a machine stands on, for its status lights and for
// whoever decides what can be done now. It holds no personal data and outlives sessions.
type Devices struct {
	Reader  DeviceState
	NHSO    DeviceState
	Printer DeviceState
	Camera  DeviceState
	Storage DeviceState // Down: no room or no way to write; no visit can be taken
	Clock   DeviceState // Down: the clock is wrong by more than the service date bears

	ReaderProblem  Problem // why Reader is not ready, where that is known
	PrinterProblem Problem // why Printer is not ready, where that is known
	NHSOProblem    Problem // why NHSO is not ready, where that is known
	SecondReader   bool    // there is a reader of its own for the card that vouches
	ReadBy         string  // the program that has read the patient's card that is inside; empty: none
}

// UnnamedProgram is ReadBy for a program that has not said its name.
const UnnamedProgram = "?"

// ClosedBecause says why no visit can be taken now, if so. A token that NHSO refuses
// is for the staff to renew: until then no code follows, whatever is promised.
func (d Devices) ClosedBecause() Problem {
	switch {
	case d.Storage == DeviceDown:
		return NotSaved
	case d.Clock == DeviceDown:
		return ClockWrong
	case d.NHSOProblem == NHSORefusedToken:
		return NHSORefusedToken
	}
	return NoProblem
}

// DeviceState is what a status light shows.
type DeviceState int

// The states of a light. Unknown is shown as "being checked", never as green.
const (
	DeviceUnknown DeviceState = iota
	DeviceReady
	DeviceImpaired // works, but slow or near its end (paper)
	DeviceDown
	DeviceAbsent // not configured; no light
)

var deviceStateNames = [...]string{
	DeviceUnknown: "unknown", DeviceReady: "ready", DeviceImpaired: "impaired", DeviceDown: "down", DeviceAbsent: "absent",
}

// String returns the stable name used by the local status.
func (d DeviceState) String() string {
	if d < 0 || int(d) >= len(deviceStateNames) {
		return "unknown"
	}
	return deviceStateNames[d]
}
