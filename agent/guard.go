package agent

import (
	"context"
	"encoding/hex"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The guard lets only requests through that a known program, or the page of a
// known origin, sent on purpose. The order matters: a request under a foreign
// name learns nothing.
//
//  1. The address: loopback, or listed where other machines may connect.
//  2. Host is exactly a name of this machine with its port, else 421. A page whose
//     name was pointed at 127.0.0.1 (DNS rebinding) is stopped here.
//  3. No WebSocket but that of events (other offers to upgrade are passed over), no
//     Sec-Fetch-Mode no-cors.
//  4. Origin is absent or in the list, exactly. "null" and "file://", if listed, need a
//     token on every path.
//  5. http.CrossOriginProtection, for what the list overlooks.
//  6. The token, or a ticket for events, and its scope.
//  7. The rate, POST as JSON only, and the size and depth of the body.
//  8. Headers that make the answer useless to whom it is not meant for.
//  9. Who reads the card is shown, and what was done is written down.
//  10. Without a token only the paths of NHSO's agent, and only when compat is on; and
//     pairing, which a code of this machine's administrator opens.
type guarded struct {
	w      http.ResponseWriter
	r      *http.Request
	remote netip.Addr
	named  bool   // it has asked for this machine by its own name
	origin string // empty: not a page, or a page of our own
	found  []*route
	route  *route
	caller Caller
}

// refusal is why a request goes no further.
type refusal struct {
	status int
	reason string
}

func no(status int, reason string) *refusal { return &refusal{status, reason} }

// zoneHeader tells in every answer which NHSO the program speaks with.
const zoneHeader = "X-AuthenKiosk-Zone"

// Caller is who asked.
type Caller struct {
	Name    string // of the client, or "no token" with the page or the address
	Scopes  []Scope
	NoToken bool // compat: the request had no token of ours

	client Client
	ticket bool
	from   string // without a token: the address, and the origin of a page
	bucket string // whose rate and places it takes
}

// ID tells callers apart, those of one name too: it is made of the token, or of the
// address and the origin, and tells neither token nor anything personal.
func (c Caller) ID() string {
	if c.NoToken {
		return "no token, " + c.from
	}
	return "token, " + hex.EncodeToString(c.client.Hash)
}

// May reports whether the caller has the scope. A caller without a token has what
// the paths of NHSO's agent give.
func (c Caller) May(s Scope) bool { return slices.Contains(c.Scopes, s) }

type callerKey struct{}

// CallerOf returns who asked, for handlers behind the guard.
func CallerOf(ctx context.Context) (Caller, bool) {
	c, ok := ctx.Value(callerKey{}).(Caller)
	return c, ok
}

// protect sets what makes an answer useless to a page that gets hold of it.
func (a *Agent) protect(h http.Header) {
	h.Set(zoneHeader, a.zone())
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Vary", "Origin")
}

// ServeHTTP implements http.Handler.
func (a *Agent) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out := &answer{ResponseWriter: w}
	defer a.survive(out)
	a.protect(w.Header())
	g := &guarded{w: out, r: r}
	for _, step := range []func(*guarded) *refusal{
		a.listedAddress, a.ownName, a.noTricks, a.listedOrigin, a.crossOrigin,
	} {
		if f := step(g); f != nil {
			a.refuse(g, f)
			return
		}
	}
	if g.origin != "" {
		a.origins.allow(w.Header(), g.origin)
	}
	g.found = a.routes.at(r.URL.Path)
	if preflight(g) {
		a.origins.preflight(out, r, methods(g.found))
		return
	}
	for _, step := range []func(*guarded) *refusal{a.known, a.permitted, a.bounded} {
		if f := step(g); f != nil {
			a.refuse(g, f)
			return
		}
	}
	a.admit(out, g)
}

// survive keeps a mistake in one handler from ending the program. What was
// thrown may hold personal data, so only the fact is logged.
func (a *Agent) survive(w *answer) {
	thrown := recover()
	if thrown == nil {
		return
	}
	if err, ok := thrown.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(thrown)
	}
	a.o.Logger.Error("a handler of the agent panicked")
	if w.status != 0 {
		panic(http.ErrAbortHandler) // half an answer must not look like a whole one
	}
	refuse(w, http.StatusInternalServerError, "a mistake in the program; it was written to the log")
}

