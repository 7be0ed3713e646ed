package agent

import (
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

const loopbackHost = "127.0.0.1:8189"

func bearer(r *http.Request, token string) *http.Request {
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

func postJSON(path, body string) *http.Request {
	r := request("POST", path, loopbackHost)
	r.Header.Set("Content-Type", "application/json")
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	return r
}

func TestEveryAnswerNamesTheZoneAndIsUselessToAPage(t *testing.T) {
	b := newBench(t, nil)
	for _, path := range []string{"/", "/healthz", "/api/v1/status", "/api/v1/visits", "/nothing", "/api/docs", "/api/openapi.json", "/v3/api-docs", "/swagger-ui.html", "/api/smartcard/read"} {
		for _, host := range []string{loopbackHost, "evil.example"} {
			w := b.do(request("GET", path, host))
			h := w.Header()
			if h.Get(zoneHeader) != "demo" || h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" ||
				h.Get("X-Frame-Options") != "DENY" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("Vary") != "Origin" ||
				!strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'") || strings.Contains(h.Get("Content-Security-Policy"), "unsafe") ||
				h.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s under %s: %d %v", path, host, w.Code, h)
			}
		}
	}
}

func TestAListedPageMayAskAndReadAndOthersMayNot(t *testing.T) {
	b := newBench(t, nil)
	ask := func(origin string) *httptest.ResponseRecorder {
		r := bearer(request("GET", "/api/smartcard/terminals", loopbackHost), b.token)
		r.Header["Origin"], r.Header["Sec-Fetch-Site"], r.Header["Sec-Fetch-Mode"] = []string{origin}, []string{"cross-site"}, []string{"cors"}
		return b.do(r)
	}
	w := ask(allowedPage)
	if w.Code != 200 || w.Header().Get("Access-Control-Allow-Origin") != allowedPage || w.Header().Get("Access-Control-Allow-Credentials") != "true" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := ask("https://evil.example"); w.Code != 403 || w.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

func TestAPreflightIsAnsweredForListedPagesOnlyAndReachesNothing(t *testing.T) {
	b := newBench(t, nil)
	ask := func(origin, path string) *httptest.ResponseRecorder {
		r := request("OPTIONS", path, loopbackHost)
		r.Header["Origin"] = []string{origin}
		r.Header.Set("Access-Control-Request-Method", "POST")
		r.Header.Set("Access-Control-Request-Headers", "authorization,content-type")
		r.Header.Set("Access-Control-Request-Private-Network", "true")
		return b.do(r)
	}
	w := ask(allowedPage, "/api/nhso-service/confirm-save")
	h := w.Header()
	if w.Code != 204 || h.Get("Access-Control-Allow-Origin") != allowedPage || h.Get("Access-Control-Allow-Methods") != "POST" ||
		h.Get("Access-Control-Allow-Headers") != "authorization, content-type" || h.Get("Access-Control-Allow-Private-Network") != "true" {
		t.Errorf("%d %v", w.Code, h)
	}
	for _, c := range []struct {
		origin, path string
		want         int
	}{
		{"https://evil.example", "/api/nhso-service/confirm-save", 403},
		{"null", "/api/nhso-service/confirm-save", 403},
		{allowedPage, "/nothing", 405},
	} {
		w := ask(c.origin, c.path)
		if w.Code != c.want || w.Header().Get("Access-Control-Allow-Methods") != "" || w.Header().Get("Access-Control-Allow-Private-Network") != "" {
			t.Errorf("%s %s: %d %v", c.origin, c.path, w.Code, w.Header())
		}
	}
	if b.reached.Load() != 0 {
		t.Error("a preflight reached a handler")
	}
}

func TestATokenOpensWhatItsScopesSay(t *testing.T) {
	b := newBench(t, nil)
	b.unlimited()
	for _, scope := range Scopes() {
		token := b.book.give(t, "only-"+string(scope), scope)
		_, _ = b.agent.keys.list()
		b.agent.keys.read = time.Time{}
		for _, c := range []struct {
			needs Scope
			r     *http.Request
		}{
			{ScopeReadCard, request("GET", "/api/smartcard/terminals", loopbackHost)},
			{ScopeReadCard, request("GET", "/api/smartcard/read", loopbackHost)},
			{ScopeReadCard, request("GET", "/api/smartcard/read-card-only", loopbackHost)},
			{ScopeReadCard, request("GET", "/api/smartcard/probe/"+testPID, loopbackHost)},
			{ScopeSubmit, postJSON("/api/nhso-service/confirm-save", "{}")},
			{ScopeSubmit, postJSON("/api/nhso-service/confirm-save/", "{}")},
			{ScopeSubmit, postJSON("/api/nhso-service/save-as-draft", "{}")},
			{ScopeCodes, request("GET", "/api/nhso-service/latest-authen-code/"+testPID, loopbackHost)},
			{ScopeCodes, request("GET", "/api/nhso-service/latest-5-authen-code-all-hospital/"+testPID, loopbackHost)},
			{ScopeCodes, request("GET", "/api/v1/visits", loopbackHost)},
			{ScopeEvents, postJSON("/api/v1/events/ticket", "")},
			{anyScope, request("GET", "/api/preference", loopbackHost)},
		} {
			want := 200
			if c.needs != scope && c.needs != anyScope {
				want = 403
			}
			if w := b.do(bearer(c.r, token)); w.Code != want {
				t.Errorf("%s with %s: %d, want %d: %s", c.r.URL.Path, scope, w.Code, want, w.Body)
			}
		}
	}
}

func TestWithoutATokenNothingPersonalOpens(t *testing.T) {
	b := newBench(t, nil)
	for _, r := range []*http.Request{
		request("GET", "/api/smartcard/terminals", loopbackHost), request("GET", "/api/smartcard/read", loopbackHost),
		request("GET", "/api/v1/visits", loopbackHost), request("GET", "/api/v1/events", loopbackHost),
		request("GET", "/api/v1/events?ticket=", loopbackHost), request("GET", "/api/preference", loopbackHost),
		postJSON("/api/v1/events/ticket", ""), postJSON("/api/nhso-service/confirm-save", "{}"),
	} {
		w := b.do(r)
		if w.Code != 401 || w.Header().Get("WWW-Authenticate") == "" {
			t.Errorf("%s: %d", r.URL, w.Code)
		}
	}
	if b.reached.Load() != 0 {
		t.Error("a handler was reached")
	}
}

func TestCompatOpensThePathsOfNHSOsAgentAndNoOther(t *testing.T) {
	b := newBench(t, func(o *Options) { o.CompatOpen = true })
	b.unlimited()
	with := func(r *http.Request, name, value string) *http.Request { r.Header[name] = []string{value}; return r }
	for _, c := range []struct {
		name string
		r    *http.Request
		want int
	}{
		{"no token", request("GET", "/api/smartcard/read", loopbackHost), 200},
		{"a listed page", with(request("GET", "/api/smartcard/read", loopbackHost), "Origin", allowedPage), 200},
		{"another page", with(request("GET", "/api/smartcard/read", loopbackHost), "Origin", "https://evil.example"), 403},
		{"the dummy of a program in the field", with(request("GET", "/api/smartcard/read", loopbackHost), "Authorization", "1234567890"), 200},
		{"the token of NHSO that some programs send", with(request("GET", "/api/smartcard/read", loopbackHost), "Authorization", "Bearer 00000000-0000-0000-0000-000000000000"), 200},
		{"a wrong token of ours", with(request("GET", "/api/smartcard/read", loopbackHost), "Authorization", "Bearer "+tokenPrefix+"x"), 401},
		{"a wrong token of ours, in small letters", with(request("GET", "/api/smartcard/read", loopbackHost), "Authorization", "bearer "+tokenPrefix+"x"), 401},
		{"a picture in a page of an old browser", with(request("GET", "/api/smartcard/read", loopbackHost), "Referer", "https://evil.example/page"), 403},
		{"a page whose name begins like a listed one", with(request("GET", "/api/smartcard/read", loopbackHost), "Referer", allowedPage+".evil.example/"), 403},
		{"a listed page as user of another", with(request("GET", "/api/smartcard/read", loopbackHost), "Referer", "https://his.example@evil.example/"), 403},
		{"a Referer that is none", with(request("GET", "/api/smartcard/read", loopbackHost), "Referer", "about:blank"), 403},
		{"a page of a listed origin", with(request("GET", "/api/smartcard/read", loopbackHost), "Referer", allowedPage+"/desk?hn=1"), 200},
		{"a page of our own", with(request("GET", "/api/smartcard/read", loopbackHost), "Referer", "http://"+loopbackHost+"/api/docs"), 200},
		{"an empty Referer", with(request("GET", "/api/smartcard/read", loopbackHost), "Referer", ""), 200},
		{"a token says enough", bearer(with(request("GET", "/api/smartcard/read", loopbackHost), "Referer", "https://evil.example/"), b.token), 200},
		{"a Referer for a person who opens a page", with(request("GET", "/", loopbackHost), "Referer", "https://evil.example/"), 200},
		{"a submission", postJSON("/api/nhso-service/confirm-save", "{}"), 200},
		{"the feed", request("GET", "/api/v1/visits", loopbackHost), 401},
		{"the events", request("GET", "/api/v1/events", loopbackHost), 401},
		{"a ticket", postJSON("/api/v1/events/ticket", ""), 401},
		{"a dummy for the feed", with(request("GET", "/api/v1/visits", loopbackHost), "Authorization", "1234567890"), 401},
		{"an unknown path", request("GET", "/api/smartcard/anything", loopbackHost), 404},
		{"a pid with a slash", request("GET", "/api/smartcard/probe/1/2", loopbackHost), 404},
		{"no pid", request("GET", "/api/smartcard/probe/", loopbackHost), 404},
	} {
		if w := b.do(c.r); w.Code != c.want {
			t.Errorf("%s: %d, want %d: %s", c.name, w.Code, c.want, w.Body)
		}
	}
}

func TestPollingOfManyProgramsIsNotThrottledAndAFloodIs(t *testing.T) {
	b := newBench(t, func(o *Options) { o.CompatOpen = true })
	now := time.Unix(1_700_000_000, 0)
	b.agent.now = func() time.Time { return now }
	// Ten minutes of five programs that poll each 0.8 s, five each second, and two
	// that read the card each 0.8 s, all from one address without a token.
	for tick := range 6000 {
		now = now.Add(100 * time.Millisecond)
		for program := range 12 {
			period, path := 8, "/api/smartcard/terminals"
			if program >= 5 && program < 10 {
				period = 10
			}
			if program >= 10 {
				path = "/api/smartcard/read"
			}
			if (tick+program)%period == 0 {
				if w := b.do(request("GET", path, loopbackHost)); w.Code != 200 {
					t.Fatalf("program %d at %v: %d", program, time.Duration(tick)*100*time.Millisecond, w.Code)
				}
			}
		}
	}
	good := 0
	for range 10_000 {
		w := b.do(request("GET", "/api/smartcard/terminals", loopbackHost))
		if w.Code == 200 {
			good++
		} else if w.Code != 429 || w.Header().Get("Retry-After") == "" {
			t.Fatalf("%d", w.Code)
		}
	}
	if good > cheapBurst {
		t.Errorf("%d of a flood were answered", good)
	}
	if w := b.do(bearer(request("GET", "/api/smartcard/terminals", loopbackHost), b.token)); w.Code != 200 {
		t.Errorf("a client with a token gets %d while somebody floods", w.Code)
	}
}

func TestACostlyRequestIsAllowedTenTimesASecond(t *testing.T) {
	b := newBench(t, nil)
	now := time.Unix(1_700_000_000, 0)
	b.agent.now = func() time.Time { return now }
	count := func(n int) (good int) {
		for range n {
			if b.do(bearer(postJSON("/api/nhso-service/confirm-save", "{}"), b.token)).Code == 200 {
				good++
			}
		}
		return good
	}
	if good := count(100); good != workBurst {
		t.Errorf("%d at once, want %d", good, workBurst)
	}
	for range 10 {
		now = now.Add(time.Second)
		if good := count(100); good != int(workRate) {
			t.Errorf("%d a second, want %v", good, workRate)
		}
	}
}

func TestBodiesAreJSONSmallAndFlat(t *testing.T) {
	b := newBench(t, nil)
	b.unlimited()
	for _, c := range []struct {
		name, body string
		want       int
	}{
		{"what programs send", `{"pid":"` + testPID + `","claimType":"PG0060001"}`, 200},
		{"nothing", "", 200},
		{"the largest", `"` + strings.Repeat("x", maxBodyBytes-2) + `"`, 200},
		{"one byte more", `"` + strings.Repeat("x", maxBodyBytes-1) + `"`, 413},
		{"deep", strings.Repeat("[", maxJSONDepth) + strings.Repeat("]", maxJSONDepth), 200},
		{"too deep", strings.Repeat("[", maxJSONDepth+1) + strings.Repeat("]", maxJSONDepth+1), 400},
		{"very deep", strings.Repeat("[", 60_000), 400},
		{"deep objects", strings.Repeat(`{"a":`, maxJSONDepth+1) + "1" + strings.Repeat("}", maxJSONDepth+1), 400},
		{"brackets in a text", `"` + strings.Repeat("[", 1000) + `"`, 200},
		{"brackets behind an escaped quote", `"\"` + strings.Repeat("[", 1000) + `"`, 200},
		{"not JSON", "pid=1", 400},
	} {
		for _, length := range []bool{true, false} { // with a length, and in chunks
			r := bearer(postJSON("/api/nhso-service/confirm-save", c.body), b.token)
			if !length {
				r.ContentLength = -1
			}
			if w := b.do(r); w.Code != c.want {
				t.Errorf("%s: %d, want %d", c.name, w.Code, c.want)
			}
		}
	}
}

func TestFewWaitForTheCardAndTheScreenKnowsForWhom(t *testing.T) {
	for path, most := range map[string]int{"/api/smartcard/read": maxAskingEach, "/api/smartcard/read-card-only": maxReadingEach} {
		t.Run(path, func(t *testing.T) {
			var mu sync.Mutex
			var shown []string
			var reads atomic.Int64
			goOn := make(chan struct{})
			b := newBench(t, func(o *Options) {
				o.CardAccess = func(c Caller) { mu.Lock(); defer mu.Unlock(); shown = append(shown, c.Name) }
				o.Compat = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					if c, ok := CallerOf(r.Context()); !ok || c.Name != "his" || !c.May(ScopeReadCard) {
						t.Errorf("caller %+v", c.Name)
					}
					reads.Add(1)
					<-goOn
				})
			})
			b.unlimited()
			codes := make(chan int, 30)
			for range 30 {
				go func() { codes <- b.do(bearer(request("GET", path, loopbackHost), b.token)).Code }()
			}
			refused, good := 0, 0
			for range 30 - most {
				if <-codes == 503 {
					refused++
				}
			}
			close(goOn)
			for range most {
				if <-codes == 200 {
					good++
				}
			}
			if refused != 30-most || good != most || int(reads.Load()) != good || len(shown) != good || shown[0] != "his" {
				t.Errorf("refused %d, good %d, reads %d, shown %d", refused, good, reads.Load(), len(shown))
			}
		})
	}
}

