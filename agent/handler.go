package agent

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"authenkiosk/agent/openapi"
)

// Options are what the agent asks of the program. Status, Healthy and Logger are
// needed; the rest opens more.
type Options struct {
	Status  func() Status // must be quick: it is called for each request
	Healthy func() error  // nil, or why the program cannot serve patients; without personal data
	Logger  *slog.Logger

	Zone string // demo, test or production; empty: what Status says at the first request
	Unit string // name of the unit, for the status page
	Font []byte // TrueType with Thai letters, for the pages on machines that have none; nil: the machine's own

	Clients ClientLister // programs that may ask; nil: none
	Visits  VisitFeed    // nil: the feed answers 503
	Pairing *Pairing     // lets stations in; nil: there is no such path
	Desk    http.Handler // answers the paths of the desk for tokens with that scope; nil: there are no such paths
	Feed    string       // id of that feed in hexadecimal: places in another are worth nothing
	Events  *Hub         // nil: a hub on which nothing happens

	Compat         http.Handler // the paths of NHSO's agent; nil: they answer 404
	CompatOpen     bool         // those paths need no token from listed addresses and origins
	AllowedOrigins []string     // web pages that may ask, exactly scheme://host[:port]
	LAN            *LAN         // nil: this machine only
	Plain          *PlainHTTP   // nil: nobody by plain HTTP but this machine

	Audit      Auditor      // nil: nothing is written down
	CardAccess func(Caller) // called before a program reads the card, so that the screen can show which; must not wait
}

// Agent answers requests. It works only below Serve, or another server that puts
// the local address into the context of requests.
type Agent struct {
	o       Options
	err     error
	origins *origins
	routes  *routes
	keys    *keyring
	tickets *tickets
	hub     *Hub
	streams *streams
	scribe  *scribe
	pages   *refusedPages

	asking, reading *places // requests that wait for NHSO, and for the card alone

	cheap, cards, work, failures *throttle
	waiting                      chan struct{} // holds one for each request that is held back
	penalty                      time.Duration

	plainAt   atomic.Pointer[plainView] // where plain HTTP is spoken; nil: nowhere
	fontFace  []byte                    // the rule that brings the font; empty: none
	zone      func() string
	now       func() time.Time
	heartbeat time.Duration
	timing    timing
}

var _ http.Handler = (*Agent)(nil)

// New returns the agent. Wrong options do not stop it, but Err tells them and
// Serve refuses to begin.
func New(o Options) *Agent {
	origins, err := newOrigins(o.AllowedOrigins)
	a := &Agent{
		o: o, origins: origins, err: errors.Join(err, o.LAN.check(o.Clients, o.Pairing), o.Plain.check(o.Compat)),
		keys: &keyring{lister: o.Clients, now: time.Now}, tickets: newTickets(),
		hub: o.Events, streams: newStreams(), scribe: newScribe(o.Audit), pages: newRefusedPages(o.Logger),
		asking: newPlaces(maxAsking, maxAskingEach), reading: newPlaces(maxReading, maxReadingEach),
		cheap: newThrottle(cheapRate, cheapBurst), cards: newThrottle(cardRate, cardBurst), work: newThrottle(workRate, workBurst), failures: newThrottle(failRate, failBurst),
		waiting: make(chan struct{}, maxWaiting), penalty: penalty, now: time.Now, heartbeat: heartbeat, timing: usual,
		zone: sync.OnceValue(func() string {
			if o.Zone != "" {
				return o.Zone
			}
			return o.Status().Zone
		}),
	}
	if a.hub == nil {
		a.hub = NewHub()
	}
	a.fontFace = fontFace(o.Font)
	a.routes = newRoutes(a.list())
	return a
}

// Err tells what is wrong with the options: an origin that is none, a LAN that lacks
// a protection, or plain HTTP for everybody.
func (a *Agent) Err() error { return a.err }

