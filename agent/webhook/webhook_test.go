package webhook

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"authenkiosk/agent"
	"authenkiosk/agent/feed/feedtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	id      = "01900000-0000-7000-8000-000000000001"
	pid     = "9000000000004"
	letters = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
)

const testFeed = "00000000000000aa"

func secret(t *testing.T) Secret {
	t.Helper()
	s, err := ParseSecret(letters)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// patience is how long a test waits for what must happen on a machine that may be slow
// or stand still for a while.
const patience = 2 * time.Minute

// deliver runs a deliverer until the condition holds.
func deliver(t *testing.T, log io.Writer, until func(*Deliverer) bool, hooks ...Hook) (*Deliverer, *feedtest.Places) {
	t.Helper()
	at := feedtest.NewPlaces()
	d, err := New(hooks, Options{Visits: feedtest.Three(t), Cursors: at, Aside: at, Source: agent.Source{Zone: "demo", Feed: testFeed}, Logger: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	d.o.Client.Timeout = patience
	done := make(chan struct{})
	go func() { d.Run(ctx); close(done) }()
	defer func() { cancel(); <-done }()
	for !until(d) {
		if ctx.Err() != nil {
			t.Fatalf("not in time: %+v", d.Status())
		}
		time.Sleep(time.Millisecond)
	}
	return d, at
}

func taken(n uint64) func(*Deliverer) bool {
	return func(d *Deliverer) bool { return d.Status()[0].Cursor == n }
}

func TestAReceiverGetsEveryChangeSignedAndInOrder(t *testing.T) {
	key := secret(t)
	var got []string
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := key.Verify(r.Header.Get, body, time.Now(), patience); err != nil {
			t.Error(err)
		}
		var m struct {
			Type, Zone, Feed string
			Data             map[string]string
		}
		if err := json.Unmarshal(body, &m); err != nil || m.Feed != testFeed || m.Type != "visit.changed" || m.Zone != "demo" || m.Data["pid"] != pid || m.Data["code"] != "PP1200000001" {
			t.Errorf("%v %+v", err, m)
		}
		got = append(got, r.Header.Get("webhook-id"))
	}))
	defer srv.Close()
	_, at := deliver(t, io.Discard, taken(3), Hook{Name: "his", URL: srv.URL + "/in", Secret: key})
	place, _ := at.Cursor("webhook/his")
	if want := fmt.Sprint([]string{id + ".1", id + ".2", id + ".3"}); fmt.Sprint(got) != want || place != 3 {
		t.Errorf("got %v, want %v; place %d", got, want, place)
	}
}

func TestAFailedChangeKeepsItsIDAndTheOtherHookDoesNotWait(t *testing.T) {
	var ids []string
	bad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ids = append(ids, r.Header.Get("webhook-id"))
		if len(ids) == 1 {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	defer bad.Close()
	good := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer good.Close()
	var log strings.Builder
	deliver(t, &log, func(d *Deliverer) bool { return d.Status()[0].Cursor == 3 && d.Status()[1].Cursor == 3 },
		Hook{Name: "bad", URL: bad.URL + "/?key=hidden", Secret: secret(t)}, Hook{Name: "good", URL: good.URL, Secret: secret(t)})
	if len(ids) != 4 || ids[0] != ids[1] || ids[0] == ids[2] {
		t.Errorf("ids %v", ids)
	}
	if text := log.String(); !strings.Contains(text, "answers 500") || strings.Contains(text, pid) || strings.Contains(text, "hidden") {
		t.Errorf("log: %s", text)
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	followed := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed = true }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		srv := httptest.NewServer(http.RedirectHandler(other.URL, status))
		deliver(t, io.Discard, func(d *Deliverer) bool { return d.Status()[0].Problem != "" }, Hook{Name: "x", URL: srv.URL, Secret: secret(t)})
		srv.Close()
	}
	if followed {
		t.Error("a visit went to another place")
	}
}

