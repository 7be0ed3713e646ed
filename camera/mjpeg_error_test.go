package camera

import (
	"errors"
	"net"
	"net/url"
	"os"
	"syscall"
	"testing"
)

func TestACameraThatIsNotThereIsKnownByTheNumbersOfEverySystem(t *testing.T) {
	const wsaNoNet, wsaRefused, wsaNoHost = syscall.Errno(10051), syscall.Errno(10061), syscall.Errno(10065) // of Windows
	for _, number := range []syscall.Errno{syscall.ECONNREFUSED, syscall.EHOSTUNREACH, syscall.ENETUNREACH, wsaNoNet, wsaRefused, wsaNoHost} {
		err := &url.Error{Op: "Get", Err: &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connectex", number)}}
		if got := netError(err); !errors.Is(got, ErrAbsent) {
			t.Errorf("%d: got %v", number, got)
		}
	}
}
