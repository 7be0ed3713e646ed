package agent

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"authenkiosk/agent/openapi"
)

func TestEveryRouteIsDescribedAndEveryDescriptionIsServed(t *testing.T) {
	b := newBench(t, nil)
	var served, described []string
	for _, r := range b.agent.routes.all {
		served = append(served, r.method+" "+r.path+" "+string(r.scope))
	}
	operations, err := openapi.Operations()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range operations {
		described = append(described, o.Method+" "+o.Path+" "+o.Scope)
		if o.Summary == "" || o.Responses["200"].Description == "" && o.Responses["302"].Description == "" {
			t.Errorf("%s %s is hardly described", o.Method, o.Path)
		}
	}
	slices.Sort(served)
	slices.Sort(described)
	if !slices.Equal(served, described) {
		t.Errorf("served    %q\ndescribed %q", served, described)
	}
}

func TestTheStatusPageShowsTheZoneLoudlyAndEveryState(t *testing.T) {
	for _, c := range []struct {
		zone, class string
		words       []string
	}{
		{"demo", `class="zone demo"`, []string{"DEMO", "ระบบสาธิต"}},
		{"test", `class="zone test"`, []string{"TEST ZONE", "ระบบทดสอบ"}},
		{"production", `class="zone production"`, []string{"PRODUCTION", "ใช้งานจริง"}},
		{"other", `class="zone test"`, []string{"UNKNOWN ZONE"}},
	} {
		b := newBench(t, func(o *Options) {
			o.Zone, o.Unit = c.zone, `โรงพยาบาล <script>alert(1)</script>`
			o.Status = func() Status {
				return Status{
					Version: "1.2.3", Mode: "kiosk", Readers: []Reader{{"ACS <b> 0", "present"}, {"R1", "mute"}},
					NHSO: NHSO{"impaired", 812}, Printer: Printer{"down"}, Outbox: Outbox{3, 1, 57}, ClockSkewMS: -400_000,
				}
			}
			o.Healthy = func() error { return errors.New("no card reader") }
		})
		w := b.do(request("GET", "/", loopbackHost))
		page := w.Body.String()
		for _, word := range append(c.words, c.class, "ACS &lt;b&gt; 0", "มีบัตร", "card inside", "ใช้ได้บางส่วน", "812 ms", "ใช้ไม่ได้", ">57<", "no card reader", "-400 s off", "1.2.3") {
			if !strings.Contains(page, word) {
				t.Errorf("%s: the page lacks %q", c.zone, word)
			}
		}
		if strings.Contains(page, "<script") || strings.Contains(page, "src=") || strings.Contains(page, "http://") || strings.Contains(page, "https://") {
			t.Error("the page has a script or asks another place")
		}
		if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, styleHash([]byte(page))) || strings.Contains(csp, "script") {
			t.Errorf("policy %s", csp)
		}
	}
}

func TestTheDescriptionHasAPageWithoutScripts(t *testing.T) {
	b := newBench(t, nil)
	page := b.do(request("GET", "/api/docs", loopbackHost)).Body.String()
	operations, err := openapi.Operations()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range operations {
		if !strings.Contains(page, "<code>"+o.Path+"</code>") || !strings.Contains(page, o.Summary) && !strings.Contains(o.Summary, "'") && !strings.Contains(o.Summary, "?") {
			t.Errorf("the page lacks %s", o.Path)
		}
	}
	if strings.Contains(page, "<script") || strings.Contains(page, " src=") || strings.Contains(page, " on") && strings.Contains(page, "onclick") || !strings.Contains(page, "DEMO") {
		t.Error("the page has a script, or no zone")
	}
	for _, path := range []string{"/api/openapi.json", "/v3/api-docs"} {
		if w := b.do(request("GET", path, loopbackHost)); w.Body.String() != string(openapi.Description()) || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s is not the description", path)
		}
	}
	if w := b.do(request("GET", "/swagger-ui.html", loopbackHost)); w.Code != 302 || w.Header().Get("Location") != "/api/docs" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

func TestNoEndpointTellsATokenOrAHash(t *testing.T) {
	var log strings.Builder
	b := newBench(t, func(o *Options) {
		o.CompatOpen = true
		o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	b.unlimited()
	hash := string(b.book.list[0].Hash)
	for _, r := range b.agent.routes.all {
		if r.cost == stream {
			continue
		}
		path := strings.ReplaceAll(r.path, "{pid}", testPID)
		q := request("GET", path, loopbackHost)
		if r.method == "POST" {
			q = postJSON(path, "{}")
		}
		w := b.do(bearer(q, b.token))
		if text := w.Body.String() + strings.Join(slices.Concat(w.Header()["Location"], w.Header()["Content-Security-Policy"]), " "); strings.Contains(text, b.token) || strings.Contains(text, hash) {
			t.Errorf("%s tells a secret", path)
		}
	}
	if all := log.String() + strings.Join(b.ledger.all(), "\n"); strings.Contains(all, b.token) || strings.Contains(all, testPID) {
		t.Error("the log or the audit has a secret")
	}
}

// TestThePagesBringTheirThaiLetters looks for the font in both pages, and for the
// policy that lets the browser use it and nothing else.
func TestThePagesBringTheirThaiLetters(t *testing.T) {
	b := newBench(t, func(o *Options) { o.Font = []byte("a font") })
	for _, path := range []string{"/", "/api/docs"} {
		w := b.do(request("GET", path, "127.0.0.1:8189"))
		if w.Code != 200 || !strings.Contains(w.Body.String(), `url("data:font/ttf;base64,YSBmb250")`) {
			t.Errorf("%s: %d without its font", path, w.Code)
		}
		policy := w.Header().Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "font-src data:;") || !strings.Contains(policy, styleHash(w.Body.Bytes())) {
			t.Errorf("%s: %s", path, policy)
		}
	}
}
