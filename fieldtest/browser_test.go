//go:build field

package fieldtest

import (
	_ "embed"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

//go:embed browser/desk.html
var deskPage string

// outcome is what the page reports.
type outcome struct {
	Code, Error, Origin string
	Steps               []string
}

// site is the server of a hospital's program with pages.
type site struct {
	t       *testing.T
	url     string
	page    string
	reports chan outcome
}

func newSite(t *testing.T) *site {
	t.Helper()
	needs(t, "chromium")
	s := &site{t: t, reports: make(chan outcome, 1)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/desk":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, s.page)
		case "/report":
			var o outcome
			if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
				t.Error(err)
			}
			s.reports <- o
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// show opens the page, from the server or from a file, and returns its report.
func (s *site) show(agent, token string, file bool) outcome {
	s.t.Helper()
	text := func(v string) string { b, _ := json.Marshal(v); return string(b) }
	s.page = strings.NewReplacer("= AGENT", "= "+text(agent), "= TOKEN", "= "+text(token), "= REPORT", "= "+text(s.url+"/report")).Replace(deskPage)
	address := s.url + "/desk"
	if file {
		name := filepath.Join(s.t.TempDir(), "desk.html")
		if err := os.WriteFile(name, []byte(s.page), 0o600); err != nil {
			s.t.Fatal(err)
		}
		address = "file://" + name
	}
	dir, err := os.MkdirTemp("", "authenkiosk-browser-")
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--no-proxy-server", "--remote-debugging-port=0", "--user-data-dir="+dir, address)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it starts others, which end with it
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	defer func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		// Its children write into the directory until they are gone.
		for end := time.Now().Add(limit); os.RemoveAll(dir) != nil; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				s.t.Errorf("%s cannot be removed", dir)
				return
			}
		}
	}()
	select {
	case o := <-s.reports:
		return o
	case <-time.After(limit):
		s.t.Fatal("the page does not report")
		return outcome{}
	}
}
