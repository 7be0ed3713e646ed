//go:build linux

package agent

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// chromium returns the browser, or ends the test.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("AUTHENKIOSK_REQUIRE_TOOLS") == "1" {
		t.Fatal("no chromium on this machine (Debian package chromium)")
	}
	t.Skip("no chromium on this machine")
	return ""
}

// browse opens a page, with all foreign names leading to this machine, until the
// test ends.
func browse(t *testing.T, url string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "authenkiosk-browser-")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(chromium(t), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server",
		"--host-resolver-rules=MAP * 127.0.0.1", "--remote-debugging-port=0", "--user-data-dir="+dir, url)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it starts others, which end with it
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		// Its children write into the directory until they are gone.
		for end := time.Now().Add(patience); os.RemoveAll(dir) != nil; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s cannot be removed", dir)
			}
		}
	})
}

// attackPage tries everything that a page can, reports it to its own server, and
// goes where the server says. Its server hears when it is gone, which is when the
// browser has the answer from there. It has the agent's address and a good token.
const attackPage = `<!doctype html><meta charset="utf-8"><body><script>
const agent = AGENT, token = TOKEN, found = {};
const auth = {Authorization: "Bearer " + token};
const within = (ms, p) => Promise.race([p, new Promise((_, no) => setTimeout(() => no(new Error("late")), ms))]);
async function attempt(name, f) { try { found[name] = String(await within(LIMIT, f())); } catch (e) { found[name] = "failed"; } }
async function ticket() {
  const r = await fetch(agent + "/api/v1/events/ticket", {method: "POST", headers: {...auth, "Content-Type": "application/json"}, body: "{}"});
  return (await r.json()).ticket;
}
function form(type) {
  return new Promise(done => {
    const frame = document.createElement("iframe"); frame.name = "f" + type; frame.onload = () => done("sent");
    document.body.append(frame);
    const f = document.createElement("form"); f.method = "POST"; f.enctype = type; f.target = frame.name;
    f.action = agent + "/api/nhso-service/confirm-save";
    const i = document.createElement("input"); i.name = '{"pid":"9000000000004","x":"'; i.value = '"}'; f.append(i);
    document.body.append(f); f.submit();
  });
}
addEventListener("pagehide", () => navigator.sendBeacon("/gone"));
(async () => {
  await attempt("status", async () => { const r = await fetch(agent + "/api/v1/status"); return r.status + " " + await r.text(); });
  await attempt("read", async () => { const r = await fetch(agent + "/api/smartcard/read", {headers: auth}); return r.status + " " + await r.text(); });
  await attempt("compat", async () => { const r = await fetch(agent + "/api/smartcard/read"); return r.status + " " + await r.text(); });
  await attempt("post", async () => {
    const r = await fetch(agent + "/api/nhso-service/confirm-save", {method: "POST", headers: {...auth, "Content-Type": "application/json"}, body: "{}"});
    return r.status + " " + await r.text();
  });
  await attempt("simple post", async () => {
    const r = await fetch(agent + "/api/nhso-service/confirm-save", {method: "POST", body: "{}"});
    return r.status + " " + await r.text();
  });
  await attempt("no-cors", async () => { const r = await fetch(agent + "/api/smartcard/read", {mode: "no-cors"}); return r.type + " " + await r.text(); });
  await attempt("form", () => form("text/plain"));
  await attempt("form urlencoded", () => form("application/x-www-form-urlencoded"));
  await attempt("image", () => new Promise((yes, no) => { const i = new Image(); i.onload = () => yes("loaded"); i.onerror = no; i.src = agent + "/api/smartcard/read"; }));
  await attempt("script", () => new Promise((yes, no) => { const s = document.createElement("script"); s.onload = () => yes("loaded"); s.onerror = no; s.src = agent + "/api/v1/status"; document.body.append(s); }));
  await attempt("beacon", async () => navigator.sendBeacon(agent + "/api/nhso-service/confirm-save", "{}") && "sent");
  await attempt("events", async () => {
    const source = new EventSource(agent + "/api/v1/events?ticket=" + await ticket());
    try { return await new Promise((yes, no) => { source.addEventListener("card-inserted", e => yes(e.data)); source.onerror = no; }); } finally { source.close(); }
  });
  await attempt("socket", async () => {
    const socket = new WebSocket(agent.replace("http", "ws") + "/api/v1/events?ticket=" + await ticket());
    try { return await new Promise((yes, no) => { socket.onmessage = e => yes(e.data); socket.onerror = no; socket.onclose = no; }); } finally { socket.close(); }
  });
  await attempt("socket with a ticket of a program", async () => {
    const socket = new WebSocket(agent.replace("http", "ws") + "/api/v1/events?ticket=TICKET");
    try { return await new Promise((yes, no) => { socket.onmessage = e => yes(e.data); socket.onerror = no; socket.onclose = no; }); } finally { socket.close(); }
  });
  const next = await (await fetch("/report", {method: "POST", body: JSON.stringify(found)})).text();
  if (next) location.href = next;
})();
</script>`

