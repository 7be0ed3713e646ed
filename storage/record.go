package storage

import (
	"slices"
	"time"

	"authenkiosk/visit"
	"authenkiosk/visit/desk"
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

	Hold      Hold        // who works on it at a desk; zero: nobody
	Completes visit.ID    // the item for which a desk has made this visit; empty: none
	SettledBy visit.ID    // of a visit that is done: the one that brought its code; empty: itself, or NHSO was asked
	Closed    desk.Reason // why a desk closed it without a code; empty: it did not
	ClosedBy  string      // who of a desk closed it, with a code or without
	Opened    Opened      // of an item for a person whose number nobody knows
	Second    Second      // of a visit for a second code
	Void      Void        // of a code that is not to be used
	Reprints  int         // how often a desk has printed the slip again

	revision uint64 // counts the changes, so that of two copies the newer one is known
	seq      uint64 // order of saving
	feed     uint64 // of the newest change that the feed tells; 0: none
}

// Hold says who works on a visit at a desk. A visit that is held is work for the staff,
// wherever it stood before, so that no outbox has it on its list.
type Hold struct {
	By         string      // "station/operator"; empty: nobody
	At         time.Time   // since when, or since a visit on another machine came to nothing
	From       visit.State // where it stood before, and stands again when it is released
	Completion visit.ID    // the visit that the holder has made for it; empty: none yet
	Away       visit.Date  // the day of that visit, when it is on the holder's own machine; zero: it is here
}

// Held reports whether somebody works on the visit at a desk.
func (r Record) Held() bool { return r.Hold.By != "" }

// Stands returns where the visit stands, and of one that is held where it stood before.
func (r Record) Stands() visit.State {
	if r.Held() {
		return r.Hold.From
	}
	return r.State
}

// mayBeAtWork reports whether NHSO may be making a code for a request of the visit.
func (r Record) mayBeAtWork() bool {
	return r.State == visit.StateInflight || r.State == visit.StatePending && r.Unclear() > 0
}

// Unclear is of how many requests it is not known what became.
func (r Record) Unclear() int { return r.Attempts - r.Answered }

// Counts are the numbers for the status line.
type Counts struct {
	Pending   int // pending and in flight, of every day
	Staff     int // work for the desk, of every day
	DoneToday int // done, of the given service date
}
