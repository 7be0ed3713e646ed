package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// webhookSection is the one section that may stand several times: [[webhook]].
const webhookSection = "webhook"

// maxWebhooks bounds the receivers: each has a goroutine and its own place in the
// feed. Hospitals have one or two systems that want codes.
const maxWebhooks = 8

// receiverName is short enough to follow "webhook-" in the name of a secret.
var receiverName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,30}$`)

// webhookKeys are the keys of a [[webhook]], all of them needed.
var webhookKeys = map[string]struct {
	field func(*Webhook) *string
	check func(string) string
}{
	"name": {func(w *Webhook) *string { return &w.Name }, func(s string) string {
		if receiverName.MatchString(s) {
			return ""
		}
		return "allowed are up to 31 small letters, digits and hyphens"
	}},
	"url": {func(w *Webhook) *string { return &w.URL }, hookURL},
}

func (r *reader) webhooks(value any) {
	var tables []map[string]any
	switch list := value.(type) {
	case []map[string]any:
		tables = list
	case []any:
		for _, item := range list {
			table, ok := item.(map[string]any)
			if !ok {
				r.fail(webhookSection, ": each one is a section [[webhook]]")
				return
			}
			tables = append(tables, table)
		}
	default:
		r.fail(webhookSection, ": each one is a section [[webhook]], with two brackets")
		return
	}
	if len(tables) > maxWebhooks {
		r.fail(webhookSection, fmt.Sprintf(": there are %d; allowed are %d", len(tables), maxWebhooks))
		return
	}
	for _, table := range tables {
		r.webhook(table)
	}
}

func (r *reader) webhook(table map[string]any) {
	var hook Webhook
	for key, value := range table {
		full := webhookSection + "." + key
		k, ok := webhookKeys[key]
		if !ok {
			r.fail(full, ": unknown key; allowed in [[webhook]] are name, url")
			return
		}
		s, ok := value.(string)
		if !ok {
			r.fail(full, wrongType(value, "a text in quotes"))
			return
		}
		s = trimmed(s)
		if allowed := k.check(s); allowed != "" {
			// The value is not repeated: an address may hold a key.
			r.fail(full, ": "+allowed)
			return
		}
		*k.field(&hook) = s
	}
	switch {
	case hook.Name == "" || hook.URL == "":
		r.fail(webhookSection, ": each one needs name and url")
	case slices.ContainsFunc(r.config.Webhooks, func(w Webhook) bool { return w.Name == hook.Name }):
		r.fail(webhookSection+".name", fmt.Sprintf(" = %q: there are two of that name", hook.Name))
	default:
		r.config.Webhooks = append(r.config.Webhooks, hook)
	}
}

func hookURL(s string) string {
	u, err := url.Parse(s)
	if err == nil && u.Hostname() != "" && u.User == nil && u.Fragment == "" &&
		(u.Scheme == "https" || u.Scheme == "http" && onThisMachine(u)) {
		return ""
	}
	return "allowed is https://..., or http://127.0.0.1:port/..., without a user and a #"
}

func brokerURL(s string) string {
	u, err := url.Parse(s)
	if err == nil && u.Hostname() != "" && u.User == nil && u.RawQuery == "" && u.Fragment == "" && (u.Path == "" || u.Path == "/") &&
		(u.Scheme == "mqtts" || u.Scheme == "mqtt" && onThisMachine(u)) {
		return ""
	}
	return "allowed is mqtts://host or mqtts://host:port, or mqtt:// to a broker on this machine"
}

func topicName(s string) string {
	if receiverName.MatchString(s) {
		return ""
	}
	return "allowed are up to 31 small letters, digits and hyphens"
}

// network is an address or a network, but never every address there is.
func network(s string) string {
	if p, err := ParseNetwork(s); err == nil && p.Bits() > 0 {
		return ""
	}
	return `allowed are addresses and networks like "192.168.1.20" and "192.168.1.0/24"`
}

// ParseNetwork reads an IP address, or a network in the form of CIDR.
func ParseNetwork(s string) (netip.Prefix, error) {
	if at, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(at, at.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err
}

// deskURL is the agent of another machine, under the name with port that it has in its
// own agent.hosts.
func deskURL(s string) string {
	u, err := url.Parse(s)
	if err == nil && (u.Scheme == "https" || u.Scheme == "http" && onThisMachine(u)) && u.Scheme+"://"+u.Host == s && askedHost(u.Host) == "" {
		return ""
	}
	return `allowed is https:// with a host in lower case and its port, like "https://kiosk-1:8189", or http:// on this machine`
}