func TestARemovedClientLosesItsRightSoon(t *testing.T) {
	b := newBench(t, nil)
	now := time.Unix(1_700_000_000, 0)
	b.agent.keys.now = func() time.Time { return now }
	ask := func() int {
		return b.do(bearer(request("GET", "/api/smartcard/terminals", loopbackHost), b.token)).Code
	}
	if ask() != 200 {
		t.Fatal("the client is not let in")
	}
	if err := b.book.RemoveClient("his"); err != nil {
		t.Fatal(err)
	}
	now = now.Add(clientsTTL)
	if code := ask(); code != 401 {
		t.Errorf("a removed client gets %d", code)
	}
}

func TestWhenTheClientsCannotBeReadNobodyIsLetIn(t *testing.T) {
	b := newBench(t, nil)
	b.book.fail = errors.New("the disk is gone")
	if w := b.do(bearer(request("GET", "/api/smartcard/terminals", loopbackHost), b.token)); w.Code != 503 || b.reached.Load() != 0 {
		t.Errorf("%d", w.Code)
	}
}

func TestTheAuditNamesTheClientAndNothingPersonal(t *testing.T) {
	b := newBench(t, func(o *Options) { o.CompatOpen = true })
	b.unlimited()
	b.do(bearer(request("GET", "/api/smartcard/read", loopbackHost), b.token))
	b.do(request("GET", "/api/nhso-service/latest-authen-code/"+testPID, loopbackHost))
	b.do(bearer(postJSON("/api/nhso-service/confirm-save", `{"pid":"`+testPID+`"}`), b.token))
	b.do(request("GET", "/api/smartcard/terminals", loopbackHost)) // polled: not worth a line
	b.do(request("GET", "/api/smartcard/read/"+testPID, "evil.example"))
	want := []string{
		"card-read|his|200", "codes|no token, 127.0.0.1|200", "submit|his|200",
		"refused|127.0.0.1|421 ask for 127.0.0.1, localhost or [::1] with the port",
	}
	if got := b.ledger.all(); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	for range 1000 {
		b.do(request("GET", "/", "evil.example"))
	}
	if n := len(b.ledger.all()); n > len(want)+auditBurst {
		t.Errorf("a flood of refusals wrote %d lines", n)
	}
}

