package secureagent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Paths of the agent. Those that end in a slash are followed by a PID. A slash at
// the end of any path makes no difference (seen).
const (
	TerminalsPath  = "/api/smartcard/terminals"
	ReadPath       = "/api/smartcard/read"
	ReadCardPath   = "/api/smartcard/read-card-only"
	ProbePath      = "/api/smartcard/probe/"
	ConfirmPath    = "/api/nhso-service/confirm-save"
	DraftPath      = "/api/nhso-service/save-as-draft"
	LatestPath     = "/api/nhso-service/latest-authen-code/"
	Latest5Path    = "/api/nhso-service/latest-5-authen-code-all-hospital/"
	PreferencePath = "/api/preference"
	// DoubledPath is the preference once more, as some programs ask for it.
	DoubledPath = "/api/api/preference"
)

// Options are what a Handler is made of. Cards, Rights, Codes, Submitter and
// HCode are needed.
type Options struct {
	Cards     Cards
	Rights    Rights
	Codes     Codes
	Submitter Submitter
	Drafts    Drafter // nil: save-as-draft answers 501

	HCode        string   // the unit; requests for another are refused
	IgnoreHCodes []string // other units that requests may name all the same: their codes are HCode's

	HasToken func() bool // nil: true. The token itself never comes here
	LookBack int         // days before today in which the latest codes are looked for, one question each; 0 to 30

	// Outlive is how long after its card was read a correlation serves the client
	// that has read it, when the card is out; 0: it ends with the card, as it must on
	// a machine at which patients stand. At most an hour.
	Outlive time.Duration

	ClientName func(context.Context) string  // who asks, as the guard found; nil: nobody is named
	ClientID   func(context.Context) string  // what tells clients of one name apart; nil: their names
	Audit      func(context.Context, Access) // nil: no audit; it must be quick
	Logger     *slog.Logger                  // nil: silent
	Now        func() time.Time              // nil: time.Now
}

// ErrOptions says that a needed option is missing or out of its range.
var ErrOptions = errors.New("secureagent: wrong options")

// Handler answers the paths of the agent. It is safe for concurrent use.
type Handler struct {
	cards     Cards
	rights    Rights
	codes     Codes
	submitter Submitter
	drafts    Drafter
	hcode     string
	ignored   []string
	hasToken  func() bool
	lookBack  int
	outlives  time.Duration
	client    func(context.Context) string
	clientID  func(context.Context) string
	audit     func(context.Context, Access)
	log       *slog.Logger
	now       func() time.Time
	mux       *http.ServeMux

	reading   chan struct{} // held by the one reading of the card
	saving    turns         // of confirm-save
	drafting  turns         // of save-as-draft
	questions questions

	ctx    context.Context // of work in the background; ends with Close
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu           sync.Mutex
	closed       bool
	sessions     map[uint64]*session     // of the cards that are inside, by insertion
	correlations map[string]*correlation // of the sessions, and of the records in left
	left         []*record               // of cards that are out, the oldest first
	justRead     map[string]*lastRead    // by client
}

var _ http.Handler = (*Handler)(nil)

// New makes a handler. Its error names the option that is wrong.
func New(o Options) (*Handler, error) {
	for name, missing := range map[string]bool{
		"Cards": o.Cards == nil, "Rights": o.Rights == nil, "Codes": o.Codes == nil,
		"Submitter": o.Submitter == nil, "HCode": o.HCode == "", "LookBack": o.LookBack < 0 || o.LookBack > maxLookBack,
		"Outlive": o.Outlive < 0 || o.Outlive > maxOutlive,
	} {
		if missing {
			return nil, fmt.Errorf("%w: %s", ErrOptions, name)
		}
	}
	h := &Handler{
		cards: o.Cards, rights: o.Rights, codes: o.Codes, submitter: o.Submitter, drafts: o.Drafts,
		hcode: o.HCode, ignored: o.IgnoreHCodes, hasToken: o.HasToken, lookBack: o.LookBack, outlives: o.Outlive,
		client: o.ClientName, clientID: o.ClientID, audit: o.Audit, log: o.Logger, now: o.Now,
		mux: http.NewServeMux(), reading: make(chan struct{}, 1), questions: questions{open: map[questionKey]*question{}, askedBy: map[string]int{}},
		sessions: map[uint64]*session{}, correlations: map[string]*correlation{}, justRead: map[string]*lastRead{},
	}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	if h.hasToken == nil {
		h.hasToken = func() bool { return true }
	}
	if h.client == nil {
		h.client = func(context.Context) string { return "" }
	}
	if h.clientID == nil {
		h.clientID = h.client
	}
	if h.audit == nil {
		h.audit = func(context.Context, Access) {}
	}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	if h.now == nil {
		h.now = time.Now
	}
	h.routes()
	return h, nil
}

func (h *Handler) routes() {
	for _, route := range []struct {
		method, pattern string
		do              func(*http.Request) answer
	}{
		{http.MethodGet, TerminalsPath, h.terminals},
		{http.MethodGet, ReadPath, h.read},
		{http.MethodGet, ReadCardPath, h.readCardOnly},
		{http.MethodGet, ProbePath + "{pid}", h.probe},
		{http.MethodPost, ConfirmPath, h.confirmSave},
		{http.MethodPost, DraftPath, h.saveAsDraft},
		{http.MethodGet, LatestPath + "{pid}", h.latest},
		{http.MethodGet, Latest5Path + "{pid}", h.latest5},
		{http.MethodGet, PreferencePath, h.preference},
		{http.MethodGet, DoubledPath, h.preference},
		{http.MethodGet, "/{$}", h.home},
	} {
		h.mux.HandleFunc(route.pattern, func(w http.ResponseWriter, r *http.Request) {
			if r.Method != route.method && (route.method != http.MethodGet || r.Method != http.MethodHead) {
				w.Header().Set("Allow", route.method)
				h.write(w, h.fail(r, http.StatusMethodNotAllowed, sayWrongMethod))
				return
			}
			h.write(w, route.do(r))
		})
	}
	h.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		h.write(w, h.fail(r, http.StatusNotFound, sayNotFound))
	})
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if trimmed := strings.TrimRight(r.URL.Path, "/"); trimmed != "" && trimmed != r.URL.Path {
		r = r.Clone(r.Context())
		r.URL.Path, r.URL.RawPath = trimmed, ""
	}
	h.mux.ServeHTTP(w, r)
}

// answer is a status with a JSON body, or with a page.
type answer struct {
	status int
	body   any
	page   string
}

// write sends an answer; a client that has gone need not know.
func (h *Handler) write(w http.ResponseWriter, a answer) {
	kind, data := "text/html; charset=utf-8", []byte(a.page)
	if a.page == "" {
		var err error
		kind = "application/json"
		if data, err = json.Marshal(a.body); err != nil {
			h.log.Error("encode an answer of the agent", "err", err)
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(a.status)
	_, _ = w.Write(data)
}

// readJSON reads the one JSON object of a POST, or says what is wrong with it.
func (h *Handler) readJSON(r *http.Request, v any) (answer, bool) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return h.fail(r, http.StatusUnsupportedMediaType, sayWrongType), false
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBodyBytes+1))
	switch {
	case len(body) > maxBodyBytes:
		return h.fail(r, http.StatusRequestEntityTooLarge, sayTooLong), false
	case err != nil, json.Unmarshal(body, v) != nil:
		return h.fail(r, http.StatusBadRequest, sayNotJSON, bindingError("body", "JSON", sayNotJSON)), false
	}
	return answer{}, true
}
