package config

import (
	"fmt"
	"net"
	"net/url"
	"slices"

	"authenkiosk/visit"
)

// together checks what several keys make together. A key that is wrong by itself
// is not complained about twice.
func (r *reader) together() {
	c := &r.config
	if c.NHSO.Zone == visit.ZoneProduction {
		r.production()
	}
	r.printer()
	if k := c.Kiosk; len(k.ClaimTypes) > 0 && !slices.Contains(k.ClaimTypes, k.DefaultClaimType) &&
		!r.failed("kiosk.claim_types") && !r.failed("kiosk.default_claim_type") {
		r.fail("kiosk.default_claim_type", fmt.Sprintf(" = %q: allowed are those of kiosk.claim_types", k.DefaultClaimType))
	}
	r.otherMachines()
	r.plainHTTP()
	r.receivers()
	if r.asksItself() {
		r.fail("nhso.agent_url", fmt.Sprintf(" = %s: that is this program's own agent (agent.listen)", quoted(c.NHSO.AgentURL)))
	}
}

func (r *reader) production() {
	c := &r.config
	if c.Unit.HCode == demoHCode && !r.failed("unit.hcode") {
		r.fail("unit.hcode", fmt.Sprintf(" = %q: the zone %q needs the unit's own code", demoHCode, visit.ZoneProduction))
	}
	for key, address := range map[string]string{
		"nhso.endpoint_url": c.NHSO.EndpointURL, "nhso.status_url": c.NHSO.StatusURL, "nhso.agent_url": c.NHSO.AgentURL,
	} {
		u, err := url.Parse(address)
		if address == "" || err != nil || u.Scheme == "https" || key == "nhso.agent_url" && onThisMachine(u) || r.failed(key) {
			continue
		}
		r.fail(key, fmt.Sprintf(" = %s: the zone %q allows https only", quoted(address), visit.ZoneProduction))
	}
}

// asksItself reports whether codes would be asked of the agent that this program
// itself offers.
func (r *reader) asksItself() bool {
	c := &r.config
	if !c.Agent.Enabled || c.NHSO.Upstream != UpstreamAgent || r.failed("nhso.agent_url") || r.failed("agent.listen") {
		return false
	}
	u, err := url.Parse(c.NHSO.AgentURL)
	_, port, listenErr := net.SplitHostPort(c.Agent.Listen)
	return err == nil && listenErr == nil && onThisMachine(u) && u.Port() == port
}
