package desk

import (
	"errors"
	"fmt"
	"time"
)

// What wrong PINs cost: some are free, then each doubles the wait before the next try,
// and after the last one only an administrator opens the lock.
const (
	FreeTries = 5
	MaxTries  = 15
	firstWait = 15 * time.Second
)

// WaitAfter returns how long nobody may try after that many wrong PINs in a row, and
// whether it is for good. The wait is one of the monotonic clock and begins anew with
// each start of the program: a clock that is set changes nothing.
func WaitAfter(failed int) (wait time.Duration, forGood bool) {
	switch {
	case failed >= MaxTries:
		return 0, true
	case failed < FreeTries:
		return 0, false
	}
	return firstWait << (failed - FreeTries), false
}

// ErrSignIn refuses a PIN, and does not say what was wrong.
var ErrSignIn = errors.New("the operator or the PIN is wrong")

// LockedError says that no PIN is looked at now.
type LockedError struct {
	Wait    time.Duration // until the next try; 0: until an administrator opens the lock
	Machine bool          // it is the machine, whoever signs in there
}

// Error implements error.
func (e *LockedError) Error() string {
	who := "this operator"
	if e.Machine {
		who = "this machine"
	}
	if e.Wait == 0 {
		return fmt.Sprintf("%s is locked after %d wrong PINs: an administrator must open it", who, MaxTries)
	}
	whole := (e.Wait + time.Second - 1).Truncate(time.Second) // never less than it is
	return fmt.Sprintf("too many wrong PINs: %s may try again in %s", who, whole)
}
