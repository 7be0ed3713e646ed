package desk

import (
	"time"

	"authenkiosk/visit"
)

// Code says why a call was refused, in a word that no version and no way changes.
type Code string

// The codes.
const (
	NotSignedIn  Code = "not-signed-in" // the operator has no session, or none any more
	WrongPIN     Code = "wrong-pin"     // or no such operator
	Locked       Code = "locked"        // no PIN is looked at now
	NotAllowed   Code = "not-allowed"   // the role does not allow it
	BadRequest   Code = "bad-request"   // what was asked for makes no sense
	NotFound     Code = "not-found"     // there is no such visit
	Held         Code = "held"          // somebody else holds it
	NotHeld      Code = "not-held"      // it has to be held first
	InFlight     Code = "in-flight"     // a request may be at work: going on could make a second code
	NotOpen      Code = "not-open"      // it has its code, or is closed; to reopen: it is not closed
	NoAnswer     Code = "no-answer"     // NHSO has to be asked, and did not answer
	NotConfirmed Code = "not-confirmed" // NHSO does not have that code for this visit
	Unreachable  Code = "unreachable"   // the owner of the visits cannot be asked: nothing was done there
	Failed       Code = "failed"        // it could not be carried out; ask again
)

var sayings = map[Code]string{
	NotSignedIn:  "nobody is signed in, or not any more: sign in",
	WrongPIN:     "the operator or the PIN is wrong",
	Locked:       "no PIN is looked at now",
	NotAllowed:   "the operator's role does not allow it",
	BadRequest:   "the request makes no sense",
	NotFound:     "there is no such visit",
	Held:         "somebody else holds the visit",
	NotHeld:      "the visit is not held: hold it first",
	InFlight:     "a request is at work, or it is not known what became of one",
	NotOpen:      "the visit does not stand where this can be done",
	NoAnswer:     "NHSO has to be asked first, and gives no answer",
	NotConfirmed: "NHSO has no such code for this visit",
	Unreachable:  "the machine that has these visits cannot be reached",
	Failed:       "it could not be carried out",
}

// Codes returns every code.
func Codes() []Code {
	return []Code{
		NotSignedIn, WrongPIN, Locked, NotAllowed, BadRequest, NotFound, Held, NotHeld, InFlight, NotOpen, NoAnswer, NotConfirmed, Unreachable, Failed,
	}
}

// Error implements error.
func (c Code) Error() string {
	if text, ok := sayings[c]; ok {
		return text
	}
	return string(c)
}

// Error is a call that was refused.
type Error struct {
	Code  Code
	By    string    // of Held: "station/operator". It is not in the text, so that a log does not say who
	Since time.Time // of Held
	Visit visit.ID  // of Held: another visit of the same service, which they hold; empty: this one
	Err   error     // the cause, on the machine that refused it; may be nil
}

// Error implements error.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Code.Error()
	}
	return e.Code.Error() + ": " + e.Err.Error()
}

// Unwrap has errors.Is find the code and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Code}
	}
	return []error{e.Code, e.Err}
}
