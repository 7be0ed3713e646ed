package nhso

import (
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
)

func TestAConnectionThatWasCutIsKnownByTheNumbersOfEverySystem(t *testing.T) {
	const wsaAborted, wsaReset = syscall.Errno(10053), syscall.Errno(10054) // of Windows
	for _, number := range []syscall.Errno{syscall.ECONNRESET, syscall.EPIPE, wsaAborted, wsaReset} {
		err := &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("wsarecv", number)}
		if got := cause(err); !errors.Is(got, ErrCut) {
			t.Errorf("%d: got %v", number, got)
		}
	}
}