// page is a feed of one visit.
type page struct{}

func (page) Visits(after uint64, _ int) ([]VisitChange, uint64, error) {
	if after > 0 {
		return nil, after, nil
	}
	return []VisitChange{{Seq: 1, ClaimType: `"visits":[]`}}, 1, nil
}

func TestAPollOfTheFeedThatFindsNothingNewIsNotWrittenDown(t *testing.T) {
	b := newBench(t, func(o *Options) { o.Visits = page{} })
	b.unlimited()
	for range 10 {
		b.do(bearer(request("GET", "/api/v1/visits?after="+testFeed+"-1", loopbackHost), b.token))
	}
	if got := b.ledger.all(); len(got) != 0 {
		t.Errorf("nothing was disclosed, and the audit has %q", got)
	}
	b.do(bearer(request("GET", "/api/v1/visits", loopbackHost), b.token))
	if got := b.ledger.all(); !slices.Equal(got, []string{"visits|his|200"}) {
		t.Errorf("got %q", got)
	}
}

func TestTheSchemeOfATokenCountsInAnyCase(t *testing.T) {
	b := newBench(t, nil)
	for _, scheme := range []string{"Bearer ", "bearer ", "BEARER "} {
		r := request("GET", "/api/smartcard/terminals", loopbackHost)
		r.Header.Set("Authorization", scheme+b.token)
		if w := b.do(r); w.Code != 200 {
			t.Errorf("%q: %d", scheme, w.Code)
		}
	}
}

