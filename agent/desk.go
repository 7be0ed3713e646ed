package agent

import (
	"context"
	"net/http"
	"time"
)

// deskPath stands in front of the calls of the desk.
const deskPath = "/api/v1/desk/"

// deskCosts are the calls of the desk and what each costs. Those are POST: what they ask
// for, a PID among it, stands in no address. The desk tells the audit by itself, and knows
// of whom.
var deskCosts = map[string]cost{
	"sign-in": work, "sign-out": work,
	"visits": work, "visit": work, "work": work, "numbers": work, "figures": work, "reveal": work,
	"hold": work, "close": work, "reopen": work, "complete": work, "completions": work, "completed": work, "open": work, "void": work, "reprint": work,
	"calls": work, "coming": work,
	"ask": asking, "right": asking, "release": asking, "settle": asking, "second-code": asking, "devices": asking,
}

func (a *Agent) deskRoutes() (list []*route) {
	for name, c := range deskCosts {
		list = append(list, &route{method: http.MethodPost, path: deskPath + name, scope: ScopeDesk, cost: c, serve: a.o.Desk})
	}
	return append(list, &route{method: http.MethodGet, path: deskPath + "events", scope: ScopeDesk, cost: stream, serve: http.HandlerFunc(a.deskEvents)})
}

// deskEvents answers GET /api/v1/desk/events: it counts the stream with all others and
// ends it with the program, and when the station is turned out.
func (a *Agent) deskEvents(w http.ResponseWriter, r *http.Request) {
	caller, _ := CallerOf(r.Context())
	if !a.enter(w, caller) {
		return
	}
	defer a.streams.leave(caller.Name)
	ctx, cancel := context.WithCancel(r.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		a.watchStation(ctx, caller)
		cancel()
	}()
	defer func() { cancel(); <-ended }()
	a.o.Desk.ServeHTTP(w, r.WithContext(ctx))
}

// watchStation returns when a station may not listen any more.
func (a *Agent) watchStation(ctx context.Context, caller Caller) {
	beat := time.NewTicker(a.heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-a.streams.closing:
			return
		case <-beat.C:
			if !a.renew(&caller, ScopeDesk) {
				return
			}
		}
	}
}
