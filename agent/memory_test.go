package agent

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// patience is how long a test waits for what must happen on a machine that may be
// slow or stand still for a while; nothing asserts how fast it is.
const patience = 2 * time.Minute

// patient are limits that only a real fault reaches.
var patient = timing{
	header: patience, read: patience, write: patience, idle: patience,
	shutdown: patience, work: patience, event: patience, goodbye: patience,
}

// memory is a network of one host for tests that have a time of their own: no port,
// and nothing that the machine could delay. It looks like the loopback.
type memory struct {
	waiting chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

func newMemory() *memory { return &memory{waiting: make(chan net.Conn), closed: make(chan struct{})} }

// piped is a connection with the addresses of the loopback.
type piped struct {
	net.Conn
	local, remote net.Addr
}

func (p piped) LocalAddr() net.Addr  { return p.local }
func (p piped) RemoteAddr() net.Addr { return p.remote }

var (
	memoryServer = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8189}
	memoryClient = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 50000}
)

func (m *memory) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case m.waiting <- piped{server, memoryServer, memoryClient}:
		return piped{client, memoryClient, memoryServer}, nil
	case <-m.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept implements net.Listener.
func (m *memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.waiting:
		return c, nil
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (m *memory) Close() error { m.once.Do(func() { close(m.closed) }); return nil }

// Addr implements net.Listener.
func (m *memory) Addr() net.Addr { return memoryServer }

// startInMemory serves inside a synctest bubble, with the limits of the product.
func startInMemory(t testing.TB, change func(*Options)) *running {
	t.Helper()
	m := newMemory()
	return serveFor(t, m, &http.Transport{DialContext: m.dial}, usual, change)
}
