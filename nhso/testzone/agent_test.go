package testzone

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/visit"
)

// askAgent sends a request to a simulated agent and decodes a JSON object.
func askAgent(h http.Handler, method, target, body string) (*httptest.ResponseRecorder, map[string]any) {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var v map[string]any
	_ = json.Unmarshal(w.Body.Bytes(), &v)
	return w, v
}

func agentConfirmBody(id, mobile string) string {
	return `{"pid":"` + PID(Adult).Digits() + `","claimType":"PG0060001","mobile":"` + mobile + `","correlationId":"` + id + `"}`
}

func TestTheAgentSaysThatItIsASimulatorAndLetsEveryPageAsk(t *testing.T) {
	a := zoneAt(t, morning(), Options{}).Agent(nil)
	for _, path := range []string{AgentTerminalsPath, AgentConfirmPath, "/", "/nothing"} {
		for _, method := range []string{"GET", "OPTIONS", "POST"} {
			w, _ := askAgent(a, method, path, "")
			if w.Header().Get("X-Simulator") != "nhso-test" || w.Header().Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("%s %s: %v", method, path, w.Header())
			}
			if method == "OPTIONS" && w.Code != 200 {
				t.Errorf("OPTIONS %s: %d", path, w.Code)
			}
		}
	}
	if w, _ := askAgent(a, "GET", "/", ""); !strings.Contains(w.Body.String(), "TEST ZONE / ฐานข้อมูลประชากรทดสอบ") {
		t.Error("the page does not say that this is a test zone")
	}
}

func TestCardsAndReadersAreMovedByTheControlAPI(t *testing.T) {
	z := zoneAt(t, morning(), Options{})
	pid := PID(Adult).Digits()
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		contains                 string
	}{
		{"at first", "GET", "/testzone/agent", "", 200, `"readers":["Feitian SCR301 0"]`},
		{"a card", "PUT", "/testzone/agent/card", `{"pid":"` + pid + `"}`, 200, `"insertion":1`},
		{"another", "PUT", "/testzone/agent/card", `{"pid":"` + PID(Elder).Digits() + `"}`, 200, `"insertion":2`},
		{"a stranger", "PUT", "/testzone/agent/card", `{"pid":"9999999999994"}`, 400, "nobody"},
		{"nobody", "PUT", "/testzone/agent/card", `{}`, 400, "pid"},
		{"both", "PUT", "/testzone/agent/card", `{"pid":"` + pid + `","unreadable":true}`, 400, "pid"},
		{"an unreadable one", "PUT", "/testzone/agent/card", `{"unreadable":true}`, 200, `"unreadable":true`},
		{"no card", "DELETE", "/testzone/agent/card", "", 204, ""},
		{"two readers", "PUT", "/testzone/agent/readers", `{"readers":["A","B"]}`, 200, `"readers":["A","B"]`},
		{"too many", "PUT", "/testzone/agent/readers", `{"readers":["1","2","3","4","5","6","7","8","9"]}`, 400, "at most"},
		{"no name", "PUT", "/testzone/agent/readers", `{"readers":[""]}`, 400, "name"},
		{"no reader", "DELETE", "/testzone/agent/readers", "", 204, ""},
		{"a card without a reader", "PUT", "/testzone/agent/card", `{"pid":"` + pid + `"}`, 400, "no reader"},
		{"at last", "GET", "/testzone/agent", "", 200, `"readers":[]`},
	} {
		w, _ := call(t, z, c.method, c.path, c.body)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.contains) {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
	}
	r := httptest.NewRequest("PUT", "/testzone/agent/card", strings.NewReader(`{"unreadable":true}`))
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	if z.ServeHTTP(w, r); w.Code != http.StatusForbidden {
		t.Errorf("a web page of another site: %d", w.Code)
	}
}

func TestTheCardGoesWithItsReader(t *testing.T) {
	z := zoneAt(t, morning(), Options{})
	d := z.Desk()
	if err := errors.Join(d.SetReaders("A", "B"), d.Insert(PID(Adult).Digits()), d.SetReaders("A")); err != nil {
		t.Fatal(err)
	}
	if d.Slot().Insertion == 0 {
		t.Error("the reader with the card is still there")
	}
	if err := d.SetReaders("B"); err != nil || d.Slot().Insertion != 0 || d.Slot().PID != "" {
		t.Errorf("%v %+v", err, d.Slot())
	}
}

