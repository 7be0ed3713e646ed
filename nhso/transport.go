package nhso

import (
	"crypto/tls"
	"net"
	"net/http"

	"github.com/go-resty/resty/v2"
)

// transport makes the connections. Questions share connections; a submission
// always gets a new one of its own, so that it never rides on a connection which
// the other side has just closed: its outcome would be unknown for nothing, and
// the patient would have to wait out SettleTime. Certificates are always
// verified. HTTP/1.1 only: in HTTP/2 the transport may repeat requests.
func (o Options) transport(limits Timeouts, ownConnection bool) http.RoundTripper {
	if o.RoundTripper != nil {
		return o.RoundTripper
	}
	t := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: limits.Connect}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs, Time: o.Now},
		TLSHandshakeTimeout:    limits.Connect,
		MaxResponseHeaderBytes: maxHeaderBytes,
		IdleConnTimeout:        idleTimeout,
		MaxIdleConnsPerHost:    2, // the right and the status are asked at the same time
		DisableKeepAlives:      ownConnection,
	}
	if o.DialContext != nil {
		t.DialContext, t.Proxy = o.DialContext, nil
	}
	return t
}

// client makes a resty client that does as little as possible: no retry (its
// retry repeats POST as well), no redirect, no cookie, no reading beyond the
// limit, and no log, because its log quotes addresses and with them PIDs.
func client(t http.RoundTripper, userAgent string) *resty.Client {
	c := resty.NewWithClient(&http.Client{Transport: t})
	c.SetRetryCount(0)
	c.SetRedirectPolicy(resty.RedirectPolicyFunc(func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}))
	c.SetResponseBodyLimit(maxAnswerBytes)
	c.SetLogger(silent{})
	c.SetDisableWarn(true)
	c.SetHeader("User-Agent", userAgent)
	c.SetHeader("Accept", "application/json")
	return c
}

// silent is a resty.Logger that says nothing.
type silent struct{}

func (silent) Errorf(string, ...any) {}
func (silent) Warnf(string, ...any)  {}
func (silent) Debugf(string, ...any) {}
