package agent

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// fromPage is a request of a page as a browser sends it.
func fromPage(origin string, r *http.Request) *http.Request {
	r.Header["Origin"], r.Header["Sec-Fetch-Site"], r.Header["Sec-Fetch-Mode"] = []string{origin}, []string{"cross-site"}, []string{"cors"}
	return r
}

func preflightOf(b *bench, origin, path string, headers ...string) *httptest.ResponseRecorder {
	r := fromPage(origin, request("OPTIONS", path, loopbackHost))
	r.Header.Set("Access-Control-Request-Method", "POST")
	r.Header["Access-Control-Request-Headers"] = headers
	return b.do(r)
}

func TestAPreflightAllowsAListedPageTheHeadersThatItAsksFor(t *testing.T) {
	b := newBench(t, nil)
	for _, c := range []struct {
		name  string
		asked []string
		want  string
	}{
		{"jQuery", []string{"content-type,x-requested-with"}, "content-type, x-requested-with"},
		{"axios with Laravel", []string{"content-type,x-csrf-token,x-requested-with,x-xsrf-token"}, "content-type, x-csrf-token, x-requested-with, x-xsrf-token"},
		{"tracing, in two lines", []string{"traceparent, tracestate", "Cache-Control,Pragma"}, "traceparent, tracestate, Cache-Control, Pragma"},
		{"nothing asked", nil, allowHeaders},
		{"what is no name of a header", []string{"content-type, bad name, x\x01, ,(x)"}, "content-type"},
		{"a flood", []string{strings.Repeat("x-a,", 500)}, strings.TrimSuffix(strings.Repeat("x-a, ", maxAskedHeaders), ", ")},
	} {
		w := preflightOf(b, allowedPage, "/api/nhso-service/confirm-save", c.asked...)
		h := w.Header()
		if w.Code != 204 || h.Get("Access-Control-Allow-Headers") != c.want || h.Get("Access-Control-Allow-Origin") != allowedPage || h.Get("Access-Control-Allow-Credentials") != "true" {
			t.Errorf("%s: %d %v", c.name, w.Code, h)
		}
	}
	if w := preflightOf(b, "https://evil.example", "/api/nhso-service/confirm-save", "x-requested-with"); w.Code != 403 || w.Header().Get("Access-Control-Allow-Headers") != "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

// TestACookieOpensNothing sends what a browser would send with credentials.
func TestACookieOpensNothing(t *testing.T) {
	b := newBench(t, nil)
	r := fromPage(allowedPage, request("GET", "/api/smartcard/terminals", loopbackHost))
	r.Header.Set("Cookie", "token="+b.token+"; Authorization=Bearer "+b.token)
	if w := b.do(r); w.Code != 401 || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("%d", w.Code)
	}
}

// TestAPageOfAFileNeedsATokenAlways lists the origins of Electron and of file pages.
// Any site can make a frame that sends "null", so that neither compat nor the open
// paths answer it without a token.
func TestAPageOfAFileNeedsATokenAlways(t *testing.T) {
	for _, origin := range []string{"null", "file://"} {
		b := newBench(t, func(o *Options) { o.CompatOpen, o.AllowedOrigins = true, []string{origin} })
		b.unlimited()
		for _, c := range []struct {
			name string
			r    *http.Request
			want int
		}{
			{"without a token", request("GET", "/api/smartcard/read", loopbackHost), 401},
			{"with a dummy", bearer(request("GET", "/api/smartcard/read", loopbackHost), "1234567890"), 401},
			{"a submission", postJSON("/api/nhso-service/confirm-save", "{}"), 401},
			{"the status", request("GET", "/api/v1/status", loopbackHost), 401},
			{"with a token", bearer(request("GET", "/api/smartcard/read", loopbackHost), b.token), 200},
			{"a submission with a token", bearer(postJSON("/api/nhso-service/confirm-save", "{}"), b.token), 200},
		} {
			w := b.do(fromPage(origin, c.r))
			if w.Code != c.want || w.Header().Get("Access-Control-Allow-Credentials") != "" || w.Header().Get("Access-Control-Allow-Origin") != origin {
				t.Errorf("%s, %s: %d %v", origin, c.name, w.Code, w.Header())
			}
		}
		if w := preflightOf(b, origin, "/api/smartcard/read", "authorization"); w.Code != 204 || w.Header().Get("Access-Control-Allow-Headers") != "authorization" || w.Header().Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: %d %v", origin, w.Code, w.Header())
		}
		other := map[string]string{"null": "file://", "file://": "null"}[origin]
		if w := b.do(fromPage(other, bearer(request("GET", "/api/smartcard/read", loopbackHost), b.token))); w.Code != 403 {
			t.Errorf("%s is listed, %s asks: %d", origin, other, w.Code)
		}
	}
}

func TestARefusedPageStandsInTheLogAndOnTheStatusPage(t *testing.T) {
	var log bytes.Buffer
	b := newBench(t, func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	b.unlimited()
	for range 3 {
		b.do(fromPage("https://his2.example", request("GET", "/api/nhso-service/latest-authen-code/"+testPID, loopbackHost)))
	}
	b.do(fromPage(`https://evil.example/<script>"`, request("GET", "/api/smartcard/read", loopbackHost)))
	b.do(fromPage(allowedPage, request("GET", "/api/smartcard/terminals", loopbackHost))) // it lacks a token
	image := request("GET", "/api/smartcard/read", loopbackHost)
	image.Header["Sec-Fetch-Site"], image.Header["Sec-Fetch-Mode"], image.Header["Referer"] = []string{"cross-site"}, []string{"no-cors"}, []string{"https://forum.example/thread?hn=1"}
	b.do(image)
	page := b.do(request("GET", "/", loopbackHost)).Body.String()
	for _, word := range []string{
		"https://his2.example", "GET /api/nhso-service/latest-authen-code/{pid}", "web pages of this origin may not ask", "&#215;3",
		"https://evil.example/&lt;script&gt;", allowedPage, "a token is needed", "https://forum.example", "web pages may not ask so",
	} {
		if !strings.Contains(page, word) {
			t.Errorf("the status page lacks %q", word)
		}
	}
	if strings.Contains(page, testPID) || strings.Contains(log.String(), testPID) || strings.Contains(page, "hn=1") || strings.Contains(page, "<script>") {
		t.Error("what must not be shown is shown")
	}
	for _, word := range []string{"https://his2.example", "latest-authen-code/{pid}", "web pages of this origin may not ask"} {
		if !strings.Contains(log.String(), word) {
			t.Errorf("the log lacks %q: %s", word, &log)
		}
	}
	if n := strings.Count(log.String(), "https://his2.example"); n != 1 {
		t.Errorf("the same stands %d times in the log", n)
	}
	// Neither the page nor the log grows with the number of those that are refused.
	log.Reset()
	for i := range 1000 {
		b.do(fromPage(fmt.Sprintf("https://evil%d.example", i), request("GET", "/api/smartcard/read", loopbackHost)))
	}
	page = b.do(request("GET", "/", loopbackHost)).Body.String()
	if n, m := strings.Count(page, "https://evil"), strings.Count(log.String(), "https://evil"); n != maxRefusedPages || m > auditBurst+1 {
		t.Errorf("%d on the page, %d in the log", n, m)
	}
}
