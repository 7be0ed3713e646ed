package desk

import (
	"time"

	"authenkiosk/visit"
)

// Item is what counts of a saved visit for those who finish it. All of it stands in the
// record; nothing here is stored.
type Item struct {
	State       visit.State   // of a held one: where it stood before
	Problem     visit.Problem // of the record
	Unknown     bool          // a desk has opened it, for a person whose number nobody knows
	ServiceDate visit.Date
	Since       visit.Date // of the last change of the record
}

// Kind is the sort of work that an item is.
type Kind string

// The kinds.
const (
	NoWork     Kind = "no-work"     // it has its code, or is closed
	Queued     Kind = "queued"      // it waits for NHSO, and the program goes on by itself
	Unclear    Kind = "unclear"     // a request has left, and NHSO may have made a code
	Refused    Kind = "refused"     // NHSO said no
	MissedDay  Kind = "missed-day"  // the date of service passed without a code
	NoAPI      Kind = "no-api"      // there is evidence, and no service that takes it
	CardNeeded Kind = "card-needed" // it can be sent with the card only
	Draft      Kind = "draft"       // hospital software left it to the staff
	Unknown    Kind = "unknown"     // nobody knows the number of the person
	Misdated   Kind = "misdated"    // a wrong clock made it: its date is none
	Other      Kind = "other"       // a problem that has no work of its own
)

// Kinds returns every kind.
func Kinds() []Kind {
	return []Kind{NoWork, Queued, Unclear, Refused, MissedDay, NoAPI, CardNeeded, Draft, Unknown, Misdated, Other}
}

// Open reports whether somebody has to do something yet: a person, or the program.
func (k Kind) Open() bool { return k != NoWork }

// Limit is until when an item can be solved.
type Limit string

// The limits.
const (
	NoLimit   Limit = "none"            // there is nothing to solve
	EndOfDay  Limit = "end-of-day"      // of service: NHSO makes no code for a day that is over
	WhileKept Limit = "while-work-kept" // what NHSO has can still be asked for, until the record is erased
)

// Deadline is the moment of the limit; keepDays is how long work is kept after its day and
// its last change. It is zero when there is no limit.
func (i Item) Deadline(l Limit, keepDays int) time.Time {
	switch l {
	case EndOfDay:
		return i.ServiceDate.Next().Midnight()
	case WhileKept:
		last := i.ServiceDate
		if last.Before(i.Since) {
			last = i.Since
		}
		return last.Midnight().AddDate(0, 0, keepDays+1)
	}
	return time.Time{}
}
