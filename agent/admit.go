package agent

import (
	"bytes"
	"context"
	"net/http"
	"time"
)

// answer remembers the status that was sent, and whether anything was told.
type answer struct {
	http.ResponseWriter
	status int
	empty  string // what an answer that tells nothing holds; empty: every answer tells something
	told   bool
}

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(code int) {
	if a.status == 0 {
		a.status = code
	}
	a.ResponseWriter.WriteHeader(code)
}

// Write implements http.ResponseWriter.
func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	a.told = a.told || a.empty == "" || !bytes.Contains(b, []byte(a.empty))
	return a.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// admit hands the request to its handler: steps 8 and 9.
func (a *Agent) admit(w *answer, g *guarded) {
	r := g.r
	defer serving(r.Context())()
	control := http.NewResponseController(w)
	// The request has been read. Its time limit would end the context of a handler
	// that is still at work.
	_ = control.SetReadDeadline(time.Time{})
	ctx := context.WithValue(r.Context(), callerKey{}, g.caller)
	if g.route.cost != cheap && g.route.cost != stream {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, a.timing.work)
		defer cancel()
		_ = control.SetWriteDeadline(time.Now().Add(a.timing.work + a.timing.write))
	}
	if places, slow := a.placesOf(g.route.cost); places != nil {
		if !places.take(g.caller.bucket) {
			w.Header().Set("Retry-After", "2")
			a.refuse(g, no(http.StatusServiceUnavailable, slow))
			return
		}
		defer places.release(g.caller.bucket)
	}
	if a.o.CardAccess != nil && (g.route.cost == card || g.route.cost == reading) {
		a.o.CardAccess(g.caller)
	}
	r = r.WithContext(ctx)
	if g.route.compat && len(r.URL.Path) > 1 && r.URL.Path[len(r.URL.Path)-1] == '/' {
		u := *r.URL
		u.Path, u.RawPath = u.Path[:len(u.Path)-1], ""
		r.URL = &u
	}
	w.empty = g.route.empty
	g.route.serve.ServeHTTP(w, r)
	if w.empty == "" || w.told {
		a.scribe.done(g.route.audit, g.caller.Name, w.status)
	}
}
