package testzone

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// over runs a test with a client of a zone served in memory, in a synctest bubble.
func over(t *testing.T, o Options, test func(*testing.T, *Zone, *http.Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		z, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		l := Pipe()
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- z.Serve(ctx, l) }()
		tr := &http.Transport{DialContext: l.DialContext}
		test(t, z, &http.Client{Transport: tr})
		tr.CloseIdleConnections()
		stop()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
}

func post(c *http.Client, path, body string) (int, string, error) {
	r, _ := http.NewRequest("POST", "http://nhso.invalid"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+DefaultToken)
	resp, err := c.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), err
}

func own(z *Zone) int {
	n := 0
	for _, c := range z.Codes() {
		if c.TransID != "" {
			n++
		}
	}
	return n
}

func TestFaultsBehaveAsNamed(t *testing.T) {
	for _, c := range []struct {
		kind     FaultKind
		status   int // 0: no answer
		contains string
		codes    int
		delayMS  int
	}{
		{FaultDown, 0, "", 0, 0},
		{FaultCut, 0, "", 1, 0},
		{FaultSlow, 200, "PP12", 1, 90_000},
		{FaultServerError, 500, "ขัดข้อง", 0, 0},
		{FaultUnauthorised, 401, "โทเคน", 0, 0},
		{FaultTooMany, 429, "ถี่", 0, 0},
		{FaultEmpty, 200, "", 0, 500},
		{FaultHTML, 200, "<html>", 0, 0},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			over(t, Options{}, func(t *testing.T, z *Zone, client *http.Client) {
				if err := z.SetFault(Fault{Path: "/nhsoendpoint/", Kind: c.kind, Count: 1, DelayMS: c.delayMS}); err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				status, text, err := post(client, SubmitPath, submitBody(set("transId", "t1")))
				if (err != nil) != (c.status == 0) || status != c.status || !strings.Contains(text, c.contains) {
					t.Errorf("got %d %q, %v", status, text, err)
				}
				if got := time.Since(start).Milliseconds(); got != int64(c.delayMS) {
					t.Errorf("took %d ms", got)
				}
				if own(z) != c.codes {
					t.Errorf("%d codes were made, want %d", own(z), c.codes)
				}
				seen := z.Requests()
				if len(seen) != 1 || seen[0].Status != c.status || seen[0].Fault != c.kind || seen[0].TransID != "t1" || seen[0].PID != PID(Adult).Digits() {
					t.Errorf("recorded %+v", seen)
				}
				if len(z.Faults()) != 0 {
					t.Error("the fault is not used up")
				}
			})
		})
	}
}

func TestFaultsMatchByPathAndCountDown(t *testing.T) {
	z := zoneAt(t, morning(), Options{})
	for _, f := range []Fault{{Path: StatusPath, Kind: FaultServerError, Count: 2}, {Path: "/authencode", Kind: FaultTooMany}, {Kind: FaultHTML, Count: 1}} {
		if err := z.SetFault(f); err != nil {
			t.Fatal(err)
		}
	}
	var got []FaultKind
	for _, path := range []string{StatusPath, RightPath, RightPath, StatusPath, StatusPath, OldSubmitPath} {
		got = append(got, z.takeFault(path).Kind)
	}
	want := []FaultKind{FaultServerError, FaultHTML, "", FaultServerError, FaultTooMany, FaultTooMany}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	z.ClearFaults()
	if z.takeFault(StatusPath).Kind != "" {
		t.Error("cleared faults are still there")
	}
}

func TestTheControlAPISetsAndClearsFaults(t *testing.T) {
	z := zoneAt(t, morning(), Options{})
	for _, c := range []struct {
		name, body string
		status     int
		contains   string
	}{
		{"a good one", `{"path":"` + StatusPath + `","kind":"down","count":3}`, 201, "down"},
		{"an unknown kind", `{"kind":"sleepy"}`, 400, "kind"},
		{"a path without a slash", `{"kind":"cut","path":"x"}`, 400, "path"},
		{"a negative count", `{"kind":"cut","count":-1}`, 400, "count"},
		{"slow without a delay", `{"kind":"slow"}`, 400, "delay_ms"},
		{"a delay without end", `{"kind":"slow","delay_ms":9223372036854775807}`, 400, "delay_ms"},
		{"no JSON", `kind=down`, 400, "body"},
	} {
		w, _ := call(t, z, "POST", "/testzone/faults", c.body)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.contains) {
			t.Errorf("%s: got %d %s", c.name, w.Code, w.Body)
		}
	}
	_ = z.SetFault(Fault{Kind: FaultServerError})
	if w, _ := call(t, z, "GET", "/testzone/codes", ""); w.Code != 200 {
		t.Error("a fault hit the control API")
	}
	if w, _ := call(t, z, "DELETE", "/testzone/faults", ""); w.Code != 204 || len(z.Faults()) != 0 {
		t.Error("faults were not cleared")
	}
	for range maxFaults {
		_ = z.SetFault(Fault{Kind: FaultCut})
	}
	if err := z.SetFault(Fault{Kind: FaultCut}); !errors.Is(err, ErrTooManyFaults) {
		t.Errorf("got %v", err)
	}
}

