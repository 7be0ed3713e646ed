//go:build linux

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"authenkiosk/cmd/authenagent/builttest"
)

// upgrade runs the script that units know, with the built program in its path.
type upgrade struct {
	t            *testing.T
	config, data string
	env          []string
}

func (u *upgrade) run(stdin string, args ...string) (out string, err error) {
	u.t.Helper()
	cmd := exec.CommandContext(u.t.Context(), "sh", append([]string{"../../packaging/linux/upgrade-to-production.sh"}, args...)...)
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(builttest.Program(u.t))+":/usr/bin:/bin", "AUTHENKIOSK_CONFIG="+u.config, "AUTHENKIOSK_DATA="+u.data)
	cmd.Env = append(cmd.Env, u.env...)
	cmd.Stdin = strings.NewReader(stdin)
	both, err := cmd.CombinedOutput()
	return string(both), err
}

func (u *upgrade) secret(token, zone string) {
	u.t.Helper()
	cmd := exec.CommandContext(u.t.Context(), builttest.Program(u.t), "secret", "set", "nhso-token", "-zone", zone, "-config", u.config, "-data", u.data)
	cmd.Stdin = strings.NewReader(token)
	if out, err := cmd.CombinedOutput(); err != nil {
		u.t.Fatalf("%v\n%s", err, out)
	}
}

// TestTheUpgradeAsksChecksTheTokenAndChangesTheZoneAlone plays NHSO's production
// on this machine, by TLS, as production has it.
func TestTheUpgradeAsksChecksTheTokenAndChangesTheZoneAlone(t *testing.T) {
	zone, token := startZone(t)
	nhso := httptest.NewTLSServer(httputil.NewSingleHostReverseProxy(zone))
	defer nhso.Close()
	dir := t.TempDir()
	roots := filepath.Join(dir, "roots.pem")
	write(t, roots, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: nhso.Certificate().Raw})))
	u := &upgrade{t: t, config: filepath.Join(dir, "authenkiosk.toml"), data: filepath.Join(dir, "data"), env: []string{"SSL_CERT_FILE=" + roots}}
	text := func(zone, endpoint string) string {
		return fmt.Sprintf("# our unit\n[unit]\nhcode = \"99998\"\n\n[nhso]\nzone = %q # of NHSO\nendpoint_url = %q\nstatus_url = %q\n# the end\n", zone, endpoint, endpoint)
	}
	const wrong = "00000000-0000-4000-8000-000000000077"
	steps := []struct {
		name, endpoint, token, stdin string
		args                         []string
		ok                           bool
		says                         string
	}{
		{"without a token of production", nhso.URL, "", "production\n", nil, false, "secret set nhso-token -zone production"},
		{"with a token that NHSO does not know", nhso.URL, wrong, "production\n", nil, false, "does not answer as it should"},
		{"with the address of the test zone left in", "https://test.nhso.go.th/authencodeapi", token, "production\n", nil, false, "another zone"},
		{"not confirmed", nhso.URL, token, "yes\n", nil, false, "not confirmed"},
		{"confirmed", nhso.URL, token, "production\n", nil, true, "is production now"},
		{"again", nhso.URL, token, "", nil, true, "already"},
		{"by a script", nhso.URL, token, "", []string{"-yes"}, true, "is production now"},
	}
	for _, s := range steps {
		before := text("test", s.endpoint)
		if s.name == "again" {
			before = text("production", s.endpoint)
		}
		write(t, u.config, before)
		u.secret(token, "test") // that of the test zone is there, and is never taken for the other
		if s.token != "" {
			u.secret(s.token, "production")
		}
		out, err := u.run(s.stdin, s.args...)
		// A machine that stood still looks like an NHSO that does not answer.
		for end := time.Now().Add(patience); s.ok && err != nil && strings.Contains(out, "does not answer") && time.Now().Before(end); {
			out, err = u.run(s.stdin, s.args...)
		}
		if (err == nil) != s.ok || !strings.Contains(out, s.says) {
			t.Errorf("%s: %v\n%s\nwant %q", s.name, err, out, s.says)
		}
		if strings.Contains(out, token) || strings.Contains(out, wrong) {
			t.Errorf("%s: the token is shown", s.name)
		}
		want := before
		if s.ok {
			want = text("production", s.endpoint)
		}
		if got := read(t, u.config); got != want {
			t.Errorf("%s: the configuration is\n%s", s.name, got)
		}
	}
}