func TestHooksGoToKnownPlacesOnly(t *testing.T) {
	for _, c := range []struct {
		url  string
		good bool
	}{
		{"https://his.example/in", true},
		{"https://his.example:8443/in?x=1", true},
		{"http://127.0.0.1:9000/in", true},
		{"http://[::1]:9000/in", true},
		{"http://localhost:9000/in", true},
		{"http://his.example/in", false},
		{"http://192.0.2.1/in", false},
		{"http://127.0.0.1.evil.example/in", false},
		{"http://localhost.evil.example/in", false},
		{"https://user:word@his.example/in", false},
		{"ftp://his.example/in", false},
		{"file:///etc/passwd", false},
		{"https:///in", false},
		{"", false},
	} {
		err := Hook{Name: "x", URL: c.url, Secret: secret(t)}.Check()
		if (err == nil) != c.good || err != nil && !errors.Is(err, ErrURL) {
			t.Errorf("%s: %v", c.url, err)
		}
		if err != nil && c.url != "" && strings.Contains(err.Error(), c.url) {
			t.Errorf("the error shows the address: %v", err)
		}
	}
	if err := (Hook{Name: "a b", URL: "https://his.example", Secret: secret(t)}).Check(); !errors.Is(err, ErrName) {
		t.Error(err)
	}
	if err := (Hook{Name: "x", URL: "https://his.example"}).Check(); !errors.Is(err, ErrSecret) {
		t.Error(err)
	}
	h := Hook{Name: "x", URL: "https://his.example", Secret: secret(t)}
	if _, err := New([]Hook{h, h}, Options{}); err == nil {
		t.Error("two hooks of one name were accepted")
	}
}

// TestTheSignatureIsThatOfStandardWebhooks uses a signature that was computed
// with another program: openssl dgst -sha256 -mac HMAC.
func TestTheSignatureIsThatOfStandardWebhooks(t *testing.T) {
	got := secret(t).sign("msg_1", time.Unix(1_700_000_000, 0), []byte(`{"a":1}`))
	if want := "v1,HA9nSvEEuynF+mEPWgOAUWbrVA21G6kMzfOt+yEvB3I="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestVerifyRefusesWhatWasChanged(t *testing.T) {
	key, now, body := secret(t), time.Unix(1_700_000_000, 0), []byte("{}")
	good := map[string]string{"webhook-id": "1", "webhook-timestamp": "1700000000", "webhook-signature": "v1,AAAA " + key.sign("1", now, body)}
	with := func(name, value string) func(string) string {
		return func(h string) string {
			if h == name {
				return value
			}
			return good[h]
		}
	}
	for _, c := range []struct {
		name   string
		header func(string) string
		body   string
		now    time.Time
		want   error
	}{
		{"as it was sent", with("", ""), "{}", now, nil},
		{"another body", with("", ""), "{ }", now, ErrSignature},
		{"another id", with("webhook-id", "2"), "{}", now, ErrSignature},
		{"another time", with("webhook-timestamp", "1700000001"), "{}", now, ErrSignature},
		{"no time", with("webhook-timestamp", ""), "{}", now, ErrSignature},
		{"no signature", with("webhook-signature", ""), "{}", now, ErrSignature},
		{"replayed later", with("", ""), "{}", now.Add(6 * time.Minute), ErrTooOld},
		{"from the future", with("", ""), "{}", now.Add(-6 * time.Minute), ErrTooOld},
	} {
		if err := key.Verify(c.header, []byte(c.body), c.now, 5*time.Minute); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestSecretsAreReadAndStayHidden(t *testing.T) {
	if _, err := ParseSecret(NewSecret()); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"", "whsec_", "whsec_AAAA", "AAAA", "whsec_!!!!", "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 65))} {
		if _, err := ParseSecret(bad); !errors.Is(err, ErrSecret) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	h := Hook{Name: "x", URL: "https://his.example", Secret: secret(t)}
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %x %s", h, h, h.Secret, h.Secret, h.Secret)} {
		if strings.Contains(text, "AAAA") || strings.Contains(text, "0 0 0") || strings.Contains(text, "0000") {
			t.Error(text)
		}
	}
}

func FuzzParseSecret(f *testing.F) {
	f.Add(letters)
	f.Add("whsec_")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSecret(text)
		if (err == nil) != (len(s.key) >= minSecret) {
			t.Errorf("%v with %d bytes", err, len(s.key))
		}
	})
}
