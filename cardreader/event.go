package cardreader

import (
	"errors"

	"authenkiosk/visit"
)

// Event is what a Monitor tells: Readers, Inserted, Mute, Removed, ServiceLost or
// ServiceBack.
type Event interface{ event() }

// The events of a Monitor.
type (
	// Readers tells all readers whenever the list or a state changes. An empty
	// list means that there is no reader.
	Readers struct{ List []ReaderState }

	// Inserted says that a card is in a reader that has a role, also when it was
	// there before the program. Insertion is never 0 and never comes again. Found
	// says that the card was there when the reader was found, as it always is with
	// readers that have a chip built in.
	Inserted struct {
		Reader    string
		Role      Role
		Insertion uint64
		Found     bool
	}

	// Mute says that a card came in that does not answer: upside down, or with a
	// dirty chip. It comes in place of Inserted. Its Problem is visit.CardMute.
	Mute struct {
		Reader    string
		Role      Role
		Insertion uint64
		Found     bool
	}

	// Removed says that the card of an Inserted or Mute is gone, or the reader or
	// the card service with it. Readings of that insertion have been called off.
	Removed struct {
		Reader    string
		Role      Role
		Insertion uint64
	}

	// ServiceLost says that there is no card service. The Monitor goes on trying.
	// Every card has been reported as removed before.
	ServiceLost struct{ Err error }

	// ServiceBack says that a card service which was lost is there again.
	ServiceBack struct{}
)

func (Readers) event()     {}
func (Inserted) event()    {}
func (Mute) event()        {}
func (Removed) event()     {}
func (ServiceLost) event() {}
func (ServiceBack) event() {}

// Problem returns what to show.
func (Mute) Problem() visit.Problem { return visit.CardMute }

// Problem returns what to show: a service that refuses this program is there, and
// another cable does not help.
func (e ServiceLost) Problem() visit.Problem {
	if errors.Is(e.Err, ErrDenied) {
		return visit.CardServiceRefuses
	}
	return visit.ReaderMissing
}

// Role says for whom a reader is.
type Role int

// The roles. A reader without a role appears in Readers only.
const (
	RoleNone Role = iota
	RolePatient
	RoleOfficer
)

var roleNames = [...]string{RoleNone: "none", RolePatient: "patient", RoleOfficer: "officer"}

// String returns a stable name for logs and diagnostics.
func (r Role) String() string { return nameOf(roleNames[:], int(r)) }

// Status is the state of a reader in one word.
type Status int

// The states of a reader.
const (
	StatusEmpty       Status = iota // no card
	StatusPresent                   // a card that can be used
	StatusMute                      // a card that does not answer
	StatusBusy                      // a card that another program has for itself
	StatusUnavailable               // the reader cannot be used
)

var statusNames = [...]string{
	StatusEmpty: "empty", StatusPresent: "present", StatusMute: "mute",
	StatusBusy: "busy", StatusUnavailable: "unavailable",
}

// String returns a stable name for logs and diagnostics.
func (s Status) String() string { return nameOf(statusNames[:], int(s)) }

func nameOf(names []string, i int) string {
	if i < 0 || i >= len(names) {
		return "unknown"
	}
	return names[i]
}

// ReaderState is one reader in the list of readers.
type ReaderState struct {
	Name  string
	Role  Role
	State Status
}

// statusOf reads the bits of a state.
func statusOf(s State) Status {
	switch {
	case s.Has(StateUnavailable), s.Has(StateUnknown), s.Has(StateIgnore):
		return StatusUnavailable
	case !s.Has(StatePresent):
		return StatusEmpty
	case s.Has(StateMute):
		return StatusMute
	case s.Has(StateExclusive):
		return StatusBusy
	default:
		return StatusPresent
	}
}
