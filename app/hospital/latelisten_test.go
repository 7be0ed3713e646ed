package hospital

import (
	"errors"
	"log/slog"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/neterror"
)

// pipes is a port at which one client waits.
type pipes struct {
	net.Listener
	client net.Conn
	closed bool
}

func (p *pipes) Accept() (net.Conn, error) { return p.client, nil }

func (p *pipes) Close() error { p.closed = true; return nil }

func TestAnAddressThatComesLateIsListenedAtWhenItIsThere(t *testing.T) {
	const address = "192.0.2.20:8189" // of no machine
	_, missing := net.Listen("tcp", address)
	if !neterror.Missing(missing) {
		t.Skipf("this machine listens anywhere: %v", missing)
	}
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		defer func() { _, _ = here.Close(), there.Close() }()
		port, tries := &pipes{client: there}, 0
		l, err := listenBy(func(_, at string) (net.Listener, error) {
			if tries++; tries < 4 {
				return nil, missing
			}
			if at != address {
				t.Errorf("it listens at %s", at)
			}
			return port, nil
		}, address, slog.New(slog.DiscardHandler))
		if err != nil || l.Addr().String() != address {
			t.Fatalf("%v, %v", l, err)
		}
		began := time.Now()
		if c, err := l.Accept(); err != nil || c != there || time.Since(began) != 3*lateEvery {
			t.Errorf("%v, %v after %v", c, err, time.Since(began))
		}
		if err := l.Close(); err != nil || !port.closed {
			t.Errorf("closed: %v, %v", port.closed, err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		l, err := listenBy(func(string, string) (net.Listener, error) { return nil, missing }, address, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { _, err := l.Accept(); ended <- err }()
		time.Sleep(time.Minute)
		if err := errors.Join(l.Close(), l.Close()); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
}
