package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"authenkiosk/desk"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// maxAnswer bounds an answer, in bytes: a page of 500 visits is 0.5 MB.
const maxAnswer = 32 << 20

// Client is the desk of another machine. Operators sign in by it; it keeps their sessions
// in memory alone. It is safe for concurrent use.
type Client struct {
	url, token string
	http       *http.Client

	session func(desk.Operator) string // empty: none

	mu       sync.Mutex
	sessions map[rules.OperatorID]string
}

var _ desk.Desk = (*Client)(nil)

// NewClient returns the desk at an address, such as https://kiosk-1:8189, for a station
// that has that token. h must know the certificate of the owner, and bound the time that a
// call takes.
func NewClient(url, token string, h *http.Client) *Client {
	c := &Client{url: strings.TrimSuffix(url, "/") + Root, token: token, http: h, sessions: map[rules.OperatorID]string{}}
	c.session = c.kept
	return c
}

// Disconnect ends connections that are idle. The client can be used again.
func (c *Client) Disconnect() { c.http.CloseIdleConnections() }

// kept returns the session with which an operator has signed in here.
func (c *Client) kept(o desk.Operator) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sessions[o.ID]
}

// SignIn begins the session of an operator. The owner names the station.
func (c *Client) SignIn(ctx context.Context, id rules.OperatorID, pin rules.PIN) (desk.Operator, error) {
	return c.signIn(ctx, call{Operator: id, PIN: pin.Digits()})
}

// SignInAs is SignIn for an operator of whom a person has typed the id or the name.
func (c *Client) SignInAs(ctx context.Context, which string, pin rules.PIN) (desk.Operator, error) {
	if id, err := rules.ParseOperatorID(which); err == nil {
		return c.SignIn(ctx, id, pin)
	}
	return c.signIn(ctx, call{Name: which, PIN: pin.Digits()})
}

