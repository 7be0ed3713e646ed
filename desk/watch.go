package desk

import (
	"context"

	"authenkiosk/visit"
)

// Changed is what a change is of.
type Changed string

// The kinds of changes.
const (
	ChangedVisit   Changed = "visit"
	ChangedCall    Changed = "call"    // of help: see Calls
	ChangedDevices Changed = "devices" // see Devices
	ChangedAll     Changed = "all"     // whatever was shown before may be of the past
)

// Place is where a watch stands. It is good on the machine that has told it, until its
// program ends.
type Place string

// Change says that something is not any more as it was shown: ask for it again. It tells
// nothing of a person.
type Change struct {
	Place Place
	What  Changed
	Visit visit.ID // of ChangedVisit
}

// Watcher is the part of a Desk that tells what changes. It needs no operator, so that a
// station at which nobody is signed in can show that there is something to do.
type Watcher interface {
	// Watch calls hear for one change after another until ctx ends, hear returns an
	// error, which is returned then, or the owner is Unreachable. After the place of the
	// last change that was heard it goes on with the next; where those since are not
	// known any more, and after no place, ChangedAll comes first.
	Watch(ctx context.Context, after Place, hear func(Change) error) error
}