func TestWebPagesOfOthersCannotUseTheControlAPI(t *testing.T) {
	z := zoneAt(t, morning(), Options{})
	r := httptest.NewRequest("POST", "/testzone/faults", strings.NewReader(`{"kind":"down"}`))
	r.Header.Set("Origin", "https://elsewhere.example")
	w := httptest.NewRecorder()
	z.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || len(z.Faults()) != 0 {
		t.Errorf("got %d", w.Code)
	}
}

func TestRequestsAreRememberedUpToALimit(t *testing.T) {
	z := zoneAt(t, morning(), Options{})
	for range keptRequests + 5 {
		_, _ = call(t, z, "GET", StatusPath+"?personalId="+strings.Repeat("9", 100), "")
	}
	w, _ := call(t, z, "GET", "/testzone/requests", "")
	var list []Request
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || len(list) != keptRequests || len(list[0].PID) != maxKeptBytes {
		t.Errorf("%d requests, %v", len(list), err)
	}
}

func TestLatencyIsWithinItsBounds(t *testing.T) {
	over(t, Options{LatencyMin: time.Second, LatencyMax: 2 * time.Second}, func(t *testing.T, _ *Zone, client *http.Client) {
		for range 20 {
			start := time.Now()
			_, _, _ = post(client, SubmitPath, "{}")
			if d := time.Since(start); d < time.Second || d > 2*time.Second {
				t.Errorf("took %s", d)
			}
		}
	})
	if _, err := New(Options{LatencyMin: 2, LatencyMax: 1}); err == nil {
		t.Error("a minimum above the maximum")
	}
}

func TestCodesSurviveARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "codes")
	c := morning()
	z := zoneAt(t, c, Options{Snapshot: path})
	_, _ = call(t, z, "POST", SubmitPath, submitBody(set("transId", "t1")))
	before := z.Codes()
	_ = z.Close()
	file, _ := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	_, _ = file.WriteString(`{"code":"PP12`) // a process killed while writing
	_ = file.Close()

	again := zoneAt(t, c, Options{Snapshot: path})
	after := again.Codes()
	if len(after) != len(before) || after[len(after)-1].Code != before[len(before)-1].Code || !after[0].At.Equal(before[0].At) {
		t.Errorf("before %+v, after %+v", before, after)
	}
	if w, _ := call(t, again, "POST", SubmitPath, submitBody(set("transId", "t2"))); w.Code != 400 {
		t.Errorf("a duplicate after the restart: got %d", w.Code)
	}
	_, v := call(t, again, "POST", SubmitPath, submitBody(set("pid", PID(Elder).Digits())))
	for _, c := range before {
		if v["authenCode"] == string(c.Code) {
			t.Error("a code was given twice")
		}
	}
	_ = again.Close()
	if w, _ := call(t, again, "POST", SubmitPath, submitBody(set("pid", PID(Child).Digits()))); w.Code != 500 {
		t.Errorf("a code that cannot be kept must not be given: got %d", w.Code)
	}
	if err := os.WriteFile(path, []byte("x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Options{Snapshot: path}); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("a damaged file: got %v", err)
	}
	if _, err := New(Options{Snapshot: t.TempDir()}); err == nil {
		t.Error("a directory was taken for a file")
	}
}

func TestTheMemoryNetworkEndsLikeARealOne(t *testing.T) {
	l := Pipe()
	accepted := make(chan net.Conn, 1)
	go func() { c, _ := l.Accept(); accepted <- c }()
	c, err := l.DialContext(t.Context(), "tcp", "anything:443")
	if err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
	_ = (<-accepted).Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.DialContext(ctx, "tcp", "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody accepts: got %v", err)
	}
	_, _ = l.Close(), l.Close()
	if _, err := l.DialContext(t.Context(), "tcp", "x"); !errors.Is(err, net.ErrClosed) {
		t.Errorf("closed: got %v", err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("accept: got %v", err)
	}
	z := zoneAt(t, morning(), Options{})
	if err := z.Serve(t.Context(), l); !errors.Is(err, net.ErrClosed) {
		t.Errorf("serve on a closed listener: got %v", err)
	}
}