// list makes all routes.
func (a *Agent) list() []*route {
	get := func(path string, s Scope, c cost, audit string, serve http.HandlerFunc) *route {
		return &route{method: http.MethodGet, path: path, scope: s, cost: c, audit: audit, serve: serve}
	}
	list := []*route{
		get("/", "", cheap, "", a.page),
		get("/healthz", "", cheap, "", a.health),
		get("/api/v1/status", "", cheap, "", a.status),
		{
			method: http.MethodGet, path: "/api/v1/visits", scope: ScopeCodes, cost: work, audit: "visits", empty: `"visits":[]`,
			serve: http.HandlerFunc(a.visits),
		},
		get(eventsPath, ScopeEvents, stream, "events", a.events),
		{method: http.MethodPost, path: ticketPath, scope: ScopeEvents, cost: work, audit: "ticket", serve: http.HandlerFunc(a.ticket)},
		get("/api/openapi.json", "", cheap, "", a.description),
		get("/v3/api-docs", "", cheap, "", a.description), // where NHSO's agent has it
		get("/api/docs", "", cheap, "", a.docs),
		get("/swagger-ui.html", "", cheap, "", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/api/docs", http.StatusFound)
		}),
	}
	if a.o.Pairing != nil {
		list = append(list, &route{method: http.MethodPost, path: "/api/v1/desk/pair", cost: work, open: true, serve: http.HandlerFunc(a.pair)})
	}
	if a.o.Desk != nil {
		list = append(list, a.deskRoutes()...)
	}
	if a.o.Compat != nil {
		list = append(list, compatRoutes(a.o.Compat)...)
	}
	return list
}

// health answers 200 "ok", or 503 with the reason on one line.
func (a *Agent) health(w http.ResponseWriter, _ *http.Request) {
	code, text := http.StatusOK, "ok"
	if err := a.o.Healthy(); err != nil {
		code, text = http.StatusServiceUnavailable, oneLine(err.Error())
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(code)
	if _, err := w.Write([]byte(text + "\n")); err != nil {
		a.o.Logger.Debug("answer health", "err", err)
	}
}

func (a *Agent) status(w http.ResponseWriter, _ *http.Request) { a.answer(w, a.snapshot()) }

func (a *Agent) snapshot() Status {
	s := a.o.Status()
	if s.Readers == nil {
		s.Readers = []Reader{} // a list without entries, not null
	}
	if s.Receivers == nil {
		s.Receivers = []Receiver{}
	}
	return s
}

func (a *Agent) description(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if _, err := w.Write(openapi.Description()); err != nil {
		a.o.Logger.Debug("answer the description", "err", err)
	}
}

// answer writes a good answer.
func (a *Agent) answer(w http.ResponseWriter, value any) {
	if err := writeJSON(w, http.StatusOK, value); err != nil {
		a.o.Logger.Debug("answer", "err", err)
	}
}

// refuse answers with an error; a client that has gone need not know.
func refuse(w http.ResponseWriter, code int, reason string) {
	_ = writeJSON(w, code, map[string]string{"error": reason})
}

// refuseAsNHSO answers on a path of NHSO's agent in the form of its errors:
// programs show errors[0].defaultMessage (docs/nhso-api.md, section 3).
func refuseAsNHSO(w http.ResponseWriter, r *http.Request, f *refusal) {
	_ = writeJSON(w, f.status, errorAsNHSO(f, r.URL.EscapedPath()))
}

func errorAsNHSO(f *refusal, path string) nhsoError {
	return nhsoError{
		Timestamp: time.Now().Format("2006-01-02T15:04:05.000-07:00"), Status: f.status, Error: http.StatusText(f.status),
		Message: f.reason, Errors: []nhsoReason{{DefaultMessage: f.reason, Code: "AuthenKiosk"}}, Path: path,
	}
}

// nhsoError is an error in the form of NHSO's agent, with its order of fields.
type nhsoError struct {
	Timestamp string       `json:"timestamp"`
	Status    int          `json:"status"`
	Error     string       `json:"error"`
	Message   string       `json:"message"`
	Errors    []nhsoReason `json:"errors"`
	Path      string       `json:"path"`
}

type nhsoReason struct {
	DefaultMessage string `json:"defaultMessage"`
	Code           string `json:"code"`
}

func writeJSON(w http.ResponseWriter, code int, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, err = w.Write(append(data, '\n'))
	return err
}

// oneLine shortens a reason and takes line breaks out of it.
func oneLine(s string) string { return cut(strings.Join(strings.Fields(s), " "), maxReason) }

// cut shortens a text to so many characters.
func cut(s string, most int) string {
	runes := []rune(s)
	if len(runes) > most {
		runes = append(runes[:most-1], '…')
	}
	return string(runes)
}
