package storage

import (
	"errors"
	"fmt"

	"authenkiosk/visit"
)

// Errors of the store, for errors.Is.
var (
	ErrInUse       = errors.New("another program holds the data file")
	ErrDamaged     = errors.New("the data file is damaged")
	ErrNewerFormat = errors.New("the data file was written by a newer version of the program")
	ErrNotFound    = errors.New("there is no such visit")
	ErrExists      = errors.New("the visit is saved already")
	ErrClosed      = errors.New("the store is closed")
	ErrNoRoom      = errors.New("too little free space on the disk")
	// ErrMoved: the store was closed by CloseForGood.
	ErrMoved = errors.New("these data were moved to another machine (backup -move): this store is closed for good, nothing is taken or sent from here any more; if the file of the move is lost, or was never finished, make it again by backup -move")
	// ErrUnsafe: the disk refused a change, and refuses to make safe what was there
	// before it. Every call tries again; until one succeeds the store shows nothing.
	ErrUnsafe = errors.New("the disk does not take changes")

	// ErrInFlight: a desk that went on now could make a second code.
	ErrInFlight = errors.New("a request is in flight, or it is not known what became of one")
	// ErrHasCode: a request would make a second one.
	ErrHasCode  = errors.New("another visit of the same person, day and claim type has its code")
	ErrNotHeld  = errors.New("nobody holds the visit")
	ErrNotAsked = errors.New("NHSO was not asked for the codes of this visit since it is held")
	ErrHolder   = errors.New("whoever holds a visit is named as station/operator")
)

// HeldError says that somebody else works on a visit at a desk. Its text does not say who,
// so that a log does not.
type HeldError struct {
	ID   visit.ID
	Hold Hold
}

// Error implements error.
func (e *HeldError) Error() string {
	return fmt.Sprintf("visit %s is held at a desk since %s", e.ID, e.Hold.At.In(visit.Bangkok).Format("15:04"))
}

// TransitionError says that a visit cannot go from one state to another.
type TransitionError struct {
	ID       visit.ID
	From, To visit.State
}

// Error implements error.
func (e *TransitionError) Error() string {
	return fmt.Sprintf("visit %s: %s cannot become %s", e.ID, e.From, e.To)
}

// DecodeError names a record that cannot be read. Its text holds the bucket and
// the key, never the content.
type DecodeError struct {
	Bucket, Key string
	Err         error
}

// Error implements error.
func (e *DecodeError) Error() string {
	return fmt.Sprintf("record %q in bucket %s cannot be read: %v", e.Key, e.Bucket, e.Err)
}

// Unwrap returns the cause.
func (e *DecodeError) Unwrap() error { return e.Err }