// listedAddress is step 1. The listener has closed other connections already.
func (a *Agent) listedAddress(g *guarded) *refusal {
	remote, err := netip.ParseAddrPort(g.r.RemoteAddr)
	if err != nil {
		return no(http.StatusForbidden, "the address is unknown")
	}
	g.remote = remote.Addr().Unmap().WithZone("")
	if !g.remote.IsLoopback() && !a.o.LAN.lists(g.remote) {
		return no(http.StatusForbidden, "this address may not ask")
	}
	return nil
}

// ownName is step 2. A server without a known port refuses everything.
func (a *Agent) ownName(g *guarded) *refusal {
	if local, ok := g.r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		if _, port, err := net.SplitHostPort(local.String()); err == nil {
			switch host := strings.ToLower(g.r.Host); { // names count in any case (RFC 9110, section 4.2.3)
			case host == "127.0.0.1:"+port, host == "localhost:"+port, host == "[::1]:"+port,
				a.o.LAN != nil && slices.Contains(a.o.LAN.Hosts, host):
				g.named = true
				return nil
			}
		}
	}
	return no(http.StatusMisdirectedRequest, "ask for 127.0.0.1, localhost or [::1] with the port")
}

// noTricks is step 3.
func (a *Agent) noTricks(g *guarded) *refusal {
	h := g.r.Header
	if webSocket(h) && (g.r.URL.Path != eventsPath || g.r.Method != http.MethodGet) {
		return no(http.StatusForbidden, "no web socket here")
	}
	for _, mode := range h["Sec-Fetch-Mode"] {
		switch mode {
		case "cors", "navigate", "same-origin":
		case "websocket":
			if !webSocket(h) {
				return no(http.StatusForbidden, "web pages may not ask so")
			}
		default: // no-cors, and what is not known
			return no(http.StatusForbidden, "web pages may not ask so")
		}
	}
	return nil
}

// webSocket reports whether the request wants to go on as a WebSocket. Other offers to
// upgrade, such as the h2c of Java's own client and of curl --http2, are passed over
// and answered in HTTP/1.1, as a server may (RFC 9110, section 7.8).
func webSocket(h http.Header) bool {
	for _, line := range h["Upgrade"] {
		for offer := range strings.SplitSeq(line, ",") {
			name, _, _ := strings.Cut(offer, "/")
			if strings.EqualFold(strings.TrimSpace(name), "websocket") {
				return true
			}
		}
	}
	return false
}

// listedOrigin is step 4. Sec-Fetch-Site "none" is a person who typed the
// address, "same-origin" one of our own pages; a page of any other place has to
// give a listed origin.
func (a *Agent) listedOrigin(g *guarded) *refusal {
	list := g.r.Header["Origin"]
	switch {
	case len(list) > 1 || len(list) == 1 && !a.origins.allowed[list[0]]:
		return no(http.StatusForbidden, "web pages of this origin may not ask")
	case len(list) == 1:
		g.origin = list[0]
	}
	sites := g.r.Header["Sec-Fetch-Site"]
	if len(sites) > 1 {
		return no(http.StatusForbidden, "web pages may not ask so")
	}
	for _, site := range sites {
		switch {
		case site == "none" || site == "same-origin":
		case (site == "cross-site" || site == "same-site") && g.origin != "":
		default:
			return no(http.StatusForbidden, "web pages of other places may not ask")
		}
	}
	return nil
}

// crossOrigin is step 5.
func (a *Agent) crossOrigin(g *guarded) *refusal {
	if opaque(g.origin) {
		return nil // listed, and known by its token alone
	}
	if a.origins.csrf.Check(g.r) != nil {
		return no(http.StatusForbidden, "web pages of other places may not ask")
	}
	return nil
}

// preflight reports whether a browser asks for a page of a listed origin whether
// it may ask.
func preflight(g *guarded) bool {
	return g.r.Method == http.MethodOptions && g.origin != "" && len(g.found) > 0 &&
		g.r.Header.Get("Access-Control-Request-Method") != ""
}

