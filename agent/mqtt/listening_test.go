package mqtt

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"

	broker "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/packets"

	"authenkiosk/agent/feed"
	"authenkiosk/agent/feed/feedtest"
)

// sayer is a broker's hook that changes its word about visits.
type sayer struct {
	broker.HookBase
	reason atomic.Uint32 // of each PUBACK of a visit; 0: as it is
	visits atomic.Uint32 // acknowledgements with that reason
}

func (s *sayer) ID() string { return "sayer" }

func (s *sayer) Provides(b byte) bool { return b == broker.OnPacketEncode }

func (s *sayer) OnPacketEncode(_ *broker.Client, p packets.Packet) packets.Packet {
	if r := byte(s.reason.Load()); p.FixedHeader.Type == packets.Puback && r != 0 && p.PacketID > 1 { // 1 is that the kiosk is there
		p.ReasonCode = r
		p.Properties.ReasonString, p.Mods.DisallowProblemInfo = "so it is", false // without one the library drops small reasons
		s.visits.Add(1)
	}
	return p
}

// saying is a broker that gives every visit that reason.
func saying(t *testing.T, reason byte) (*house, *sayer) {
	t.Helper()
	h := open(t, "", auth.AuthRule{Allow: true})
	s := &sayer{}
	s.reason.Store(uint32(reason))
	if err := h.server.AddHook(s, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.server.Close() })
	return h, s
}

func TestAVisitThatNobodyListensToIsNotDelivered(t *testing.T) {
	h, s := saying(t, 0x10)
	at := feedtest.NewPlaces()
	var log strings.Builder
	p, stop := publish(t, config(h.addr), at, &log)
	wait(t, "two tries", func() bool { return s.visits.Load() >= 2 })
	n, _ := at.Cursor("mqtt")
	if aside, _ := at.Count("mqtt"); n != 0 || p.Status().Cursor != 0 || aside != 0 {
		t.Errorf("place %d, %d set aside", n, aside)
	}
	if problem := p.Status().Problem; problem != "nobody listens to authenkiosk/99999/k1/visits" {
		t.Errorf("the problem is %q", problem)
	}
	s.reason.Store(0)
	wait(t, "a listener", func() bool { return p.Status().Cursor == 3 })
	stop()
	if seqs, _ := h.seen(); !strings.HasSuffix(seqs, "1 2 3") {
		t.Errorf("visits %s", seqs)
	}
	if strings.Contains(log.String(), "9000000000004") {
		t.Error("the log names a person")
	}
}

func TestWhatTheBrokersReasonMeans(t *testing.T) {
	p, err := New(config("127.0.0.1:9"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		reason byte
		want   string // "": delivered
	}{
		{0x00, ""},
		{0x01, ""}, // of a broker that takes it for that of SUBACK
		{0x10, "nobody listens to authenkiosk/99999/k1/visits"},
		{0x80, "the broker refuses the message with reason 0x80"},
		{0x87, "the broker refuses the message with reason 0x87"},
		{0x90, "the broker refuses the message with reason 0x90"},
		{0x91, "the broker did not acknowledge: reason 0x91"},
		{0x97, "the broker did not acknowledge: reason 0x97"},
		{0x99, "the broker refuses the message with reason 0x99"},
	} {
		got := ""
		if err := p.judged(c.reason); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%#x: %q, want %q", c.reason, got, c.want)
		}
	}
}

func TestAMessageThatTheBrokerRefusesIsARefusalAndLeavesTheConnection(t *testing.T) {
	h, s := saying(t, 0x99)
	p, err := New(config(h.addr), Options{Logger: slog.New(slog.DiscardHandler), Zone: "demo", Feed: testFeed})
	if err != nil {
		t.Fatal(err)
	}
	p.connecting, p.packet = patience, patience
	refused := (*feed.RefusedError)(nil)
	if err := p.deliver(t.Context(), feedtest.Three(t)[0]); !errors.As(err, &refused) {
		t.Errorf("%v", err)
	}
	same := p.client
	s.reason.Store(0)
	if err := p.deliver(t.Context(), feedtest.Three(t)[1]); err != nil || p.client != same {
		t.Errorf("the next one: %v, on the same connection %v", err, p.client == same)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	p.Run(ended)
}
