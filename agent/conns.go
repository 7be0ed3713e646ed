package agent

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// connectionCap is a listener that holds few connections. When all are taken, a
// connection that has asked for nothing for a while gives way to a new one: five
// hundred programs that connect and stay silent cannot keep a good one out. Who
// finds no place is told so at once.
type connectionCap struct {
	net.Listener
	lan    *LAN
	secure bool // TLS: a refused client cannot be told anything
	zone   func() string
	enters func(netip.Addr) bool // nil: this machine, and those that lan lists

	leaving chan struct{} // holds one for each connection that is sent away

	mu    sync.Mutex
	conns map[*capped]struct{}
}

// capped is an accepted connection.
type capped struct {
	net.Conn
	door *connectionCap
	once sync.Once

	busy  int       // requests being answered: 0 or 1
	since time.Time // when it came, or its last answer ended
	asked bool      // it has asked for something before
}

func newConnectionCap(l net.Listener, lan *LAN, secure bool, zone func() string) *connectionCap {
	return &connectionCap{Listener: l, lan: lan, secure: secure, zone: zone, conns: map[*capped]struct{}{}, leaving: make(chan struct{}, maxLeaving)}
}

// Accept implements net.Listener.
func (d *connectionCap) Accept() (net.Conn, error) {
	for {
		c, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if !d.allowed(c.RemoteAddr()) {
			_ = c.Close()
			continue
		}
		g := &capped{Conn: c, door: d, since: time.Now()}
		if d.enter(g) {
			return g, nil
		}
		d.sendAway(c)
	}
}

func (d *connectionCap) allowed(a net.Addr) bool {
	at, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return false
	}
	addr := at.Addr().Unmap().WithZone("")
	if d.enters != nil {
		return d.enters(addr)
	}
	return addr.IsLoopback() || d.lan.lists(addr)
}

// enter finds a place for a connection.
func (d *connectionCap) enter(g *capped) bool {
	d.mu.Lock()
	var leaves *capped
	if len(d.conns) >= maxConnections {
		if leaves = d.idlest(g.since); leaves == nil {
			d.mu.Unlock()
			return false
		}
		delete(d.conns, leaves)
	}
	d.conns[g] = struct{}{}
	d.mu.Unlock()
	if leaves != nil {
		_ = leaves.Close()
	}
	return true
}

// idlest returns the connection that may be closed at a moment: one that has not
// asked for anything since it came, else one that stays between requests, of
// these the one that has been silent the longest. Good programs ask as soon as
// they are connected.
func (d *connectionCap) idlest(now time.Time) *capped {
	var found *capped
	for g := range d.conns {
		grace := silentGrace
		switch {
		case g.asked:
			grace = idleGrace
		case d.secure:
			grace = silentGraceTLS
		}
		if g.busy > 0 || now.Sub(g.since) < grace {
			continue
		}
		if found == nil || found.asked && !g.asked || found.asked == g.asked && g.since.Before(found.since) {
			found = g
		}
	}
	return found
}

// sendAway answers in the form of NHSO's agent, whose programs read every answer as
// JSON. A few at once are heard first, for a moment: clients take an answer that comes
// before their request for a mistake, and one is lost when its connection is closed
// with bytes unread. The others are answered at once.
func (d *connectionCap) sendAway(c net.Conn) {
	if d.secure {
		_ = c.Close()
		return
	}
	_ = c.SetDeadline(time.Now().Add(awayLimit))
	select {
	case d.leaving <- struct{}{}:
		go func() {
			defer func() { <-d.leaving }()
			_, _ = c.Read(make([]byte, maxHeaderBytes))
			d.answerAway(c)
		}()
	default:
		d.answerAway(c)
	}
}

// answerAway tells that there is no place, and closes. The answer fits into the empty
// buffer of a new connection, so writing does not wait.
func (d *connectionCap) answerAway(c net.Conn) {
	f := no(http.StatusServiceUnavailable, "too many connections; try again in a moment")
	body, _ := json.Marshal(errorAsNHSO(f, ""))
	_ = c.SetWriteDeadline(time.Now().Add(awayLimit))
	_, _ = fmt.Fprintf(c, "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Type: application/json\r\n"+
		"Cache-Control: no-store\r\n%s: %s\r\nContent-Length: %d\r\n\r\n%s", zoneHeader, d.zone(), len(body), body)
	_ = c.Close()
}

// Close implements net.Conn.
func (g *capped) Close() error {
	g.once.Do(func() {
		g.door.mu.Lock()
		delete(g.door.conns, g)
		g.door.mu.Unlock()
	})
	return g.Conn.Close()
}

type guestKey struct{}

// withCapped puts the connection into the context of its requests.
func withCapped(ctx context.Context, c net.Conn) context.Context {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	if g, ok := c.(*capped); ok {
		return context.WithValue(ctx, guestKey{}, g)
	}
	return ctx
}

// serving marks the connection of a request as busy, until the function that it
// returns is called.
func serving(ctx context.Context) (done func()) {
	g, ok := ctx.Value(guestKey{}).(*capped)
	if !ok {
		return func() {}
	}
	g.mark(1)
	return func() { g.mark(-1) }
}

func (g *capped) mark(n int) {
	g.door.mu.Lock()
	defer g.door.mu.Unlock()
	g.busy += n
	g.asked = true
	g.since = time.Now()
}
