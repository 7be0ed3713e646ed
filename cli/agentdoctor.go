package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"strings"
	"time"

	"authenkiosk/agent/feed"
	"authenkiosk/agent/webhook"
	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/hospital"
	"authenkiosk/storage"
)

// agentFindings tell who may ask the agent, and how those are who are told about
// visits.
func agentFindings(ctx context.Context, c config.Config, data string) []finding {
	kept, err := summaryOf(ctx, data, app.KeysOf(c))
	findings := receiverFindings(c, data, kept.SetAside)
	if !c.Agent.Enabled {
		return append(findings, finding{"agent", FindingSkipped, "a kiosk does not answer programs (agent.enabled)"})
	}
	if err != nil {
		return append(findings, finding{"agent", FindingFailed, err.Error()})
	}
	text, foreign := hospital.Answering(ctx, c.Agent)
	state := FindingOK
	if foreign {
		state = FindingFailed
	}
	findings = append(findings, finding{"agent", state, fmt.Sprintf("%s; %d clients; %s", c.Agent.Listen, kept.Clients, text)})
	if kept.Clients == 0 && !c.Agent.Compat {
		findings = append(findings, finding{"agent clients", FindingWarning, "none: no program may ask; add one with the command client add NAME"})
	}
	if c.Agent.Compat {
		findings = append(findings, finding{
			"agent compat", FindingWarning,
			"LESS SAFE: every program on " + withoutToken(c.Agent) + " reads cards and asks for codes without a token; give the programs tokens and set agent.compat = false",
		})
	}
	for _, origin := range c.Agent.AllowedOrigins {
		if origin == "null" || origin == "file://" {
			findings = append(findings, finding{
				"agent pages", FindingWarning,
				"LESS SAFE: pages that are " + origin + " may ask with a client's token; every web site can make a page that is null, so give the token to no page that others can open",
			})
		}
	}
	if c.Agent.PlainHTTP() {
		findings = append(findings, finding{
			"agent plain http", FindingWarning,
			fmt.Sprintf("LESS SAFE: %s read cards and ask for codes at http://%s without a token, and patients' data go over the network unprotected; "+
				"prefer a webhook, or TLS (agent.tls_cert)", strings.Join(c.Agent.PlainHTTPFrom, ", "), c.Agent.PlainHTTPListen),
		})
	}
	if c.Agent.LAN() {
		findings = append(findings, lanFinding(c.Agent, kept.Clients))
	}
	return findings
}

// withoutToken names the machines from which no token is asked in compat mode.
func withoutToken(c config.Agent) string {
	if !c.LAN() {
		return "this machine"
	}
	return "this machine and on " + strings.Join(c.Addresses, ", ")
}

func lanFinding(c config.Agent, clients int) finding {
	const loud = "OTHER MACHINES may ask: "
	pair, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
	if err != nil {
		return finding{"agent network", FindingFailed, err.Error()}
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	switch {
	case err != nil:
		return finding{"agent network", FindingFailed, err.Error()}
	case time.Now().After(leaf.NotAfter):
		return finding{"agent network", FindingFailed, "the certificate ended on " + leaf.NotAfter.Format(time.DateOnly)}
	}
	for _, asked := range c.Hosts {
		host, _, _ := net.SplitHostPort(asked)
		if err := leaf.VerifyHostname(host); err != nil {
			return finding{"agent network", FindingFailed, fmt.Sprintf("the certificate is not for %s", host)}
		}
	}
	if clients == 0 {
		return finding{"agent network", FindingWarning, "no client has a token, so other machines find nothing; let a station in with: authenkiosk pair, or a program with: authenkiosk client add NAME"}
	}
	return finding{"agent network", FindingWarning, fmt.Sprintf("%s%s, as %s; the certificate lasts until %s",
		loud, strings.Join(c.Addresses, ", "), strings.Join(c.Hosts, ", "), leaf.NotAfter.Format(time.DateOnly))}
}

// receiverFindings tell how webhooks and broker are, from the configuration and
// from what a running program noted.
func receiverFindings(c config.Config, data string, setAside map[string]int) []finding {
	secrets := storage.OpenSecrets(data)
	states, err := hospital.ReadReceivers(data)
	if err != nil {
		return []finding{{"receivers", FindingFailed, err.Error()}}
	}
	var findings []finding
	for _, w := range c.Webhooks {
		check := "webhook " + w.Name
		text, err := secrets.Get(c.NHSO.Zone, hospital.WebhookSecret+w.Name)
		if err == nil {
			_, err = webhook.ParseSecret(text)
		}
		if err != nil {
			findings = append(findings, finding{check, FindingFailed, fmt.Sprintf("%v; make one with the command secret new %s%s", err, hospital.WebhookSecret, w.Name)})
			continue
		}
		findings = append(findings, receiverFinding(check, "webhook/"+w.Name, states, setAside))
	}
	if c.MQTT.Broker == "" {
		return findings
	}
	if _, err := secrets.Get(c.NHSO.Zone, hospital.MQTTPassword); c.MQTT.Username != "" && err != nil {
		return append(findings, finding{"mqtt", FindingFailed, fmt.Sprintf("%v; set it with the command secret set %s", err, hospital.MQTTPassword)})
	}
	return append(findings, receiverFinding("mqtt", "mqtt", states, setAside))
}

func receiverFinding(check, name string, states []hospital.ReceiverState, setAside map[string]int) finding {
	if n := setAside[feed.Key(name)]; n > 0 {
		return finding{check, FindingWarning, fmt.Sprintf("IT HAS REFUSED %d VISITS, which are set aside: see the command undelivered list; "+
			"when it takes them: the command undelivered again %s", n, feed.Key(name))}
	}
	for _, s := range states {
		if s.Name != name {
			continue
		}
		switch {
		case !s.Failing.IsZero():
			return finding{check, FindingWarning, fmt.Sprintf("takes nothing since %s: %s", s.Failing.Format(time.DateTime), s.Problem)}
		case s.Delivered.IsZero():
			return finding{check, FindingOK, "ready; nothing was delivered since the start"}
		}
		return finding{check, FindingOK, "took the last change at " + s.Delivered.Format(time.DateTime)}
	}
	return finding{check, FindingOK, "set up; no program has run with it yet"}
}