// site is a web site that shows the attack page and hears its report.
type site struct {
	*httptest.Server
	reports chan map[string]string
	gone    chan struct{} // the browser shows another page

	mu         sync.Mutex // the browser is no part of this program: only a lock orders what it asks for
	page, next string
}

func (s *site) show() (page, next string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.page, s.next
}

func (s *site) set(page, next string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.page, s.next = page, next
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{reports: make(chan map[string]string, 1), gone: make(chan struct{}, 1)}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, next := s.show()
		switch r.URL.Path {
		case "/":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, page)
		case "/report":
			var found map[string]string
			if err := json.NewDecoder(r.Body).Decode(&found); err != nil {
				t.Error(err)
			}
			s.reports <- found
			_, _ = io.WriteString(w, next)
		case "/gone":
			s.gone <- struct{}{}
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *site) port() string { return s.URL[strings.LastIndexByte(s.URL, ':')+1:] }

func (s *site) wait(t *testing.T) map[string]string {
	t.Helper()
	select {
	case found := <-s.reports:
		return found
	case <-time.After(5 * patience):
		t.Fatal("the browser did not report")
		return nil
	}
}

// TestInARealBrowserOnlyTheListedPageGetsAnything opens the same page from a
// listed origin, from a foreign one, under a foreign name, and under a foreign
// name with the agent's own port, as after DNS rebinding.
func TestInARealBrowserOnlyTheListedPageGetsAnything(t *testing.T) {
	chromium(t)
	var reached atomic.Int64
	listed, foreign, named := newSite(t), newSite(t), newSite(t)
	book, hub := &clientBook{}, NewHub()
	token := book.give(t, "his", Scopes()...)
	run := startWith(t, func(o *Options) {
		o.Status = func() Status { reached.Add(1); return Status{Zone: "demo", Screen: "secret"} }
		o.Zone, o.Clients, o.Events, o.CompatOpen = "demo", book, hub, true
		o.AllowedOrigins = []string{listed.URL}
		o.Compat = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			reached.Add(1)
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, compatAnswer)
		})
	})
	stop := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for tick := time.NewTicker(50 * time.Millisecond); ; {
			select {
			case <-tick.C:
				hub.Publish(Event{Type: CardInserted, Reader: "secret"})
			case <-stop:
				tick.Stop()
				return
			}
		}
	}()
	t.Cleanup(func() { close(stop); <-stopped })
	base := "http://127.0.0.1:" + run.port
	fill := func(s *site, agent, next string) {
		page := strings.ReplaceAll(attackPage, "AGENT", fmt.Sprintf("%q", agent))
		page = strings.ReplaceAll(page, "LIMIT", fmt.Sprint(patience.Milliseconds()))
		page = strings.ReplaceAll(page, "TOKEN", fmt.Sprintf("%q", token))
		s.set(strings.ReplaceAll(page, "TICKET", run.agent.tickets.issue(book.list[0], "", time.Now().Add(time.Hour))), next)
	}
	fill(listed, base, foreign.URL+"/")
	fill(foreign, base, "http://evil.example:"+named.port()+"/") // the foreign name leads to this machine
	// At last the browser opens the agent itself under the foreign name.
	fill(named, "http://evil.example:"+run.port, "http://evil.example:"+run.port+"/")

	browse(t, listed.URL+"/")
	found := listed.wait(t)
	for name, want := range map[string]string{
		"status": "200 ", "read": "200 " + compatAnswer, "compat": "200 " + compatAnswer, "post": "200 " + compatAnswer,
		"events": `"type":"card-inserted"`, "socket": `"type":"card-inserted"`,
	} {
		if !strings.Contains(found[name], want) {
			t.Errorf("the listed page: %s gives %q", name, found[name])
		}
	}
	for _, name := range []string{"no-cors", "image", "script", "socket with a ticket of a program"} {
		if found[name] != "failed" && !strings.HasPrefix(found[name], "opaque ") {
			t.Errorf("the listed page: %s gives %q", name, found[name])
		}
	}
	if n := reached.Load(); n != 4 { // status, read, compat and post; no form, beacon, image or script
		t.Errorf("the listed page reached %d handlers, not 4", n)
	}
	for _, s := range []struct {
		name string
		site *site
	}{{"a foreign page", foreign}, {"a foreign name", named}} {
		found := s.site.wait(t)
		if len(found) != 14 {
			t.Errorf("%s made %d attempts: %v", s.name, len(found), found)
		}
		for what, got := range found {
			opaque := slices.Contains([]string{"no-cors"}, what) && got == "opaque "
			sent := slices.Contains([]string{"form", "form urlencoded", "beacon"}, what) && got == "sent"
			if got != "failed" && !opaque && !sent || strings.Contains(got, "secret") || strings.Contains(got, testPID) {
				t.Errorf("%s: %s gives %q", s.name, what, got)
			}
		}
	}
	// The last navigation, to the agent itself under the foreign name, has its answer
	// when the page before it is gone.
	select {
	case <-named.gone:
	case <-time.After(5 * patience):
		t.Fatal("the browser did not go to the agent")
	}
	if n := reached.Load(); n != 4 {
		t.Errorf("foreign pages reached %d handlers", n-4)
	}
}
