package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// PlainHTTP opens a few paths to servers of the hospital that know nothing but
// http://<this machine>:port, without TLS and without a token: old intranets in PHP.
// It is less safe than everything else here, so it has a listener of its own, and
// answers exact addresses only.
type PlainHTTP struct {
	From []netip.Addr

	// JustRead reports whether who asks has read the card of that person a moment ago.
	JustRead func(ctx context.Context, pid string) bool
}

// ErrPlainHTTP says why plain HTTP is not spoken.
var ErrPlainHTTP = errors.New("plain HTTP needs one named address of this machine, and exact addresses that may ask")

// check tells what is missing.
func (p *PlainHTTP) check(compat http.Handler) error {
	switch {
	case p == nil:
		return nil
	case compat == nil || len(p.From) == 0 || p.JustRead == nil:
		return ErrPlainHTTP
	}
	for _, from := range p.From {
		if !from.IsValid() || from.IsUnspecified() || from.IsMulticast() || from.Zone() != "" {
			return fmt.Errorf("%w: not %s", ErrPlainHTTP, from)
		}
	}
	return nil
}

func (p *PlainHTTP) lists(at netip.Addr) bool { return slices.Contains(p.From, at) }

// plainPaths are those that are answered: reading the card, the code for its holder,
// and the latest codes of whom was just read.
var plainPaths = map[string]bool{
	"/api/smartcard/read":                                       true,
	"/api/nhso-service/confirm-save":                            true,
	"/api/nhso-service/latest-authen-code/{pid}":                true,
	"/api/nhso-service/latest-5-authen-code-all-hospital/{pid}": true,
}

// plainGuard stands before the handler where plain HTTP is spoken.
type plainGuard struct{ a *Agent }

// ServeHTTP implements http.Handler.
func (p plainGuard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out := &answer{ResponseWriter: w}
	defer p.a.survive(out)
	p.a.protect(w.Header())
	g := &guarded{w: out, r: r}
	for _, step := range []func(*guarded) *refusal{p.address, p.name, p.program, p.path, p.a.bounded, p.person} {
		if f := step(g); f != nil {
			p.a.refuse(g, f)
			return
		}
	}
	p.a.admit(out, g)
}

// address lets listed addresses in; the listener has closed other connections already.
func (p plainGuard) address(g *guarded) *refusal {
	remote, err := netip.ParseAddrPort(g.r.RemoteAddr)
	if err == nil {
		g.remote = remote.Addr().Unmap()
	}
	if err != nil || !p.a.o.Plain.lists(g.remote) {
		return no(http.StatusForbidden, "this address may not ask")
	}
	g.caller = Caller{
		Name: "plain http, " + g.remote.String(), NoToken: true, Scopes: []Scope{ScopeReadCard, ScopeSubmit, ScopeCodes},
		from: "plain http, " + g.remote.String(), bucket: "plain http, " + g.remote.String(),
	}
	return nil
}

// name wants the address itself as Host: a name that leads here is a page's trick.
func (p plainGuard) name(g *guarded) *refusal {
	local, ok := g.r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if ok {
		host, port, err := net.SplitHostPort(local.String())
		if err == nil && (g.r.Host == local.String() || port == "80" && g.r.Host == host) {
			g.named = true
			return nil
		}
	}
	return no(http.StatusMisdirectedRequest, "ask for the address of this machine itself, with the port")
}

// program refuses whatever a browser sends: the address of a server is listed, and no
// page that is shown there.
func (p plainGuard) program(g *guarded) *refusal {
	for name := range g.r.Header {
		if name == "Origin" || name == "Referer" || strings.HasPrefix(name, "Sec-Fetch-") {
			return no(http.StatusForbidden, "web pages may not ask here")
		}
	}
	if webSocket(g.r.Header) {
		return no(http.StatusForbidden, "no web socket here")
	}
	return nil
}

// path knows the few paths alone.
func (p plainGuard) path(g *guarded) *refusal {
	g.found = p.a.routes.at(g.r.URL.Path)
	if len(g.found) == 0 || !plainPaths[g.found[0].path] {
		return no(http.StatusNotFound, "no such path on this address")
	}
	return p.a.known(g)
}

// person lets codes be asked for only of whom the same server has just read.
func (p plainGuard) person(g *guarded) *refusal {
	if !strings.HasSuffix(g.route.path, "{pid}") {
		return nil
	}
	path := strings.TrimSuffix(g.r.URL.Path, "/")
	pid := path[strings.LastIndexByte(path, '/')+1:]
	ctx := context.WithValue(g.r.Context(), callerKey{}, g.caller)
	if !p.a.o.Plain.JustRead(ctx, pid) {
		return no(http.StatusForbidden, "only the codes of the person whose card was read just now")
	}
	return nil
}

// ServePlain speaks plain HTTP on the listener, which has to stand on one address of
// this machine, until the context ends.
func ServePlain(ctx context.Context, l net.Listener, a *Agent) error {
	at, err := netip.ParseAddrPort(l.Addr().String())
	if err == nil {
		err = a.Err()
	}
	if err != nil || a.o.Plain == nil || at.Addr().IsUnspecified() {
		return errors.Join(fmt.Errorf("speak plain HTTP on %s: %w", l.Addr(), errors.Join(ErrPlainHTTP, err)), l.Close())
	}
	server := newServer(plainGuard{a}, a.timing)
	server.ErrorLog = slog.NewLogLogger(a.o.Logger.Handler(), slog.LevelDebug)
	door := newConnectionCap(l, nil, false, a.zone)
	door.enters = a.o.Plain.lists
	var from []string
	for _, address := range a.o.Plain.From {
		from = append(from, address.String())
	}
	a.o.Logger.Warn("PLAIN HTTP is spoken: patients' data go over the network unprotected", "address", l.Addr(), "from", from)
	a.plainAt.Store(&plainView{At: l.Addr().String(), From: strings.Join(from, ", ")})
	a.scribe.done("plain-http", strings.Join(from, " "), http.StatusOK)
	return run(ctx, server, []net.Listener{door}, nil, a.timing.shutdown)
}

// plainView is what the status page tells of plain HTTP.
type plainView struct{ At, From string }
