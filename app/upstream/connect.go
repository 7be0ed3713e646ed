package upstream

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"authenkiosk/app/config"
	"authenkiosk/nhso"
	"authenkiosk/outbox"
	"authenkiosk/visit"
)

// hostsOf are NHSO's own machines of a zone, as far as they are known
// (docs/nhso-api.md, section 4).
var hostsOf = map[visit.Zone][]string{
	visit.ZoneTest:       {"test.nhso.go.th"},
	visit.ZoneProduction: {"nhsoapi.nhso.go.th", "api.nhso.go.th", "authenucws.nhso.go.th"},
}

// errOtherZone says that an address of the configuration is that of another zone.
var errOtherZone = errors.New("that is NHSO's address of another zone; take it out of the configuration")

// OwnZone refuses addresses that stayed in the configuration when the zone was
// changed: visits of patients would go to the test zone, or trials to NHSO.
func OwnZone(c config.Config) error {
	for key, address := range map[string]string{"nhso.endpoint_url": c.NHSO.EndpointURL, "nhso.status_url": c.NHSO.StatusURL} {
		u, err := url.Parse(address)
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		for zone, hosts := range hostsOf {
			if zone != c.NHSO.Zone && slices.Contains(hosts, strings.ToLower(u.Hostname())) {
				return fmt.Errorf("%s = %q in zone %s: %w", key, address, c.NHSO.Zone, errOtherZone)
			}
		}
	}
	return nil
}

// Simulator stands in for NHSO, or for an agent that is installed here, in the demo
// zone.
type Simulator struct {
	URL   string
	Dial  func(ctx context.Context, network, address string) (net.Conn, error)
	Token func() (string, error) // of the unit; not for an agent
}

// Options are what a way to NHSO is made of.
type Options struct {
	Config    config.Config
	Tokens    *Tokens    // of NHSO's server API
	Simulator *Simulator // nil: the real one
	UserAgent string
	Timeouts  nhso.Timeouts // the zero value is right
}

// Connect makes the way to NHSO that the configuration names. The second result is the
// same when that is an agent that is installed here, else nil.
func Connect(o Options) (Connection, *nhso.Agent, error) {
	if o.Config.NHSO.Upstream == config.UpstreamEndpoint {
		endpoint, err := newEndpoint(o)
		if err != nil {
			return nil, nil, err
		}
		return endpoint, nil, nil
	}
	installed, err := newInstalledAgent(o)
	if err != nil {
		return nil, nil, err
	}
	return installed, installed, nil
}

// newEndpoint makes the client of NHSO's services for the zone.
func newEndpoint(c Options) (*nhso.Endpoint, error) {
	if err := OwnZone(c.Config); err != nil {
		return nil, err
	}
	n := c.Config.NHSO
	o := nhso.Options{
		Zone: n.Zone, EndpointURL: n.EndpointURL, StatusURL: n.StatusURL, EvidenceURL: n.EvidenceURL,
		SourceID: n.SourceID, RecorderPID: n.RecorderPID, HCode: c.Config.Unit.HCode,
		UserAgent: c.UserAgent, Timeouts: c.Timeouts,
	}
	if s := c.Simulator; s != nil {
		o.DialContext, o.Token = s.Dial, s.Token
		o.EndpointURL, o.StatusURL = s.URL, s.URL
	} else {
		o.Token, o.TokenHeard = c.Tokens.token, c.Tokens.heard
	}
	return nhso.NewEndpoint(o)
}

// newInstalledAgent makes the client of the agent that is installed here.
func newInstalledAgent(c Options) (*nhso.Agent, error) {
	o := nhso.AgentOptions{URL: c.Config.NHSO.AgentURL, HCode: c.Config.Unit.HCode, UserAgent: c.UserAgent, Timeouts: c.Timeouts}
	if s := c.Simulator; s != nil {
		o.URL, o.DialContext, o.AnyAddress = s.URL, s.Dial, true
	}
	return nhso.NewAgent(o)
}

// Connection is a way to NHSO that keeps connections.
type Connection interface {
	nhso.Upstream
	Close()
}

// WitnessOf asks a way to NHSO what it tells about the time.
func WitnessOf(way nhso.Upstream, answered time.Time) (w Witness) {
	w.Ahead, w.Known = way.Skew()
	w.answered = answered
	if endpoint, ok := way.(*nhso.Endpoint); ok {
		w.After, w.before = endpoint.Witness()
	}
	return w
}

// ClockFor words the light of the clock for the outbox.
func ClockFor(light visit.DeviceState) outbox.Clock {
	switch light {
	case visit.DeviceDown:
		return outbox.ClockWrong
	case visit.DeviceReady:
		return outbox.ClockRight
	}
	return outbox.ClockUnknown
}

// TokenName is the name under which the unit's token is kept.
const TokenName = "nhso-token"
