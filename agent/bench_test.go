package agent

import (
	"context"
	"net/http"
	"testing"

	"github.com/coder/websocket"
)

// discard is an answer that nobody reads.
type discard struct{ h http.Header }

func (d discard) Header() http.Header         { return d.h }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

// BenchmarkGuard is what the guard costs each request, without the network.
func BenchmarkGuard(b *testing.B) {
	for _, c := range []struct {
		name string
		r    func(*bench) *http.Request
	}{
		{"good", func(s *bench) *http.Request {
			return bearer(request("GET", "/api/smartcard/terminals", loopbackHost), s.token)
		}},
		{"good of a listed page", func(s *bench) *http.Request {
			r := bearer(request("GET", "/api/smartcard/terminals", loopbackHost), s.token)
			r.Header.Set("Origin", allowedPage)
			return r
		}},
		{"foreign name", func(*bench) *http.Request { return request("GET", "/api/smartcard/terminals", "evil.example") }},
		{"no token", func(*bench) *http.Request { return request("GET", "/api/smartcard/terminals", loopbackHost) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := newBench(b, func(o *Options) {
				o.Audit = nil
				o.Compat = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
			})
			s.unlimited()
			r := c.r(s)
			b.ReportAllocs()
			for b.Loop() {
				s.agent.ServeHTTP(discard{http.Header{}}, r)
			}
		})
	}
}

// BenchmarkRequest is a whole request over loopback, to compare with.
func BenchmarkRequest(b *testing.B) {
	book := &clientBook{}
	token := book.give(b, "his", Scopes()...)
	run := startWith(b, func(o *Options) {
		o.Clients = book
		o.Compat = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	})
	run.agent.cheap.burst = 1 << 30
	for b.Loop() {
		if code, _, _ := run.ask(b, "GET", "/api/smartcard/terminals", own, "Authorization", "Bearer "+token); code != 200 {
			b.Fatal(code)
		}
	}
}

// BenchmarkEventSource is the time from Publish until a client has the event.
func BenchmarkEventSource(b *testing.B) {
	run, hub, all, _ := eventful(b)
	next, end := run.listen(b, "", "Authorization", "Bearer "+all)
	defer end()
	hub.waitFor(b, 1)
	for b.Loop() {
		hub.Publish(Event{Type: CardInserted, Reader: "ACS ACR39U 00 00"})
		if _, err := next(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkWebSocket is the same for a WebSocket.
func BenchmarkWebSocket(b *testing.B) {
	run, hub, all, _ := eventful(b)
	conn, _, err := websocket.Dial(context.Background(), "ws://127.0.0.1:"+run.port+eventsPath,
		&websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + all}}, HTTPClient: run.client})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	hub.waitFor(b, 1)
	for b.Loop() {
		hub.Publish(Event{Type: CardInserted, Reader: "ACS ACR39U 00 00"})
		if _, _, err := conn.Read(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPublish is what the kiosk pays for an event with four listeners.
func BenchmarkPublish(b *testing.B) {
	h := NewHub()
	for range 4 {
		sub, _, _ := h.subscribe("")
		go func() {
			for range sub.events {
			}
		}()
	}
	for b.Loop() {
		h.Publish(Event{Type: CardInserted})
	}
	h.Close()
}
