package hospital

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"authenkiosk/app/config"
	"authenkiosk/neterror"
)

// lateEvery is how often an address is looked for that is not there yet.
const lateEvery = 5 * time.Second

// listenAt opens a port. An address that this machine does not have, or does not have
// yet, is no mistake: after a power cut the program is up before the network is, and
// patients are served all the same. The listener waits for it then.
func listenAt(address string, log *slog.Logger) (net.Listener, error) {
	return listenBy(net.Listen, address, log)
}

func listenBy(listen func(network, address string) (net.Listener, error), address string, log *slog.Logger) (net.Listener, error) {
	l, err := listen("tcp", address)
	if !neterror.Missing(err) {
		return l, err
	}
	at, unknown := net.ResolveTCPAddr("tcp", address)
	if unknown != nil {
		return nil, err
	}
	log.Warn("this machine does not have the address yet; it is looked for again", "address", address, "every", lateEvery)
	return &lateListener{listen: listen, at: at, log: log, closed: make(chan struct{})}, nil
}

// lateListener stands for an address that is not there yet.
type lateListener struct {
	listen func(network, address string) (net.Listener, error)
	at     *net.TCPAddr
	log    *slog.Logger
	closed chan struct{}

	mu    sync.Mutex
	ended bool
	found net.Listener // nil: not yet
}

// Accept implements net.Listener. It is called by one goroutine.
func (l *lateListener) Accept() (net.Conn, error) {
	for {
		l.mu.Lock()
		found, ended := l.found, l.ended
		l.mu.Unlock()
		switch {
		case ended:
			return nil, net.ErrClosed
		case found != nil:
			return found.Accept()
		}
		wait := time.NewTimer(lateEvery)
		select {
		case <-wait.C:
			l.look()
		case <-l.closed:
			wait.Stop()
		}
	}
}

// look tries to open the port.
func (l *lateListener) look() {
	found, err := l.listen("tcp", l.at.String())
	if err != nil {
		if !neterror.Missing(err) { // another program has it meanwhile
			l.log.Error("open a port whose address has come", "address", l.at, "err", err)
		}
		return
	}
	l.log.Info("the address is there now", "address", l.at)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.found = found; l.ended {
		_ = found.Close()
	}
}

// Close implements net.Listener.
func (l *lateListener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return nil
	}
	l.ended = true
	close(l.closed)
	if l.found != nil {
		return l.found.Close()
	}
	return nil
}

// Addr implements net.Listener.
func (l *lateListener) Addr() net.Addr { return l.at }

// Answering asks whoever listens on the agent's address for its health, and tells
// whether that is another program.
func Answering(ctx context.Context, c config.Agent) (text string, foreign bool) {
	if c.LAN() {
		return "not asked: it wants its own name", false
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.Listen+"/healthz", http.NoBody)
	if err != nil {
		return err.Error(), false
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(r)
	if err != nil {
		return "nothing answers HTTP there now", false
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.Header.Get("X-AuthenKiosk-Zone") == "" {
		return "ANOTHER PROGRAM answers there: NHSO's own agent? End it, or set another agent.listen", true
	}
	answer, _ := io.ReadAll(io.LimitReader(resp.Body, 200))
	return "AuthenKiosk answers there: " + strings.TrimSpace(string(answer)), false
}