func TestAPanicOfAHandlerEndsOneRequestAndTellsNothing(t *testing.T) {
	var log strings.Builder
	b := newBench(t, func(o *Options) {
		o.Logger = slog.New(slog.NewTextHandler(&log, nil))
		o.Compat = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(testPID) })
	})
	w := b.do(bearer(request("GET", "/api/smartcard/read", loopbackHost), b.token))
	if w.Code != 500 || strings.Contains(w.Body.String()+log.String(), testPID) || log.Len() == 0 {
		t.Errorf("%d %s %s", w.Code, w.Body, log.String())
	}
	if w := b.do(bearer(request("GET", "/api/smartcard/read", loopbackHost), b.token)); w.Code != 500 {
		t.Errorf("the card is not free again: %d", w.Code)
	}
}

func TestRefusalsOnPathsOfNHSOsAgentHaveItsForm(t *testing.T) {
	b := newBench(t, nil)
	w := b.do(request("GET", "/api/smartcard/read", loopbackHost))
	for _, part := range []string{`"status":401`, `"error":"Unauthorized"`, `"errors":[{`, `"defaultMessage":"a token is needed`, `"message":`} {
		if !strings.Contains(w.Body.String(), part) {
			t.Errorf("%s lacks %s", w.Body, part)
		}
	}
}

