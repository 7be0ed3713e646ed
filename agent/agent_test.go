package agent

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
)

type running struct {
	port    string
	client  *http.Client
	dialer  func(ctx context.Context, network, address string) (net.Conn, error)
	healthy error
	agent   *Agent
	end     func() error // ends it, once
}

// start serves on a free port until the test ends.
func start(t *testing.T) *running { t.Helper(); return startWith(t, nil) }

// startWith serves with other options, and with patience.
func startWith(t testing.TB, change func(*Options)) *running {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveFor(t, l, &http.Transport{DialContext: (&net.Dialer{}).DialContext}, patient, change)
}

// serveFor serves on a listener, which the transport reaches, until the test ends.
func serveFor(t testing.TB, l net.Listener, transport *http.Transport, keep timing, change func(*Options)) *running {
	t.Helper()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	run := &running{port: port, client: &http.Client{Transport: transport}, dialer: transport.DialContext}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	o := Options{
		Status:  func() Status { return Status{Version: "1", Zone: "demo", Mode: "kiosk", Screen: "welcome"} },
		Healthy: func() error { return run.healthy },
		Logger:  slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&o)
	}
	run.agent = New(o)
	run.agent.timing = keep
	go func() { done <- Serve(ctx, l, run.agent) }()
	run.end = sync.OnceValue(func() error {
		transport.CloseIdleConnections()
		cancel()
		return <-done
	})
	t.Cleanup(func() {
		if err := run.end(); err != nil {
			t.Errorf("Serve ended with %v", err)
		}
	})
	return run
}

// ask sends a request and returns status, headers and body. PORT in host stands
// for the port.
func (r *running) ask(t testing.TB, method, path, host string, headers ...string) (int, http.Header, string) {
	t.Helper()
	return r.send(t, method, path, host, "", headers...)
}

// send is ask with a body.
func (r *running) send(t testing.TB, method, path, host, body string, headers ...string) (int, http.Header, string) {
	t.Helper()
	req, err := http.NewRequest(method, "http://127.0.0.1:"+r.port+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Host = strings.ReplaceAll(host, "PORT", r.port)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], strings.ReplaceAll(headers[i+1], "PORT", r.port))
	}
	resp, err := r.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(answer)
}

const own = "127.0.0.1:PORT"

func TestHostileRequestsReachNothing(t *testing.T) {
	run := start(t)
	for _, c := range []struct {
		name, method, host string
		headers            []string
		want               int
	}{
		{"a program on this machine", "GET", own, nil, 200},
		{"under the name localhost", "GET", "localhost:PORT", nil, 200},
		{"under the address of IPv6", "GET", "[::1]:PORT", nil, 200},
		{"a person who types the address", "GET", own, []string{"Sec-Fetch-Site", "none"}, 200},
		{"HEAD", "HEAD", own, nil, 200},
		{"a rebound name", "GET", "evil.example:PORT", nil, 421},
		{"a rebound name with the origin of itself", "GET", "evil.example:PORT", []string{"Origin", "http://evil.example:PORT"}, 421},
		{"another port", "GET", "127.0.0.1:80", nil, 421},
		{"no port", "GET", "127.0.0.1", nil, 421},
		{"another loopback address", "GET", "127.0.0.2:PORT", nil, 421},
		{"a name that begins like ours", "GET", "localhost.evil.example:PORT", nil, 421},
		{"another spelling", "GET", "LOCALHOST:PORT", nil, 200},
		{"the address as a number", "GET", "2130706433:PORT", nil, 421},
		{"a dot at the end", "GET", "localhost.:PORT", nil, 421},
		{"a page of another site", "GET", own, []string{"Origin", "https://evil.example"}, 403},
		{"a page without an origin", "GET", own, []string{"Origin", "null"}, 403},
		{"an empty origin", "GET", own, []string{"Origin", ""}, 403},
		{"a page that says it is ours", "GET", own, []string{"Origin", "http://127.0.0.1:PORT"}, 403},
		{"a picture in a page", "GET", own, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"}, 403},
		{"a page of the same site", "GET", own, []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"one good and one bad header", "GET", own, []string{"Sec-Fetch-Site", "none", "Sec-Fetch-Site", "cross-site"}, 403},
		{"a web socket", "GET", own, []string{"Connection", "Upgrade", "Upgrade", "websocket"}, 403},
		{"Java's own client, which offers HTTP/2", "GET", own, []string{"Connection", "Upgrade, HTTP2-Settings", "Upgrade", "h2c", "HTTP2-Settings", "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA"}, 200},
		{"POST", "POST", own, nil, 405},
		{"a preflight", "OPTIONS", own, []string{"Origin", "https://evil.example", "Access-Control-Request-Method", "GET"}, 403},
		{"OPTIONS", "OPTIONS", own, nil, 405},
		{"DELETE", "DELETE", own, nil, 405},
		{"an invented method", "STEAL", own, nil, 405},
	} {
		for _, path := range []string{"/api/v1/status", "/healthz"} {
			code, header, body := run.ask(t, c.method, path, c.host, c.headers...)
			if code != c.want {
				t.Errorf("%s: %s gives %d, want %d", c.name, path, code, c.want)
			}
			if code != 200 && (strings.Contains(body, "welcome") || strings.HasPrefix(body, "ok")) {
				t.Errorf("%s: the answer tells something: %s", c.name, body)
			}
			if header.Get("Cache-Control") != "no-store" || header.Get("X-Content-Type-Options") != "nosniff" ||
				!strings.HasPrefix(header.Get("Content-Security-Policy"), "default-src 'none'") || header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s: headers %v", c.name, header)
			}
		}
	}
}

