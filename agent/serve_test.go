package agent

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// dial opens a raw connection.
func (r *running) dial(t testing.TB) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", "127.0.0.1:"+r.port)
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
	run := startWith(t, nil)
	var held []net.Conn
	for range maxConnections {
		c := run.dial(t)
		if code, err := run.get(c); code != 200 {
			t.Fatalf("%d %v", code, err)
		}
		held = append(held, c)
	}
	c := run.dial(t)
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || resp.StatusCode != 503 || resp.Header.Get("Retry-After") == "" || resp.Header.Get(zoneHeader) != "demo" {
		t.Errorf("%v %v", resp, err)
	}
	_ = resp.Body.Close()
	if code, err := run.get(held[0]); code != 200 {
		t.Errorf("one that has its place gets %d, %v", code, err)
	}
	_ = held[1].Close()
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		if code, _ := run.get(run.dial(t)); code == 200 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("a place that became free is not given away")
		}
	}
}

func TestSilentConnectionsGiveWayToOneThatAsks(t *testing.T) {
	run := startWith(t, nil)
	for range maxConnections {
		run.dial(t)
	}
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if code, _ := run.get(run.dial(t)); code == 200 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("silent connections keep a good one out")
		}
	}
}

func TestAConnectionBeingAnsweredDoesNotGiveWay(t *testing.T) {
	d := &doorman{conns: map[*guest]struct{}{}}
	old := time.Now().Add(-time.Hour)
	busy := &guest{busy: 1, since: old}
	idle := &guest{asked: true, since: old.Add(time.Minute)}
	silent := &guest{since: old.Add(2 * time.Minute)}
	fresh := &guest{since: time.Now().Add(time.Hour)}
	for _, g := range []*guest{busy, idle, silent, fresh} {
		d.conns[g] = struct{}{}
	}
	for _, want := range []*guest{silent, idle, nil} {
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
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
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

// certificate makes a certificate for this machine, and the pool that trusts it.
func certificate(t *testing.T) (*tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func TestOpenToOtherMachinesTheAgentSpeaksTLSOnly(t *testing.T) {
	cert, pool := certificate(t)
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
	d := newDoorman(nil, &LAN{Addresses: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/28")}}, true, nil)
	for address, want := range map[string]bool{
		"127.0.0.1:5": true, "[::1]:5": true, "192.0.2.3:5": true, "[::ffff:192.0.2.3]:5": true, "192.0.2.16:5": false, "198.51.100.1:5": false, "[2001:db8::1]:5": false,
	} {
		at, err := net.ResolveTCPAddr("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.mayEnter(at); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

func TestAnswersUnderWayAreFinishedWhenTheProgramEnds(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	begun, goOn := make(chan struct{}), make(chan struct{})
	book := &clientBook{}
	token := book.give(t, "his", ScopeReadCard)
	a := New(Options{
		Zone: "demo", Logger: slog.New(slog.DiscardHandler), Clients: book,
		Compat: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			close(begun)
			<-goOn
			_, _ = io.WriteString(w, "card")
		}),
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, a) }()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	answer := make(chan string, 1)
	go func() {
		req, _ := http.NewRequest("GET", "http://"+l.Addr().String()+"/api/smartcard/read", nil)
		resp, err := transport.RoundTrip(bearer(req, token))
		if err != nil {
			answer <- err.Error()
			return
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		answer <- string(body)
	}()
	<-begun
	cancel()
	close(goOn)
	if got := <-answer; got != "card" {
		t.Errorf("%s", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestALongCardReadIsNotCutByTheTimeLimitOfRequests(t *testing.T) {
	if testing.Short() {
		t.Skip("takes longer than the time limit of a request")
	}
	book := &clientBook{}
	token := book.give(t, "his", ScopeReadCard)
	run := startWith(t, func(o *Options) {
		o.Clients = book
		o.Compat = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
				w.WriteHeader(http.StatusGatewayTimeout)
			case <-time.After(readTimeout + time.Second):
				_, _ = io.WriteString(w, "card")
			}
		})
	})
	if code, _, body := run.ask(t, "GET", "/api/smartcard/read", own, "Authorization", "Bearer "+token); code != 200 || body != "card" {
		t.Errorf("%d %s", code, body)
	}
}
