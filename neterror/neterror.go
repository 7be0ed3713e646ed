// Package neterror tells what the system's error of a connection means, on every
// system. Go's syscall.ECONNREFUSED and its like are made-up numbers on Windows, which no
// call of the system returns: its sockets have numbers of their own. Those are beyond the
// numbers of all other systems, so both are known everywhere, and tests need no Windows.
package neterror

import (
	"errors"
	"slices"
	"syscall"
)

// What Windows calls the errors of sockets.
const (
	wsaAccess          syscall.Errno = 10013 // WSAEACCES
	wsaInUse           syscall.Errno = 10048 // WSAEADDRINUSE
	wsaNotAvailable    syscall.Errno = 10049 // WSAEADDRNOTAVAIL
	wsaNetUnreachable  syscall.Errno = 10051 // WSAENETUNREACH
	wsaAborted         syscall.Errno = 10053 // WSAECONNABORTED
	wsaReset           syscall.Errno = 10054 // WSAECONNRESET
	wsaShutdown        syscall.Errno = 10058 // WSAESHUTDOWN
	wsaRefused         syscall.Errno = 10061 // WSAECONNREFUSED
	wsaHostUnreachable syscall.Errno = 10065 // WSAEHOSTUNREACH
)

// Refused reports whether nobody listens at the address.
func Refused(err error) bool { return isOne(err, syscall.ECONNREFUSED, wsaRefused) }

// Unreachable reports whether no way leads to the address.
func Unreachable(err error) bool {
	return isOne(err, syscall.EHOSTUNREACH, syscall.ENETUNREACH, wsaHostUnreachable, wsaNetUnreachable)
}

// Cut reports whether a connection that was there has ended before its time.
func Cut(err error) bool {
	return isOne(err, syscall.ECONNRESET, syscall.EPIPE, wsaReset, wsaAborted, wsaShutdown)
}

// Taken reports whether another program listens at the address. Windows refuses access
// where that program wants the port for itself.
func Taken(err error) bool { return isOne(err, syscall.EADDRINUSE, wsaInUse, wsaAccess) }

// Missing reports whether this machine does not have the address.
func Missing(err error) bool { return isOne(err, syscall.EADDRNOTAVAIL, wsaNotAvailable) }

func isOne(err error, numbers ...syscall.Errno) bool {
	errno, ok := errors.AsType[syscall.Errno](err)
	return ok && slices.Contains(numbers, errno)
}
