package agent

import (
	"net/http"
	"slices"
	"strings"
)

// cost says which limits a route has.
type cost int

const (
	cheap   cost = iota // answered from memory: may be polled
	work                // asks the store
	asking              // asks NHSO
	card                // reads the card
	reading             // reads the card and asks NHSO
	stream              // stays open
)

// anyScope stands for a token with whatever scope; the empty scope for none.
const anyScope Scope = "any"

// route is one method of one path.
type route struct {
	method string // GET or POST
	path   string // {pid} at the end stands for one segment
	scope  Scope  // empty: no token needed on this machine
	cost   cost
	compat bool   // a path of NHSO's agent
	open   bool   // needs no token from other machines either: what comes with it proves enough
	audit  string // name of the event in the audit; empty: not written
	empty  string // an answer that holds this, as the encoder writes it, told nothing and is not written
	serve  http.Handler
}

// routes finds a route. It is exact: no redirect, no cleaning of paths, no
// method but those listed.
type routes struct {
	exact  map[string][]*route
	prefix map[string][]*route // with the slash at the end
	all    []*route
}

func newRoutes(list []*route) *routes {
	t := &routes{exact: map[string][]*route{}, prefix: map[string][]*route{}, all: list}
	for _, r := range list {
		if before, ok := strings.CutSuffix(r.path, "{pid}"); ok {
			t.prefix[before] = append(t.prefix[before], r)
		} else {
			t.exact[r.path] = append(t.exact[r.path], r)
		}
	}
	return t
}

// at returns the routes of a path, none when there is no such path. Programs in
// the field put a slash behind the paths of NHSO's agent.
func (t *routes) at(path string) []*route {
	if found := t.exact[path]; found != nil {
		return found
	}
	if trimmed, ok := strings.CutSuffix(path, "/"); ok {
		if found := t.exact[trimmed]; len(found) > 0 && found[0].compat {
			return found
		}
		path = trimmed
	}
	slash := strings.LastIndexByte(path, '/')
	if slash < 0 || slash == len(path)-1 {
		return nil
	}
	return t.prefix[path[:slash+1]]
}

// pick returns the route for a method: HEAD is GET, except for streams.
func pick(found []*route, method string) *route {
	for _, r := range found {
		if r.method == method || method == http.MethodHead && r.method == http.MethodGet && r.cost != stream {
			return r
		}
	}
	return nil
}

// methods lists what a path knows, for Allow and for preflights.
func methods(found []*route) string {
	var names []string
	for _, r := range found {
		names = append(names, r.method)
		if r.method == http.MethodGet && r.cost != stream {
			names = append(names, http.MethodHead)
		}
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

// compatPath reports whether programs written for NHSO's agent read the answer.
func compatPath(path string) bool {
	return strings.HasPrefix(path, "/api/smartcard/") || strings.HasPrefix(path, "/api/nhso-service/") ||
		path == "/api/preference" || path == "/api/api/preference"
}

// compatRoutes are the paths of NHSO's SmartCard agent as programs use them
// (docs/nhso-api.md, section 2).
func compatRoutes(h http.Handler) []*route {
	get := func(path string, s Scope, c cost, audit string) *route {
		return &route{method: http.MethodGet, path: path, scope: s, cost: c, compat: true, audit: audit, serve: h}
	}
	post := func(path string, audit string) *route {
		return &route{method: http.MethodPost, path: path, scope: ScopeSubmit, cost: asking, compat: true, audit: audit, serve: h}
	}
	return []*route{
		get("/api/smartcard/terminals", ScopeReadCard, cheap, ""),
		get("/api/smartcard/read", ScopeReadCard, reading, "card-read"),
		get("/api/smartcard/read-card-only", ScopeReadCard, card, "card-read"),
		get("/api/smartcard/probe/{pid}", ScopeReadCard, asking, "right-check"),
		post("/api/nhso-service/confirm-save", "submit"),
		post("/api/nhso-service/save-as-draft", "draft"),
		get("/api/nhso-service/latest-authen-code/{pid}", ScopeCodes, asking, "codes"),
		get("/api/nhso-service/latest-5-authen-code-all-hospital/{pid}", ScopeCodes, asking, "codes"),
		get("/api/preference", anyScope, cheap, ""),
		get("/api/api/preference", anyScope, cheap, ""),
	}
}
