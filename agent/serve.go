package agent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
)

// ErrNotLoopback says that the listener can be reached from other machines.
var ErrNotLoopback = errors.New("the agent listens on a loopback address only")

// Serve answers on the listener until the context ends, then lets answers under
// way finish for a few seconds. It closes the listener and returns nil when it
// ended because the context did.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	if !loopback(l.Addr()) {
		return errors.Join(fmt.Errorf("listen on %s: %w", l.Addr(), ErrNotLoopback), l.Close())
	}
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		DisableGeneralOptionsHandler: true, // OPTIONS * is guarded like the rest
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve agent: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	err := server.Shutdown(last)
	if err != nil {
		err = errors.Join(fmt.Errorf("end agent: %w", err), server.Close())
	}
	<-ended // http.ErrServerClosed
	return err
}

func loopback(a net.Addr) bool {
	at, err := netip.ParseAddrPort(a.String())
	return err == nil && at.Addr().IsLoopback()
}
