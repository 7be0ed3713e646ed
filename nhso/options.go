package nhso

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"authenkiosk/visit"
)

// Options make an Endpoint. Zone and Token are needed; everything else has a default.
type Options struct {
	Zone visit.Zone

	// EndpointURL and StatusURL replace the addresses of the zone. An address
	// without a path means the host: /nhsoendpoint and /authencodestatus are
	// added. When only one is given and it is on this machine, or the zone is
	// demo, the other goes to the same host, so that a simulator needs one line.
	EndpointURL, StatusURL string

	// EvidenceURL takes photos, see SendEvidence; empty: nobody does.
	EvidenceURL string

	// Token returns the unit's token. It is asked before every request, so that
	// a new token counts at once.
	Token func() (string, error)

	// TokenHeard hears whether NHSO accepted the token of a request. Requests go
	// out side by side, so that it may be another one than Token returns by then.
	// It may be nil.
	TokenHeard func(token string, accepted bool)

	SourceID    string    // whom NHSO registered as the source; empty: the unit's hcode
	RecorderPID visit.PID // the officer in whose name the kiosk records; zero: none
	HCode       string    // the unit; visits of another are refused. Empty: not checked

	// DialContext replaces the network, for the embedded simulator. It also
	// turns off proxies. It may be nil.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)

	// RoundTripper replaces the whole transport, for tests. It may be nil.
	RoundTripper http.RoundTripper

	RootCAs   *x509.CertPool   // nil: the system's
	Timeouts  Timeouts         // zero: QueryTimeout, SubmitTimeout, ConnectTimeout
	Now       func() time.Time // nil: time.Now
	UserAgent string           // empty: AuthenKiosk
}

// Timeouts bound requests; a zero value stands for the constant of the same name.
type Timeouts struct{ Query, Submit, Connect time.Duration }

// Default addresses, each seen in programs of hospitals.
const (
	testEndpointURL       = "https://test.nhso.go.th/authencodeapi"
	testStatusURL         = "https://test.nhso.go.th/authencodestatus"
	productionEndpointURL = "https://nhsoapi.nhso.go.th/nhsoendpoint"
	productionStatusURL   = "https://authenucws.nhso.go.th/authencodestatus"

	// The demo zone has no host: DialContext decides where it goes. The name can
	// never be resolved (RFC 2606).
	demoHost = "http://nhso.invalid"
)

const (
	endpointRoot = "/nhsoendpoint"
	oldRoot      = "/authencodeapi"
	statusRoot   = "/authencodestatus"
)

// Errors of NewEndpoint.
var (
	ErrNoTokenFunc = errors.New("a token function is needed")
	ErrNoNetwork   = errors.New("the demo zone needs a simulator or an address")
)

// addresses are the three services.
type addresses struct{ right, status, submit string }

func (o Options) addresses() (addresses, error) {
	endpoint, status := o.EndpointURL, o.StatusURL
	def := map[visit.Zone][2]string{
		visit.ZoneDemo:       {demoHost, demoHost},
		visit.ZoneTest:       {testEndpointURL, testStatusURL},
		visit.ZoneProduction: {productionEndpointURL, productionStatusURL},
	}
	base, ok := def[o.Zone]
	if !ok {
		return addresses{}, fmt.Errorf("nhso: no such zone %q", o.Zone)
	}
	if o.Zone == visit.ZoneDemo && endpoint == "" && status == "" && o.DialContext == nil && o.RoundTripper == nil {
		return addresses{}, fmt.Errorf("nhso: %w", ErrNoNetwork)
	}
	e, err := o.address("endpoint_url", endpoint, status, base[0], endpointRoot)
	if err != nil {
		return addresses{}, err
	}
	s, err := o.address("status_url", status, endpoint, base[1], statusRoot)
	if err != nil {
		return addresses{}, err
	}
	right := e
	if old, ok := strings.CutSuffix(e, oldRoot); ok {
		// The old API has no right-search of its own; the test zone has the new
		// one beside it (inferred from the addresses of claim details).
		right = old + endpointRoot
	}
	return addresses{
		right:  right + "/api/v2/right-search",
		status: s + "/api/check-authen-status",
		submit: e + "/api/AuthenCode",
	}, nil
}

// address chooses the base of one service: its own setting, else the host of the
// other's where that is a simulator, else the zone's.
func (o Options) address(key, own, other, zone, root string) (string, error) {
	chosen := own
	if chosen == "" {
		chosen = zone
		if u, err := url.Parse(other); other != "" && err == nil && (o.Zone == visit.ZoneDemo || isLoopback(u)) {
			chosen = u.Scheme + "://" + u.Host
		}
	}
	u, err := url.Parse(strings.TrimRight(chosen, "/"))
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return "", fmt.Errorf("nhso: %s is not a web address (https://host/path)", key)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", fmt.Errorf("nhso: %s must have neither user, query nor fragment", key)
	case u.Scheme == "http" && o.Zone == visit.ZoneProduction && !isLoopback(u):
		return "", fmt.Errorf("nhso: %s must be https in production", key)
	}
	if u.Path == "" {
		u.Path = root
	}
	return u.String(), nil
}

func isLoopback(u *url.URL) bool {
	if u.Hostname() == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return err == nil && ip.IsLoopback()
}

func (t Timeouts) withDefaults() Timeouts {
	for _, d := range []struct {
		set *time.Duration
		def time.Duration
	}{{&t.Query, QueryTimeout}, {&t.Submit, SubmitTimeout}, {&t.Connect, ConnectTimeout}} {
		if *d.set <= 0 {
			*d.set = d.def
		}
	}
	return t
}
