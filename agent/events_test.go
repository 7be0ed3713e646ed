package agent

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
)

func issued(t testing.TB) Event {
	return Event{Type: CodeIssued, Visit: testVisit, ClaimType: "PG0060001", PID: testVisitPID(t), Code: testCode}
}

// line is one event of a stream of server-sent events.
type line struct{ id, event, data string }

// listen opens a stream of server-sent events.
func (r *running) listen(t testing.TB, query string, headers ...string) (next func() (line, error), end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, "GET", "http://127.0.0.1:"+r.port+eventsPath+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := r.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("%d %v", resp.StatusCode, resp.Header)
	}
	lines := bufio.NewScanner(resp.Body)
	return func() (line, error) {
			var l line
			for lines.Scan() {
				name, value, _ := strings.Cut(lines.Text(), ": ")
				switch name {
				case "id":
					l.id = value
				case "event":
					l.event = value
				case "data":
					l.data = value
				case "":
					if l.event != "" {
						return l, nil
					}
				}
			}
			return l, fmt.Errorf("the stream ended: %w", lines.Err())
		}, func() {
			cancel()
			_ = resp.Body.Close()
		}
}

// eventful starts an agent with a hub and two clients.
func eventful(t testing.TB) (run *running, hub *Hub, all, few string) {
	t.Helper()
	return eventfulBy(t, startWith)
}

// eventfulBy does so in the way that is given.
func eventfulBy(t testing.TB, start func(testing.TB, func(*Options)) *running) (run *running, hub *Hub, all, few string) {
	t.Helper()
	book := &clientBook{}
	hub = NewHub()
	all, few = book.give(t, "all", Scopes()...), book.give(t, "few", ScopeEvents)
	run = start(t, func(o *Options) {
		o.Events, o.Clients, o.AllowedOrigins = hub, book, []string{allowedPage}
	})
	return run, hub, all, few
}

// waitFor waits until so many listen.
func (h *Hub) waitFor(t testing.TB, n int) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		have := h.listeners()
		if have == n {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d listen, not %d", have, n)
		}
	}
}

func TestEventsComeAsTheyHappenWithPersonalDataOnlyForTheScope(t *testing.T) {
	run, hub, all, few := eventful(t)
	nextAll, endAll := run.listen(t, "", "Authorization", "Bearer "+all)
	defer endAll()
	nextFew, endFew := run.listen(t, "", "Authorization", "Bearer "+few)
	defer endFew()
	hub.waitFor(t, 2)
	hub.Publish(Event{Type: CardInserted, Reader: "R 0"})
	hub.Publish(Event{Type: CardRead, Reader: "R 0", PID: testVisitPID(t)})
	hub.Publish(issued(t))
	for _, c := range []struct {
		next func() (line, error)
		pid  bool
	}{{nextAll, true}, {nextFew, false}} {
		for _, want := range []EventType{CardInserted, CardRead, CodeIssued} {
			l, err := c.next()
			if err != nil {
				t.Fatal(err)
			}
			var e wireEvent
			if err := json.Unmarshal([]byte(l.data), &e); err != nil || e.Type != want || l.event != string(want) || l.id != e.ID {
				t.Fatalf("%v %+v", err, l)
			}
			if personal := strings.Contains(l.data, testPID) || strings.Contains(l.data, testCode); personal != (c.pid && want != CardInserted) {
				t.Errorf("personal data %v in %s for a client that may see it: %v", personal, want, c.pid)
			}
			if want == CodeIssued && e.Visit != testVisit {
				t.Errorf("visit %q", e.Visit)
			}
		}
	}
}

func TestATokenWithOneScopeSeesOnlyThatScopesData(t *testing.T) {
	read := stamped{Event: Event{Type: CardRead, PID: testVisitPID(t)}}
	code := stamped{Event: issued(t)}
	for _, c := range []struct {
		scope           Scope
		inRead, inIssue bool
	}{{ScopeReadCard, true, false}, {ScopeCodes, false, true}, {ScopeSubmit, false, false}, {ScopeEvents, false, false}} {
		caller := Caller{Scopes: []Scope{ScopeEvents, c.scope}}
		if got := read.wire(caller); (got.PID != "") != c.inRead {
			t.Errorf("%s: card-read gives %q", c.scope, got.PID)
		}
		if got := code.wire(caller); (got.PID != "") != c.inIssue || (got.Code != "") != c.inIssue {
			t.Errorf("%s: code-issued gives %q %q", c.scope, got.PID, got.Code)
		}
	}
	for _, e := range []Event{read.Event, code.Event} {
		if text := fmt.Sprintf("%v %+v %#v %s %x", e, e, e, e, e); strings.Contains(text, testPID) || strings.Contains(text, testCode) {
			t.Errorf("an event prints %s", text)
		}
		if text, err := json.Marshal(e); err != nil || strings.Contains(string(text), testPID) || strings.Contains(string(text), testCode) {
			t.Errorf("an event in JSON is %s", text)
		}
	}
}

