package headless

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// wire is a connection between two machines that can be cut.
type wire struct {
	t  *testing.T
	l  net.Listener
	to atomic.Value // address

	late atomic.Int64 // by how much answers come later: so long the other side has done what this one has not heard of

	mu    sync.Mutex
	cut   bool
	open  map[net.Conn]bool
	lines sync.WaitGroup
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{t: t, l: l, open: map[net.Conn]bool{}}
	w.to.Store(to)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			w.lines.Go(func() { w.carry(c) })
		}
	}()
	t.Cleanup(func() { _ = l.Close(); w.setCut(true); w.lines.Wait() })
	return w
}

func (w *wire) at() string { return w.l.Addr().String() }

func (w *wire) setCut(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
	if cut {
		for c := range w.open {
			_ = c.Close()
		}
	}
}

// enter takes a connection, unless the wire is cut.
func (w *wire) enter(c net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		_ = c.Close()
		return false
	}
	w.open[c] = true
	return true
}

func (w *wire) leave(c net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.open, c)
	_ = c.Close()
}

func (w *wire) carry(from net.Conn) {
	if !w.enter(from) {
		return
	}
	defer w.leave(from)
	to, err := net.Dial("tcp", w.to.Load().(string))
	if err != nil || !w.enter(to) {
		return
	}
	defer w.leave(to)
	var both sync.WaitGroup
	for _, pair := range [][2]net.Conn{{from, answers{to, &w.late}}, {to, from}} {
		both.Go(func() {
			_, _ = io.Copy(pair[0], pair[1])
			_ = pair[0].Close()
		})
	}
	both.Wait()
}

// answers is a connection of which what is read comes late.
type answers struct {
	net.Conn
	late *atomic.Int64
}

func (a answers) Read(p []byte) (int, error) {
	n, err := a.Conn.Read(p)
	time.Sleep(time.Duration(a.late.Load()))
	return n, err
}