// known finds the route.
func (a *Agent) known(g *guarded) *refusal {
	if len(g.found) == 0 {
		if g.r.Method != http.MethodGet && g.r.Method != http.MethodHead && g.r.Method != http.MethodPost {
			return no(http.StatusMethodNotAllowed, "GET and POST only")
		}
		return no(http.StatusNotFound, "no such path")
	}
	if g.route = pick(g.found, g.r.Method); g.route == nil {
		g.w.Header().Set("Allow", methods(g.found))
		return no(http.StatusMethodNotAllowed, "this path knows "+methods(g.found))
	}
	return nil
}

// permitted is steps 6 and 10.
func (a *Agent) permitted(g *guarded) *refusal {
	now := a.now()
	caller, problem := a.identify(g, now)
	if problem != nil {
		return problem
	}
	g.caller = caller
	g.caller.bucket = bucketOf(caller, g)
	switch scope := g.route.scope; {
	case caller.NoToken && opaque(g.origin):
		return a.unauthorized(g, "a page without an origin of its own needs a token: Authorization: Bearer ...")
	case g.route.open, scope == "" && g.remote.IsLoopback():
	case caller.NoToken && scope == "":
		return a.unauthorized(g, "other machines need a token here, too")
	case caller.NoToken && !(a.o.CompatOpen && g.route.compat):
		return a.unauthorized(g, "a token is needed: Authorization: Bearer ...")
	case caller.NoToken && scope != "" && !a.ownReferer(g):
		return no(http.StatusForbidden, "web pages of other places may not ask")
	case caller.NoToken, scope == "", scope == anyScope, caller.May(scope):
	default:
		return no(http.StatusForbidden, "the token lacks the scope "+string(scope))
	}
	return nil
}

// ownReferer reports whether a request without a token may come from where its
// Referer says: nowhere, our own pages, or those of a listed origin. Browsers
// before 2023 send no Sec-Fetch headers, and with a picture in a page no Origin
// either; the Referer is all that tells such a request from a program's.
func (a *Agent) ownReferer(g *guarded) bool {
	for _, text := range g.r.Header["Referer"] {
		u, err := url.Parse(text)
		if text != "" && (err != nil || u.Host != g.r.Host && !a.origins.allowed[u.Scheme+"://"+u.Host]) {
			return false
		}
	}
	return true
}

func (a *Agent) unauthorized(g *guarded, reason string) *refusal {
	g.w.Header().Set("WWW-Authenticate", `Bearer realm="authenkiosk"`)
	return no(http.StatusUnauthorized, reason)
}

// identify finds out who asks. Programs written for NHSO's agent send no token,
// or any text; where compat is on, only what looks like a token of ours is
// judged on those paths.
func (a *Agent) identify(g *guarded, now time.Time) (Caller, *refusal) {
	nobody := Caller{Name: "no token, " + g.remote.String(), NoToken: true, from: g.remote.String() + " " + g.origin}
	if g.origin != "" {
		nobody.Name = "no token, " + g.origin
	}
	if g.route.compat && a.o.CompatOpen {
		nobody.Scopes = []Scope{ScopeReadCard, ScopeSubmit, ScopeCodes}
	}
	if g.route.cost == stream && g.r.URL.Query().Has(ticketParameter) {
		return a.byTicket(g, now)
	}
	values := g.r.Header["Authorization"]
	if len(values) == 0 {
		return nobody, nil
	}
	token, bearer := bearerToken(values[0])
	if g.route.compat && a.o.CompatOpen && len(values) == 1 && !strings.HasPrefix(token, tokenPrefix) {
		return nobody, nil
	}
	client, err := Client{}, ErrToken
	if bearer && len(values) == 1 {
		client, err = a.keys.find(token)
	}
	switch {
	case err == nil:
		return Caller{Name: client.Name, Scopes: client.Scopes, client: client}, nil
	case !errors.Is(err, ErrToken):
		a.o.Logger.Error("read the agent's clients", "err", err)
		return Caller{}, no(http.StatusServiceUnavailable, "the list of clients cannot be read")
	}
	return Caller{}, a.wrongToken(g, now)
}

// bearerToken cuts the scheme off, which counts in any case (RFC 9110, section
// 11.1). Text without it is returned as it is.
func bearerToken(value string) (token string, ok bool) {
	const scheme = "Bearer "
	if len(value) < len(scheme) || !strings.EqualFold(value[:len(scheme)], scheme) {
		return value, false
	}
	return value[len(scheme):], true
}

