package testzone

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Paths of the services.
const (
	StatusPath    = "/authencodestatus/api/check-authen-status"
	RightPath     = "/nhsoendpoint/api/v2/right-search"
	SubmitPath    = "/nhsoendpoint/api/AuthenCode"
	OldSubmitPath = "/authencodeapi/api/AuthenCode"
)

// Request is one request that a service received.
type Request struct {
	Time    time.Time `json:"time"`
	Method  string    `json:"method"`
	Path    string    `json:"path"`
	PID     string    `json:"pid,omitempty"`
	TransID string    `json:"transId,omitempty"`
	Status  int       `json:"status"` // 0: the connection was closed without an answer
	Fault   FaultKind `json:"fault,omitempty"`
}

// Requests returns the last requests, the oldest first. A request stands in the
// list before its answer leaves.
func (z *Zone) Requests() []Request {
	z.mu.Lock()
	defer z.mu.Unlock()
	return append([]Request{}, z.requests...)
}

func (z *Zone) record(r Request) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if len(z.requests) >= keptRequests {
		z.requests = append(z.requests[:0:0], z.requests[1:]...)
	}
	z.requests = append(z.requests, r)
}

// reply is an answer of a service: JSON, a web page, or nothing.
type reply struct {
	status int
	json   any
	html   string
}

// service does what all services have in common: faults, latency, token, record.
func (z *Zone) service(process func(r *http.Request, body []byte) reply) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
		seen := Request{Time: z.options.Now(), Method: r.Method, Path: r.URL.Path}
		seen.PID, seen.TransID = whose(r, body)
		fault := z.takeFault(r.URL.Path)
		seen.Fault = fault.Kind
		var out reply
		switch {
		case !fault.Kind.processes():
			out = fault.reply()
		case err != nil:
			out = tooBig(err)
		default:
			z.latency(r.Context())
			if out = z.unauthorised(r); out.status == 0 {
				out = process(r, body)
			}
		}
		closes := fault.Kind == FaultDown || fault.Kind == FaultCut
		if seen.Status = out.status; closes {
			seen.Status = 0
		}
		z.record(seen)
		wait(r.Context(), fault.delay())
		if closes {
			panic(http.ErrAbortHandler) // net/http closes the connection and says nothing
		}
		z.write(w, out)
	}
}

func (z *Zone) write(w http.ResponseWriter, out reply) {
	// The simulator's clock is NHSO's clock, so that a kiosk can compare its own.
	w.Header().Set("Date", z.options.Now().UTC().Format(http.TimeFormat))
	switch {
	case out.html != "":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(out.status)
		_, _ = io.WriteString(w, out.html)
	case out.json == nil:
		w.WriteHeader(out.status)
	default:
		if out.status == http.StatusTooManyRequests {
			w.Header().Set("Retry-After", strconv.Itoa(retryAfterSeconds))
		}
		writeJSON(w, out.status, out.json)
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// unauthorised checks the Bearer token. An expired one gets an empty 200, as was
// seen at NHSO; a wrong one 401. The zero reply means that it is accepted.
func (z *Zone) unauthorised(r *http.Request) reply {
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	switch {
	case bearer && token == z.options.Token:
		return reply{}
	case bearer && token == z.options.Expired:
		return reply{status: http.StatusOK}
	}
	return problem(http.StatusUnauthorized, "Unauthorized", "โทเคนไม่ถูกต้อง")
}

func (f Fault) reply() reply {
	switch f.Kind {
	case FaultServerError:
		return problem(http.StatusInternalServerError, "Internal Server Error", "ระบบขัดข้อง")
	case FaultUnauthorised:
		return problem(http.StatusUnauthorized, "Unauthorized", "โทเคนไม่ถูกต้อง")
	case FaultTooMany:
		return problem(http.StatusTooManyRequests, "Too Many Requests", "เรียกใช้งานถี่เกินไป")
	case FaultEmpty:
		return reply{status: http.StatusOK}
	case FaultHTML:
		return reply{status: http.StatusOK, html: portalPage}
	}
	return reply{}
}

const portalPage = `<!DOCTYPE html><html><head><title>Wi-Fi</title></head>` +
	`<body><h1>กรุณาเข้าสู่ระบบอินเทอร์เน็ต / Please sign in</h1><p>PP1200000001</p></body></html>`

func tooBig(err error) reply {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return problem(http.StatusRequestEntityTooLarge, "Payload Too Large", "ข้อมูลยาวเกินไป")
	}
	return problem(http.StatusBadRequest, "Bad Request", "อ่านข้อมูลไม่ได้")
}

// whose finds the PID and the transId for the record, however broken the rest is.
func whose(r *http.Request, body []byte) (pid, transID string) {
	var b struct {
		PID     string `json:"pid"`
		TransID string `json:"transId"`

		Correlation string `json:"correlationId"` // of the agent's confirm-save
	}
	if json.Unmarshal(body, &b) != nil || b.PID == "" {
		q := r.URL.Query()
		b.PID = q.Get("pid") + q.Get("personalId") + r.PathValue("pid")
	}
	if b.TransID == "" {
		b.TransID = b.Correlation
	}
	return b.PID[:min(len(b.PID), maxKeptBytes)], b.TransID[:min(len(b.TransID), maxKeptBytes)]
}

// latency lets some time pass. A client that goes away does not stop the
// processing, as it would not at NHSO.
func (z *Zone) latency(ctx context.Context) {
	d := z.options.LatencyMin
	if spread := z.options.LatencyMax - d; spread > 0 {
		d += rand.N(spread)
	}
	wait(ctx, d)
}

func wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
