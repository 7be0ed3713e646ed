package cli

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"authenkiosk/agent"
	"authenkiosk/agent/webhook"
	"authenkiosk/app/config"
	"authenkiosk/app/hospital"
	"authenkiosk/certtest"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

func TestDoctorIsLoudAboutWhatIsLessSafe(t *testing.T) {
	c := config.Default()
	data := t.TempDir()
	c.Agent.Enabled, c.Agent.Compat, c.Agent.Listen = true, true, "127.0.0.1:1"
	c.Agent.TLSCert, c.Agent.TLSKey, _ = certtest.Files(t, "kiosk1.hospital.example")
	c.Agent.Addresses, c.Agent.Hosts = []string{"10.0.0.0/8"}, []string{"kiosk1.hospital.example:8189"}
	c.Webhooks = []config.Webhook{{Name: "his", URL: "https://his.example"}, {Name: "new", URL: "https://new.example"}}
	if err := storage.OpenSecrets(data).Set(c.NHSO.Zone, "webhook-his", webhook.NewSecret()); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(data, hospital.ReceiversFile), `[{"name":"webhook/his","failing":"2026-01-02T03:04:05Z","problem":"the receiver cannot be reached"}]`)
	all := fmt.Sprint(agentFindings(t.Context(), c, data))
	for _, words := range []string{
		"warning LESS SAFE", "agent network warning no client has a token", "webhook his warning takes nothing since 2026-01-02",
		"webhook new failed", "secret new webhook-new", "not asked: it wants its own name",
	} {
		if !strings.Contains(all, words) {
			t.Errorf("%q is not in %s", words, all)
		}
	}
	if _, err := addClientIn(data, "his", agent.Scopes()); err != nil {
		t.Fatal(err)
	}
	if all := fmt.Sprint(agentFindings(t.Context(), c, data)); !strings.Contains(all, "OTHER MACHINES may ask: 10.0.0.0/8") {
		t.Error(all)
	}
}

// TestTheDoctorIsLoudAboutPlainHTTP opens the paths without TLS.
func TestTheDoctorIsLoudAboutPlainHTTP(t *testing.T) {
	c := config.Default()
	c.Agent.Enabled, c.Agent.PlainHTTPListen, c.Agent.PlainHTTPFrom = true, "192.0.2.20:8189", []string{"192.0.2.30"}
	all := fmt.Sprint(agentFindings(t.Context(), c, t.TempDir()))
	for _, words := range []string{"agent plain http warning LESS SAFE", "192.0.2.30", "http://192.0.2.20:8189"} {
		if !strings.Contains(all, words) {
			t.Errorf("%q is not in %s", words, all)
		}
	}
}

// TestTheDoctorNamesTheRiskOfPagesWithoutAnOrigin lists such pages.
func TestTheDoctorNamesTheRiskOfPagesWithoutAnOrigin(t *testing.T) {
	for origin, want := range map[string]bool{"null": true, "file://": true, "https://his.example": false} {
		c := config.Default()
		c.Agent.Enabled, c.Agent.AllowedOrigins = true, []string{origin}
		warned := false
		for _, f := range agentFindings(t.Context(), c, t.TempDir()) {
			warned = warned || f.State == FindingWarning && strings.Contains(f.Detail, origin) && strings.Contains(f.Detail, "LESS SAFE")
		}
		if warned != want {
			t.Errorf("%s: warned %v", origin, warned)
		}
	}
}

func TestTheDoctorSaysWhoHasTheAgentsPort(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "[]") }))
	defer other.Close()
	own := newClinic(t, nil)
	for name, c := range map[string]struct{ address, words, state string }{
		"NHSO's agent":   {other.Listener.Addr().String(), "NHSO's own agent? End it", FindingFailed},
		"a second kiosk": {strings.TrimPrefix(own.url, "http://"), "AuthenKiosk answers there", FindingOK},
	} {
		set := config.Default()
		set.NHSO.Zone, set.Agent.Enabled, set.Agent.Listen = visit.ZoneDemo, true, c.address
		if all := fmt.Sprint(agentFindings(t.Context(), set, t.TempDir())); !strings.Contains(all, "{agent "+c.state) || !strings.Contains(all, c.words) {
			t.Errorf("%s: doctor says %s", name, all)
		}
	}
}
