package agent

// Status is what a monitor may know. It must never get a field that can hold
// personal data; names of readers and receivers are the only free text.
type Status struct {
	Version     string     `json:"version"`
	Zone        string     `json:"zone"`
	Mode        string     `json:"mode"`   // kiosk, station or agent
	Screen      string     `json:"screen"` // name of the screen that is shown
	Readers     []Reader   `json:"readers"`
	NHSO        NHSO       `json:"nhso"`
	Printer     Printer    `json:"printer"`
	Outbox      Outbox     `json:"outbox"`
	Receivers   []Receiver `json:"receivers"`     // webhooks and the broker
	ClockSkewMS int64      `json:"clock_skew_ms"` // this machine's clock minus NHSO's
}

// Reader is a card reader.
type Reader struct {
	Name  string `json:"name"`
	State string `json:"state"`
}

// NHSO is how NHSO's services answer.
type NHSO struct {
	State     string `json:"state"`
	LatencyMS int64  `json:"latency_ms"` // of the last answer
}

// Printer is the printer of slips.
type Printer struct {
	State string `json:"state"`
}

// Receiver is a system of the hospital that is told about visits.
type Receiver struct {
	Name     string `json:"name"`      // webhook/NAME or mqtt
	State    string `json:"state"`     // ready or failing
	SetAside int    `json:"set_aside"` // visits that it refused and has not taken since
}

// States of a receiver.
const (
	ReceiverReady   = "ready"
	ReceiverFailing = "failing" // it takes nothing now; everything waits for it
)

// Outbox counts visits.
type Outbox struct {
	Pending   int `json:"pending"`
	Staff     int `json:"staff"`
	DoneToday int `json:"done_today"`
}
