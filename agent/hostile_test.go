package agent

import (
	"flag"
	"io"
	"net/http"
	"strings"
	"testing"
)

// trait is one header, or the method or host, of a request; hostile when no
// good request has it.
type trait struct {
	name    string
	hostile bool
	set     func(*http.Request)
}

func header(name string, values ...string) func(*http.Request) {
	return func(r *http.Request) { r.Header[name] = values }
}

func nothing(*http.Request) {}

func hostTraits() []trait {
	var list []trait
	for _, h := range []string{"127.0.0.1:8189", "localhost:8189", "[::1]:8189", "LOCALHOST:8189"} {
		list = append(list, trait{"host " + h, false, func(r *http.Request) { r.Host = h }})
	}
	for _, h := range []string{
		"evil.example:8189", "127.0.0.1", "127.0.0.1:80", "localhost", "localhost.:8189", "127.0.0.2:8189",
		"127.1:8189", "2130706433:8189", "[::ffff:127.0.0.1]:8189", "0.0.0.0:8189", "localhost.evil.example:8189", "", "his.example",
		"127.0.0.1:8189@evil.example", "127.0.0.1:08189",
	} {
		list = append(list, trait{"host " + h, true, func(r *http.Request) { r.Host = h }})
	}
	return list
}

func originTraits() []trait {
	list := []trait{{"no origin", false, nothing}, {"the allowed origin", false, header("Origin", allowedPage)}}
	for _, o := range []string{
		"null", "", "https://evil.example", "http://his.example", "https://his.example:8443", "https://his.example/", "https://HIS.example",
		"https://his.example.evil.example", "https://evil.example#https://his.example", "http://127.0.0.1:8189", "http://localhost:8189", "file://", "*",
	} {
		list = append(list, trait{"origin " + o, true, header("Origin", o)})
	}
	return append(list, trait{"two origins", true, header("Origin", allowedPage, "https://evil.example")})
}

func fetchTraits() []trait {
	list := []trait{{"no fetch metadata", false, nothing}, {"mode cors", false, header("Sec-Fetch-Mode", "cors")}}
	for _, m := range []string{"no-cors", "websocket", "invented"} {
		list = append(list, trait{"mode " + m, true, header("Sec-Fetch-Mode", m)})
	}
	return append(list, trait{"two modes", true, header("Sec-Fetch-Mode", "cors", "no-cors")},
		trait{"an invented site", true, header("Sec-Fetch-Site", "elsewhere")},
		trait{"two sites", true, header("Sec-Fetch-Site", "none", "cross-site")},
		trait{"another site without an origin", true, func(r *http.Request) {
			r.Header["Sec-Fetch-Site"] = []string{"cross-site"}
			r.Header.Del("Origin")
		}})
}

func upgradeTraits() []trait {
	return []trait{
		{"no upgrade", false, nothing},
		{"a web socket", true, func(r *http.Request) {
			r.Header["Connection"], r.Header["Upgrade"] = []string{"Upgrade"}, []string{"websocket"}
		}},
		{"a web socket among others", true, func(r *http.Request) {
			r.Header["Connection"], r.Header["Upgrade"] = []string{"upgrade"}, []string{"h2c, WebSocket"}
		}},
		{"a web socket of a version", true, func(r *http.Request) {
			r.Header["Connection"], r.Header["Upgrade"] = []string{"upgrade"}, []string{"h2c", "websocket/13"}
		}},
		{"an offer of HTTP/2, as of Java and curl", false, func(r *http.Request) {
			r.Header["Connection"], r.Header["Upgrade"] = []string{"Upgrade, HTTP2-Settings"}, []string{"h2c"}
			r.Header["Http2-Settings"] = []string{"AAMAAABkAAQAAP__"}
		}},
		{"an offer of TLS", false, func(r *http.Request) {
			r.Header["Connection"], r.Header["Upgrade"] = []string{"upgrade"}, []string{"TLS/1.2, HTTP/3.0"}
		}},
		{"connection upgrade alone", false, header("Connection", "keep-alive, UPGRADE")},
	}
}

// methodTraits are methods with bodies of a type; read is true for paths that
// are asked with GET.
func methodTraits(read bool) []trait {
	post := func(kind ...string) func(*http.Request) {
		return func(r *http.Request) {
			r.Method = http.MethodPost
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(`{}`)), 2
			if len(kind) > 0 {
				r.Header["Content-Type"] = kind
			}
		}
	}
	method := func(m string) func(*http.Request) {
		return func(r *http.Request) { r.Method = m; r.Header["Content-Type"] = []string{"application/json"} }
	}
	list := []trait{
		{"GET", !read, nothing},
		{"POST JSON", read, post("application/json")},
		{"POST a form", true, post("application/x-www-form-urlencoded")},
		{"POST a file", true, post("multipart/form-data; boundary=x")},
		{"POST text", true, post("text/plain")},
		{"POST JSON as text", true, post("text/plain; application/json")},
		{"POST without a type", true, post()},
		{"POST two types", true, post("application/json", "text/plain")},
		{"POST in another alphabet", true, post("application/json; charset=utf-7")},
	}
	for _, m := range []string{"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "STEAL", "get"} {
		list = append(list, trait{m, true, method(m)})
	}
	return list
}

// long runs the tests that take minutes in full.
var long = flag.Bool("long", false, "run the long versions of the abuse tests")

// every is which part of the combinations with three and more hostile traits is
// sent in an ordinary run; those with one and two are all sent.
const every = 64