func TestTheStatusHasExactlyTheAgreedFields(t *testing.T) {
	run := start(t)
	code, header, body := run.ask(t, "GET", "/api/v1/status", own)
	if code != 200 || header.Get("Content-Type") != "application/json" {
		t.Fatalf("%d, %v", code, header)
	}
	want := `{"version":"1","zone":"demo","mode":"kiosk","screen":"welcome","readers":[],"nhso":{"state":"","latency_ms":0},` +
		`"printer":{"state":""},"outbox":{"pending":0,"staff":0,"done_today":0},"receivers":[],"clock_skew_ms":0}`
	if strings.TrimSpace(body) != want {
		t.Errorf("got  %s\nwant %s", body, want)
	}
}

// TestTheStatusHasNoPlaceForPersonalData fails when somebody adds a field: first
// decide that it can never hold anything about a person, then add it here.
func TestTheStatusHasNoPlaceForPersonalData(t *testing.T) {
	allowed := map[string]bool{
		"version": true, "zone": true, "mode": true, "screen": true, "readers": true, "nhso": true, "printer": true,
		"outbox": true, "clock_skew_ms": true, "name": true, "state": true, "latency_ms": true,
		"pending": true, "staff": true, "done_today": true, "receivers": true, "set_aside": true,
	}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Slice:
			walk(typ.Elem())
		case reflect.Struct:
			for i := range typ.NumField() {
				if key := typ.Field(i).Tag.Get("json"); !allowed[key] {
					t.Errorf("field %q", key)
				}
				walk(typ.Field(i).Type)
			}
		case reflect.String, reflect.Int, reflect.Int64:
		default:
			t.Errorf("a field of kind %s can hold anything", typ.Kind())
		}
	}
	walk(reflect.TypeFor[Status]())
}

func TestHealthIsOKOrTheReasonOnOneLine(t *testing.T) {
	run := start(t)
	if code, _, body := run.ask(t, "GET", "/healthz", own); code != 200 || strings.TrimSpace(body) != "ok" {
		t.Errorf("%d %q", code, body)
	}
	run.healthy = errors.New("the disk is full\nand " + strings.Repeat("more ", 100))
	code, _, body := run.ask(t, "GET", "/healthz", own)
	if code != 503 || strings.Count(body, "\n") != 1 || !strings.HasPrefix(body, "the disk is full and more") || len([]rune(body)) > maxReason+1 {
		t.Errorf("%d %q", code, body)
	}
}

func TestAnUnknownPathIsNotFoundAsJSON(t *testing.T) {
	run := start(t)
	for _, path := range []string{"/api/preference", "/api/v2", "/api/v1/status/", "//healthz", "/api/v1/../v1/status"} {
		code, header, body := run.ask(t, "GET", path, own)
		var answer struct {
			Error string `json:"error"`
		}
		if err := json.Unmarshal([]byte(body), &answer); err != nil || code != 404 || answer.Error == "" || header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %q %v", path, code, body, err)
		}
	}
}

func TestAListenerForOtherMachinesIsRefused(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", "[::]:0"} {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Logf("%s: %v", address, err)
			continue
		}
		if err := Serve(context.Background(), l, http.NotFoundHandler()); !errors.Is(err, ErrNotLoopback) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestAHandlerWithoutAServerRefusesEverything(t *testing.T) {
	h := New(Options{Status: func() Status { return Status{} }, Healthy: func() error { return nil }, Logger: slog.New(slog.DiscardHandler)})
	req, err := http.NewRequest("GET", "http://127.0.0.1:8189/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.RemoteAddr = "127.0.0.1:50000"
	w := &recorder{header: http.Header{}}
	h.ServeHTTP(w, req)
	if w.code != http.StatusMisdirectedRequest {
		t.Errorf("got %d", w.code)
	}
}

// recorder keeps the status of an answer.
type recorder struct {
	header http.Header
	code   int
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) Write(b []byte) (int, error) { return len(b), nil }
func (r *recorder) WriteHeader(code int)        { r.code = code }
