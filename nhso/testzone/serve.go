package testzone

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
)

// Serve answers on a listener until ctx ends, then closes it and gives answers
// on their way shutdownTimeout to leave. It returns nil after such an end, and
// an error when the listener fails by itself.
func (z *Zone) Serve(ctx context.Context, l net.Listener) error { return serve(ctx, l, z) }

// ServeAgent is Serve for the simulated agent, which has an address of its own.
// Without cards (nil) it works with the zone's Desk.
func (z *Zone) ServeAgent(ctx context.Context, l net.Listener, cards CardSource) error {
	return serve(ctx, l, z.Agent(cards))
}

func serve(ctx context.Context, l net.Listener, h http.Handler) error {
	base, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	s := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		BaseContext:       func(net.Listener) context.Context { return base },
	}
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(l) }()
	select {
	case err := <-failed:
		_ = s.Close()
		return fmt.Errorf("testzone: serve: %w", err)
	case <-ctx.Done():
	}
	stop() // answers that are being delayed come now
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	err := s.Shutdown(limit)
	if err != nil {
		err = s.Close()
	}
	if served := <-failed; err == nil && !errors.Is(served, http.ErrServerClosed) {
		err = served
	}
	return err
}
