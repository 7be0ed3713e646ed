package config

import (
	"bytes"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Of this machine alone: a copy of them on another one would be a mistake.
var ofThisMachine = map[string]string{
	"nhso.recorder_pid":       "it is the number of a person, who answers for this machine: write there who answers for the other one",
	"mqtt.kiosk":              "each machine has a name of its own",
	"agent.tls_cert":          "each machine has a certificate of its own",
	"agent.tls_key":           "each machine has a certificate of its own",
	"agent.hosts":             "each machine has an address of its own",
	"agent.addresses":         "it goes with agent.tls_cert",
	"agent.plain_http_listen": "each machine has an address of its own",
	"agent.plain_http_from":   "it goes with agent.plain_http_listen",
	"printer.template":        "the file is on this machine: copy it and name it again",
	"mqtt.ca_file":            "the file is on this machine: copy it and name it again",
}

const exportHead = `# The configuration of one AuthenKiosk for the next machine, without secrets:
#   authenkiosk config apply FILE
`

// Export writes what is not the default, for another machine: without what is of this
// one alone, without the number of a person, and without addresses that hold a password or a
// key. It says as comments
// what was left out. Parse takes what it writes.
func (l Loaded) Export() ([]byte, error) {
	var left []string
	values := map[string]any{}
	for _, key := range l.Keys() {
		why := ofThisMachine[key]
		if text := l.Value(key); why == "" && holdsSecret(strings.TrimPrefix(text, "mjpeg:")) {
			why = "it holds a password or a key"
		}
		switch {
		case l.from[key] == "" || textOf(l.values[key]) == textOf(kinds[key]) && key != "unit.hcode":
		case why != "":
			left = append(left, key+": "+why)
		default:
			values[key] = l.values[key]
		}
	}
	if l.MQTT.Kiosk != "" && values["mqtt.broker"] != nil {
		left = append(left, "mqtt.broker: it goes with mqtt.kiosk")
		delete(values, "mqtt.broker")
		delete(values, "mqtt.username")
	}
	text, err := written(exportHead, l.Keys(), values)
	if err != nil {
		return nil, err
	}
	b := bytes.NewBuffer(text)
	for _, claim := range slices.Sorted(maps.Keys(l.Kiosk.NextFor)) {
		if err := section(b, "["+nextKey+"."+claim+"]", l.Kiosk.NextFor[claim]); err != nil {
			return nil, err
		}
	}
	for _, w := range l.Webhooks {
		if holdsSecret(w.URL) {
			left = append(left, "webhook "+w.Name+": its address holds a password or a key")
		} else if err := section(b, "[["+webhookSection+"]]", map[string]string{"name": w.Name, "url": w.URL}); err != nil {
			return nil, err
		}
	}
	for i, line := range left {
		if i == 0 {
			b.WriteString("\n# Left out:\n")
		}
		fmt.Fprintf(b, "# %s\n", line)
	}
	return b.Bytes(), nil
}

func section(b *bytes.Buffer, head string, values map[string]string) error {
	text, err := toml.Marshal(values)
	if err != nil {
		return fmt.Errorf("write %s: %w", head, err)
	}
	fmt.Fprintf(b, "\n%s\n%s", head, text)
	return nil
}

// WithoutSecret is a value as it may be shown: of an address that may hold a password or a
// key, what stands before and after that.
func WithoutSecret(value string) string {
	rest := strings.TrimPrefix(value, "mjpeg:")
	if !holdsSecret(rest) {
		return value
	}
	kept := strings.TrimSuffix(value, rest)
	u, err := url.Parse(rest)
	if err != nil {
		scheme, _, _ := strings.Cut(rest, "://")
		return kept + scheme + "://..."
	}
	return kept + u.Scheme + "://" + u.Host + u.Path + " ..."
}

// holdsSecret reports whether a text is an address with a password, or with words behind a
// question mark, which may be a key. One that cannot be read may hold either: in a password
// a sign such as % is easily left as it is.
func holdsSecret(text string) bool {
	u, err := url.Parse(text)
	if err != nil {
		return strings.Contains(text, "://")
	}
	return u.Host != "" && (u.User != nil || u.RawQuery != "")
}
