package cli

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"authenkiosk/app/demo"
	"authenkiosk/app/upstream"
	"authenkiosk/logtest"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

func TestTheZoneIsChangedInTheFileAndNothingElse(t *testing.T) {
	file, data := zoneConfig(t)
	text := "# our machine\n" + read(t, file) + "# the end\n"
	write(t, file, text)
	token := "00000000-0000-4000-8000-000000000099"

	steps := []struct {
		name, stdin string
		args        []string
		status      int
		words, zone string
	}{
		{"what is", "", []string{"zone", "show"}, exitOK, "test", "test"},
		{"production with the unit of the demo", "production\n", []string{"zone", "set", "production"}, exitError, "unit.hcode", "test"},
		{"the demo, not confirmed", "yes\n", []string{"zone", "set", "demo"}, exitError, "not confirmed", "test"},
		{"the demo, from no terminal", "", []string{"zone", "set", "demo"}, exitError, "not confirmed", "test"},
		{"the demo", "demo\n", []string{"zone", "set", "demo"}, exitOK, "systemctl restart", "demo"},
		{"the test zone without a token", "test\n", []string{"zone", "set", "test"}, exitError, "secret set nhso-token -zone test", "demo"},
		{"its token", token, []string{"secret", "set", "nhso-token", "-zone", "test"}, exitOK, "set for zone test", "demo"},
		{"the test zone whose services refuse the token", "", []string{"zone", "set", "test", "-yes"}, exitError, "does not answer", "demo"},
		{"the test zone, by a script without a network", "", []string{"zone", "set", "test", "-nocheck", "-yes"}, exitOK, "is test now", "test"},
		{"the same again", "", []string{"zone", "set", "test", "-nocheck", "-yes"}, exitOK, "already", "test"},
	}
	for _, s := range steps {
		got := call(t, s.stdin, append(s.args, "-config", file, "-data", data)...)
		if got.status != s.status || !strings.Contains(got.out+got.err, s.words) {
			t.Fatalf("%s: status %d, %q %q; want %d with %q", s.name, got.status, got.out, got.err, s.status, s.words)
		}
		if now := strings.Replace(text, `zone = "test"`, `zone = "`+s.zone+`"`, 1); read(t, file) != now {
			t.Fatalf("%s: the file is\n%s", s.name, read(t, file))
		}
		if strings.Contains(got.out+got.err, token) {
			t.Fatalf("%s shows the token", s.name)
		}
	}
}

func TestTheServicesOfAZoneAreAskedBeforeTheChange(t *testing.T) {
	file, data := zoneConfig(t)
	write(t, file, strings.Replace(read(t, file), `"test"`, `"demo"`, 1))
	if err := storage.OpenSecrets(filepath.Join(data, "test")).Set(visit.ZoneTest, upstream.TokenName, mustToken()); err != nil {
		t.Fatal(err)
	}
	if got := call(t, "", "zone", "set", "test", "-yes", "-config", file, "-data", data); got.status != exitOK || !strings.Contains(got.out, "zone test answers") {
		t.Errorf("%+v", got)
	}
}

func mustToken() string {
	token, _ := (&demo.World{}).Token()
	return token
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTheTestZonePlaysAnAgentOnAnAddressOfItsOwn(t *testing.T) {
	var out logtest.Buffer
	ctx, stop := context.WithCancel(t.Context())
	p := &Program{Name: "authenagent", Stdin: strings.NewReader(""), Stdout: &out, Stderr: &logtest.Buffer{}}
	ended := make(chan int, 1)
	go func() {
		ended <- p.MainUntil(ctx, []string{"testzone", "-listen", "127.0.0.1:0", "-agent", "127.0.0.1:0"})
	}()
	var addresses [][]string
	soon(t, func() bool {
		addresses = regexp.MustCompile(`on (http://127\.0\.0\.1:[0-9]+)/`).FindAllStringSubmatch(out.String(), -1)
		return len(addresses) == 2
	})
	control, played := addresses[0][1], addresses[1][1]
	put, err := http.NewRequestWithContext(ctx, http.MethodPut, control+"/testzone/agent/card", strings.NewReader(`{"pid":"`+somePID+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	put.Header.Set("Content-Type", "application/json")
	get, err := http.NewRequestWithContext(ctx, http.MethodGet, played+"/api/smartcard/read-card-only", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for _, r := range []*http.Request{put, get} {
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(body), somePID) {
			t.Errorf("%s: %d %s", r.URL.Path, resp.StatusCode, body)
		}
	}
	stop()
	if status := <-ended; status != exitOK {
		t.Errorf("status %d", status)
	}
}
