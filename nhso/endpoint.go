package nhso

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/go-resty/resty/v2"

	"authenkiosk/visit"
)

// Endpoint is NHSO's server API, used with the token of a registered source. It
// needs no card in a reader.
type Endpoint struct {
	urls                 addresses
	evidence             string
	queries, submissions *resty.Client
	ownTransport         bool
	limits               Timeouts
	tokenFunc            func() (string, error)
	tokenHeard           func(token string, accepted bool)
	sourceID, hcode      string
	recorder             visit.PID
	now                  func() time.Time
	roots                *x509.CertPool
	asOf                 func(time.Time) http.RoundTripper // believes certificates of that time
	clock                clock
}

var _ Upstream = (*Endpoint)(nil)

// NewEndpoint makes a client and connects nowhere yet. Its error says which
// option is wrong.
func NewEndpoint(o Options) (*Endpoint, error) {
	urls, err := o.addresses()
	if err != nil {
		return nil, err
	}
	evidence, err := o.evidenceAddress(urls)
	if err != nil {
		return nil, err
	}
	if o.TokenHeard == nil {
		o.TokenHeard = func(string, bool) {}
	}
	if o.Token == nil {
		return nil, fmt.Errorf("nhso: %w", ErrNoTokenFunc)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.UserAgent == "" {
		o.UserAgent = "AuthenKiosk"
	}
	limits := o.Timeouts.withDefaults()
	return &Endpoint{
		urls:         urls,
		evidence:     evidence,
		queries:      client(o.transport(limits, false), o.UserAgent),
		submissions:  client(o.transport(limits, true), o.UserAgent),
		ownTransport: o.RoundTripper == nil,
		limits:       limits,
		tokenFunc:    o.Token,
		tokenHeard:   o.TokenHeard,
		sourceID:     o.SourceID,
		hcode:        o.HCode,
		recorder:     o.RecorderPID,
		now:          o.Now,
		roots:        o.RootCAs,
		asOf: func(at time.Time) http.RoundTripper {
			o.Now = func() time.Time { return at }
			return o.transport(limits, true)
		},
	}, nil
}

// Close gives up the connections that are kept for the next question.
func (e *Endpoint) Close() {
	e.queries.GetClient().CloseIdleConnections()
	e.submissions.GetClient().CloseIdleConnections()
}

// Abilities implements Upstream. The API takes no evidence of identity at all,
// so every method by which the unit proved it can be submitted; LINE is the
// patient's own affair with NHSO.
func (e *Endpoint) Abilities() Abilities {
	return Abilities{
		Methods: []visit.Method{visit.MethodCard, visit.MethodPhoto, visit.MethodCertifier},
		Replay:  true,
	}
}

// Skew implements Upstream.
func (e *Endpoint) Skew() (ahead time.Duration, known bool) { return e.clock.skew() }

// Witness tells what NHSO's certificate says about the time, when the last handshake
// failed for nothing but the date of this machine: it is after the one and was before
// the other, unless that is zero.
func (e *Endpoint) Witness() (after, before time.Time) { return e.clock.witness() }

// Right implements Upstream with right-search, version 2.
func (e *Endpoint) Right(ctx context.Context, pid visit.PID, date visit.Date) (RightAnswer, error) {
	a, err := e.exchange(ctx, question{op: opRight, url: e.urls.right, query: url.Values{
		"pid": {pid.Digits()}, "checkDate": {date.String() + "T00:00:00"},
	}})
	if err != nil {
		return RightAnswer{}, err
	}
	right, err := parseRight(a.body, pid)
	if err != nil {
		return RightAnswer{}, e.misread(opRight, a, err)
	}
	e.understood(a)
	return right, nil
}

// Status implements Upstream with check-authen-status. It does not limit the
// question to one claim type, so that codes of other types are seen as well.
func (e *Endpoint) Status(ctx context.Context, pid visit.PID, date visit.Date) ([]visit.Authentication, error) {
	a, err := e.exchange(ctx, question{op: opStatus, url: e.urls.status, query: url.Values{
		"personalId": {pid.Digits()}, "serviceDate": {date.String()},
	}})
	if err != nil {
		return nil, err
	}
	codes, err := parseStatus(a.body, pid, date)
	if err != nil {
		return nil, e.misread(opStatus, a, err)
	}
	e.understood(a)
	return codes, nil
}

// misread makes the error of an answer 200 to a question that is not the
// documented one. When it carries a reason, NHSO has refused.
func (e *Endpoint) misread(op operation, a answer, err error) error {
	f := &Error{Op: string(op), Kind: BadAnswer, Status: a.status, Err: err, OnePerson: isOdd(err)}
	if no, ok := parseRefusal(a.body); ok && errors.Is(err, ErrJSON) {
		f.Err = nil
		return f.refuse(no)
	}
	return f
}

// Submit implements Upstream with AuthenCode. The id of the visit is the transId.
func (e *Endpoint) Submit(ctx context.Context, s Submission) (Receipt, error) {
	if err := e.sendable(s.Visit); err != nil {
		return Receipt{}, &Error{Op: string(opSubmit), Kind: Invalid, Err: err}
	}
	body, err := json.Marshal(newSubmitBody(s, e.sourceID, e.recorder))
	if err != nil {
		return Receipt{}, &Error{Op: string(opSubmit), Kind: Invalid, Err: ErrJSON}
	}
	a, err := e.exchange(ctx, question{op: opSubmit, url: e.urls.submit, body: body})
	if err != nil {
		return Receipt{}, err
	}
	code, no, err := parseReceipt(a.body)
	switch f := (&Error{Op: string(opSubmit), Status: a.status}); {
	case err != nil:
		f.Kind, f.Err = Unknown, err
		return Receipt{}, f
	case no != nil:
		e.understood(a)
		return Receipt{}, f.refuse(*no)
	}
	e.understood(a)
	return Receipt{Code: code, At: a.received}, nil
}

// sendable refuses an incomplete visit, one of another unit, and one of another
// day: the service has no field for the date and would take it for today's.
func (e *Endpoint) sendable(v visit.Visit) error {
	if err := v.Validate(); err != nil {
		return err
	}
	if v.Method == visit.MethodLine {
		return ErrMethod // the code of such a visit is made by NHSO and the phone
	}
	if e.hcode != "" && v.HCode != e.hcode {
		return ErrOtherUnit
	}
	if v.ServiceDate != visit.ServiceDateOf(e.now()) {
		return ErrOtherDay
	}
	return nil
}

// Probe implements Upstream by asking for the status of nobody. Any answer from
// the service will do, also "400, whose?", but a page of a portal and an empty
// 200 (an expired token) will not.
func (e *Endpoint) Probe(ctx context.Context) (Health, error) {
	start := time.Now()
	a, err := e.exchange(ctx, question{op: opProbe, url: e.urls.status})
	h := Health{Latency: time.Since(start), At: a.received}
	if err == nil {
		err = checkObject(a.body)
		if err != nil {
			err = &Error{Op: string(opProbe), Kind: BadAnswer, Status: a.status, Err: err}
		}
	}
	if err != nil && !answered(err) {
		return Health{}, err
	}
	e.understood(a)
	return h, nil
}

// answered reports whether an error of a probe shows that the service is there.
func answered(err error) bool {
	kind := KindOf(err)
	return kind == Refused || kind == Duplicate
}
