package cardreader

import (
	"context"
	"errors"
	"time"
)

// Card is a connection to the card in one reader.
//
// Transmit sends one command APDU and returns the answer with its two status
// bytes; a shorter answer is possible and is the caller's affair. Begin keeps
// other programs away from the card until End. Close leaves the card powered and
// as it is. A Card is used by one goroutine at a time.
type Card interface {
	Transmit(apdu []byte) ([]byte, error)
	ATR() []byte
	Begin() error
	End() error
	Close() error
}

// Service is the card service of a machine (PC/SC, or a made-up one).
type Service interface {
	// Watch opens a context of its own for listing and waiting. The error wraps
	// ErrServiceDown when there is no service.
	Watch() (Watcher, error)

	// Connect opens a shared connection to the card in the reader. Each
	// connection has a context of its own, because a wait in progress blocks
	// every other call on the same PC/SC context, and because a hanging
	// connection must be left behind without harm to others.
	Connect(reader string) (Card, error)
}

// Watcher sees readers and cards come and go. It is used by one goroutine.
type Watcher interface {
	// Readers lists the readers; none is an empty list and no error.
	Readers() ([]string, error)

	// Wait blocks until the state of a slot differs from Slot.Current, until
	// limit has passed (ErrTimeout) or until ctx ends (its error), and fills in
	// Slot.Event. It is never called with an empty list.
	Wait(ctx context.Context, slots []Slot, limit time.Duration) error

	Close() error
}

// Slot is a reader as Wait sees it.
type Slot struct {
	Reader  string
	Current State // what the caller knows, from the Event of the wait before
	Event   State // what is
}

// State is the state of a reader in the bits of PC/SC (SCARD_STATE_...). The
// high word counts insertions and removals where the system does so.
type State uint32

// The bits of State (PC/SC part 5; the same on pcsc-lite, Windows and macOS).
const (
	StateUnaware     State = 0x0000
	StateIgnore      State = 0x0001
	StateChanged     State = 0x0002
	StateUnknown     State = 0x0004
	StateUnavailable State = 0x0008
	StateEmpty       State = 0x0010
	StatePresent     State = 0x0020
	StateExclusive   State = 0x0080
	StateInUse       State = 0x0100
	StateMute        State = 0x0200
)

// Counter returns the number of insertions and removals, 0 where the system does
// not count. It wraps around after 65535.
func (s State) Counter() uint16 { return uint16(s >> 16) }

// Has reports whether every bit of flag is set.
func (s State) Has(flag State) bool { return s&flag == flag }

// Errors of a Service, Watcher or Card. Implementations wrap them.
var (
	ErrServiceDown = errors.New("the card service is not running")
	ErrDenied      = errors.New("the card service refuses this program")
	ErrNoReader    = errors.New("no such reader")
	ErrNoCard      = errors.New("no card in the reader")
	ErrRemoved     = errors.New("the card was removed")
	ErrMute        = errors.New("the card does not answer to power-up")
	ErrBusy        = errors.New("another program holds the card")
	ErrReset       = errors.New("another program reset the card")
	ErrTimeout     = errors.New("nothing changed in time")
	ErrComm        = errors.New("the reader could not exchange data with the card")
)