func TestFaultsOfNHSOAreHeardThroughTheAgent(t *testing.T) {
	for _, kind := range FaultKinds() {
		t.Run(string(kind), func(t *testing.T) {
			z := zoneAt(t, morning(), Options{})
			a := z.Agent(nil)
			if err := errors.Join(z.Desk().Insert(PID(Adult).Digits())); err != nil {
				t.Fatal(err)
			}
			_, v := askAgent(a, "GET", AgentReadPath, "")
			id, _ := v["correlationId"].(string)
			delay := 0
			if kind == FaultSlow {
				delay = 1
			}
			if err := z.SetFault(Fault{Kind: kind, DelayMS: delay}); err != nil { // all of NHSO's paths
				t.Fatal(err)
			}
			good := kind == FaultSlow
			for _, path := range []string{AgentReadPath, AgentProbePath + PID(Adult).Digits(), AgentLatestPath + PID(Adult).Digits(), AgentLatest5Path + PID(Adult).Digits()} {
				if w, _ := askAgent(a, "GET", path, ""); (w.Code == 200) != good || !good && w.Code != 500 {
					t.Errorf("%s: %d", path, w.Code)
				}
			}
			for _, path := range []string{AgentTerminalsPath, AgentCardPath} {
				if w, _ := askAgent(a, "GET", path, ""); w.Code != 200 {
					t.Errorf("%s: %d", path, w.Code)
				}
			}
			if w, _ := askAgent(a, "POST", AgentConfirmPath, agentConfirmBody(id, "0800001234")); (w.Code == 200) != good {
				t.Errorf("confirm-save: %d %s", w.Code, w.Body)
			}
			made := 0
			for _, c := range z.Codes() {
				if c.PID == PID(Adult).Digits() {
					made++
				}
			}
			if want := map[bool]int{true: 1}[kind.processes()]; made != want {
				t.Errorf("%d codes, want %d", made, want)
			}
		})
	}
}

func TestACorrelationOfTheSimulatorExpires(t *testing.T) {
	c := morning()
	z := zoneAt(t, c, Options{})
	a := z.Agent(nil)
	if err := z.Desk().Insert(PID(Adult).Digits()); err != nil {
		t.Fatal(err)
	}
	read := func() string {
		_, v := askAgent(a, "GET", AgentReadPath, "")
		id, _ := v["correlationId"].(string)
		return id
	}
	id := read()
	c.t = c.t.Add(correlationLife + time.Second)
	if w, _ := askAgent(a, "POST", AgentConfirmPath, agentConfirmBody(id, "0800001234")); w.Code != 400 {
		t.Errorf("got %d", w.Code)
	}
	id = read()
	c.t = c.t.Add(correlationLife)
	if w, v := askAgent(a, "POST", AgentConfirmPath, agentConfirmBody(id, "0800001234")); w.Code != 200 || v["createdDate"] != "2025-11-07T10:00:01" {
		t.Errorf("got %d %v", w.Code, v)
	}
	for _, r := range z.Requests() {
		if r.Path == AgentConfirmPath && (r.PID != PID(Adult).Digits() || r.TransID == "") {
			t.Errorf("the record lacks something: %+v", r)
		}
	}
}

func TestLandlinesAreASwitch(t *testing.T) {
	for landlines, want := range map[bool]int{false: 400, true: 200} {
		z := zoneAt(t, morning(), Options{AgentLandlines: landlines})
		a := z.Agent(nil)
		if err := z.Desk().Insert(PID(Adult).Digits()); err != nil {
			t.Fatal(err)
		}
		_, v := askAgent(a, "GET", AgentReadPath, "")
		id, _ := v["correlationId"].(string)
		if w, _ := askAgent(a, "POST", AgentConfirmPath, agentConfirmBody(id, "020001234")); w.Code != want {
			t.Errorf("%v: %d", landlines, w.Code)
		}
	}
}

