package agent

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/certtest"
)

// dial opens a raw connection.
func (r *running) dial(t testing.TB) net.Conn {
	t.Helper()
	c, err := r.dialer(t.Context(), "tcp", "127.0.0.1:"+r.port)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func (r *running) get(c net.Conn) (int, error) {
	if _, err := fmt.Fprintf(c, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n\r\n", r.port); err != nil {
		return 0, err
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

func TestConnectionsThatAreTooManyAreToldSoAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run := startInMemory(t, nil)
		var held []net.Conn
		for range maxConnections {
			c := run.dial(t)
			if code, err := run.get(c); code != 200 {
				t.Fatalf("%d %v", code, err)
			}
			held = append(held, c)
		}
		c, began := run.dial(t), time.Now()
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || resp.StatusCode != 503 || resp.Header.Get("Retry-After") == "" || resp.Header.Get(zoneHeader) != "demo" {
			t.Fatalf("%v %v", resp, err)
		}
		_ = resp.Body.Close()
		if took := time.Since(began); took > awayLimit {
			t.Errorf("it is told after %s", took)
		}
		if code, err := run.get(held[0]); code != 200 {
			t.Errorf("one that has its place gets %d, %v", code, err)
		}
		_ = held[1].Close()
		synctest.Wait()
		if code, err := run.get(run.dial(t)); code != 200 {
			t.Errorf("a place that became free is not given away: %d, %v", code, err)
		}
	})
}

func TestSilentConnectionsGiveWayToOneThatAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run := startInMemory(t, nil)
		for range maxConnections {
			run.dial(t)
		}
		if code, err := run.get(run.dial(t)); code != 503 {
			t.Errorf("while they may still be about to ask: %d, %v", code, err)
		}
		time.Sleep(silentGrace)
		if code, err := run.get(run.dial(t)); code != 200 {
			t.Errorf("silent connections keep a good one out: %d, %v", code, err)
		}
	})
}

func TestAConnectionBeingAnsweredDoesNotGiveWay(t *testing.T) {
	d := &connectionCap{conns: map[*capped]struct{}{}}
	old := time.Now().Add(-time.Hour)
	busy := &capped{busy: 1, since: old}
	idle := &capped{asked: true, since: old.Add(time.Minute)}
	silent := &capped{since: old.Add(2 * time.Minute)}
	fresh := &capped{since: time.Now().Add(time.Hour)}
	for _, g := range []*capped{busy, idle, silent, fresh} {
		d.conns[g] = struct{}{}
	}
	for _, want := range []*capped{silent, idle, nil} {
		got := d.idlest(time.Now())
		if got != want {
			t.Fatalf("%+v gives way, not %+v", got, want)
		}
		delete(d.conns, got)
	}
}

func TestMalformedRequestsReachNothingAndHarmNothing(t *testing.T) {
	run := startWith(t, nil)
	for _, text := range []string{
		"GET /api/v1/status HTTP/1.1\r\n\r\n",
		"GET /api/v1/status HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nHost: evil.example\r\n\r\n",
		"GET http://evil.example/api/v1/status HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
		"GET /api/v1/status HTTP/1.0\r\n\r\n",
		"CONNECT 127.0.0.1:PORT HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
		"POST /api/v1/events/ticket HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/v1/status HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /api/v1/status HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nX: " + strings.Repeat("a", 20_000) + "\r\n\r\n",
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		strings.Repeat("\x00", 1000),
	} {
		c := run.dial(t)
		_, _ = io.WriteString(c, strings.ReplaceAll(text, "PORT", run.port))
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.CloseWrite()
		}
		_ = c.SetReadDeadline(time.Now().Add(patience))
		answer, _ := io.ReadAll(c)
		if strings.Contains(string(answer), " 200 ") || strings.Contains(string(answer), "welcome") {
			t.Errorf("%.60q gives %.200q", text, answer)
		}
		_ = c.Close()
	}
	if code, _, _ := run.ask(t, "GET", "/healthz", own); code != 200 {
		t.Errorf("afterwards %d", code)
	}
}

func TestOpenToOtherMachinesTheAgentSpeaksTLSOnly(t *testing.T) {
	cert, pool := certtest.New(t, "localhost", "127.0.0.1")
	book := &clientBook{}
	token := book.give(t, "his", ScopeReadCard)
	run := startWith(t, func(o *Options) {
		o.Clients = book
		o.LAN = &LAN{Certificate: cert, Addresses: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, Hosts: []string{"kiosk.example:8189"}}
		o.Compat = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "card") })
	})
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequest("GET", "https://127.0.0.1:"+run.port+"/api/smartcard/read", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := transport.RoundTrip(bearer(req, token))
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode != 200 || string(body) != "card" || resp.ProtoMajor != 1 || resp.TLS.Version < tls.VersionTLS12 {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	plain := run.dial(t)
	if code, err := run.get(plain); err == nil && code != 400 {
		t.Errorf("plain HTTP gives %d", code)
	}
}

func TestAnAddressThatIsNotListedIsNotEvenAnswered(t *testing.T) {
	d := newConnectionCap(nil, &LAN{Addresses: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/28")}}, true, nil)
	for address, want := range map[string]bool{
		"127.0.0.1:5": true, "[::1]:5": true, "192.0.2.3:5": true, "[::ffff:192.0.2.3]:5": true, "192.0.2.16:5": false, "198.51.100.1:5": false, "[2001:db8::1]:5": false,
	} {
		at, err := net.ResolveTCPAddr("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.allowed(at); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

func TestAnswersUnderWayAreFinishedWhenTheProgramEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun, goOn := make(chan struct{}), make(chan struct{})
		book := &clientBook{}
		token := book.give(t, "his", ScopeReadCard)
		run := startInMemory(t, func(o *Options) {
			o.Clients = book
			o.Compat = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				close(begun)
				<-goOn
				_, _ = io.WriteString(w, "card")
			})
		})
		answer := make(chan string, 1)
		go func() {
			_, _, body := run.ask(t, "GET", "/api/smartcard/read", own, "Authorization", "Bearer "+token)
			answer <- body
		}()
		<-begun
		ended := make(chan error, 1)
		go func() { ended <- run.end() }()
		time.Sleep(shutdownTimeout - time.Second)
		close(goOn)
		if got := <-answer; got != "card" {
			t.Errorf("%s", got)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestALongCardReadIsNotCutByTheTimeLimitOfRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		book := &clientBook{}
		token := book.give(t, "his", ScopeReadCard)
		run := startInMemory(t, func(o *Options) {
			o.Clients = book
			o.Compat = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				select {
				case <-r.Context().Done():
					w.WriteHeader(http.StatusGatewayTimeout)
				case <-time.After(workTimeout - time.Second):
					_, _ = io.WriteString(w, "card")
				}
			})
		})
		if code, _, body := run.ask(t, "GET", "/api/smartcard/read", own, "Authorization", "Bearer "+token); code != 200 || body != "card" {
			t.Errorf("%d %s", code, body)
		}
	})
}

// TestAConnectionThatSendsItsRequestTooSlowlyIsClosed sends a byte of a header each
// second.
func TestAConnectionThatSendsItsRequestTooSlowlyIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run := startInMemory(t, nil)
		c, began := run.dial(t), time.Now()
		_, err := io.WriteString(c, "GET /healthz HTTP/1.1\r\nX-Slow: ")
		for err == nil {
			time.Sleep(time.Second)
			_, err = io.WriteString(c, "a")
		}
		if took := time.Since(began); took < readHeaderTimeout || took > readHeaderTimeout+writeTimeout {
			t.Errorf("it was closed after %s", took)
		}
	})
}
