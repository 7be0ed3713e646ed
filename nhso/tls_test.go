package nhso_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"authenkiosk/nhso"
	"authenkiosk/nhso/testzone"
	"authenkiosk/visit"
)

var testPID = testzone.PID(testzone.Adult)

// wire keeps all bytes that leave the client.
type wire struct {
	net.Conn
	mu   *sync.Mutex
	sent *bytes.Buffer
}

func (w wire) Write(b []byte) (int, error) {
	w.mu.Lock()
	w.sent.Write(b)
	w.mu.Unlock()
	return w.Conn.Write(b)
}

func TestNothingGoesToAServerThatIsNotTrusted(t *testing.T) {
	zone, err := testzone.New(testzone.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tlsServer := func(change func(*httptest.Server)) *httptest.Server {
		s := httptest.NewUnstartedServer(zone)
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		change(s)
		t.Cleanup(s.Close)
		return s
	}
	unknown := tlsServer(func(s *httptest.Server) { s.StartTLS() })
	old := tlsServer(func(s *httptest.Server) {
		s.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
		s.StartTLS()
	})
	plain := tlsServer(func(s *httptest.Server) { s.Start() })
	pool := x509.NewCertPool()
	pool.AddCert(unknown.Certificate())
	for _, c := range []struct {
		name, url string
		roots     *x509.CertPool
		want      error
	}{
		{"an unknown authority", unknown.URL, nil, nhso.ErrUntrusted},
		{"another name", strings.Replace(unknown.URL, "127.0.0.1", "localhost", 1), pool, nhso.ErrUntrusted},
		{"an old TLS", old.URL, pool, nil},
		{"no TLS at all", strings.Replace(plain.URL, "http:", "https:", 1), pool, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			refuses(t, c.url, c.roots, c.want)
		})
	}
	if n := len(zone.Requests()); n != 0 {
		t.Errorf("%d requests arrived", n)
	}
}

// refuses proves that neither a question nor a submission goes to that server,
// and that nothing of them leaves in clear.
func refuses(t *testing.T, server string, roots *x509.CertPool, want error) {
	t.Helper()
	var mu sync.Mutex
	var sent bytes.Buffer
	client := clientOf(t, server, func(o *nhso.Options) {
		o.RootCAs = roots
		o.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
			return wire{conn, &mu, &sent}, err
		}
	})
	day := visit.ServiceDateOf(time.Now())
	_, err := client.Submit(t.Context(), submission(testzone.Adult, day))
	if nhso.KindOf(err) != nhso.NotSent || want != nil && !errors.Is(err, want) {
		t.Errorf("submit: got %v", err)
	}
	if _, err := client.Right(t.Context(), testPID, day); nhso.KindOf(err) != nhso.NotSent {
		t.Errorf("right: got %v", err)
	}
	mu.Lock()
	defer mu.Unlock()
	if bytes.Contains(sent.Bytes(), []byte(testPID.Digits())) || bytes.Contains(sent.Bytes(), []byte("00000000-0000")) {
		t.Error("the PID or the token left in clear")
	}
}

func TestATrustedServerIsAsked(t *testing.T) {
	zone, err := testzone.New(testzone.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewTLSServer(zone)
	t.Cleanup(s.Close)
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	client := clientOf(t, s.URL, func(o *nhso.Options) { o.RootCAs = pool })
	day := visit.ServiceDateOf(time.Now())
	if got, err := client.Submit(t.Context(), submission(testzone.Adult, day)); err != nil || got.Code == "" {
		t.Errorf("got %v, %v", got, err)
	}
}

// gzipBomb answers with a megabyte in a kilobyte.
func gzipBomb(t *testing.T) func(net.Conn) {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, `{"funds":[],"x":"`+strings.Repeat("x", 1<<20)+`"}`)
	_ = z.Close()
	return func(c net.Conn) {
		r := http.Response{
			StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1, ContentLength: int64(b.Len()),
			Header: http.Header{"Content-Encoding": {"gzip"}, "Content-Type": {jsonType}}, Body: io.NopCloser(bytes.NewReader(b.Bytes())),
		}
		_ = r.Write(c)
		_ = c.Close()
	}
}