func TestAClientThatComesBackGetsWhatItMissed(t *testing.T) {
	run, hub, all, _ := eventful(t)
	next, end := run.listen(t, "", "Authorization", "Bearer "+all)
	hub.waitFor(t, 1)
	hub.Publish(Event{Type: CardInserted})
	first, err := next()
	if err != nil {
		t.Fatal(err)
	}
	end()
	hub.waitFor(t, 0)
	hub.Publish(Event{Type: StatusChanged})
	hub.Publish(Event{Type: CardRemoved})
	for _, how := range []struct{ query, header string }{{"", first.id}, {"?last_event_id=" + first.id, ""}} {
		headers := []string{"Authorization", "Bearer " + all}
		if how.header != "" {
			headers = append(headers, "Last-Event-ID", how.header)
		}
		next, end = run.listen(t, how.query, headers...)
		for _, want := range []EventType{StatusChanged, CardRemoved} {
			if l, err := next(); err != nil || l.event != string(want) {
				t.Errorf("%v %+v, want %s", err, l, want)
			}
		}
		end()
	}
}

func TestAClientThatMissedTooMuchIsTold(t *testing.T) {
	h := NewHub()
	for range ringSize + 10 {
		h.Publish(Event{Type: StatusChanged})
	}
	id := func(n int) string { return fmt.Sprintf("%s-%d", h.run, n) }
	for _, c := range []struct {
		name, last string
		missed     int
		gap        bool
	}{
		{"nothing missed", id(ringSize + 10), 0, false},
		{"one missed", id(ringSize + 9), 1, false},
		{"just all of the ring", id(10), ringSize, false},
		{"one too many", id(9), ringSize, true},
		{"from the beginning", id(0), ringSize, true},
		{"from the future", id(ringSize + 11), ringSize, true},
		{"of an earlier run", "00000000-5", ringSize, true},
		{"not an id", "x", ringSize, true},
		{"a sign", h.run + "-+5", ringSize, true},
		{"new here", "", 0, false},
	} {
		sub, missed, gap := h.subscribe(c.last)
		if len(missed) != c.missed || gap != c.gap {
			t.Errorf("%s: %d missed, gap %v", c.name, len(missed), gap)
		}
		h.leave(sub)
	}
}

func TestPersonalDataLeavesTheMemoryWithTheCardAndWithTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHub()
		kept := func() (n int) {
			h.mu.Lock()
			defer h.mu.Unlock()
			for _, e := range h.ring {
				if !e.PID.IsZero() || e.Code != "" {
					n++
				}
			}
			return n
		}
		h.Publish(Event{Type: CardRead, PID: testVisitPID(t)})
		h.Publish(issued(t))
		if kept() != 2 {
			t.Fatalf("%d", kept())
		}
		h.Publish(Event{Type: CardRemoved})
		if kept() != 1 {
			t.Errorf("after the card is out %d events hold personal data", kept())
		}
		time.Sleep(personalTTL + time.Second)
		h.Forget()
		if kept() != 0 {
			t.Errorf("after a minute %d events hold personal data", kept())
		}
		if _, missed, _ := h.subscribe(fmt.Sprintf("%s-0", h.run)); len(missed) != 3 || !missed[0].PID.IsZero() {
			t.Error("the events themselves are gone")
		}
	})
}

func TestASlowClientIsDroppedAndDelaysNobody(t *testing.T) {
	h := NewHub()
	slow, _, _ := h.subscribe("")
	quick, _, _ := h.subscribe("")
	for i := range 10 * streamBuffer {
		h.Publish(Event{Type: StatusChanged})
		if e, open := <-quick.events; !open || e.seq != uint64(i+1) {
			t.Fatalf("the quick client missed event %d", i+1)
		}
	}
	n := 0
	for range slow.events {
		n++
	}
	if n != streamBuffer || !slow.slow {
		t.Errorf("the slow client got %d events and was told %v", n, slow.slow)
	}
	h.Close()
	if _, open := <-quick.events; open || quick.slow {
		t.Error("closing the hub is not the end")
	}
	h.Publish(Event{Type: StatusChanged}) // after the end: nothing
	if sub, _, _ := h.subscribe(""); !func() bool { _, open := <-sub.events; return !open }() {
		t.Error("a closed hub takes listeners")
	}
}

