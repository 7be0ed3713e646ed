package secureagent

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"authenkiosk/agent/agenttest"
)

// nowhere is a ResponseWriter that keeps the status alone.
type nowhere struct {
	header http.Header
	status int
}

func (n *nowhere) Header() http.Header         { return n.header }
func (n *nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (n *nowhere) WriteHeader(s int)           { n.status = s }

func serve(b *testing.B, h http.Handler, path string) {
	b.Helper()
	w := &nowhere{header: http.Header{}}
	if h.ServeHTTP(w, httptest.NewRequest("GET", path, nil)); w.status != 200 {
		b.Fatalf("%s: %d", path, w.status)
	}
}

// BenchmarkTerminals is one poll without the network.
func BenchmarkTerminals(b *testing.B) {
	w := newWorld()
	h := w.handler(b, nil)
	w.insert(agenttest.Adult.PID())
	b.ReportAllocs()
	for b.Loop() {
		serve(b, h, TerminalsPath)
	}
}

// BenchmarkPolledCard is read-card-only of a card that has been read before.
func BenchmarkPolledCard(b *testing.B) {
	w := newWorld()
	h := w.handler(b, nil)
	w.insert(agenttest.Adult.PID())
	b.ReportAllocs()
	for b.Loop() {
		serve(b, h, ReadCardPath)
	}
}

// BenchmarkFreshCard is read-card-only of a card that was just put in, over the
// time of the bare card (100 ms here): what the handler itself costs.
func BenchmarkFreshCard(b *testing.B) {
	const bare = 100 * time.Millisecond
	w := newWorld()
	w.cardTime = bare
	h := w.handler(b, nil)
	var total time.Duration
	for b.Loop() {
		w.insert(agenttest.Adult.PID())
		began := time.Now()
		serve(b, h, ReadCardPath)
		total += time.Since(began)
	}
	b.ReportMetric(float64(total/time.Duration(b.N)-bare)/float64(time.Microsecond), "overhead-µs/op")
}

// BenchmarkOverHTTP is a poll as a program of the field sends it, with a kept
// connection on the loopback.
func BenchmarkOverHTTP(b *testing.B) {
	w := newWorld()
	server := httptest.NewServer(w.handler(b, nil))
	defer server.Close()
	w.insert(agenttest.Adult.PID())
	for _, path := range []string{TerminalsPath, ReadCardPath} {
		b.Run(path[len("/api/smartcard/"):], func(b *testing.B) {
			for b.Loop() {
				resp, err := server.Client().Get(server.URL + path)
				if err != nil || resp.StatusCode != 200 {
					b.Fatal(resp, err)
				}
				_, err = io.Copy(io.Discard, resp.Body) // so that the connection is used again
				if err = errors.Join(err, resp.Body.Close()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
