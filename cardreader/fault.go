package cardreader

import (
	"errors"
	"fmt"

	"authenkiosk/visit"
)

// Fault is an error that a person can do something about. Problem says what to
// show; Err says what happened, for the log, without personal data.
type Fault struct {
	Problem visit.Problem
	Err     error
}

// Error returns the problem and its cause.
func (f *Fault) Error() string { return fmt.Sprintf("%s: %v", f.Problem, f.Err) }

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Err }

// ProblemOf returns what to show for an error of this package: the problem of
// the Fault in it, NoProblem for nil and for a reading that its caller called
// off, and CardUnreadable for anything else.
func ProblemOf(err error) visit.Problem {
	var fault *Fault
	switch {
	case err == nil:
		return visit.NoProblem
	case errors.As(err, &fault):
		return fault.Problem
	case errors.Is(err, ErrCalledOff):
		return visit.NoProblem
	default:
		return visit.CardUnreadable
	}
}

// problems says which problem each error of a Service, Card or applet means. The
// first that matches counts.
var problems = []struct {
	err     error
	problem visit.Problem
}{
	{ErrServiceDown, visit.ReaderMissing},
	{ErrDenied, visit.CardServiceRefuses},
	{ErrNoReader, visit.ReaderMissing},
	{ErrNoCard, visit.CardRemovedEarly},
	{ErrRemoved, visit.CardRemovedEarly},
	{ErrSwapped, visit.CardRemovedEarly},
	{ErrMute, visit.CardMute},
	{ErrBusy, visit.CardBusy},
	{ErrNotThai, visit.CardNotThai},
}

// faultOf wraps err into the Fault that it means. A Fault stays as it is, and so
// does nil.
func faultOf(err error) error {
	var fault *Fault
	if err == nil || errors.As(err, &fault) {
		return err
	}
	for _, p := range problems {
		if errors.Is(err, p.err) {
			return &Fault{Problem: p.problem, Err: err}
		}
	}
	return &Fault{Problem: visit.CardUnreadable, Err: err}
}
