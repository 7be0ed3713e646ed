package agent

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// as is a request of a program without a token, by what it calls itself.
func as(program string, r *http.Request) *http.Request {
	r.Header.Set("User-Agent", program)
	return r
}

func TestANoisyProgramDoesNotStarveTheOthers(t *testing.T) {
	b := newBench(t, func(o *Options) { o.CompatOpen = true })
	now := time.Unix(1_700_000_000, 0)
	b.agent.now = func() time.Time { return now }
	page := func(r *http.Request) *http.Request { r.Header["Origin"] = []string{allowedPage}; return r }
	refused := map[string]int{}
	count := func(name string, r *http.Request) {
		if w := b.do(r); w.Code == http.StatusTooManyRequests {
			refused[name]++
		} else if w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	for range 600 { // a minute, in tenths of a second
		now = now.Add(100 * time.Millisecond)
		for range 50 {
			count("noisy", as("HIS/1.0 (endless loop)", request("GET", "/api/smartcard/terminals", loopbackHost)))
		}
		for range 5 {
			count("noisy", as("HIS/1.0 (endless loop)", request("GET", "/api/nhso-service/latest-authen-code/"+testPID, loopbackHost)))
		}
		count("queue", as("python-requests/2.31", request("GET", "/api/smartcard/terminals", loopbackHost)))
		if now.UnixMilli()%1000 == 0 {
			count("queue", as("python-requests/2.31", request("GET", "/api/nhso-service/latest-authen-code/"+testPID, loopbackHost)))
			count("page", as("Mozilla/5.0", page(request("GET", "/api/smartcard/read", loopbackHost))))
			count("page in the same browser", as("Mozilla/5.0", request("GET", "/api/smartcard/read", loopbackHost)))
		}
	}
	for name, n := range refused {
		if name != "noisy" {
			t.Errorf("%s was refused %d times", name, n)
		}
	}
	if refused["noisy"] < 10_000 {
		t.Errorf("the noisy program was refused %d times only", refused["noisy"])
	}
}

func TestAProgramThatChangesItsNameIsLimitedByItsAddress(t *testing.T) {
	b := newBench(t, func(o *Options) { o.CompatOpen = true })
	now := time.Unix(1_700_000_000, 0)
	b.agent.now = func() time.Time { return now }
	good := 0
	for i := range 5000 {
		if b.do(as(fmt.Sprint("program ", i), request("GET", "/api/smartcard/terminals", loopbackHost))).Code == 200 {
			good++
		}
	}
	if good > addressTimes*cheapBurst {
		t.Errorf("%d requests of one address were answered", good)
	}
}

// slowNHSO answers every path that needs NHSO only when goOn is closed.
func slowNHSO(goOn chan struct{}, reached *sync.WaitGroup) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.URL.Path, "terminals") && !strings.Contains(r.URL.Path, "card-only") && !strings.Contains(r.URL.Path, "preference") {
			reached.Done()
			<-goOn
		}
		_, _ = io.WriteString(w, "{}")
	})
}

// TestASlowNHSOLeavesPlacesForWhatNeedsNone fills every place that requests to NHSO
// may have, from several programs, and more.
func TestASlowNHSOLeavesPlacesForWhatNeedsNone(t *testing.T) {
	goOn := make(chan struct{})
	var reached sync.WaitGroup
	reached.Add(maxAsking)
	run := startWith(t, func(o *Options) { o.Compat, o.CompatOpen = slowNHSO(goOn, &reached), true })
	type got struct {
		code int
		body string
	}
	answers := make(chan got, 200)
	var asking sync.WaitGroup
	ask := func(program, path string) {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		r, err := http.NewRequest("GET", "http://127.0.0.1:"+run.port+path, nil)
		if err != nil {
			t.Error(err)
			return
		}
		resp, err := client.Do(as(program, r))
		if err != nil {
			t.Errorf("%s: %v", path, err)
			answers <- got{}
			return
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		answers <- got{resp.StatusCode, string(body)}
	}
	for i := range 2 * maxAsking { // fewer than there are connections
		path := "/api/nhso-service/latest-authen-code/" + testPID
		if i%2 == 0 {
			path = "/api/smartcard/read"
		}
		asking.Go(func() { ask(fmt.Sprint("program ", i%6), path) })
	}
	reached.Wait() // every place is taken
	for range maxAsking {
		a := <-answers
		var v struct {
			Status int
			Errors []struct{ DefaultMessage string }
		}
		if a.code != http.StatusServiceUnavailable && a.code != http.StatusTooManyRequests || json.Unmarshal([]byte(a.body), &v) != nil || v.Status != a.code || len(v.Errors) == 0 {
			t.Errorf("one too many: %d %q", a.code, a.body)
		}
	}
	for _, path := range []string{"/api/smartcard/terminals", "/api/smartcard/read-card-only", "/api/preference", "/healthz"} {
		ask("desk", path)
		if a := <-answers; a.code != 200 {
			t.Errorf("%s: %d %s", path, a.code, a.body)
		}
	}
	close(goOn)
	asking.Wait()
}

// TestOneProgramDoesNotTakeAllPlaces has one program wait for NHSO as often as it may.
func TestOneProgramDoesNotTakeAllPlaces(t *testing.T) {
	p := newPlaces(maxAsking, maxAskingEach)
	for range maxAskingEach {
		if !p.take("noisy") {
			t.Fatal("no place")
		}
	}
	if p.take("noisy") {
		t.Error("one too many of one program")
	}
	for i := range maxAsking - maxAskingEach {
		if !p.take(fmt.Sprint("other ", i)) {
			t.Errorf("no place for program %d", i)
		}
	}
	if p.take("late") {
		t.Error("one too many in all")
	}
	p.release("noisy")
	if !p.take("late") {
		t.Error("a place that was given back is not free")
	}
	for range maxAskingEach - 1 {
		p.release("noisy")
	}
	if len(p.by) != maxAsking-maxAskingEach+1 {
		t.Errorf("%d programs are remembered", len(p.by))
	}
}

// TestWhoFindsNoConnectionIsToldInJSON takes every connection.
func TestWhoFindsNoConnectionIsToldInJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newConnectionCap(nil, nil, false, func() string { return "demo" })
		for range maxConnections {
			if g := (&capped{door: d, since: time.Now(), busy: 1}); !d.enter(g) {
				t.Fatal("no place")
			}
		}
		ours, theirs := net.Pipe()
		go func() {
			if g := (&capped{Conn: theirs, door: d, since: time.Now()}); d.enter(g) {
				t.Error("one connection too many")
			}
			d.sendAway(theirs)
		}()
		go func() {
			_, _ = io.WriteString(ours, "GET /api/smartcard/terminals HTTP/1.1\r\nHost: 127.0.0.1:8189\r\n\r\n")
		}()
		answer, _ := io.ReadAll(ours)
		head, body, _ := strings.Cut(string(answer), "\r\n\r\n")
		var v struct {
			Status  int
			Message string
			Errors  []struct{ DefaultMessage string }
		}
		if err := json.Unmarshal([]byte(body), &v); err != nil || v.Status != 503 || v.Message == "" || len(v.Errors) != 1 || v.Errors[0].DefaultMessage == "" {
			t.Errorf("%q %v", body, err)
		}
		if !strings.Contains(head, "Content-Type: application/json") || !strings.Contains(head, fmt.Sprintf("Content-Length: %d", len(body))) || !strings.Contains(head, "Retry-After: 1") {
			t.Errorf("%s", head)
		}
	})
}