func (c *Client) signIn(ctx context.Context, who call) (desk.Operator, error) {
	var s signedIn
	if err := c.post(ctx, "sign-in", "", who, &s); err != nil {
		return desk.Operator{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sessions[s.ID] = s.Session
	return desk.Operator{ID: s.ID, Name: s.Name, Role: s.Role}, nil
}

// SignOut ends the session of an operator, here whatever the owner answers.
func (c *Client) SignOut(ctx context.Context, id rules.OperatorID) error {
	c.mu.Lock()
	token := c.sessions[id]
	delete(c.sessions, id)
	c.mu.Unlock()
	return c.post(ctx, "sign-out", token, call{}, nil)
}

// Visits implements desk.Desk.
func (c *Client) Visits(ctx context.Context, o desk.Operator, q desk.Query) (desk.Page, error) {
	var w page
	err := c.ask(ctx, o, "visits", call{Day: q.Day, State: q.State, Kind: q.Kind, Search: q.Search, After: q.After, Limit: q.Limit}, &w)
	return w.of(), err
}

// Visit implements desk.Desk.
func (c *Client) Visit(ctx context.Context, o desk.Operator, id visit.ID) (desk.Details, error) {
	var w details
	err := c.ask(ctx, o, "visit", call{ID: id}, &w)
	return desk.Details{Item: w.of(), History: w.History}, err
}

// Work implements desk.Desk.
func (c *Client) Work(ctx context.Context, o desk.Operator) (desk.Page, error) {
	var w page
	err := c.ask(ctx, o, "work", call{}, &w)
	return w.of(), err
}

// Numbers implements desk.Desk.
func (c *Client) Numbers(ctx context.Context, o desk.Operator, day visit.Date) (n desk.Numbers, err error) {
	err = c.ask(ctx, o, "numbers", call{Day: day}, &n)
	return n, err
}

// Figures implements desk.Desk.
func (c *Client) Figures(ctx context.Context, o desk.Operator, day visit.Date) (f desk.Figures, err error) {
	err = c.ask(ctx, o, "figures", call{Day: day}, &f)
	return f, err
}

// Reveal implements desk.Desk.
func (c *Client) Reveal(ctx context.Context, o desk.Operator, why rules.Action, ids ...visit.ID) ([]desk.Person, error) {
	var w []person
	if err := c.ask(ctx, o, "reveal", call{Why: why, IDs: ids}, &w); err != nil {
		return nil, err
	}
	list, err := personsOf(w)
	if err != nil {
		return nil, failed(err)
	}
	// What is shown beside a visit is its own person, or nothing.
	if !slices.EqualFunc(list, ids, func(p desk.Person, id visit.ID) bool { return p.ID == id }) {
		return nil, failed(errors.New("the answer is not about those who were asked for"))
	}
	return list, nil
}

// Ask implements desk.Desk.
func (c *Client) Ask(ctx context.Context, o desk.Operator, id visit.ID) (desk.Answer, error) {
	var w answer
	err := c.ask(ctx, o, "ask", call{ID: id}, &w)
	return w.of(), err
}

// CheckRight implements desk.Desk.
func (c *Client) CheckRight(ctx context.Context, o desk.Operator, pid visit.PID) (desk.Right, error) {
	var w right
	if err := c.ask(ctx, o, "right", call{PID: pid.Digits()}, &w); err != nil {
		return desk.Right{}, err
	}
	return w.of(), nil
}

// Hold implements desk.Desk.
func (c *Client) Hold(ctx context.Context, o desk.Operator, id visit.ID) error {
	return c.ask(ctx, o, "hold", call{ID: id}, nil)
}

// Release implements desk.Desk.
func (c *Client) Release(ctx context.Context, o desk.Operator, id visit.ID) (desk.Answer, error) {
	var w answer
	err := c.ask(ctx, o, "release", call{ID: id}, &w)
	return w.of(), err
}

// Complete implements desk.Desk.
func (c *Client) Complete(ctx context.Context, o desk.Operator, id, made visit.ID) error {
	return c.ask(ctx, o, "complete", call{ID: id, Made: made}, nil)
}

// Completions implements desk.Desk for the station of this client, as its token names it.
func (c *Client) Completions(ctx context.Context, _ string) (list []desk.Completion, err error) {
	err = c.post(ctx, "completions", "", call{}, &list)
	return list, err
}

// Completed implements desk.Desk for the station of this client, as its token names it.
func (c *Client) Completed(ctx context.Context, _ string, d desk.Completion) error {
	return c.post(ctx, "completed", "", call{ID: d.Item, Made: d.Made, Code: d.Code, Issued: d.Issued}, nil)
}

// Settle implements desk.Desk.
func (c *Client) Settle(ctx context.Context, o desk.Operator, id visit.ID, code visit.AuthenCode) error {
	return c.ask(ctx, o, "settle", call{ID: id, Code: code}, nil)
}

// Close implements desk.Desk.
func (c *Client) Close(ctx context.Context, o desk.Operator, id visit.ID, why rules.Reason) error {
	return c.ask(ctx, o, "close", call{ID: id, Reason: string(why)}, nil)
}

// Reopen implements desk.Desk.
func (c *Client) Reopen(ctx context.Context, o desk.Operator, id visit.ID) error {
	return c.ask(ctx, o, "reopen", call{ID: id}, nil)
}

// OpenItem implements desk.Desk.
func (c *Client) OpenItem(ctx context.Context, o desk.Operator, id visit.ID, hn visit.HN, why rules.OpenReason) error {
	return c.ask(ctx, o, "open", call{ID: id, HN: hn.Text(), Reason: string(why)}, nil)
}

// SecondCode implements desk.Desk.
func (c *Client) SecondCode(ctx context.Context, o desk.Operator, id visit.ID, why rules.SecondReason) (desk.Answer, error) {
	var w answer
	err := c.ask(ctx, o, "second-code", call{ID: id, Reason: string(why)}, &w)
	return w.of(), err
}

// Void implements desk.Desk.
func (c *Client) Void(ctx context.Context, o desk.Operator, id visit.ID, why rules.VoidReason) error {
	return c.ask(ctx, o, "void", call{ID: id, Reason: string(why)}, nil)
}

// Reprint implements desk.Desk.
func (c *Client) Reprint(ctx context.Context, o desk.Operator, id visit.ID) (int, error) {
	var w reprinted
	err := c.ask(ctx, o, "reprint", call{ID: id}, &w)
	return w.Reprints, err
}

// Devices implements desk.Machines.
func (c *Client) Devices(ctx context.Context, o desk.Operator) ([]desk.Finding, error) {
	var w devices
	err := c.ask(ctx, o, "devices", call{}, &w)
	return w.Devices, err
}

// Calls implements desk.Machines.
func (c *Client) Calls(ctx context.Context) ([]desk.Call, error) {
	var w calls
	err := c.post(ctx, "calls", "", call{}, &w)
	return w.Calls, err
}

// Coming implements desk.Machines.
func (c *Client) Coming(ctx context.Context, o desk.Operator, which string) error {
	return c.ask(ctx, o, "coming", call{Call: which}, nil)
}

// ask is post for an operator who is signed in.
func (c *Client) ask(ctx context.Context, o desk.Operator, path string, body call, into any) error {
	if err := o.Check(); err != nil {
		return err
	}
	token := c.session(o)
	if token == "" {
		return &desk.Error{Code: desk.NotSignedIn}
	}
	return c.post(ctx, path, token, body, into)
}

// The guard of the owner lets so many calls a second through. One too many waits.
const (
	tooManyTries = 5
	tooManyPause = time.Second
)

// post makes one call. It is repeated only where the guard of the owner did not let it
// through: what it changed is known to the owner alone.
func (c *Client) post(ctx context.Context, path, session string, body call, into any) error {
	for left := tooManyTries; ; left-- {
		err := c.try(ctx, path, session, body, into)
		if !errors.Is(err, errTooMany) || left == 1 {
			return err
		}
		select {
		case <-time.After(tooManyPause):
		case <-ctx.Done():
			return err
		}
	}
}

func (c *Client) try(ctx context.Context, path, session string, body call, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return failed(err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+path, bytes.NewReader(data))
	if err != nil {
		return failed(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+c.token)
	if session != "" {
		r.Header.Set(SessionHeader, session)
	}
	resp, err := c.do(r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	said := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer))
	if resp.StatusCode != http.StatusOK {
		var f failure
		if err := said.Decode(&f); err != nil || f.Code == "" { // it is not of a desk, but of the guard before it
			return notOfADesk(resp, f.Error)
		}
		e := &desk.Error{Code: f.Code, By: f.By, Since: f.Since, Visit: f.Visit}
		if why, ok := strings.CutPrefix(f.Error, f.Code.Error()+": "); ok {
			e.Err = errors.New(why)
		}
		return e
	}
	if into == nil {
		return nil
	}
	if err := said.Decode(into); err != nil {
		return failed(fmt.Errorf("the answer cannot be read: %w", err))
	}
	return nil
}

// errTooMany says that the guard refused a call for its rate.
var errTooMany = errors.New("it has too much to do")

// ErrNotLetIn says that the owner does not know the token of this station any more.
var ErrNotLetIn = errors.New("this machine is not let in there any more: pair again")

// notOfADesk is an answer of whoever stands before the desk. One that refuses has let
// nothing through.
func notOfADesk(resp *http.Response, text string) error {
	switch {
	case resp.StatusCode == http.StatusUnauthorized:
		return &desk.Error{Code: desk.Unreachable, Err: ErrNotLetIn}
	case resp.StatusCode == http.StatusTooManyRequests:
		return &desk.Error{Code: desk.Unreachable, Err: errTooMany}
	case resp.StatusCode >= 400 && resp.StatusCode < 500:
		return &desk.Error{Code: desk.Unreachable, Err: fmt.Errorf("it answers %s %s", resp.Status, text)}
	}
	return failed(fmt.Errorf("the other machine answers %s %s", resp.Status, text))
}

// do sends a request. Without a connection it has not left: that is Unreachable. After
// that nobody knows.
func (c *Client) do(r *http.Request) (*http.Response, error) {
	var left atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { left.Store(true) }}
	resp, err := c.http.Do(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
	switch {
	case err != nil && left.Load():
		return nil, failed(err)
	case err != nil:
		return nil, &desk.Error{Code: desk.Unreachable, Err: err}
	}
	return resp, nil
}

func failed(err error) error { return &desk.Error{Code: desk.Failed, Err: err} }
