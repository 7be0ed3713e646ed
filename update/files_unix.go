//go:build unix

package update

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// plainly opens a file without following a link and without waiting for whoever is at the
// other end of a pipe.
const plainly = unix.O_NOFOLLOW | unix.O_NONBLOCK

// Lock keeps others from changing versions, until it is given up or the program ends. It is
// ErrBusy while somebody has it.
func (r Root) Lock() (unlock func(), err error) {
	// For its owner alone: whoever may open it may hold it.
	f, err := os.OpenFile(r.path(lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("keep other updates away: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, ErrBusy
		}
		return nil, fmt.Errorf("keep other updates away: %w", err)
	}
	return func() { _ = f.Close() }, nil
}

// alone waits until nobody else looks at a trial and changes it, which is a matter of
// moments, and keeps others from it until the end is called. Whoever may change nothing here
// changes nothing, and where there is no room for the file of the lock it goes on without.
func (r Root) alone() (end func()) {
	f, err := os.OpenFile(r.path(briefName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return func() {}
	}
	for {
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); !errors.Is(err, unix.EINTR) {
			return func() { _ = f.Close() }
		}
	}
}