// TestAnotherZoneHasNothingOfTheFirst gets a code in the demo and goes to the test
// zone with the same directory: no visit, no client and no token comes along, and
// everything is still there on the way back.
func TestAnotherZoneHasNothingOfTheFirst(t *testing.T) {
	zone, token := startZone(t)
	a := startAgent(t, fmt.Sprintf("\n[nhso]\nzone = \"demo\"\nendpoint_url = %q\nstatus_url = %q\n", zone.String(), zone.String()))
	a.insert(builttest.Adult)
	code := a.code("0800001234")
	first := a.token
	a.expect(http.MethodGet, "/api/v1/visits", http.StatusOK, code)
	a.expect(http.MethodGet, "/", http.StatusOK, "DEMO")

	u := &upgrade{t: t, config: a.config, data: a.dir}
	u.secret(token, "test")
	a.end()
	a.setZone("test")
	second := a.client("his") // the same name, in another zone
	a.start()
	a.expect(http.MethodGet, "/api/v1/visits", http.StatusUnauthorized, "")
	a.token = second
	if body := a.expect(http.MethodGet, "/api/v1/visits", http.StatusOK, `"zone":"test"`); strings.Contains(body, code) || !strings.Contains(body, `"visits":[]`) {
		t.Errorf("the test zone has visits of the demo: %s", body)
	}
	a.expect(http.MethodGet, "/", http.StatusOK, "TEST ZONE")
	a.expect(http.MethodGet, "/api/v1/status", http.StatusOK, `"done_today":0`)

	a.end()
	a.setZone("demo")
	a.start()
	a.expect(http.MethodGet, "/api/v1/visits", http.StatusUnauthorized, "")
	a.token = first
	a.expect(http.MethodGet, "/api/v1/visits", http.StatusOK, code)
}

// setZone changes the zone of a program that does not run.
func (a *agentRun) setZone(zone string) {
	a.t.Helper()
	a.foreign = zone != "demo"
	run(a.t, builttest.Program(a.t), "zone", "set", zone, "-yes", "-config", a.config, "-data", a.dir)
}

// expect asks on a connection that is kept. A new one is closed when nothing comes for
// a few seconds, which a pause of the machine looks like: then it asks again.
func (a *agentRun) expect(method, path string, status int, words string) string {
	a.t.Helper()
	got, body, err := a.askBy(a.t.Context(), a.kept, method, path, "")
	for end := time.Now().Add(patience); err != nil && method == http.MethodGet && time.Now().Before(end); {
		got, body, err = a.askBy(a.t.Context(), a.kept, method, path, "")
	}
	if err != nil || got != status || !strings.Contains(body, words) {
		a.t.Errorf("%s: %d %v, want %d with %q: %s", path, got, err, status, words, body)
	}
	return body
}

// code reads the card and asks for a code, as programs of the field do.
func (a *agentRun) code(phone string) string {
	a.t.Helper()
	var card, saved map[string]any
	if err := json.Unmarshal([]byte(a.expect(http.MethodGet, "/api/smartcard/read", http.StatusOK, "")), &card); err != nil {
		a.t.Fatal(err)
	}
	status, body, err := a.askBy(a.t.Context(), a.kept, http.MethodPost, "/api/nhso-service/confirm-save",
		fmt.Sprintf(`{"pid":%q,"claimType":"PG0060001","mobile":%q,"correlationId":%q}`, card["pid"], phone, card["correlationId"]))
	if err != nil || status != http.StatusOK || json.Unmarshal([]byte(body), &saved) != nil {
		a.t.Fatalf("%d %v %s", status, err, body)
	}
	return saved["claimCode"].(string)
}

// startZone starts the simulator of the built program, and returns its address and
// the token that it knows.
func startZone(t *testing.T) (at *url.URL, token string) {
	t.Helper()
	cmd := exec.Command(builttest.Program(t), "testzone", "-listen", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the end of the simulator: %v", err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`on (http://\S+)/ with the token (\S+)`).FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("it says %q", line)
	}
	if at, err = url.Parse(m[1]); err != nil {
		t.Fatal(err)
	}
	return at, m[2]
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(bytes.TrimSpace(data)) + "\n"
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
