package agent

import "net/http"

// deskPath stands in front of the calls of the desk.
const deskPath = "/api/v1/desk/"

// deskCosts are the calls of the desk and what each costs. All are POST: what they ask
// for, a PID among it, stands in no address. The desk tells the audit by itself, and knows
// of whom.
var deskCosts = map[string]cost{
	"sign-in": work, "sign-out": work,
	"visits": work, "visit": work, "work": work, "numbers": work, "reveal": work,
	"hold": work, "close": work, "reopen": work, "complete": work, "completions": work, "completed": work, "open": work, "void": work, "reprint": work,
	"ask": asking, "right": asking, "release": asking, "settle": asking, "second-code": asking,
}

func deskRoutes(h http.Handler) (list []*route) {
	for name, c := range deskCosts {
		list = append(list, &route{method: http.MethodPost, path: deskPath + name, scope: ScopeDesk, cost: c, serve: h})
	}
	return list
}