func TestOtherMachinesNeedEverything(t *testing.T) {
	cert := &tls.Certificate{Certificate: [][]byte{{1}}}
	list, hosts := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, []string{"kiosk.example:8189"}
	book := &clientBook{}
	book.give(t, "his", ScopeReadCard)
	for _, c := range []struct {
		name    string
		lan     *LAN
		clients ClientLister
		pairing *Pairing
		good    bool
	}{
		{"everything", &LAN{cert, list, hosts}, book, nil, true},
		{"no LAN", nil, nil, nil, true},
		{"no certificate", &LAN{nil, list, hosts}, book, nil, false},
		{"no addresses", &LAN{cert, nil, hosts}, book, nil, false},
		{"all addresses", &LAN{cert, []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}, hosts}, book, nil, false},
		{"no names", &LAN{cert, list, nil}, book, nil, false},
		{"a name without a port", &LAN{cert, list, []string{"kiosk.example"}}, book, nil, false},
		{"no clients", &LAN{cert, list, hosts}, &clientBook{}, nil, false},
		{"no store of clients", &LAN{cert, list, hosts}, nil, nil, false},
		{"no clients, and a way to let one in", &LAN{cert, list, hosts}, &clientBook{}, NewPairing(&clientBook{}, nil), true},
	} {
		a := New(Options{Logger: slog.New(slog.DiscardHandler), Clients: c.clients, LAN: c.lan, Pairing: c.pairing})
		if err := a.Err(); (err == nil) != c.good || err != nil && !errors.Is(err, ErrLAN) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestAnotherMachineNeedsAListedAddressANameAndATokenForEverything(t *testing.T) {
	b := newBench(t, func(o *Options) {
		o.CompatOpen = true
		o.LAN = &LAN{&tls.Certificate{Certificate: [][]byte{{1}}}, []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, []string{"kiosk.example:8189"}}
	})
	b.unlimited()
	for _, c := range []struct {
		name, from, host, path, token string
		want                          int
	}{
		{"listed, with a token", "192.0.2.9:1", "kiosk.example:8189", "/api/smartcard/terminals", b.token, 200},
		{"listed, compat", "192.0.2.9:1", "kiosk.example:8189", "/api/smartcard/terminals", "", 200},
		{"listed, the status", "192.0.2.9:1", "kiosk.example:8189", "/api/v1/status", "", 401},
		{"listed, the status with a token", "192.0.2.9:1", "kiosk.example:8189", "/api/v1/status", b.token, 200},
		{"not listed", "198.51.100.1:1", "kiosk.example:8189", "/api/smartcard/terminals", b.token, 403},
		{"another name", "192.0.2.9:1", "evil.example:8189", "/api/smartcard/terminals", b.token, 421},
		{"mapped to IPv6", "[::ffff:192.0.2.9]:1", "kiosk.example:8189", "/api/smartcard/terminals", b.token, 200},
		{"no address", "", "kiosk.example:8189", "/api/smartcard/terminals", b.token, 403},
	} {
		r := request("GET", c.path, c.host)
		r.RemoteAddr = c.from
		if c.token != "" {
			bearer(r, c.token)
		}
		if w := b.do(r); w.Code != c.want {
			t.Errorf("%s: %d, want %d", c.name, w.Code, c.want)
		}
	}
}

func TestOriginsAreExactly(t *testing.T) {
	for _, good := range []string{"https://his.example", "http://192.0.2.7:8080", "http://localhost:3000", "https://[2001:db8::1]:8443", "http://127.0.0.1:3000", "null", "file://"} {
		if _, err := ParseOrigin(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{
		"", "*", "Null", "file:", "his.example", "https://", "https://his.example/", "https://his.example/x", "https://his.example?x", "https://his.example#x",
		"https://user@his.example", "HTTPS://his.example", "https://HIS.example", "https://his.example:443", "http://his.example:80", "https://*.example",
		"file:///x", "ftp://his.example", "https://his.example, https://evil.example", "https://his.example:", " https://his.example",
	} {
		if _, err := ParseOrigin(bad); !errors.Is(err, ErrOrigin) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if a := New(Options{AllowedOrigins: []string{"*"}}); a.Err() == nil || a.origins.allowed["*"] {
		t.Error("a star was accepted")
	}
}

func TestAProgramInAnEndlessLoopIsHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		b.agent.penalty, b.agent.now = penalty, time.Now
		begin := time.Now()
		for range cheapBurst + 50 {
			b.do(bearer(request("GET", "/api/smartcard/terminals", loopbackHost), b.token))
		}
		// While it waits its bucket fills, so most of the rest is answered late.
		if took := time.Since(begin); took < penalty || b.reached.Load() < cheapBurst {
			t.Errorf("%v, %d answered", took, b.reached.Load())
		}
		if len(b.agent.waiting) != 0 {
			t.Error("places of waiting requests are lost")
		}
	})
}

func TestTheCharsetOfABodyMayBeWrittenAsProgramsDo(t *testing.T) {
	b := newBench(t, nil)
	for kind, want := range map[string]int{
		"application/json": 200, "application/json; charset=utf-8": 200, "application/json;charset=UTF-8": 200, "application/json; charset=utf8": 200,
		"application/json; charset=UTF8": 200, `application/json; charset="utf-8"`: 200, "application/json; charset=tis-620": 415, "text/plain; charset=utf8": 415,
	} {
		r := bearer(postJSON("/api/nhso-service/confirm-save", "{}"), b.token)
		r.Header.Set("Content-Type", kind)
		if w := b.do(r); w.Code != want {
			t.Errorf("%s: %d", kind, w.Code)
		}
	}
}

func TestHEADIsAnsweredLikeGET(t *testing.T) {
	b := newBench(t, nil)
	b.unlimited()
	for _, path := range []string{
		"/", "/healthz", "/api/v1/status", "/api/smartcard/terminals", "/api/smartcard/read", "/api/smartcard/read-card-only", "/api/smartcard/probe/" + testPID,
		"/api/nhso-service/latest-authen-code/" + testPID, "/api/preference",
	} {
		get, head := b.do(bearer(request("GET", path, loopbackHost), b.token)), b.do(bearer(request("HEAD", path, loopbackHost), b.token))
		if head.Code != get.Code || head.Header().Get("Content-Type") != get.Header().Get("Content-Type") {
			t.Errorf("%s: %d, GET has %d", path, head.Code, get.Code)
		}
	}
	if w := b.do(bearer(request("HEAD", "/api/v1/events", loopbackHost), b.token)); w.Code != 405 {
		t.Errorf("a stream: %d", w.Code)
	}
}