func TestAHubOfManyWritersAndListenersKeepsTheOrder(t *testing.T) {
	h := NewHub()
	sub, _, _ := h.subscribe("")
	done := make(chan struct{})
	for range 4 {
		go func() {
			for range 500 {
				h.Publish(Event{Type: StatusChanged})
			}
			done <- struct{}{}
		}()
	}
	last := uint64(0)
	for ended := 0; ended < 4; {
		select {
		case e, open := <-sub.events:
			if !open {
				sub, _, _ = h.subscribe("")
				continue
			}
			if e.seq <= last {
				t.Fatalf("%d after %d", e.seq, last)
			}
			last = e.seq
		case <-done:
			ended++
		}
	}
	h.Close()
}

// socketTo opens a WebSocket as a program does.
func (r *running) socketTo(t testing.TB, query string, header http.Header) (*websocket.Conn, int) {
	t.Helper()
	conn, resp, err := websocket.Dial(t.Context(), "ws://127.0.0.1:"+r.port+eventsPath+query,
		&websocket.DialOptions{HTTPHeader: header, HTTPClient: r.client})
	code := 0
	if resp != nil {
		code = resp.StatusCode
	}
	if err != nil && code == 0 {
		t.Fatal(err)
	}
	return conn, code
}

func TestAWebSocketGetsTheSameEvents(t *testing.T) {
	run, hub, all, _ := eventful(t)
	conn, _ := run.socketTo(t, "", http.Header{"Authorization": {"Bearer " + all}})
	defer func() { _ = conn.CloseNow() }()
	hub.waitFor(t, 1)
	// The first beat is a ping; the client answers it only while it reads.
	got := make(chan wireEvent, 1)
	go func() {
		_, data, err := conn.Read(t.Context())
		var e wireEvent
		if err == nil {
			err = json.Unmarshal(data, &e)
		}
		if err != nil {
			t.Error(err)
		}
		got <- e
	}()
	hub.Publish(issued(t))
	if e := <-got; e.Type != CodeIssued || e.PID != testPID || e.Code != testCode || e.ID == "" {
		t.Errorf("got %+v", e.Type)
	}
}

func TestAnOfferOfHTTP2GetsServerSentEvents(t *testing.T) {
	run, hub, all, _ := eventful(t)
	next, end := run.listen(t, "", "Authorization", "Bearer "+all, "Connection", "Upgrade, HTTP2-Settings", "Upgrade", "h2c", "HTTP2-Settings", "AAMAAABkAAQBAAAA")
	defer end()
	hub.waitFor(t, 1)
	hub.Publish(Event{Type: StatusChanged})
	if l, err := next(); err != nil || l.event != string(StatusChanged) {
		t.Errorf("%+v %v", l, err)
	}
}

func TestAWebSocketOfAForeignPageIsRefused(t *testing.T) {
	run, _, all, _ := eventful(t)
	for _, c := range []struct {
		name   string
		header http.Header
		want   int
	}{
		{"a listed page", http.Header{"Authorization": {"Bearer " + all}, "Origin": {allowedPage}}, 101},
		{"a foreign page with the token", http.Header{"Authorization": {"Bearer " + all}, "Origin": {"https://evil.example"}}, 403},
		{"our own name as origin", http.Header{"Authorization": {"Bearer " + all}, "Origin": {"http://127.0.0.1:" + run.port}}, 403},
		{"no origin at all", http.Header{"Authorization": {"Bearer " + all}, "Origin": {"null"}}, 403},
		{"a listed page without a token", http.Header{"Origin": {allowedPage}}, 401},
	} {
		conn, code := run.socketTo(t, "", c.header)
		if code != c.want {
			t.Errorf("%s: %d", c.name, code)
		}
		if conn != nil {
			_ = conn.CloseNow()
		}
	}
}

