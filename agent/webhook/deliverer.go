package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"authenkiosk/agent"
	"authenkiosk/agent/feed"
)

// Options are what the deliverer needs.
type Options struct {
	Visits  agent.VisitFeed
	Cursors feed.Cursors // under "webhook/" and the name of the hook
	Aside   feed.Aside   // under the same names
	Source  agent.Source
	Logger  *slog.Logger

	Client *http.Client // nil: one with the right limits, which follows no redirect
}

// Deliverer sends changed visits to hooks.
type Deliverer struct {
	o         Options
	followers []*feed.Follower
}

// New checks the hooks and returns the deliverer; nothing is sent before Run.
func New(hooks []Hook, o Options) (*Deliverer, error) {
	if o.Client == nil {
		o.Client = newClient()
	}
	d := &Deliverer{o: o}
	names := map[string]bool{}
	for _, h := range hooks {
		if err := h.Check(); err != nil {
			return nil, err
		}
		if names[h.Name] {
			return nil, fmt.Errorf("two hooks have the name %s", h.Name)
		}
		names[h.Name] = true
		d.followers = append(d.followers, feed.New(feed.Options{
			Name: "webhook/" + h.Name, Visits: o.Visits, Cursors: o.Cursors, Aside: o.Aside, Logger: o.Logger,
			Deliver: func(ctx context.Context, c agent.VisitChange) error { return d.post(ctx, h, c) },
		}))
	}
	return d, nil
}

// newClient follows no redirect: what was signed for one place must not go to
// another.
func newClient() *http.Client {
	return &http.Client{
		Timeout:       requestTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
			MaxIdleConnsPerHost: 1, MaxResponseHeaderBytes: maxHeader, IdleConnTimeout: time.Minute,
			TLSHandshakeTimeout: requestTimeout, ForceAttemptHTTP2: true,
		},
	}
}

// Run sends until the context ends, and returns when nothing is under way.
func (d *Deliverer) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, f := range d.followers {
		all.Go(func() { f.Run(ctx) })
	}
	all.Wait()
	d.o.Client.CloseIdleConnections()
}

// Wake tells that visits have changed. It never waits.
func (d *Deliverer) Wake() {
	for _, f := range d.followers {
		f.Wake()
	}
}

// Status returns how every hook is.
func (d *Deliverer) Status() []feed.Status {
	list := make([]feed.Status, len(d.followers))
	for i, f := range d.followers {
		list[i] = f.Status()
	}
	return list
}

// AnswerError is an answer of a receiver that is not a yes: its HTTP status.
type AnswerError int

// Error implements error.
func (e AnswerError) Error() string { return fmt.Sprintf("the receiver answers %d", int(e)) }

// refused reports whether the receiver has looked at the message and said no. A
// redirect is an answer about the address, and what asks for another try at another
// time is none about the message.
func (e AnswerError) refused() bool {
	switch int(e) {
	case http.StatusProxyAuthRequired, http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return e/100 == 4
}

// ErrUnreachable stands for all errors of the transport: their texts hold the
// address, and with it perhaps a key.
var ErrUnreachable = errors.New("the receiver cannot be reached")

// post sends one visit and returns nil when the receiver took it.
func (d *Deliverer) post(ctx context.Context, h Hook, c agent.VisitChange) error {
	id, now, body := string(c.ID)+"."+strconv.FormatUint(c.Seq, 10), time.Now(), c.Message(d.o.Source)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return ErrUnreachable
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "AuthenKiosk")
	req.Header.Set("X-AuthenKiosk-Zone", d.o.Source.Zone)
	req.Header.Set("webhook-id", id)
	req.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	req.Header.Set("webhook-signature", h.Secret.sign(id, now, body))
	resp, err := d.o.Client.Do(req)
	if err != nil {
		return ErrUnreachable
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer))
	if resp.StatusCode/100 == 2 {
		return nil
	}
	answer := AnswerError(resp.StatusCode)
	if answer.refused() {
		return &feed.RefusedError{Err: answer}
	}
	err = answer
	if seconds, parse := strconv.ParseUint(resp.Header.Get("Retry-After"), 10, 16); parse == nil {
		return &feed.LaterError{After: time.Duration(seconds) * time.Second, Err: err}
	}
	return err
}
