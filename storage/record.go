package storage

import (
	"time"

	"authenkiosk/visit"
)

// State is where a saved visit stands.
type State string

// The states.
const (
	StatePending  State = "pending"  // to be sent
	StateInflight State = "inflight" // a request may have left; NHSO may have made a code
	StateDone     State = "done"     // the code is here
	StateRefused  State = "refused"  // NHSO looked at it and said no
	StateStaff    State = "staff"    // work for the desk
	StateDropped  State = "dropped"  // taken back before it was sent, or settled without a code
)

// moves holds every allowed change of state.
var moves = map[State][]State{
	StatePending:  {StateInflight, StateDone, StateStaff, StateDropped},
	StateInflight: {StateInflight, StatePending, StateDone, StateRefused, StateStaff},
	StateRefused:  {StateStaff},
	StateStaff:    {StateDone, StateDropped},
}

// States returns every state.
func States() []State {
	return []State{StatePending, StateInflight, StateDone, StateRefused, StateStaff, StateDropped}
}

func (s State) mayBecome(to State) bool {
	for _, allowed := range moves[s] {
		if allowed == to {
			return true
		}
	}
	return false
}

// Unsettled reports whether the outbox still has to do something.
func (s State) Unsettled() bool { return s == StatePending || s == StateInflight }

func (s State) known() bool {
	for _, k := range States() {
		if s == k {
			return true
		}
	}
	return false
}

// Record is a saved visit and what became of it.
type Record struct {
	Visit visit.Visit
	State State

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