func TestATicketIsGoodOnceForThePageThatFetchedIt(t *testing.T) {
	run, _, all, _ := eventful(t)
	fetch := func(headers ...string) string {
		t.Helper()
		headers = append(headers, "Authorization", "Bearer "+all, "Content-Type", "application/json")
		code, _, body := run.send(t, "POST", ticketPath, own, "{}", headers...)
		var answer struct {
			Ticket  string `json:"ticket"`
			Seconds int    `json:"expires_in"`
		}
		if err := json.Unmarshal([]byte(body), &answer); err != nil || code != 200 || answer.Seconds != 30 {
			t.Fatalf("%d %s", code, body)
		}
		return answer.Ticket
	}
	ticket := fetch()
	conn, code := run.socketTo(t, "?ticket="+ticket, nil)
	if code != 101 {
		t.Fatalf("a fresh ticket gives %d", code)
	}
	_ = conn.CloseNow()
	for _, c := range []struct {
		name, ticket string
		header       http.Header
		want         int
	}{
		{"a used ticket", ticket, nil, 401},
		{"an invented ticket", strings.Repeat("A", 43), nil, 401},
		{"no ticket", "", nil, 401},
		{"the token as ticket", all, nil, 401},
		{"the ticket of another page", fetch("Origin", allowedPage), nil, 401},
		{"the ticket of that page", fetch("Origin", allowedPage), http.Header{"Origin": {allowedPage}}, 101},
	} {
		conn, code := run.socketTo(t, "?ticket="+c.ticket, c.header)
		if code != c.want {
			t.Errorf("%s: %d, want %d", c.name, code, c.want)
		}
		if conn != nil {
			_ = conn.CloseNow()
		}
	}
	if code, _, _ := run.ask(t, "GET", "/api/v1/visits?ticket="+fetch(), own); code != 401 {
		t.Errorf("a ticket opens another path: %d", code)
	}
}

func TestTicketsEndAndAreFew(t *testing.T) {
	book, now := newTickets(), time.Unix(1_700_000_000, 0)
	c := Client{Name: "x"}
	old := book.issue(c, "", now)
	if _, err := book.redeem(old, "", now.Add(ticketTTL)); err == nil {
		t.Error("a ticket is good for too long")
	}
	first := book.issue(c, "", now)
	var last string
	for i := range 10 * maxTickets {
		last = book.issue(c, "", now.Add(time.Duration(i+1)*time.Millisecond))
	}
	if len(book.valid) != maxTickets {
		t.Errorf("%d tickets are kept", len(book.valid))
	}
	if _, err := book.redeem(first, "", now.Add(time.Second)); err == nil {
		t.Error("the oldest ticket did not give way")
	}
	if got, err := book.redeem(last, "", now.Add(time.Second)); err != nil || got.Name != "x" {
		t.Error("the newest ticket is not good")
	}
}

func TestStreamsAreFewSoThatRequestsFindAPlace(t *testing.T) {
	run, hub, all, few := eventful(t)
	for range maxClientStreams {
		_, end := run.listen(t, "", "Authorization", "Bearer "+all)
		defer end()
	}
	hub.waitFor(t, maxClientStreams)
	if code, _, _ := run.ask(t, "GET", eventsPath, own, "Authorization", "Bearer "+all); code != 503 {
		t.Errorf("one stream too many gives %d", code)
	}
	_, end := run.listen(t, "", "Authorization", "Bearer "+few)
	defer end()
	hub.waitFor(t, maxClientStreams+1)
}

func TestEverybodyIsToldWhenTheProgramEnds(t *testing.T) {
	var ends []func() (string, error)
	t.Run("running", func(t *testing.T) {
		run, hub, all, few := eventful(t)
		next, _ := run.listen(t, "", "Authorization", "Bearer "+few)
		ends = append(ends, func() (string, error) { l, err := next(); return l.data, err })
		conn, _ := run.socketTo(t, "", http.Header{"Authorization": {"Bearer " + all}})
		got := make(chan string, 1)
		go func() {
			_, data, err := conn.Read(context.Background())
			got <- fmt.Sprint(string(data), err)
			_, _, _ = conn.Read(context.Background()) // the close frame
			_ = conn.CloseNow()
		}()
		ends = append(ends, func() (string, error) { return <-got, nil })
		hub.waitFor(t, 2)
	})
	for i, end := range ends {
		if text, err := end(); err != nil || !strings.Contains(text, `"dropped"`) || !strings.Contains(text, endClosing) {
			t.Errorf("stream %d: %q %v", i, text, err)
		}
	}
}

// fakeSink is a stream in the test's own time.
type fakeSink struct {
	beats int
	sent  []wireEvent
	err   error
}

func (f *fakeSink) send(e wireEvent) error { f.sent = append(f.sent, e); return f.err }
func (f *fakeSink) beat() error            { f.beats++; return f.err }
func (f *fakeSink) gone() <-chan struct{}  { return nil }
func (f *fakeSink) end(string) error       { return nil }