// CheckDeskURL returns an error that says what is allowed, unless desk.urls could have
// that address.
func CheckDeskURL(s string) error {
	if allowed := deskURL(s); allowed != "" {
		return fmt.Errorf("%s: %s", quoted(s), allowed)
	}
	return nil
}

func askedHost(s string) string {
	if wrong := hostPort(s); wrong != "" || s != strings.ToLower(s) {
		return "allowed is host:port in lower case, as programs write it in their address"
	}
	return ""
}

// plainListen is one address of this machine; all of them at once would be heard by
// everybody.
func plainListen(s string) string {
	at, err := netip.ParseAddrPort(s)
	if err != nil || at.Addr().IsUnspecified() || at.Addr().IsMulticast() || at.Addr().Zone() != "" || at.String() != s {
		return `allowed is one address of this machine with a port, for example "192.168.1.20:8189"`
	}
	return ""
}

// exactAddress is one address of one machine, and no network.
func exactAddress(s string) string {
	at, err := netip.ParseAddr(s)
	if err != nil || at.IsUnspecified() || at.IsMulticast() || at.Is4In6() || at.Zone() != "" {
		return `allowed is the exact address of a server, for example "192.168.1.30", and no network`
	}
	return ""
}

// plainHTTP wants both of its keys, and a listener of its own.
func (r *reader) plainHTTP() {
	a := &r.config.Agent
	if r.failed("agent.plain_http_listen") || r.failed("agent.plain_http_from") {
		return
	}
	if (a.PlainHTTPListen == "") != (len(a.PlainHTTPFrom) == 0) {
		r.fail("agent", ": agent.plain_http_listen and agent.plain_http_from go together")
	}
	if a.PlainHTTPListen != "" && a.PlainHTTPListen == a.Listen {
		r.fail("agent.plain_http_listen", fmt.Sprintf(" = %s: that is agent.listen already", quoted(a.PlainHTTPListen)))
	}
}

// otherMachines keeps the agent on this machine unless everything that protects
// it from others is given.
func (r *reader) otherMachines() {
	a := &r.config.Agent
	var missing []string
	for key, given := range map[string]bool{
		"agent.tls_cert": a.TLSCert != "", "agent.tls_key": a.TLSKey != "",
		"agent.addresses": len(a.Addresses) > 0, "agent.hosts": len(a.Hosts) > 0,
	} {
		if r.failed(key) {
			return
		}
		if !given {
			missing = append(missing, key)
		}
	}
	slices.Sort(missing)
	if n := len(missing); n > 0 && n < 4 {
		r.fail("agent", ": for other machines is missing "+strings.Join(missing, ", "))
		return
	}
	host, _, err := net.SplitHostPort(a.Listen)
	at, parseErr := netip.ParseAddr(host)
	here := host == "localhost" || parseErr == nil && at.IsLoopback()
	if err == nil && !here && len(missing) > 0 && !r.failed("agent.listen") {
		r.fail("agent.listen", fmt.Sprintf(" = %s: other machines need agent.tls_cert, agent.tls_key, agent.addresses and agent.hosts",
			quoted(a.Listen)))
	}
}

// receivers checks what belongs together for those who are told about visits.
func (r *reader) receivers() {
	m := &r.config.MQTT
	if m.Broker != "" && m.Kiosk == "" && !r.failed("mqtt.kiosk") {
		r.fail("mqtt.kiosk", " is missing: the broker has to tell this machine from the others of the unit")
	}
}
