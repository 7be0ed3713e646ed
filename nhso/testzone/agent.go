package testzone

import (
	"context"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"
)

// Paths of the NHSO Secure SmartCard Agent. Those that end in a slash are
// followed by a PID.
const (
	AgentTerminalsPath = "/api/smartcard/terminals"
	AgentReadPath      = "/api/smartcard/read"
	AgentCardPath      = "/api/smartcard/read-card-only"
	AgentProbePath     = "/api/smartcard/probe/"
	AgentConfirmPath   = "/api/nhso-service/confirm-save"
	AgentDraftPath     = "/api/nhso-service/save-as-draft"
	AgentLatestPath    = "/api/nhso-service/latest-authen-code/"
	AgentLatest5Path   = "/api/nhso-service/latest-5-authen-code-all-hospital/"
	AgentPreferPath    = "/api/preference"
	AgentPrefer2Path   = "/api/api/preference"
)

// agentToken is the token that the preference gives away, as the original does.
const agentToken = "00000000-0000-4000-8000-0000000000aa"

// agent plays an NHSO Secure SmartCard Agent of the unit Here, version 1.1.1, as
// programs of hospitals know it. It is as open as the original: every web page
// may ask (CORS), and the preference gives the token away.
//
// A fault whose path is one of the agent's own concerns the agent; a fault of
// NHSO's services (or of all paths) concerns NHSO behind it: then read and
// confirm-save answer 500, and read-card-only and terminals go on working.
type agent struct {
	zone  *Zone
	cards CardSource
	mux   *http.ServeMux

	mu           sync.Mutex
	correlations map[string]correlation
}

// Agent returns a simulated agent with its state in this zone: persons, codes
// and faults. Without cards (nil) it works with the zone's Desk.
func (z *Zone) Agent(cards CardSource) http.Handler {
	if cards == nil {
		cards = z.desk
	}
	a := &agent{zone: z, cards: cards, mux: http.NewServeMux(), correlations: map[string]correlation{}}
	a.handle(http.MethodGet, AgentTerminalsPath, a.terminals)
	a.handle(http.MethodGet, AgentReadPath, a.read)
	a.handle(http.MethodGet, AgentCardPath, a.readCardOnly)
	a.handle(http.MethodGet, AgentProbePath+"{pid}", a.probe)
	a.handle(http.MethodPost, AgentConfirmPath, a.confirm)
	a.handle(http.MethodPost, AgentDraftPath, a.draft)
	a.handle(http.MethodGet, AgentLatestPath+"{pid}", a.latest)
	a.handle(http.MethodGet, AgentLatest5Path+"{pid}", a.latest5)
	a.handle(http.MethodGet, AgentPreferPath, a.preference)
	a.handle(http.MethodGet, AgentPrefer2Path, a.preference)
	a.handle(http.MethodGet, "/{$}", a.home)
	a.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		z.write(w, a.fail(r, http.StatusNotFound, "No message available"))
	})
	return a
}

// ServeHTTP implements http.Handler.
func (a *agent) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Simulator", "nhso-test")
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, POST, HEAD, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "*, Authorization, Content-Type")
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusOK)
		return
	}
	if trimmed := strings.TrimRight(r.URL.Path, "/"); trimmed != "" && trimmed != r.URL.Path {
		r = r.Clone(r.Context()) // a slash at the end makes no difference
		r.URL.Path = trimmed
	}
	a.mux.ServeHTTP(w, r)
}

// handle puts a path into the mux, with what all paths have in common: method,
// content type, faults, latency and record.
func (a *agent) handle(method, pattern string, process func(r *http.Request, body []byte) reply) {
	a.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		z := a.zone
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
		seen := Request{Time: z.options.Now(), Method: r.Method, Path: r.URL.Path}
		seen.PID, seen.TransID = whose(r, body)
		fault := z.takeAgentFault(r.URL.Path)
		seen.Fault = fault.Kind
		var out reply
		switch {
		case !fault.Kind.processes():
			out = fault.reply()
		case r.Method != method && (method != http.MethodGet || r.Method != http.MethodHead):
			w.Header().Set("Allow", method)
			out = a.fail(r, http.StatusMethodNotAllowed, "Request method '"+r.Method+"' not supported")
		case method == http.MethodPost && !isJSON(r):
			out = a.fail(r, http.StatusUnsupportedMediaType, "Content type not supported")
		case err != nil:
			out = tooBig(err)
		default:
			z.latency(r.Context())
			out = process(r, body)
		}
		closes := fault.Kind == FaultDown || fault.Kind == FaultCut
		if seen.Status = out.status; closes {
			seen.Status = 0
		}
		z.record(seen)
		wait(r.Context(), fault.delay())
		if closes {
			panic(http.ErrAbortHandler)
		}
		z.write(w, out)
	})
}

func isJSON(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}

// behind tells what becomes of a request that the agent sends to one of NHSO's
// services: whether it was processed, and whether the agent hears the answer.
func (a *agent) behind(ctx context.Context, path string) (processed, answered bool) {
	fault := a.zone.takeFault(path)
	wait(ctx, fault.delay())
	return fault.Kind.processes(), fault.Kind == "" || fault.Kind == FaultSlow
}

func (a *agent) terminals(*http.Request, []byte) reply {
	s := a.cards.Slot()
	list := []agentTerminal{}
	for i, name := range s.Readers {
		list = append(list, agentTerminal{name, i == 0 && s.Insertion != 0})
	}
	return reply{status: http.StatusOK, json: list}
}

func (a *agent) preference(*http.Request, []byte) reply {
	answer := struct {
		Terminal string `json:"defaultTerminal"`
		Token    string `json:"token"`
	}{Token: agentToken}
	if s := a.cards.Slot(); len(s.Readers) > 0 {
		answer.Terminal = s.Readers[0]
	}
	return reply{status: http.StatusOK, json: answer}
}

func (a *agent) home(*http.Request, []byte) reply {
	return reply{status: http.StatusOK, html: agentPage}
}

const agentPage = `<!DOCTYPE html><html lang="th"><head><meta charset="utf-8"><title>NHSO Secure SmartCard Agent (TEST ZONE)</title></head>` +
	`<body><h1>TEST ZONE / ฐานข้อมูลประชากรทดสอบ</h1><p>NHSO Secure SmartCard Agent: simulator, not the real one. ` +
	`ตัวจำลองสำหรับทดสอบ ไม่ใช่โปรแกรมจริงของ สปสช.</p></body></html>`
