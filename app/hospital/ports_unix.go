//go:build unix

package hospital

import (
	"errors"
	"syscall"
)

// portTaken tells that another program listens on an address.
func portTaken(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }

// addressMissing tells that this machine does not have the address.
func addressMissing(err error) bool { return errors.Is(err, syscall.EADDRNOTAVAIL) }
