package remote

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"authenkiosk/desk"
	"authenkiosk/desk/session"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// Sessions knows who is signed in at which machine.
type Sessions interface {
	SignIn(id rules.OperatorID, pin rules.PIN, machine string) (token string, o rules.Operator, err error)
	Named(name string) rules.OperatorID
	Of(token, machine string) (rules.Operator, error)
	SignOut(token string)
}

// Handler serves a desk to stations. It must stand behind a guard that knows them.
type Handler struct {
	Desk     desk.Desk
	Sessions Sessions
	Machine  func(*http.Request) string // the name of the station that asks
	Log      *slog.Logger
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet && r.URL.Path == Root+eventsCall {
		h.events(w, r)
		return
	}
	var c call
	if err := json.NewDecoder(r.Body).Decode(&c); err != nil {
		h.refuse(w, &desk.Error{Code: desk.BadRequest, Err: errors.New("the body is not what this call takes")})
		return
	}
	said, err := h.do(r, strings.TrimPrefix(r.URL.Path, Root), c)
	if err != nil {
		h.refuse(w, err)
		return
	}
	answerJSON(w, http.StatusOK, said)
}

// do carries a call out. It answers what is to be encoded.
func (h *Handler) do(r *http.Request, path string, c call) (any, error) {
	machine, token := h.Machine(r), r.Header.Get(SessionHeader)
	switch path {
	case "sign-in":
		return h.signIn(c, machine)
	case "sign-out":
		h.Sessions.SignOut(token)
		return struct{}{}, nil
	case "completions":
		list, err := h.Desk.Completions(r.Context(), machine)
		return append([]desk.Completion{}, list...), err
	case "completed":
		return struct{}{}, h.Desk.Completed(r.Context(), machine, desk.Completion{Item: c.ID, Made: c.Made, Code: c.Code, Issued: c.Issued})
	case "calls":
		list, err := h.Desk.Calls(r.Context())
		return calls{append([]desk.Call{}, list...)}, err
	}
	signed, err := h.Sessions.Of(token, machine)
	if err != nil {
		return nil, coded(err)
	}
	o, ctx, done := desk.OperatorAt(machine, signed), r.Context(), struct{}{}
	switch path {
	case "visits":
		p, err := h.Desk.Visits(ctx, o, desk.Query{Day: c.Day, State: c.State, Kind: c.Kind, Search: c.Search, After: c.After, Limit: c.Limit})
		return wirePage(p), err
	case "visit":
		d, err := h.Desk.Visit(ctx, o, c.ID)
		return details{wireItem(d.Item), d.History}, err
	case "work":
		p, err := h.Desk.Work(ctx, o)
		return wirePage(p), err
	case "numbers":
		return h.Desk.Numbers(ctx, o, c.Day)
	case "figures":
		return h.Desk.Figures(ctx, o, c.Day)
	case "reveal":
		list, err := h.Desk.Reveal(ctx, o, c.Why, c.IDs...)
		return wirePersons(list), err
	case "ask":
		a, err := h.Desk.Ask(ctx, o, c.ID)
		return wireAnswer(a), err
	case "right":
		pid, err := visit.ParsePID(c.PID)
		if err != nil {
			return nil, &desk.Error{Code: desk.BadRequest, Err: err}
		}
		r, err := h.Desk.CheckRight(ctx, o, pid)
		return wireRight(r), err
	case "hold":
		return done, h.Desk.Hold(ctx, o, c.ID)
	case "release":
		a, err := h.Desk.Release(ctx, o, c.ID)
		return wireAnswer(a), err
	case "complete":
		return done, h.Desk.Complete(ctx, o, c.ID, c.Made)
	case "settle":
		return done, h.Desk.Settle(ctx, o, c.ID, c.Code)
	case "close":
		return done, h.Desk.Close(ctx, o, c.ID, rules.Reason(c.Reason))
	case "reopen":
		return done, h.Desk.Reopen(ctx, o, c.ID)
	case "open":
		return done, h.Desk.OpenItem(ctx, o, c.ID, visit.HNOf(c.HN), rules.OpenReason(c.Reason))
	case "second-code":
		a, err := h.Desk.SecondCode(ctx, o, c.ID, rules.SecondReason(c.Reason))
		return wireAnswer(a), err
	case "void":
		return done, h.Desk.Void(ctx, o, c.ID, rules.VoidReason(c.Reason))
	case "reprint":
		n, err := h.Desk.Reprint(ctx, o, c.ID)
		return reprinted{n}, err
	case "devices":
		list, err := h.Desk.Devices(ctx, o)
		return devices{append([]desk.Finding{}, list...)}, err
	case "coming":
		return done, h.Desk.Coming(ctx, o, c.Call)
	}
	return nil, &desk.Error{Code: desk.BadRequest, Err: errors.New("there is no such call")}
}

func (h *Handler) signIn(c call, machine string) (any, error) {
	pin, err := rules.ParsePIN(c.PIN)
	if err != nil {
		return nil, &desk.Error{Code: desk.BadRequest, Err: err}
	}
	if c.Name != "" {
		c.Operator = h.Sessions.Named(c.Name)
	}
	token, o, err := h.Sessions.SignIn(c.Operator, pin, machine)
	if err != nil {
		return nil, coded(err)
	}
	at := desk.OperatorAt(machine, o)
	return signedIn{token, at.ID, at.Name, at.Role}, nil
}

// coded says by a code why nobody is signed in.
func coded(err error) error {
	switch {
	case errors.Is(err, session.ErrOver):
		return &desk.Error{Code: desk.NotSignedIn}
	case errors.Is(err, rules.ErrSignIn):
		return &desk.Error{Code: desk.WrongPIN}
	case errors.As(err, new(*rules.LockedError)):
		return &desk.Error{Code: desk.Locked, Err: err}
	}
	return &desk.Error{Code: desk.Failed, Err: err}
}

// refuse answers an error. What has failed inside is for the log of the owner alone.
func (h *Handler) refuse(w http.ResponseWriter, err error) {
	e := &desk.Error{Code: desk.Failed}
	_ = errors.As(err, &e)
	f := failure{Error: e.Error(), Code: e.Code, By: e.By, Since: e.Since, Visit: e.Visit}
	if e.Code == desk.Failed {
		h.Log.Error("a call of a desk failed", "err", err)
		f.Error = e.Code.Error()
	}
	answerJSON(w, statusOf(e.Code), f)
}

func answerJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}
