package agent

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// ErrNotLoopback says that the listener can be reached from other machines.
var ErrNotLoopback = errors.New("the agent listens on a loopback address only")

// Serve answers on the listener until the context ends, then lets answers under
// way finish for a few seconds and tells those who listen to events. It closes
// the listeners and returns nil when it ended because the context did. A listener
// that other machines can reach is refused unless Options.LAN is complete. There may
// be more than one: "localhost" has two addresses.
func Serve(ctx context.Context, l net.Listener, h http.Handler, more ...net.Listener) error {
	a, _ := h.(*Agent)
	listeners := append([]net.Listener{l}, more...)
	var lan *LAN
	for _, l := range listeners {
		var err error
		if lan, err = exposure(l, a); err != nil {
			for _, l := range listeners {
				err = errors.Join(err, l.Close())
			}
			return err
		}
	}
	keep, zone := usual, func() string { return "" }
	if a != nil {
		keep, zone = a.timing, a.zone
	}
	server := newServer(h, keep)
	if a != nil {
		server.ErrorLog = slog.NewLogLogger(a.o.Logger.Handler(), slog.LevelDebug)
	}
	for i, l := range listeners {
		l = newConnectionCap(l, lan, lan != nil, zone)
		if lan != nil {
			l = tls.NewListener(l, &tls.Config{
				Certificates: []tls.Certificate{*lan.Certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
			})
		}
		listeners[i] = l
	}
	return run(ctx, server, listeners, a, keep.shutdown)
}

// newServer makes a server with the limits.
func newServer(h http.Handler, keep timing) *http.Server {
	var protocols http.Protocols
	protocols.SetHTTP1(true) // HTTP/2 has many streams in one connection: more than is needed, and more to limit
	return &http.Server{
		Handler: h, ReadHeaderTimeout: keep.header, ReadTimeout: keep.read,
		WriteTimeout: keep.write, IdleTimeout: keep.idle, MaxHeaderBytes: maxHeaderBytes,
		DisableGeneralOptionsHandler: true, // OPTIONS * is guarded like the rest
		Protocols:                    &protocols, ConnContext: withCapped,
		ErrorLog: log.New(discarded{}, "", 0),
	}
}

// exposure decides whether the listener may be served.
func exposure(l net.Listener, a *Agent) (*LAN, error) {
	if a == nil {
		if !loopback(l.Addr()) {
			return nil, fmt.Errorf("listen on %s: %w", l.Addr(), ErrNotLoopback)
		}
		return nil, nil
	}
	if err := a.Err(); err != nil {
		return nil, fmt.Errorf("listen on %s: %w", l.Addr(), err)
	}
	if !loopback(l.Addr()) && a.o.LAN == nil {
		return nil, fmt.Errorf("listen on %s: %w", l.Addr(), ErrNotLoopback)
	}
	return a.o.LAN, nil
}

// run serves until the context ends; what is under way then has that time of grace.
func run(ctx context.Context, server *http.Server, listeners []net.Listener, a *Agent, grace time.Duration) error {
	ended := make(chan error, len(listeners))
	for _, l := range listeners {
		go func() { ended <- server.Serve(l) }()
	}
	defer forgetting(a)()
	select {
	case err := <-ended:
		err = errors.Join(err, server.Close())
		for range len(listeners) - 1 {
			<-ended // http.ErrServerClosed
		}
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		return errors.Join(fmt.Errorf("serve agent: %w", err), endStreams(last, a))
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	streams := make(chan error, 1)
	go func() { streams <- endStreams(last, a) }()
	err := server.Shutdown(last)
	if err != nil {
		err = errors.Join(fmt.Errorf("end agent: %w", err), server.Close())
	}
	for range listeners {
		<-ended // http.ErrServerClosed
	}
	return errors.Join(err, <-streams)
}

// forgetting takes personal data that is too old out of the events in memory, also
// while nothing happens. It goes on until the function that it returns is called.
func forgetting(a *Agent) (stop func()) {
	if a == nil {
		return func() {}
	}
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(personalTTL / 2)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				a.hub.Forget()
			case <-quit:
				return
			}
		}
	}()
	return func() { close(quit); <-done }
}

// endStreams tells everybody who listens to events that the program ends, and
// waits until they are gone.
func endStreams(ctx context.Context, a *Agent) error {
	if a == nil {
		return nil
	}
	return a.streams.end(ctx)
}

func loopback(a net.Addr) bool {
	at, err := netip.ParseAddrPort(a.String())
	return err == nil && at.Addr().IsLoopback()
}

// discarded drops what the server of a foreign handler says.
type discarded struct{}

// Write implements io.Writer.
func (discarded) Write(b []byte) (int, error) { return len(b), nil }
