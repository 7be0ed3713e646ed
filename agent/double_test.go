package agent

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authenkiosk/visit"
)

// clientBook keeps clients in memory.
type clientBook struct {
	mu   sync.Mutex
	list []Client
	fail error
}

func (b *clientBook) Clients() ([]Client, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.list), b.fail
}

func (b *clientBook) AddClient(c Client) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if slices.ContainsFunc(b.list, func(o Client) bool { return o.Name == c.Name }) {
		return ErrClientTaken
	}
	b.list = append(b.list, c)
	return nil
}

func (b *clientBook) RemoveClient(name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := len(b.list)
	b.list = slices.DeleteFunc(b.list, func(o Client) bool { return o.Name == name })
	if len(b.list) == n {
		return ErrNoClient
	}
	return nil
}

// give adds a client and returns its token.
func (b *clientBook) give(t testing.TB, name string, scopes ...Scope) string {
	t.Helper()
	token, err := AddClient(b, name, scopes, time.Unix(1_700_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// ledger is an Auditor that remembers.
type ledger struct {
	mu    sync.Mutex
	lines []string
}

func (l *ledger) Audit(event, client, result string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, event+"|"+client+"|"+result)
}

func (l *ledger) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lines)
}

// bench is an agent whose handlers behind the guard count what reaches them.
type bench struct {
	agent   *Agent
	reached atomic.Int64
	book    *clientBook
	token   string
	ledger  *ledger
	pairing *Pairing
	paired  []string // what the audit of pairings was told
}

const (
	testPort     = "8189"
	allowedPage  = "https://his.example"
	testPID      = "9000000000004"
	testCode     = "PP1200000001"
	testVisit    = "01900000-0000-7000-8000-000000000001"
	compatAnswer = `{"pid":"` + testPID + `"}`
)

func testVisitPID(t testing.TB) visit.PID {
	t.Helper()
	p, err := visit.ParsePID(testPID)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// visitList is a feed of a fixed list.
type visitList []VisitChange

func (l visitList) Visits(after uint64, limit int) ([]VisitChange, uint64, error) {
	var found []VisitChange
	for _, v := range l {
		if v.Seq > after && len(found) < limit {
			found = append(found, v)
			after = v.Seq
		}
	}
	return found, after, nil
}

type brokenFeed struct{}

func (brokenFeed) Visits(uint64, int) ([]VisitChange, uint64, error) {
	return nil, 0, errors.New("the disk is gone")
}

// frozen is the moment at which all requests of a bench are made.
var frozen = time.Unix(1_700_000_000, 0)

// testFeed is the id of the feed.
const testFeed = "00000000000000aa"

func newBench(t testing.TB, change func(*Options)) *bench {
	t.Helper()
	b := &bench{book: &clientBook{}, ledger: &ledger{}}
	b.token = b.book.give(t, "his", Scopes()...)
	b.pairing = NewPairing(b.book, func(machine, result string) { b.paired = append(b.paired, machine+" "+result) })
	o := Options{
		Status:  func() Status { b.reached.Add(1); return Status{Zone: "demo"} },
		Healthy: func() error { b.reached.Add(1); return nil },
		Logger:  slog.New(slog.DiscardHandler), Zone: "demo", Clients: b.book, Audit: b.ledger, Pairing: b.pairing,
		AllowedOrigins: []string{allowedPage, "http://192.0.2.7:8080"},
		Compat: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			b.reached.Add(1)
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(compatAnswer))
		}),
		Desk: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			b.reached.Add(1)
			_, _ = w.Write([]byte("{}"))
		}),
		Visits: countingFeed{&b.reached}, Feed: testFeed,
	}
	if change != nil {
		change(&o)
	}
	b.agent = New(o)
	b.agent.penalty = 0
	b.agent.now = func() time.Time { return frozen } // no rate recovers while the machine is slow
	if err := b.agent.Err(); err != nil {
		t.Fatal(err)
	}
	return b
}

type countingFeed struct{ n *atomic.Int64 }

func (c countingFeed) Visits(after uint64, _ int) ([]VisitChange, uint64, error) {
	c.n.Add(1)
	return nil, after, nil
}

// unlimited takes the rates away, so that a test can ask as often as it likes.
func (b *bench) unlimited() {
	for _, t := range []*throttle{b.agent.cheap, b.agent.cards, b.agent.work, b.agent.failures} {
		t.burst, t.all.burst = 1<<30, 1<<30
	}
}

// request makes a request as it arrives on the loopback port.
func request(method, path, host string) *http.Request {
	r := httptest.NewRequest(method, "http://placeholder"+path, nil)
	r.Host, r.RemoteAddr = host, "127.0.0.1:50000"
	local := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8189}
	return r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, net.Addr(local)))
}

// do lets the agent answer.
func (b *bench) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.agent.ServeHTTP(w, r)
	return w
}