func TestOfTwoUsersOfACorrelationOneGetsIt(t *testing.T) {
	a, ok := zoneAt(t, morning(), Options{}).Agent(nil).(*agent)
	if !ok {
		t.Fatal("another type")
	}
	id := a.correlate(PID(Adult).Digits(), 1)
	if !a.use(id) || a.use(id) || a.use("x") {
		t.Error("a correlation is used once")
	}
	for range maxCorrelations + 10 {
		a.correlate(PID(Adult).Digits(), 1)
	}
	if len(a.correlations) > maxCorrelations {
		t.Errorf("%d correlations are remembered", len(a.correlations))
	}
}

func TestThePageShowsReadersAndCard(t *testing.T) {
	z := zoneAt(t, morning(), Options{})
	page := func() string {
		w, _ := call(t, z, "GET", "/", "")
		_, text, _ := strings.Cut(w.Body.String(), "Secure SmartCard Agent")
		text, _, _ = strings.Cut(text, "</table>")
		return text
	}
	for _, c := range []struct {
		do   func() error
		want string
	}{
		{func() error { return z.Desk().SetReaders("A", "B") }, "A</td>\n<td><span class=\"faint\">ไม่มี"},
		{func() error { return z.Desk().Insert(PID(Adult).Digits()) }, PID(Adult).Digits()},
		{z.Desk().InsertUnreadable, "unreadable"},
		{func() error { return z.Desk().SetReaders() }, "no reader"},
	} {
		if err := c.do(); err != nil || !strings.Contains(page(), c.want) {
			t.Errorf("%v, the page lacks %q: %s", err, c.want, page())
		}
	}
}

// elsewhere is a CardSource of a program.
type elsewhere struct{ slot Slot }

func (e *elsewhere) Slot() Slot { return e.slot }

func TestCardsCanComeFromAProgram(t *testing.T) {
	cards := &elsewhere{Slot{Readers: []string{"virtual"}, Insertion: 7, PID: PID(Child).Digits()}}
	a := zoneAt(t, morning(), Options{}).Agent(cards)
	if w, v := askAgent(a, "GET", AgentReadPath+"/?readImageFlag=true", ""); w.Code != 200 || v["titleName"] != "001" || v["age"] != "9 ปี 4 เดือน 28 วัน" || v["image"] == nil {
		t.Errorf("%d %v", w.Code, v)
	}
	for _, pid := range []string{"9999999999994", "x"} {
		cards.slot.PID = pid
		if w, _ := askAgent(a, "GET", AgentCardPath, ""); w.Code != 500 {
			t.Errorf("a card of nobody: %d", w.Code)
		}
	}
}

func TestTheAgentEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		z := zoneAt(t, morning(), Options{})
		l := Pipe()
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- z.ServeAgent(ctx, l, nil) }()
		client := &http.Client{Transport: &http.Transport{DialContext: l.DialContext}}
		resp, err := client.Get("http://agent" + AgentTerminalsPath)
		if err != nil || resp.StatusCode != 200 {
			t.Fatal(resp, err)
		}
		_ = resp.Body.Close()
		stop() // the connection is kept, as programs do
		if err := <-done; err != nil {
			t.Error(err)
		}
		client.CloseIdleConnections()
	})
}

func FuzzAgentConfirmOfTheSimulator(f *testing.F) {
	for _, s := range []string{"", "{}", agentConfirmBody("ID", "0800001234"), agentConfirmBody("ID", "x"), `{"pid":1}`, `[]`, `{"mobile":null}`} {
		f.Add(s)
	}
	z, err := New(Options{})
	if err != nil {
		f.Fatal(err)
	}
	a := z.Agent(nil)
	if err := z.Desk().Insert(PID(Adult).Digits()); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		_, v := askAgent(a, "GET", AgentReadPath, "")
		id, _ := v["correlationId"].(string)
		w, v := askAgent(a, "POST", AgentConfirmPath, strings.ReplaceAll(body, "ID", id)+" ")
		if w.Code == 200 {
			code, _ := v["claimCode"].(string)
			if _, err := visit.ParseAuthenCode(code); err != nil {
				t.Errorf("200 with the code %q", code)
			}
		} else if w.Code != 400 && w.Code != 413 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}
