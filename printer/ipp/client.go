package ipp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"github.com/OpenPrinting/goipp"
)

const (
	usualPort = "631"
	maxAnswer = 1 << 20 // bytes; an answer has some kilobytes
)

// Limits of time. Tests with programs of the machine have more patience.
var (
	// requestLimit is for one question; a printer that sleeps needs seconds.
	requestLimit = 8 * time.Second
	dialLimit    = 3 * time.Second
)

// Errors of an address and of an answer.
var (
	ErrAddress = errors.New("a printer is written like ipp://host/ipp/print or ipps://host:443/ipp/print")
	ErrHTTP    = errors.New("the printer refused the request")
)

// StatusError is an IPP status that is no success.
type StatusError struct {
	Op     goipp.Op
	Status goipp.Status
}

// Error implements error.
func (e *StatusError) Error() string { return fmt.Sprintf("%v: %v", e.Op, e.Status) }

// client sends requests to one printer.
type client struct {
	uri, url string // as IPP and as HTTP name it
	http     *http.Client
	last     atomic.Uint32
	version  atomic.Uint32 // of IPP, that the printer understood last; 0: none yet
}

// versions are those that are asked in, the newest first. The first printers with
// IPP know 1.0 only.
var versions = []goipp.Version{goipp.DefaultVersion, goipp.MakeVersion(1, 1), goipp.MakeVersion(1, 0)}

func newClient(address string) (*client, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return nil, fmt.Errorf("%q: %w", address, ErrAddress)
	}
	web := *u
	switch u.Scheme {
	case "ipp", "http":
		web.Scheme = "http"
	case "ipps", "https":
		web.Scheme = "https"
	default:
		return nil, fmt.Errorf("%q: %w", address, ErrAddress)
	}
	if u.Port() == "" && (u.Scheme == "ipp" || u.Scheme == "ipps") {
		web.Host = net.JoinHostPort(u.Hostname(), usualPort)
	}
	transport := &http.Transport{
		DialContext: (&net.Dialer{Timeout: dialLimit}).DialContext, MaxIdleConns: 2, IdleConnTimeout: 30 * time.Second,
		ResponseHeaderTimeout: requestLimit,
	}
	return &client{uri: u.String(), url: web.String(), http: &http.Client{Transport: transport}}, nil
}

// attribute is a name and its values, all of one tag.
func attribute(name string, tag goipp.Tag, values ...goipp.Value) goipp.Attribute {
	a := goipp.MakeAttribute(name, tag, values[0])
	for _, v := range values[1:] {
		a.Values.Add(tag, v)
	}
	return a
}

func keywords(name string, values ...string) goipp.Attribute {
	vv := make([]goipp.Value, len(values))
	for i, v := range values {
		vv[i] = goipp.String(v)
	}
	return attribute(name, goipp.TagKeyword, vv...)
}

// userName is the owner of our jobs at the printer. A slip's own data must not
// appear in queues and their histories.
const userName = "authenkiosk"

// request sends an operation about the printer and returns the answer. Attributes
// follow those that every request begins with. A printer that does not know the
// version of IPP is asked again in an older one, and in that one first from then on.
func (c *client) request(ctx context.Context, op goipp.Op, more []goipp.Attribute, document []byte) (m *goipp.Message, err error) {
	ctx, cancel := context.WithTimeout(ctx, requestLimit)
	defer cancel()
	var first error
	for _, v := range c.order() {
		m, err = c.ask(ctx, v, op, more, document)
		if !unknownVersion(err, document) {
			if err == nil {
				c.version.Store(uint32(v))
			}
			return m, err
		}
		if first == nil {
			first = err
		}
	}
	return nil, first // what the version that is meant for it was told
}

// order returns the versions, that which was understood last before the others.
func (c *client) order() []goipp.Version {
	last := goipp.Version(c.version.Load())
	if !slices.Contains(versions, last) {
		return versions
	}
	return append([]goipp.Version{last}, slices.DeleteFunc(slices.Clone(versions), func(v goipp.Version) bool { return v == last })...)
}

// unknownVersion reports whether a printer refused a request as a whole, maybe for its
// version. Some do it with words of HTTP or as a bad request, which is believed of
// questions only: a slip is sent again for nothing but the clear word.
func unknownVersion(err error, document []byte) bool {
	var status *StatusError
	if errors.As(err, &status) {
		return status.Status == goipp.StatusErrorVersionNotSupported || document == nil && status.Status == goipp.StatusErrorBadRequest
	}
	var web *httpError
	return document == nil && errors.As(err, &web) && web.status == http.StatusBadRequest
}

// httpError is an answer of HTTP that is no success.
type httpError struct{ status int }

// Error implements error.
func (e *httpError) Error() string { return fmt.Sprintf("%v: HTTP %d", ErrHTTP, e.status) }

// Unwrap returns ErrHTTP.
func (e *httpError) Unwrap() error { return ErrHTTP }

// ask sends one request in one version.
func (c *client) ask(ctx context.Context, version goipp.Version, op goipp.Op, more []goipp.Attribute, document []byte) (*goipp.Message, error) {
	// RFC 8011 4.1.1: 1 to 2^31-1.
	id := c.last.Add(1)%(1<<31-1) + 1
	m := goipp.NewRequest(version, op, id)
	m.Operation.Add(goipp.MakeAttribute("attributes-charset", goipp.TagCharset, goipp.String("utf-8")))
	m.Operation.Add(goipp.MakeAttribute("attributes-natural-language", goipp.TagLanguage, goipp.String("en")))
	m.Operation.Add(goipp.MakeAttribute("printer-uri", goipp.TagURI, goipp.String(c.uri)))
	m.Operation.Add(goipp.MakeAttribute("requesting-user-name", goipp.TagName, goipp.String(userName)))
	for _, a := range more {
		m.Operation.Add(a)
	}
	head, err := m.EncodeBytes()
	if err != nil {
		return nil, fmt.Errorf("%v: encode: %w", op, err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(append(head, document...)))
	if err != nil {
		return nil, fmt.Errorf("%v: %w", op, err)
	}
	r.GetBody = nil // net/http must not send a slip twice by itself
	r.Header.Set("Content-Type", goipp.ContentType)
	r.Header.Set("Accept", goipp.ContentType)
	response, err := c.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("%v: %w", op, err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%v: %w", op, &httpError{response.StatusCode})
	}
	answer := &goipp.Message{}
	if err := answer.Decode(io.LimitReader(response.Body, maxAnswer)); err != nil {
		return nil, fmt.Errorf("%v: decode answer: %w", op, err)
	}
	// 0x0000 to 0x00FF are successes (RFC 8011 4.1.8).
	if status := goipp.Status(answer.Code); status > 0xFF {
		return answer, &StatusError{op, status}
	}
	return answer, nil
}

// unsent reports whether an error of a request is from before anything was sent.
func unsent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}
