//go:build field

package fieldtest

import (
	"bufio"
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

// show opens the page in a browser, from the server or from a file, and returns its
// report.
func (s *site) show(b browser, agent, token string, file bool) outcome {
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
	b.open(s.t, address)
	select {
	case o := <-s.reports:
		return o
	case <-time.After(limit):
		s.t.Fatal("the page does not report")
		return outcome{}
	}
}

// browser is a real one, by the address of its control.
type browser string

// openBrowser starts a browser without a page. It ends with the test.
func openBrowser(t *testing.T) browser {
	t.Helper()
	chromium := needs(t, "chromium")
	dir, err := os.MkdirTemp("", "authenkiosk-browser-")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--no-proxy-server", "--remote-debugging-port=0", "--user-data-dir="+dir, "about:blank")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it starts others, which end with it
	log, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		// Its children write into the directory until they are gone.
		for end := time.Now().Add(limit); os.RemoveAll(dir) != nil; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Errorf("%s cannot be removed", dir)
				return
			}
		}
	})
	control := make(chan string, 1)
	go func() {
		defer close(control)
		for in := bufio.NewScanner(log); in.Scan(); {
			if _, at, ok := strings.Cut(in.Text(), "DevTools listening on ws://"); ok {
				host, _, _ := strings.Cut(at, "/")
				control <- host
			}
		}
	}()
	select {
	case host, ok := <-control:
		if !ok {
			t.Fatal("the browser has ended")
		}
		return browser("http://" + host)
	case <-time.After(limit):
		t.Fatal("the browser does not start")
		return ""
	}
}

// open opens a page of its own.
func (b browser) open(t *testing.T, address string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, string(b)+"/json/new?"+address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("the browser opens no page: %s", resp.Status)
	}
}
