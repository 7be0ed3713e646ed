package hospital

import (
	"errors"
	"syscall"
)

// addressMissing tells that this machine does not have the address.
func addressMissing(err error) bool {
	const notAvailable = syscall.Errno(10049) // WSAEADDRNOTAVAIL
	return errors.Is(err, notAvailable)
}

// portTaken tells that another program listens on an address.
func portTaken(err error) bool {
	const (
		addressInUse = syscall.Errno(10048) // WSAEADDRINUSE
		notForOthers = syscall.Errno(10013) // WSAEACCES: the other program wants the port for itself
	)
	return errors.Is(err, addressInUse) || errors.Is(err, notForOthers)
}
