package neterror

import (
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
)

func TestAnErrorOfASocketMeansTheSameOnEverySystem(t *testing.T) {
	kinds := map[string]func(error) bool{"refused": Refused, "unreachable": Unreachable, "cut": Cut, "taken": Taken, "missing": Missing}
	for _, c := range []struct {
		err  error
		want string
	}{
		{syscall.ECONNREFUSED, "refused"},
		{syscall.EHOSTUNREACH, "unreachable"},
		{syscall.ENETUNREACH, "unreachable"},
		{syscall.ECONNRESET, "cut"},
		{syscall.EPIPE, "cut"},
		{syscall.EADDRINUSE, "taken"},
		{syscall.EADDRNOTAVAIL, "missing"},
		{syscall.EACCES, ""}, // of a port below 1024
		{wsaRefused, "refused"},
		{wsaHostUnreachable, "unreachable"},
		{wsaNetUnreachable, "unreachable"},
		{wsaReset, "cut"},
		{wsaAborted, "cut"},
		{wsaShutdown, "cut"},
		{wsaInUse, "taken"},
		{wsaAccess, "taken"},
		{wsaNotAvailable, "missing"},
		{errors.New("another"), ""},
		{nil, ""},
	} {
		err := c.err
		if errno, ok := c.err.(syscall.Errno); ok { // as package net returns it
			err = &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connectex", errno)}
		}
		for name, is := range kinds {
			if is(err) != (name == c.want) {
				t.Errorf("%v is %s: %v", err, name, is(err))
			}
		}
	}
}

// What the system itself says is the measure of the numbers above.
func TestARefusedConnectionAndATakenPortAreKnown(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := taken.Addr().String()
	if again, err := net.Listen("tcp", address); !Taken(err) {
		t.Errorf("a taken port gives %v %v", again, err)
	}
	if err := taken.Close(); err != nil {
		t.Fatal(err)
	}
	if c, err := net.Dial("tcp", address); !Refused(err) {
		t.Errorf("a port of nobody gives %v %v", c, err)
	}
	if l, err := net.Listen("tcp", "192.0.2.1:0"); !Missing(err) {
		t.Errorf("an address of nobody gives %v %v", l, err)
	}
}
