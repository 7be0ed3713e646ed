//go:build linux

package agent

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

// Addresses of this machine that play others: all of 127.0.0.0/8 is the loopback on
// Linux.
const (
	plainServer  = "127.0.0.2"
	plainListed  = "127.0.0.3"
	plainUnknown = "127.0.0.4"
)

// plain serves plain HTTP beside an agent and returns how a machine asks it.
func servePlain(t *testing.T, change func(*Options)) (at string, a *Agent, ask func(from string, r *http.Request) (int, string, error)) {
	t.Helper()
	l, err := net.Listen("tcp", plainServer+":0")
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t, func(o *Options) {
		o.Plain = &PlainHTTP{
			From:     []netip.Addr{netip.MustParseAddr(plainListed)},
			JustRead: func(_ context.Context, pid string) bool { return pid == testPID },
		}
		if change != nil {
			change(o)
		}
	})
	b.agent.timing = patient
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- ServePlain(ctx, l, b.agent) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String(), b.agent, func(from string, r *http.Request) (int, string, error) {
		dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
		client := &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}}
		resp, err := client.Do(r)
		if err != nil {
			return 0, "", err
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		return resp.StatusCode, string(body), err
	}
}

func TestPlainHTTPAnswersListedServersAndFewPaths(t *testing.T) {
	at, a, ask := servePlain(t, nil)
	make1 := func(method, path, body string, headers ...string) *http.Request {
		r, err := http.NewRequest(method, "http://"+at+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		return r
	}
	named := func(r *http.Request, host string) *http.Request { r.Host = host; return r }
	const read, save, latest = "/api/smartcard/read", "/api/nhso-service/confirm-save", "/api/nhso-service/latest-authen-code/"
	for _, c := range []struct {
		name string
		r    *http.Request
		want int
	}{
		{"reading the card", make1("GET", read+"?readImageFlag=false", ""), 200},
		{"with a slash", make1("GET", read+"/", ""), 200},
		{"a submission", make1("POST", save, "{}"), 200},
		{"the latest code of whom was read", make1("GET", latest+testPID, ""), 200},
		{"the latest five", make1("GET", "/api/nhso-service/latest-5-authen-code-all-hospital/"+testPID, ""), 200},
		{"the latest code of somebody else", make1("GET", latest+"9000000000012", ""), 403},
		{"the card alone", make1("GET", "/api/smartcard/read-card-only", ""), 404},
		{"a right by number", make1("GET", "/api/smartcard/probe/"+testPID, ""), 404},
		{"a draft", make1("POST", "/api/nhso-service/save-as-draft", "{}"), 404},
		{"the preference", make1("GET", "/api/preference", ""), 404},
		{"the status", make1("GET", "/api/v1/status", ""), 404},
		{"the visits", make1("GET", "/api/v1/visits", ""), 404},
		{"the events", make1("GET", "/api/v1/events", ""), 404},
		{"the page", make1("GET", "/", ""), 404},
		{"health", make1("GET", "/healthz", ""), 404},
		{"a page", make1("GET", read, "", "Origin", "https://his.example"), 403},
		{"a listed page", make1("GET", read, "", "Origin", allowedPage), 403},
		{"a file", make1("GET", read, "", "Origin", "null"), 403},
		{"a person who types the address", make1("GET", read, "", "Sec-Fetch-Site", "none"), 403},
		{"a browser", make1("GET", read, "", "Sec-Fetch-Mode", "navigate"), 403},
		{"a picture of an old browser", make1("GET", read, "", "Referer", "http://forum.example/"), 403},
		{"another name", named(make1("GET", read, ""), "kiosk1.hospital.example:8189"), 421},
		{"no port", named(make1("GET", read, ""), plainServer), 421},
		{"a form", make1("POST", save, "", "Content-Type", "application/x-www-form-urlencoded"), 415},
		{"another method", make1("DELETE", read, ""), 405},
		{"a token of ours makes no difference", make1("GET", "/api/v1/visits", "", "Authorization", "Bearer ak1_x"), 404},
	} {
		if code, body, err := ask(plainListed, c.r); err != nil || code != c.want {
			t.Errorf("%s: %d %s %v", c.name, code, body, err)
		}
	}
	for _, from := range []string{plainUnknown, "127.0.0.1"} {
		if code, body, err := ask(from, make1("GET", read, "")); err == nil {
			t.Errorf("%s: %d %s", from, code, body)
		}
	}
	if v := a.view(); v.Plain == nil || v.Plain.At != at || v.Plain.From != plainListed {
		t.Errorf("the status page is told %+v", v.Plain)
	}
}

func TestPlainHTTPIsAudited(t *testing.T) {
	book := &ledger{}
	at, _, ask := servePlain(t, func(o *Options) { o.Audit = book })
	r, _ := http.NewRequest("GET", "http://"+at+"/api/smartcard/read", nil)
	if code, body, err := ask(plainListed, r); code != 200 {
		t.Fatalf("%d %s %v", code, body, err)
	}
	all := strings.Join(book.all(), "\n")
	for _, want := range []string{"plain-http|" + plainListed + "|200", "card-read|plain http, " + plainListed + "|200"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in\n%s", want, all)
		}
	}
}

func TestPlainHTTPForEverybodyIsRefused(t *testing.T) {
	just := func(context.Context, string) bool { return true }
	one := []netip.Addr{netip.MustParseAddr("192.0.2.3")}
	for name, p := range map[string]*PlainHTTP{
		"nobody":                {JustRead: just},
		"everybody":             {JustRead: just, From: []netip.Addr{netip.IPv4Unspecified()}},
		"many":                  {JustRead: just, From: []netip.Addr{netip.MustParseAddr("224.0.0.1")}},
		"codes of anybody":      {From: one},
		"an address that is no": {JustRead: just, From: []netip.Addr{{}}},
	} {
		if err := New(Options{Plain: p, Compat: http.NotFoundHandler()}).Err(); !errors.Is(err, ErrPlainHTTP) {
			t.Errorf("%s: %v", name, err)
		}
	}
	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t, func(o *Options) { o.Plain = &PlainHTTP{From: one, JustRead: just} })
	if err := ServePlain(t.Context(), l, b.agent); !errors.Is(err, ErrPlainHTTP) {
		t.Errorf("on all addresses: %v", err)
	}
	l, err = net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := ServePlain(t.Context(), l, newBench(t, nil).agent); !errors.Is(err, ErrPlainHTTP) {
		t.Errorf("without leave: %v", err)
	}
}
