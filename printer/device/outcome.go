package device

import (
	"errors"
	"fmt"
)

// NotPrintedError says that a slip surely did not come out whole, and that what
// is left of it was withdrawn: it may be printed again.
type NotPrintedError struct {
	Condition Condition // what a person can mend
	Partial   bool      // a part of the slip may lie in the printer
	Err       error     // the cause; may be nil
}

// Error implements error.
func (e *NotPrintedError) Error() string {
	return describe("the slip was not printed", e.Condition, e.Partial, e.Err)
}

// Unwrap returns the cause.
func (e *NotPrintedError) Unwrap() error { return e.Err }

// UnclearError says that nobody knows whether a slip came out: the printer took
// it and never answered. It must not be printed again unless a person asks.
type UnclearError struct {
	Condition Condition // as far as it is known afterwards
	Err       error     // the cause; may be nil
}

// Error implements error.
func (e *UnclearError) Error() string {
	return describe("it is unclear whether the slip was printed", e.Condition, false, e.Err)
}

// Unwrap returns the cause.
func (e *UnclearError) Unwrap() error { return e.Err }

func describe(what string, c Condition, partial bool, err error) string {
	if partial {
		what += " as a whole"
	}
	what += fmt.Sprintf(" (printer %s)", c)
	if err != nil {
		what += ": " + err.Error()
	}
	return what
}

// ConditionOf returns the condition that an error of a print carries, Ready for
// no error.
func ConditionOf(err error) Condition {
	var not *NotPrintedError
	var unclear *UnclearError
	switch {
	case err == nil:
		return Ready
	case errors.As(err, &not):
		return not.Condition
	case errors.As(err, &unclear):
		return unclear.Condition
	}
	return Unknown
}