func (a *Agent) byTicket(g *guarded, now time.Time) (Caller, *refusal) {
	client, err := a.tickets.redeem(g.r.URL.Query().Get(ticketParameter), g.origin, now)
	if err == nil {
		if now, ok := a.keys.holds(client); ok {
			return Caller{Name: now.Name, Scopes: now.Scopes, client: now, ticket: true}, nil
		}
	}
	return Caller{}, a.wrongToken(g, now)
}

// wrongToken refuses, and slows down whoever tries many.
func (a *Agent) wrongToken(g *guarded, now time.Time) *refusal {
	if !a.failures.allow(g.remote.String(), now) {
		g.w.Header().Set("Retry-After", "1")
		a.slowDown(g.r.Context())
		return no(http.StatusTooManyRequests, "too many wrong tokens")
	}
	return a.unauthorized(g, "the token is wrong, or its client was removed")
}

// bounded is step 7.
func (a *Agent) bounded(g *guarded) *refusal {
	if !a.inRate(g) {
		g.w.Header().Set("Retry-After", "1")
		a.slowDown(g.r.Context())
		return no(http.StatusTooManyRequests, "too many requests; wait a second")
	}
	if g.route.method != http.MethodPost {
		if g.r.ContentLength != 0 { // some libraries send one with GET; it is not read
			g.w.Header().Set("Connection", "close")
			g.r.Body, g.r.ContentLength = http.NoBody, 0
		}
		return nil
	}
	if !isJSON(g.r.Header) {
		return no(http.StatusUnsupportedMediaType, "POST needs Content-Type: application/json")
	}
	switch err := readJSON(g.w, g.r); {
	case errors.Is(err, errTooLarge):
		g.w.Header().Set("Connection", "close")
		return no(http.StatusRequestEntityTooLarge, err.Error())
	case errors.Is(err, errTooDeep), errors.Is(err, errNotJSON):
		return no(http.StatusBadRequest, err.Error())
	case err != nil:
		g.w.Header().Set("Connection", "close")
		return no(http.StatusRequestTimeout, "the body did not come in time")
	}
	return nil
}

// bucketOf names whose rate a request takes. Without a token those are the programs of
// an address by the names that they give themselves, and pages by their origin, so
// that a noisy one does not take the rate of the others.
func bucketOf(c Caller, g *guarded) string {
	if !c.NoToken {
		return "token " + c.Name
	}
	return c.from + " " + cut(g.r.UserAgent(), maxUserAgent)
}

// inRate takes a request from the rate of its client, and without a token from that of
// its address: a name is changed easily.
func (a *Agent) inRate(g *guarded) bool {
	rates := a.work
	switch g.route.cost {
	case cheap:
		rates = a.cheap
	case card, reading:
		rates = a.cards
	}
	now := a.now()
	if !rates.allow(g.caller.bucket, now) {
		return false
	}
	return !g.caller.NoToken || rates.allowAll(g.remote.String(), now)
}

// slowDown lets who asks too often wait for the answer, so that a program in an
// endless loop costs next to nothing. Few wait at once: they hold connections.
func (a *Agent) slowDown(ctx context.Context) {
	select {
	case a.waiting <- struct{}{}:
	default:
		return
	}
	defer func() { <-a.waiting }()
	timer := time.NewTimer(a.penalty)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// refuse answers with the reason. Only what had the right name and came from a
// known place is worth a line for the person who keeps the machine; the rest is
// noise that anybody can make.
func (a *Agent) refuse(g *guarded, f *refusal) {
	who := g.caller.Name
	if who == "" && g.remote.IsValid() {
		who = g.remote.String()
	}
	if page, ok := pageOf(g.r); ok && g.named {
		a.pages.note(refusedPage{page, a.pathOf(g.r), f.reason}, a.now())
	}
	if f.status != http.StatusNotFound {
		a.scribe.refused(who, f, a.now())
	}
	if compatPath(g.r.URL.Path) || f.status == http.StatusNotFound && a.o.Compat != nil {
		refuseAsNHSO(g.w, g.r, f)
		return
	}
	refuse(g.w, f.status, f.reason)
}
