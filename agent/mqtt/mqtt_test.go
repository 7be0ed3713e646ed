package mqtt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	broker "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"
	"go.uber.org/goleak"

	"authenkiosk/agent/feed/feedtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testFeed = "00000000000000aa"

// house is a broker and what it was told.
type house struct {
	server *broker.Server
	addr   string
	mu     sync.Mutex
	seqs   []string
	online []string
}

func (h *house) seen() (seqs, online string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.seqs, " "), strings.Join(h.online, " ")
}

// patience is how long a test waits for what must happen on a machine that may be slow
// or stand still for a while.
const patience = 2 * time.Minute

// ownHost is an address of this machine that nobody else listens on: a port on it that
// was closed stays free.
func ownHost() string {
	if runtime.GOOS != "linux" {
		return "127.0.0.1"
	}
	return fmt.Sprintf("127.%d.%d.%d", 1+rand.IntN(250), rand.IntN(250), 1+rand.IntN(250))
}

// open starts a broker; addr is empty for a free port.
func open(t *testing.T, addr string, rule auth.AuthRule) *house {
	t.Helper()
	if addr == "" {
		addr = ownHost() + ":0"
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{addr: l.Addr().String(), server: broker.New(&broker.Options{InlineClient: true, Logger: slog.New(slog.DiscardHandler)})}
	if err := h.server.AddHook(new(auth.Hook), &auth.Options{Ledger: &auth.Ledger{Auth: auth.AuthRules{rule}}}); err != nil {
		t.Fatal(err)
	}
	if err := h.server.AddListener(listeners.NewNet("t", l)); err != nil {
		t.Fatal(err)
	}
	if err := h.server.Subscribe("authenkiosk/#", 1, func(_ *broker.Client, _ packets.Subscription, p packets.Packet) {
		h.mu.Lock()
		defer h.mu.Unlock()
		switch p.TopicName {
		case VisitsTopic("99999", "k1"):
			var m struct {
				Zone, Kiosk, Feed string
				Data              struct{ Seq, PID string }
			}
			if err := json.Unmarshal(p.Payload, &m); err != nil || m.Zone != "demo" || m.Kiosk != "k1" || m.Feed != testFeed || m.Data.PID != "9000000000004" || p.FixedHeader.Qos != 1 {
				t.Errorf("message %s, quality %d, %v", m.Zone, p.FixedHeader.Qos, err)
			}
			h.seqs = append(h.seqs, m.Data.Seq)
		case OnlineTopic("99999", "k1"):
			h.online = append(h.online, string(p.Payload))
		default:
			t.Errorf("topic %s", p.TopicName)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if err := h.server.Serve(); err != nil {
		t.Fatal(err)
	}
	return h
}

func config(addr string) Config { return Config{Broker: "mqtt://" + addr, HCode: "99999", Kiosk: "k1"} }

// publish runs a publisher; stop ends it.
func publish(t *testing.T, c Config, at *feedtest.Places, log io.Writer) (p *Publisher, stop func()) {
	t.Helper()
	p, err := New(c, Options{Visits: feedtest.Three(t), Cursors: at, Aside: at, Zone: "demo", Feed: testFeed, Logger: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	p.connecting, p.packet = patience, patience
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { p.Run(ctx); close(done) }()
	return p, sync.OnceFunc(func() { cancel(); <-done })
}

func wait(t *testing.T, what string, until func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !until(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not in time: " + what)
		}
	}
}

const (
	here = `{"online":true,"zone":"demo"}`
	gone = `{"online":false,"zone":"demo"}`
)

func TestABrokerGetsEveryChangeAndWhetherTheKioskIsThere(t *testing.T) {
	h := open(t, "", auth.AuthRule{Allow: true})
	defer func() { _ = h.server.Close() }()
	at := feedtest.NewPlaces()
	p, stop := publish(t, config(h.addr), at, io.Discard)
	defer stop()
	wait(t, "three visits", func() bool { seqs, _ := h.seen(); return seqs == "1 2 3" && p.Status().Cursor == 3 })
	if _, online := h.seen(); online != here {
		t.Errorf("online %s", online)
	}
	stop()
	wait(t, "the goodbye", func() bool { _, online := h.seen(); return online == here+" "+gone })
	_, stop = publish(t, config(h.addr), at, io.Discard) // with the place that was kept nothing comes twice
	wait(t, "the kiosk again", func() bool { _, online := h.seen(); return online == here+" "+gone+" "+here })
	stop()
	if seqs, _ := h.seen(); seqs != "1 2 3" {
		t.Errorf("visits %s", seqs)
	}
}

func TestABrokerThatComesBackGetsWhatIsDue(t *testing.T) {
	h := open(t, "", auth.AuthRule{Allow: true})
	addr := h.addr
	if err := h.server.Close(); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	p, stop := publish(t, config(addr), feedtest.NewPlaces(), &log)
	defer stop()
	wait(t, "the failure", func() bool { return p.Status().Problem != "" })
	h = open(t, addr, auth.AuthRule{Allow: true})
	defer func() { _ = h.server.Close() }()
	wait(t, "three visits", func() bool { seqs, _ := h.seen(); return seqs == "1 2 3" })
	stop()
	if strings.Contains(log.String(), addr) || strings.Contains(log.String(), "9000000000004") {
		t.Errorf("log: %s", log.String())
	}
}

func TestABrokerThatRefusesIsAProblemForTheDoctor(t *testing.T) {
	h := open(t, "", auth.AuthRule{Username: "kiosk", Password: "right", Allow: true})
	defer func() { _ = h.server.Close() }()
	c := config(h.addr)
	c.Username, c.Password = "kiosk", "wrong"
	var log strings.Builder
	p, stop := publish(t, c, feedtest.NewPlaces(), &log)
	wait(t, "the refusal", func() bool { return strings.Contains(p.Status().Problem, errRefused.Error()) })
	stop()
	if strings.Contains(log.String()+p.Status().Problem, "wrong") {
		t.Errorf("the password is in %q", log.String())
	}
	c.Password = "right"
	_, stop = publish(t, c, feedtest.NewPlaces(), io.Discard)
	defer stop()
	wait(t, "three visits", func() bool { seqs, _ := h.seen(); return seqs == "1 2 3" })
}

func TestPersonalDataDoesNotCrossTheNetworkInClear(t *testing.T) {
	for _, c := range []struct {
		broker, hcode, kiosk string
		good                 bool
	}{
		{"mqtts://broker.example", "99999", "k1", true},
		{"mqtts://broker.example:8883", "99999", "k1", true},
		{"mqtts://broker.example/", "99999", "k1", true},
		{"mqtts://broker.example//", "99999", "k1", false},
		{"mqtts://broker.example/topic", "99999", "k1", false},
		{"mqtt://127.0.0.1:1883", "99999", "k1", true},
		{"mqtt://[::1]", "99999", "k1", true},
		{"mqtt://localhost", "99999", "k1", true},
		{"mqtt://broker.example", "99999", "k1", false},
		{"mqtt://192.0.2.1:1883", "99999", "k1", false},
		{"mqtts://u:p@broker.example", "99999", "k1", false},
		{"ws://127.0.0.1", "99999", "k1", false},
		{"mqtts://", "99999", "k1", false},
		{"mqtts://broker.example", "#", "k1", false},
		{"mqtts://broker.example", "99999", "a/b", false},
		{"mqtts://broker.example", "", "k1", false},
	} {
		err := Config{Broker: c.broker, HCode: c.hcode, Kiosk: c.kiosk}.Check()
		if (err == nil) != c.good || err != nil && !errors.Is(err, ErrConfig) {
			t.Errorf("%s %s %s: %v", c.broker, c.hcode, c.kiosk, err)
		}
	}
}