func TestAStreamBeatsAndEndsWhenItsClientIsRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		caller := Caller{Name: "his", Scopes: Scopes(), client: b.book.list[0]}
		out, reason := &fakeSink{}, make(chan string)
		go func() { reason <- b.agent.feed(out, t.Context(), caller, "") }()
		time.Sleep(10*heartbeat + time.Second)
		if err := b.book.RemoveClient("his"); err != nil {
			t.Fatal(err)
		}
		if got := <-reason; got != endRevoked || out.beats != 11 {
			t.Errorf("%q after %d beats", got, out.beats)
		}
	})
}

func TestAClientThatWasRemovedHearsOfNobodyAnyMore(t *testing.T) {
	for name, change := range map[string]func(*bench) error{
		"removed": func(b *bench) error { return b.book.RemoveClient("his") },
		"without the scope": func(b *bench) error {
			b.book.mu.Lock()
			defer b.book.mu.Unlock()
			b.book.list[0].Scopes = []Scope{ScopeEvents}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, nil)
				ctx, stop := context.WithCancel(t.Context())
				caller := Caller{Name: "his", Scopes: Scopes(), client: b.book.list[0]}
				out, reason := &fakeSink{}, make(chan string, 1)
				go func() { reason <- b.agent.feed(out, ctx, caller, "") }()
				synctest.Wait()
				b.agent.hub.Publish(Event{Type: CardRead, PID: testVisitPID(t)})
				synctest.Wait()
				if len(out.sent) != 1 || out.sent[0].PID != testPID {
					t.Fatalf("before: %+v", out.sent)
				}
				if err := change(b); err != nil {
					t.Fatal(err)
				}
				time.Sleep(clientsTTL) // long before the next heartbeat
				b.agent.hub.Publish(Event{Type: CodeIssued, PID: testVisitPID(t), Code: testCode})
				b.agent.hub.Publish(Event{Type: CardRead, PID: testVisitPID(t)})
				synctest.Wait()
				for _, e := range out.sent[1:] {
					if e.PID != "" || e.Code != "" {
						t.Errorf("after: %+v", e)
					}
				}
				stop()
				if got := <-reason; (got == endRevoked) != (name == "removed") {
					t.Errorf("the stream ends with %q", got)
				}
			})
		})
	}
}

func TestAStreamThatLagsEndsWithThatReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		caller := Caller{Name: "his", Scopes: Scopes(), client: b.book.list[0]}
		stuck := &stuckSink{free: make(chan struct{})}
		reason := make(chan string)
		go func() { reason <- b.agent.feed(stuck, t.Context(), caller, "") }()
		synctest.Wait()
		for range streamBuffer + 2 {
			b.agent.hub.Publish(Event{Type: StatusChanged})
			synctest.Wait()
		}
		close(stuck.free)
		if got := <-reason; got != endSlow {
			t.Errorf("%q", got)
		}
	})
}

// stuckSink is a client that takes nothing until it is free.
type stuckSink struct {
	fakeSink
	free chan struct{}
}

func (s *stuckSink) send(wireEvent) error { <-s.free; return nil }

// TestAClientThatNeverReadsIsDroppedAndDelaysNotEvenTheEnd leaves the events of two
// clients where they are.
func TestAClientThatNeverReadsIsDroppedAndDelaysNotEvenTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run, hub, all, few := eventfulBy(t, startInMemory)
		c := run.dial(t)
		_, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nAuthorization: Bearer %s\r\n\r\n", eventsPath, run.port, all)
		if err != nil {
			t.Fatal(err)
		}
		conn, _ := run.socketTo(t, "", http.Header{"Authorization": {"Bearer " + few}})
		t.Cleanup(func() { _ = conn.CloseNow() })
		// The first client reads the beginning of its stream, the second answers the first
		// ping; then neither ever reads again.
		go func() { _, _, _ = conn.Read(context.Background()) }()
		if resp, err := http.ReadResponse(bufio.NewReader(c), nil); err != nil || resp.StatusCode != 200 {
			t.Fatal(err)
		}
		synctest.Wait()
		if n := hub.listeners(); n != 2 {
			t.Fatalf("%d listen", n)
		}
		for range streamBuffer + 10 {
			hub.Publish(Event{Type: CardInserted, Reader: strings.Repeat("x", 4000)})
			synctest.Wait() // the agent has sent what the clients take
		}
		if n := hub.listeners(); n != 0 {
			t.Errorf("%d clients that never read are still listening", n)
		}
		began := time.Now()
		if err := run.end(); err != nil { // while both streams are stuck
			t.Error(err)
		}
		if took := time.Since(began); took >= shutdownTimeout {
			t.Errorf("the end took %s", took)
		}
	})
}

func (h *Hub) listeners() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.subs)
}
