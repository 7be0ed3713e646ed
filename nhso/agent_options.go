package nhso

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// DefaultAgentURL is where an NHSO Secure SmartCard Agent listens (NHSO's own
// description).
const DefaultAgentURL = "http://127.0.0.1:8189"

// AgentOptions make an Agent. Everything has a default.
type AgentOptions struct {
	URL   string // empty: DefaultAgentURL
	HCode string // the unit; visits of another are refused. Empty: not checked

	// AnyAddress lets the agent stand anywhere. Otherwise it must be on this
	// machine or in a private network: it is asked without a password and, as a
	// rule, without encryption.
	AnyAddress bool

	// DialContext replaces the network, for the embedded simulator. It may be nil.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)

	// RoundTripper replaces the whole transport, for tests. It may be nil.
	RoundTripper http.RoundTripper

	Timeouts    Timeouts         // zero: QueryTimeout, SubmitTimeout, ConnectTimeout
	ReadTimeout time.Duration    // zero: AgentReadTimeout
	Now         func() time.Time // nil: time.Now
	UserAgent   string           // empty: AuthenKiosk
}

// base checks the address and returns it without a slash at the end.
func (o AgentOptions) base() (string, error) {
	if o.URL == "" {
		o.URL = DefaultAgentURL
	}
	u, err := url.Parse(strings.TrimRight(o.URL, "/"))
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return "", fmt.Errorf("nhso: agent_url is not a web address (http://host:port)")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", fmt.Errorf("nhso: agent_url must have neither user, query nor fragment")
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !o.AnyAddress && !near(ip) {
		return "", fmt.Errorf("nhso: agent_url: %w", ErrPublic)
	}
	return u.String(), nil
}

// near reports whether an address is of this machine or of a private network.
func near(ip netip.Addr) bool {
	ip = ip.Unmap()
	return ip.IsLoopback() || ip.IsPrivate()
}

// transport is like that of an Endpoint, but no proxy is ever asked, and a name
// that leads to a public address is refused when it is dialled.
func (o AgentOptions) transport(limits Timeouts, ownConnection bool) http.RoundTripper {
	if o.RoundTripper != nil {
		return o.RoundTripper
	}
	dialer := &net.Dialer{Timeout: limits.Connect}
	if !o.AnyAddress {
		dialer.Control = func(_, address string, _ syscall.RawConn) error {
			if at, err := netip.ParseAddrPort(address); err != nil || !near(at.Addr()) {
				return ErrPublic
			}
			return nil
		}
	}
	t := &http.Transport{
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    limits.Connect,
		MaxResponseHeaderBytes: maxHeaderBytes,
		IdleConnTimeout:        idleTimeout,
		MaxIdleConnsPerHost:    2,
		DisableKeepAlives:      ownConnection,
	}
	if o.DialContext != nil {
		t.DialContext = o.DialContext
	}
	return t
}