// TestNoHostileRequestWithAGoodTokenReachesAHandler goes through all combinations
// of good and hostile traits and sends those with at least one hostile trait.
func TestNoHostileRequestWithAGoodTokenReachesAHandler(t *testing.T) {
	all := 0
	for _, compat := range []bool{false, true} {
		b := newBench(t, func(o *Options) { o.CompatOpen = compat })
		b.unlimited()
		hostile, good := 0, 0
		for _, path := range []struct {
			path string
			read bool
		}{
			{"/api/smartcard/terminals", true},
			{"/api/smartcard/read", true},
			{"/api/v1/visits", true},
			{"/api/nhso-service/confirm-save", false},
		} {
			h, g := sweep(t, b, path.path, path.read)
			hostile, good = hostile+h, good+g
		}
		t.Logf("compat %v: %d hostile requests reached nothing, all %d good ones were answered", compat, hostile, good)
		if all += hostile; good < 40 {
			t.Errorf("only %d good requests: the test does not try what it should", good)
		}
	}
	if all < 30_000 {
		t.Errorf("only %d hostile requests: the test does not try what it should", all)
	}
}

func sweep(t *testing.T, b *bench, path string, read bool) (hostile, good int) {
	t.Helper()
	count := 0
	hosts, fetches, origins, upgrades, methods := hostTraits(), fetchTraits(), originTraits(), upgradeTraits(), methodTraits(read)
	for _, host := range hosts {
		for _, fetch := range fetches {
			for _, origin := range origins {
				for _, upgrade := range upgrades {
					for _, method := range methods {
						traits := [...]trait{host, origin, fetch, upgrade, method}
						wrong := 0
						for _, one := range traits {
							if one.hostile {
								wrong++
							}
						}
						if count++; wrong > 2 && count%every != 0 && !*long {
							continue
						}
						bad := wrong > 0
						r := request("GET", path, "")
						for _, one := range traits {
							one.set(r)
						}
						r.Header.Set("Authorization", "Bearer "+b.token)
						before := b.reached.Load()
						w := b.do(r)
						reached := b.reached.Load() - before
						switch {
						case bad && (reached != 0 || w.Code < 400):
							if isPreflightAnswer(r, w.Code) && reached == 0 {
								break
							}
							t.Fatalf("%s: %d, and %d calls reached a handler: %s", names(traits[:]), w.Code, reached, w.Body)
						case !bad && (reached != 1 || w.Code != 200):
							t.Fatalf("%s: a good request got %d: %s", names(traits[:]), w.Code, w.Body)
						}
						if bad {
							hostile++
						} else {
							good++
						}
					}
				}
			}
		}
	}
	return hostile, good
}

func isPreflightAnswer(r *http.Request, code int) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") == allowedPage && code == http.StatusNoContent
}

func names(traits []trait) string {
	var all []string
	for _, one := range traits {
		all = append(all, one.name)
	}
	return strings.Join(all, ", ")
}

// TestNoBadTokenReachesAHandler tries tokens that are nearly right.
func TestNoBadTokenReachesAHandler(t *testing.T) {
	b := newBench(t, func(o *Options) { o.CompatOpen = false })
	b.unlimited()
	tried := 0
	try := func(values ...string) {
		tried++
		r := request("GET", "/api/smartcard/read", "127.0.0.1:8189")
		r.Header["Authorization"] = values
		if w := b.do(r); w.Code != http.StatusUnauthorized {
			t.Fatalf("%q gives %d", values, w.Code)
		}
	}
	for i := range 10_000 { // every token differs from the good one in one character, or is another one
		token, _ := NewToken()
		switch at := len(tokenPrefix) + i%(len(b.token)-len(tokenPrefix)); i % 2 {
		case 0:
			other := byte('A')
			if b.token[at] == other {
				other = 'B'
			}
			try("Bearer " + b.token[:at] + string(other) + b.token[at+1:])
		default:
			try("Bearer " + token)
		}
	}
	for _, text := range []string{
		"", "Bearer", "Bearer ", "bearer ", "Bearer\t" + b.token, "Basic " + b.token, b.token, "Bearer  " + b.token, "Bearer " + b.token + " ",
		"Bearer " + strings.ToLower(b.token), "Bearer " + b.token + "=", "Bearer " + strings.TrimPrefix(b.token, tokenPrefix), "Bearer " + b.token[:len(b.token)-1],
	} {
		try(text)
	}
	try("Bearer "+b.token, "Bearer "+b.token)
	if n := b.reached.Load(); n != 0 {
		t.Errorf("%d of %d reached a handler", n, tried)
	}
	r := request("GET", "/api/smartcard/read", "127.0.0.1:8189")
	r.Header.Set("Authorization", "Bearer "+b.token)
	if w := b.do(r); w.Code != 200 {
		t.Errorf("the good token gives %d", w.Code)
	}
}

// TestManyWrongTokensAreSlowedDown keeps somebody from guessing at full speed,
// and a good client on the same machine from noticing.
func TestManyWrongTokensAreSlowedDown(t *testing.T) {
	b := newBench(t, nil)
	slowed := 0
	for range 200 {
		token, _ := NewToken()
		r := request("GET", "/api/smartcard/terminals", "127.0.0.1:8189")
		r.Header.Set("Authorization", "Bearer "+token)
		if b.do(r).Code == http.StatusTooManyRequests {
			slowed++
		}
	}
	if slowed < 100 {
		t.Errorf("%d of 200 were slowed down", slowed)
	}
	r := request("GET", "/api/smartcard/terminals", "127.0.0.1:8189")
	r.Header.Set("Authorization", "Bearer "+b.token)
	if w := b.do(r); w.Code != 200 {
		t.Errorf("the good client gets %d", w.Code)
	}
}
