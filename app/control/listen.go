package control

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"

	"authenkiosk/neterror"
)

// Listener is where a running program takes commands.
type Listener struct {
	*net.UnixListener
	path string
}

// Listen opens the socket in a data directory. The caller holds the lock of the
// directory, so a socket that is there belongs to a program that is gone.
func Listen(dir string) (*Listener, error) {
	path := filepath.Join(dir, socketName)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("remove an old socket: %w", err)
	}
	var l *net.UnixListener
	err := shorten(path, func(short string) (err error) {
		l, err = net.ListenUnix("unix", &net.UnixAddr{Name: short, Net: "unix"})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("listen for commands: %w", err)
	}
	l.SetUnlinkOnClose(false) // it knows the short name only
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("listen for commands: %w", err), l.Close(), os.Remove(path))
	}
	return &Listener{l, path}, nil
}

// Accept waits for a command of somebody who may read the data.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		c, err := l.AcceptUnix()
		if err != nil {
			return nil, err
		}
		if mayAsk(c) {
			return c, nil
		}
		_ = c.Close()
	}
}

// Close takes no more commands and removes the socket.
func (l *Listener) Close() error {
	err := l.UnixListener.Close()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return errors.Join(err, os.Remove(l.path))
}

// dial connects with the program that runs on a data directory, or returns
// ErrNobody.
func dial(dir string) (net.Conn, error) {
	var c net.Conn
	err := shorten(filepath.Join(dir, socketName), func(short string) (err error) {
		c, err = net.DialTimeout("unix", short, dialTimeout)
		return err
	})
	switch {
	case err == nil:
		return c, nil
	case errors.Is(err, fs.ErrNotExist) || neterror.Refused(err):
		return nil, ErrNobody
	}
	return nil, fmt.Errorf("reach the running program: %w", err)
}
