package agent

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

// askToPair sends a code as a station on another machine does.
func (b *bench) askToPair(code, machine string) *httptest.ResponseRecorder {
	body, _ := json.Marshal(map[string]string{"code": code, "machine": machine})
	r := request("POST", "/api/v1/desk/pair", "kiosk.example:8189")
	r.RemoteAddr = "192.0.2.9:1"
	r.Header.Set("Content-Type", "application/json")
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return b.do(r)
}

func newLANBench(t *testing.T) *bench {
	t.Helper()
	b := newBench(t, func(o *Options) {
		o.LAN = &LAN{&tls.Certificate{Certificate: [][]byte{{1}}}, []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, []string{"kiosk.example:8189"}}
	})
	b.unlimited()
	return b
}

// another returns a code that is not the one given.
func another(code string) string {
	if code[0] == '9' {
		return "0" + code[1:]
	}
	return string(code[0]+1) + code[1:]
}

func TestAStationIsLetInOnceByItsCode(t *testing.T) {
	b := newLANBench(t)
	if w := b.askToPair("1234-5678", "desk-1"); w.Code != http.StatusForbidden {
		t.Errorf("without a code of ours: %d", w.Code)
	}
	code := b.pairing.NewCode()
	w := b.askToPair(strings.ReplaceAll(code, "-", " "), "desk-1")
	var got struct{ Token, Machine, Scope, Certificate_SHA256 string }
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK || got.Machine != "desk-1" || got.Scope != "desk" {
		t.Fatalf("%d %s, %v", w.Code, w.Body, err)
	}
	if want := Fingerprint(&tls.Certificate{Certificate: [][]byte{{1}}}); got.Certificate_SHA256 != want || len(want) != 95 || !strings.HasPrefix(want, "4B:F5:12:2F:") {
		t.Errorf("%q", got.Certificate_SHA256)
	}
	c, err := b.agent.keys.find(got.Token)
	if err != nil || c.Name != "desk-1" || !slices.Equal(c.Scopes, []Scope{ScopeDesk}) {
		t.Errorf("%+v, %v", c, err)
	}
	for path, want := range map[string]int{"/api/v1/status": 200, "/api/v1/visits": 403, "/api/smartcard/read": 403, "/api/nhso-service/latest-authen-code/" + testPID: 403} {
		r := request("GET", path, "kiosk.example:8189")
		r.RemoteAddr = "192.0.2.9:1"
		bearer(r, got.Token)
		if w := b.do(r); w.Code != want {
			t.Errorf("%s with the scope of the desk: %d, want %d", path, w.Code, want)
		}
	}
	if w := b.askToPair(code, "desk-2"); w.Code != http.StatusForbidden {
		t.Errorf("the code twice: %d", w.Code)
	}
	if want := []string{" made", "desk-1 ok"}; !slices.Equal(b.paired, want) {
		t.Errorf("the audit has %q, want %q", b.paired, want)
	}
	if err := b.book.RemoveClient("desk-1"); err != nil {
		t.Error(err)
	}
	b.agent.keys.forget()
	if _, err := b.agent.keys.find(got.Token); !errors.Is(err, ErrToken) {
		t.Errorf("after it was removed: %v", err)
	}
}

func TestWrongCodesTakeTheTriesOfAll(t *testing.T) {
	b := newLANBench(t)
	code := b.pairing.NewCode()
	for n := range PairingTries {
		for _, c := range []struct{ code, machine string }{{"1234", "desk-1"}, {"a1234567", "desk-1"}, {code, ""}, {code, "a9000000000004"}, {code, "his"}} {
			if w := b.askToPair(c.code, c.machine); w.Code != http.StatusBadRequest && w.Code != http.StatusConflict {
				t.Errorf("%q, %q: %d", c.code, c.machine, w.Code) // they take none
			}
		}
		if w := b.askToPair(another(code), fmt.Sprint("desk-", n)); w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), code) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	for range 100 {
		if w := b.askToPair(code, "desk-1"); w.Code != http.StatusForbidden {
			t.Fatalf("the right code after all tries: %d", w.Code)
		}
	}
	if n := len(b.paired); n != 1+PairingTries {
		t.Errorf("%d entries in the audit: %q", n, b.paired)
	}
	if len(b.book.list) != 1 {
		t.Errorf("%d clients", len(b.book.list))
	}
}

func TestACodeIsGoodForMinutesAndUntilTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newLANBench(t)
		old := b.pairing.NewCode()
		code := b.pairing.NewCode()
		if w := b.askToPair(old, "desk-1"); old != code && w.Code != http.StatusForbidden {
			t.Errorf("the code before: %d", w.Code)
		}
		time.Sleep(PairingTTL - time.Second)
		if w := b.askToPair(code, "desk-1"); w.Code != http.StatusOK {
			t.Errorf("in time: %d", w.Code)
		}
		code = b.pairing.NewCode()
		time.Sleep(PairingTTL)
		if w := b.askToPair(code, "desk-2"); w.Code != http.StatusForbidden {
			t.Errorf("too late: %d", w.Code)
		}
	})
}

func TestACodeThatManyStationsSendAtOnceLetsOneIn(t *testing.T) {
	book := &clientBook{}
	p := NewPairing(book, func(string, string) {})
	code := p.NewCode()
	var in atomic.Int64
	var asking sync.WaitGroup
	for n := range 20 {
		asking.Go(func() {
			if _, err := p.LetIn(code, fmt.Sprint("desk-", n), frozen); err == nil {
				in.Add(1)
			}
		})
	}
	asking.Wait()
	if in.Load() != 1 || len(book.list) != 1 {
		t.Errorf("%d were let in", in.Load())
	}
}

func TestNoPathToPairWithoutAnAdministratorsWay(t *testing.T) {
	b := newBench(t, func(o *Options) { o.Pairing = nil })
	if w := b.do(request("POST", "/api/v1/desk/pair", loopbackHost)); w.Code != http.StatusNotFound {
		t.Errorf("%d", w.Code)
	}
}

func TestAPageOfAnotherPlaceCannotPair(t *testing.T) {
	b := newBench(t, nil)
	for origin, want := range map[string]int{"https://evil.example": 403, "null": 403, "": 400} {
		r := request("POST", "/api/v1/desk/pair", loopbackHost)
		r.Header.Set("Content-Type", "application/json")
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		if w := b.do(r); w.Code != want {
			t.Errorf("%q: %d, want %d", origin, w.Code, want)
		}
	}
}

func FuzzPairingCode(f *testing.F) {
	f.Add("1234-5678")
	f.Add("๑234 5678")
	f.Fuzz(func(t *testing.T, s string) {
		if digits, err := parsePairingCode(s); err == nil {
			if again, err := parsePairingCode(digits); err != nil || again != digits || len(digits) != pairingDigits {
				t.Errorf("%q is %q", s, digits)
			}
		}
	})
}
