package nhso_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authenkiosk/neterror"
	"authenkiosk/nhso"
	"authenkiosk/visit"
)

// rawServer answers every connection with what handle does after one request was
// read, and counts requests.
func rawServer(t *testing.T, handle func(net.Conn)) (base string, requests *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	requests = new(atomic.Int64)
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer c.Close()
				for r := bufio.NewReader(c); ; {
					req, err := http.ReadRequest(r)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, req.Body)
					requests.Add(1)
					handle(c)
				}
			})
		}
	})
	t.Cleanup(func() { _ = l.Close(); running.Wait() })
	return "http://" + l.Addr().String(), requests
}

// patience is what a request over a real connection may take here, so that no pause of
// the machine is taken for a time-out; these are tested in rigs with a time of their own.
const patience = 2 * time.Minute

var patient = nhso.Timeouts{Query: patience, Submit: patience, Connect: patience}

// refusing is an address where nobody listens, nor can have begun to meanwhile.
func refusing(t *testing.T) string {
	t.Helper()
	host := "127.0.0.1"
	if runtime.GOOS == "linux" { // where all of 127.0.0.0/8 is this machine
		host = fmt.Sprintf("127.%d.%d.%d", 1+rand.IntN(250), rand.IntN(250), 1+rand.IntN(250))
	}
	l, err := net.Listen("tcp", host+":0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return "http://" + l.Addr().String()
}

func clientOf(t *testing.T, base string, change func(*nhso.Options)) *nhso.Endpoint {
	t.Helper()
	o := nhso.Options{Zone: visit.ZoneTest, EndpointURL: base, Token: fixed("00000000-0000-4000-8000-000000000001"), Timeouts: patient}
	if change != nil {
		change(&o)
	}
	client, err := nhso.NewEndpoint(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// reset closes a connection the hard way.
func reset(c net.Conn) {
	_ = c.(*net.TCPConn).SetLinger(0)
	_ = c.Close()
}

func says(text string) func(net.Conn) {
	return func(c net.Conn) { _, _ = io.WriteString(c, text); _ = c.Close() }
}

func body(status, contentType, text string) func(net.Conn) {
	return says(fmt.Sprintf("HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", status, contentType, len(text), text))
}

const jsonType = "application/json"

func TestASubmissionIsSentExactlyOnceWhateverHappens(t *testing.T) {
	big := `{"authenCode":"PP1200000001","x":"` + strings.Repeat("x", 300<<10) + `"}`
	for _, c := range []struct {
		name   string
		handle func(net.Conn)
		want   nhso.Kind
	}{
		{"closed without a word", func(c net.Conn) { _ = c.Close() }, nhso.Unknown},
		{"reset", reset, nhso.Unknown},
		{"cut in the header", says("HTTP/1.1 200 OK\r\nContent-"), nhso.Unknown},
		{"cut in the body", says("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"authenCode\":\"PP1200000001\""), nhso.Unknown},
		{"cut in a chunk", says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1d\r\n{\"authenCode\":\"PP1200000001\"}\r\n"), nhso.Unknown},
		{"not HTTP", says("220 mail ready\r\n"), nhso.Unknown},
		{"500", body("500 Oops", jsonType, `{"dataError":"no"}`), nhso.Unknown},
		{"502 of a proxy", body("502 Bad Gateway", "text/html", "<html>"), nhso.Unknown},
		{"503 with a wait", says("HTTP/1.1 503 No\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"), nhso.Unknown},
		{"504 with a code", body("504 Gateway Timeout", jsonType, `{"authenCode":"PP1200000001"}`), nhso.Unknown},
		{"408", body("408 Request Timeout", "text/plain", ""), nhso.Unknown},
		{"421", body("421 Misdirected Request", "text/plain", ""), nhso.Unknown},
		{"404 of a server", body("404 Not Found", "text/html", "<html>"), nhso.Unknown},
		{"400 of a proxy", body("400 Bad Request", "text/html", "<html>"), nhso.Unknown},
		{"429 at once", says("HTTP/1.1 429 No\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"), nhso.TooMany},
		{"302 to a portal", says("HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n"), nhso.Unknown},
		{"307 that wants the body again", says("HTTP/1.1 307 Again\r\nLocation: /api/AuthenCode\r\nContent-Length: 0\r\n\r\n"), nhso.Unknown},
		{"308 to another host", says("HTTP/1.1 308 Moved\r\nLocation: http://nhso.invalid/\r\nContent-Length: 0\r\n\r\n"), nhso.Unknown},
		{"401", body("401 No", jsonType, `{}`), nhso.Unauthorised},
		{"403 of a firewall", body("403 No", "text/html", "<html>"), nhso.Unauthorised},
		{"400 with a reason", body("400 No", jsonType, `{"dataError":"no"}`), nhso.Refused},
		{"422 with a reason", body("422 No", jsonType, `{"errors":[{"defaultMessage":"no"}]}`), nhso.Refused},
		{"200 with a reason", body("200 OK", jsonType, `{"dataError":"no"}`), nhso.Refused},
		{"empty 200", body("200 OK", jsonType, ""), nhso.Unknown},
		{"204", says("HTTP/1.1 204 No Content\r\n\r\n"), nhso.Unknown},
		{"HTML that says JSON", body("200 OK", jsonType, "<html>PP1200000001</html>"), nhso.Unknown},
		{"too long", body("200 OK", jsonType, big), nhso.Unknown},
		{"a wrong code", body("200 OK", jsonType, `{"authenCode":"ok"}`), nhso.Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			base, requests := rawServer(t, c.handle)
			client := clientOf(t, base, nil)
			_, err := client.Submit(t.Context(), submission("900000000000", visit.ServiceDateOf(time.Now())))
			if err == nil || nhso.KindOf(err) != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if n := requests.Load(); n != 1 {
				t.Errorf("%d requests arrived", n)
			}
		})
	}
}

func TestACodeIsReadWhateverTheContentTypeSays(t *testing.T) {
	for _, contentType := range []string{jsonType, "text/plain", "text/html"} {
		base, _ := rawServer(t, body("200 OK", contentType, `{"authenCode":"PP1200000001"}`))
		got, err := clientOf(t, base, nil).Submit(t.Context(), submission("900000000000", visit.ServiceDateOf(time.Now())))
		if err != nil || got.Code != "PP1200000001" {
			t.Errorf("%s: got %v, %v", contentType, got, err)
		}
	}
}

func TestAQuestionIsNeverAnsweredByAnotherServer(t *testing.T) {
	big := `{"funds":[],"x":"` + strings.Repeat("x", 300<<10) + `"}`
	for _, c := range []struct {
		name   string
		handle func(net.Conn)
	}{
		{"302 to a portal", says("HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n")},
		{"a portal", body("200 OK", jsonType, "<html>sign in</html>")},
		{"empty", body("200 OK", jsonType, "")},
		{"another service", body("200 OK", jsonType, `{"ok":true}`)},
		{"too long", body("200 OK", jsonType, big)},
		{"404", body("404 No", "text/html", "<html>")},
		{"a bomb", gzipBomb(t)},
	} {
		t.Run(c.name, func(t *testing.T) {
			base, requests := rawServer(t, c.handle)
			_, err := clientOf(t, base, nil).Right(t.Context(), testPID, visit.ServiceDateOf(time.Now()))
			if err == nil || nhso.KindOf(err) != nhso.BadAnswer || requests.Load() != 1 {
				t.Errorf("got %v after %d requests", err, requests.Load())
			}
		})
	}
}

func TestARefusedConnectionIsNotSent(t *testing.T) {
	client := clientOf(t, refusing(t), nil)
	_, err := client.Submit(t.Context(), submission("900000000000", visit.ServiceDateOf(time.Now())))
	if nhso.KindOf(err) != nhso.NotSent || !neterror.Refused(err) {
		t.Errorf("got %v", err)
	}
}
