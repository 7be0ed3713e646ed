package nhso

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-resty/resty/v2"
)

// operation is what is being done. A submission changes something at NHSO; the
// others do not.
type operation string

const (
	opRight  operation = "right"
	opStatus operation = "status"
	opSubmit operation = "submit"
	opProbe  operation = "probe"

	opEvidence operation = "evidence"
)

// unclear is the kind of an answer that cannot be understood.
func (op operation) unclear() Kind {
	if op == opSubmit {
		return Unknown
	}
	return BadAnswer
}

// question is one request: a GET with query, or a POST with body.
type question struct {
	op    operation
	url   string
	query url.Values
	body  []byte
}

type answer struct {
	token          string // that the request bore
	status         int
	header         http.Header
	body           []byte
	sent, received time.Time
}

// exchange sends one request exactly once and reads the whole answer. It returns
// an *Error when there is no answer or when its status alone decides.
func (e *Endpoint) exchange(ctx context.Context, q question) (answer, error) {
	token, err := e.token()
	if err != nil {
		return answer{}, &Error{Op: string(q.op), Kind: Unauthorised, Err: err}
	}
	limit, c, method := e.limits.Query, e.queries, http.MethodGet
	if q.op == opSubmit || q.op == opEvidence {
		limit, c, method = e.limits.Submit, e.submissions, http.MethodPost
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var connected atomic.Bool
	r := c.R().SetContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	}))
	r.SetAuthToken(token).SetQueryParamsFromValues(q.query)
	if q.body != nil {
		r.SetHeader("Content-Type", "application/json; charset=utf-8").SetBody(q.body)
	}
	a := answer{token: token, sent: e.now()}
	resp, err := r.Execute(method, q.url)
	a.received = e.now()
	if err != nil {
		f := e.failure(q.op, resp, err, connected.Load())
		if b, dated := datedOnly(err, hostOf(q.url), e.roots, e.now()); dated && e.holdsKey(ctx, q.url, b.valid) {
			e.clock.bound(b)
			f.Err = ErrDate
		}
		return answer{}, f
	}
	a.status, a.header, a.body = resp.StatusCode(), resp.Header(), resp.Body()
	return a, e.judge(q.op, a)
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// failure classifies an error of the transport. Only what is proved to have come
// before a connection counts as not sent; a foreign transport may not report
// connections, so there the error itself must prove it.
func (e *Endpoint) failure(op operation, resp *resty.Response, err error, connected bool) *Error {
	f := &Error{Op: string(op), Kind: Unknown, Err: cause(err)}
	if resp != nil && resp.RawResponse != nil {
		f.Status = resp.StatusCode()
	}
	switch {
	case errors.Is(err, resty.ErrResponseBodyTooLarge):
		f.Kind = op.unclear()
	case !connected && (e.ownTransport || isDial(err)):
		f.Kind = NotSent
	}
	return f
}

// judge decides by the status. It returns nil when the body has to be read.
func (e *Endpoint) judge(op operation, a answer) error {
	f := &Error{Op: string(op), Status: a.status}
	switch s := a.status; {
	case s == http.StatusOK || s == http.StatusCreated:
		return nil
	case s == http.StatusUnauthorized || s == http.StatusForbidden:
		f.Kind = Unauthorised
		e.tokenHeard(a.token, false)
	case s == http.StatusTooManyRequests:
		f.Kind, f.RetryAfter = TooMany, retryAfter(a.header.Get("Retry-After"), a.received)
	case s >= http.StatusInternalServerError:
		f.Kind = Unknown
	case s == http.StatusBadRequest || s == http.StatusConflict || s == http.StatusUnprocessableEntity:
		no, ok := parseRefusal(a.body)
		if !ok {
			f.Kind, f.Err = op.unclear(), unreadable(a.body)
			f.OnePerson = checkObject(a.body) == nil
			break
		}
		e.understood(a)
		return f.refuse(no)
	case s >= 300 && s < 400:
		f.Kind, f.Err = op.unclear(), ErrRedirect
	case s == http.StatusProxyAuthRequired || s == http.StatusRequestTimeout:
		f.Kind, f.Err = op.unclear(), unreadable(a.body)
	default:
		f.Kind, f.Err = op.unclear(), unreadable(a.body)
		f.OnePerson = checkObject(a.body) == nil
	}
	return f
}

// understood notes what every answer tells besides, that NHSO surely gave: a web page
// of a portal has a clock of its own, and takes every token.
func (e *Endpoint) understood(a answer) {
	e.clock.observe(a)
	e.tokenHeard(a.token, true)
}

// refuse fills in NHSO's "no".
func (e *Error) refuse(no refusal) *Error {
	e.Kind, e.Message = Refused, no.message
	if no.duplicate {
		e.Kind = Duplicate
	}
	return e
}

func unreadable(body []byte) error {
	if err := checkObject(body); err != nil {
		return err
	}
	return ErrJSON
}

// retryAfter reads seconds or an HTTP date, up to maxRetryAfter; 0 when there is none.
func retryAfter(s string, now time.Time) time.Duration {
	s = strings.TrimSpace(s)
	if seconds, err := strconv.Atoi(s); err == nil {
		if seconds > int(maxRetryAfter/time.Second) {
			return maxRetryAfter
		}
		return time.Duration(max(seconds, 0)) * time.Second
	}
	at, err := http.ParseTime(s)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxRetryAfter)
}

// token asks for the token and refuses what cannot stand in a header.
func (e *Endpoint) token() (string, error) {
	t, err := e.tokenFunc()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoToken, err)
	}
	t = strings.TrimSpace(t)
	bad := func(r rune) bool { return r <= ' ' || r > '~' }
	if t == "" || len(t) > maxTokenBytes || strings.ContainsFunc(t, bad) {
		return "", ErrNoToken
	}
	return t, nil
}
