package nhso

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/go-resty/resty/v2"
)

// Paths of an agent. Those that end in a slash are followed by a PID.
const (
	agentTerminals = "/api/smartcard/terminals"
	agentRead      = "/api/smartcard/read"
	agentCardOnly  = "/api/smartcard/read-card-only"
	agentProbe     = "/api/smartcard/probe/"
	agentConfirm   = "/api/nhso-service/confirm-save"
	agentLatest    = "/api/nhso-service/latest-authen-code/"
	agentLatest5   = "/api/nhso-service/latest-5-authen-code-all-hospital/"
)

// What is asked of an agent only.
const (
	opTerminals operation = "terminals"
	opRead      operation = "read"
	opCardOnly  operation = "read-card-only"
)

// limit is the longest that an exchange may take.
func (a *Agent) limit(op operation) time.Duration {
	switch op {
	case opSubmit:
		return a.limits.Submit
	case opRead, opCardOnly:
		return a.readLimit
	}
	return a.limits.Query
}

// exchange sends one request exactly once and reads the whole answer. It returns
// an *Error when there is no answer or when its status alone decides. The url of
// the question is a path here.
func (a *Agent) exchange(ctx context.Context, q question) (answer, error) {
	c, method := a.queries, http.MethodGet
	if q.op == opSubmit {
		c, method = a.submissions, http.MethodPost
	}
	ctx, cancel := context.WithTimeout(ctx, a.limit(q.op))
	defer cancel()
	var connected atomic.Bool
	r := c.R().SetContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	}))
	r.SetQueryParamsFromValues(q.query)
	if q.body != nil {
		r.SetHeader("Content-Type", "application/json").SetBody(q.body)
	}
	got := answer{sent: a.now()}
	resp, err := r.Execute(method, a.base+q.url)
	got.received = a.now()
	if err != nil {
		return answer{}, a.failure(q.op, resp, err, connected.Load())
	}
	got.status, got.header, got.body = resp.StatusCode(), resp.Header(), resp.Body()
	return got, a.judge(q.op, got)
}

// failure classifies an error of the transport, see Endpoint.failure.
func (a *Agent) failure(op operation, resp *resty.Response, err error, connected bool) *Error {
	f := &Error{Op: string(op), Kind: Unknown, Err: cause(err)}
	if errors.Is(err, ErrPublic) {
		f.Err = ErrPublic
	}
	if resp != nil && resp.RawResponse != nil {
		f.Status = resp.StatusCode()
	}
	switch {
	case errors.Is(err, resty.ErrResponseBodyTooLarge):
		f.Kind = op.unclear()
	case !connected && (a.ownTransport || isDial(err)):
		f.Kind = NotSent
	}
	return f
}

// judge decides by the status. It returns nil when the body has to be read. Of a
// submission only 400, 409 and 422 with a reason are a "no"; 418 cannot concern
// it, and a 500 leaves open whether NHSO has the visit.
func (a *Agent) judge(op operation, got answer) error {
	f := &Error{Op: string(op), Status: got.status}
	switch s := got.status; {
	case s == http.StatusOK || s == http.StatusCreated:
		return nil
	case s == http.StatusTeapot && op != opSubmit:
		f.Kind, f.Err = NoCard, ErrNoReader
	case s == http.StatusUnauthorized || s == http.StatusForbidden:
		f.Kind = Unauthorised
	case s == http.StatusTooManyRequests:
		f.Kind, f.RetryAfter = TooMany, retryAfter(got.header.Get("Retry-After"), got.received)
	case s >= http.StatusInternalServerError:
		f.Kind = Unknown
	case s == http.StatusBadRequest || s == http.StatusConflict || s == http.StatusUnprocessableEntity:
		no, ok := parseRefusal(got.body)
		if !ok {
			f.Kind, f.Err = op.unclear(), unreadable(got.body)
			f.OnePerson = checkObject(got.body) == nil
			break
		}
		return f.refuse(no)
	case s >= 300 && s < 400:
		f.Kind, f.Err = op.unclear(), ErrRedirect
	case s == http.StatusProxyAuthRequired || s == http.StatusRequestTimeout:
		f.Kind, f.Err = op.unclear(), unreadable(got.body)
	default:
		f.Kind, f.Err = op.unclear(), unreadable(got.body)
		f.OnePerson = checkObject(got.body) == nil
	}
	return f
}
