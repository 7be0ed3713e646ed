package headless

import (
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	broker "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"

	"authenkiosk/app/config"
	"authenkiosk/app/hospital"
	"authenkiosk/logtest"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// TestACodeOfAProgramComesByTheBrokerWithTheSealedPassword goes the whole way: a
// code that a program asked for, to a subscriber of the hospital's broker.
func TestACodeOfAProgramComesByTheBrokerWithTheSealedPassword(t *testing.T) {
	const password = "a-password-of-the-test"
	var mu sync.Mutex
	var messages []string
	server := broker.New(&broker.Options{InlineClient: true, Logger: slog.New(slog.DiscardHandler)})
	rule := auth.AuthRule{Username: "kiosk-1", Password: auth.RString(password), Allow: true}
	if err := server.AddHook(new(auth.Hook), &auth.Options{Ledger: &auth.Ledger{Auth: auth.AuthRules{rule}}}); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := server.AddListener(listeners.NewNet("t", l)); err != nil {
		t.Fatal(err)
	}
	if err := server.Subscribe("authenkiosk/99999/kiosk-1/visits", 1, func(_ *broker.Client, _ packets.Subscription, p packets.Packet) {
		mu.Lock()
		defer mu.Unlock()
		messages = append(messages, string(p.Payload))
	}); err != nil {
		t.Fatal(err)
	}
	if err := server.Serve(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()

	var log logtest.Buffer
	h := newHospital(t, false, slog.New(slog.NewTextHandler(&log, nil)), func(c *config.Config, h *clinic) {
		c.MQTT = config.MQTT{Broker: "mqtt://" + l.Addr().String(), Username: "kiosk-1", Kiosk: "kiosk-1"}
		if err := storage.OpenSecrets(filepath.Join(h.data, string(visit.ZoneDemo))).Set(visit.ZoneDemo, hospital.MQTTPassword, password); err != nil {
			t.Fatal(err)
		}
	})
	h.insert(adultPID)
	status, got := h.confirm(adultPID, "0800001234")
	code, _ := got["claimCode"].(string)
	if status != 200 || code == "" {
		t.Fatalf("%d %v", status, got)
	}
	eventually(t, func() bool { mu.Lock(); defer mu.Unlock(); return len(messages) > 0 })
	h.end()
	mu.Lock()
	defer mu.Unlock()
	if len(messages) != 1 || !strings.Contains(messages[0], code) || !strings.Contains(messages[0], `"zone":"demo"`) {
		t.Errorf("%d messages", len(messages))
	}
	if strings.Contains(log.String(), password) || strings.Contains(log.String(), code) {
		t.Error("the log holds the password or the code")
	}
}
