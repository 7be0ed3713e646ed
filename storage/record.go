package storage

import (
	"slices"
	"time"

	"authenkiosk/visit"
)

// moves holds every allowed change of state.
var moves = map[visit.State][]visit.State{
	visit.StatePending:  {visit.StateInflight, visit.StateDone, visit.StateStaff, visit.StateDropped},
	visit.StateInflight: {visit.StateInflight, visit.StatePending, visit.StateDone, visit.StateRefused, visit.StateStaff},
	visit.StateRefused:  {visit.StateStaff},
	visit.StateStaff:    {visit.StateDone, visit.StateDropped},
}

// mayBecome reports whether a visit may go from one state to the other.
func mayBecome(from, to visit.State) bool { return slices.Contains(moves[from], to) }

// Record is a saved visit and what became of it.
type Record struct {
	Visit visit.Visit
	State visit.State

	SavedAt   time.Time
	ChangedAt time.Time // of the last change of state
	Attempts  int       // how often Begin was called
	Answered  int       // of these: NHSO has surely made no code (Requeue, Deny)
	LastSent  time.Time // of the last Begin; zero when it was never called

	Code     visit.AuthenCode // of a visit that is done
	IssuedAt time.Time        // of the code
	Problem  visit.Problem    // why it was refused or is work for the desk
	Message  string           // NHSO's own words, at most MaxMessage bytes; may hold personal data
	Denied   bool             // NHSO said no to the last request; Problem and Message say why

	seq  uint64 // order of saving
	feed uint64 // of the newest change that the feed tells; 0: none
}

// Counts are the numbers for the status line.
type Counts struct {
	Pending   int // pending and in flight, of every day
	Staff     int // work for the desk, of every day
	DoneToday int // done, of the given service date
}
