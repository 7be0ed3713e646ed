package escpos

import (
	"context"
	"errors"
	"io"
	"time"
)

// Port is a way to a printer and back. Read blocks until a byte comes or the port
// is closed. Write honours the deadline.
type Port interface {
	io.ReadWriteCloser
	SetWriteDeadline(time.Time) error
}

// Opener opens a port; it gives up when ctx ends.
type Opener func(ctx context.Context) (Port, error)

// aborter is a port that can throw away what it has not yet delivered.
type aborter interface{ Abort() error }

// backlog is a port that knows how many bytes it has not yet delivered.
type backlog interface{ Unsent() (int, error) }

// hinter is a port whose driver knows something of the printer's state without
// asking it in ESC/POS.
type hinter interface{ Hint() (State, error) }

// throttle is a port that can be told to stop and go on (XOFF, XON).
type throttle interface{ Hold(bool) }

// errGone says that the other end of a port went away.
var errGone = errors.New("the printer has gone")
