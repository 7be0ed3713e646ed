package testzone

import (
	"context"
	"net"
	"sync"
)

// PipeListener is a network of one host in memory: no port, no loopback. Serve
// a Zone on it and give DialContext to the client.
type PipeListener struct {
	waiting chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

// Pipe makes a PipeListener.
func Pipe() *PipeListener {
	return &PipeListener{waiting: make(chan net.Conn), closed: make(chan struct{})}
}

// DialContext connects to the listener, whatever the address. The error is that
// of a dial, so that a client knows that nothing was sent.
func (l *PipeListener) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	var err error
	select {
	case <-l.closed:
		err = net.ErrClosed
	default:
		select {
		case l.waiting <- server:
			return client, nil
		case <-l.closed:
			err = net.ErrClosed
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	_ = client.Close()
	_ = server.Close()
	return nil, &net.OpError{Op: "dial", Net: "pipe", Addr: pipeAddr{}, Err: err}
}

// Accept implements net.Listener.
func (l *PipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.waiting:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener. It may be called more than once.
func (l *PipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr implements net.Listener.
func (l *PipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "testzone" }
