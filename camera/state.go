package camera

import (
	"errors"
	"fmt"
)

// State is the state of a camera in one word.
type State int

// The states of a camera.
const (
	Starting State = iota // connecting, no picture yet
	Live                  // pictures arrive
	Busy                  // another program uses it
	Gone                  // it was there and is not any more, or it does not send pictures; it is tried again
	Refused               // this program may not use it: rights, password
	Absent                // it has not been there since the program started
)

var stateNames = [...]string{
	Starting: "starting", Live: "live", Busy: "busy", Gone: "gone", Refused: "refused", Absent: "absent",
}

// String returns a stable name for logs and diagnostics.
func (s State) String() string {
	if s < 0 || int(s) >= len(stateNames) {
		return fmt.Sprintf("State(%d)", int(s))
	}
	return stateNames[s]
}

// Errors of a camera. What a function returns wraps them: compare with errors.Is.
var (
	ErrNotConfigured = errors.New("no camera is configured")
	ErrNoDriver      = errors.New("this build has no webcam driver: use mjpeg: or a build with cgo")
	ErrBusy          = errors.New("the camera is in use by another program")
	ErrAbsent        = errors.New("there is no such camera")
	ErrGone          = errors.New("the camera is gone")
	ErrRefused       = errors.New("access to the camera is refused")
	ErrStalled       = errors.New("the camera sends no more pictures")
	ErrFrozen        = errors.New("the camera sends the same picture over and over")
	ErrNotPictures   = errors.New("what the camera sends is not a picture")
	ErrTooLarge      = errors.New("the camera's picture is too large")
	ErrClosed        = errors.New("the camera is closed")
)

// stateOf says in which state a failure leaves a camera that was, or was not,
// there before.
func stateOf(err error, seen bool) State {
	switch {
	case errors.Is(err, ErrBusy):
		return Busy
	case errors.Is(err, ErrRefused):
		return Refused
	case errors.Is(err, ErrAbsent) && !seen:
		return Absent
	}
	return Gone
}
