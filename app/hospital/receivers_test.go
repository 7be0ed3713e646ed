package hospital

import (
	"log/slog"
	"math"
	"testing"

	"authenkiosk/agent/webhook"
	"authenkiosk/app/config"
	"authenkiosk/storage"
)

func TestVisitsStayUntilEveryReceiverOfTheConfigurationHasThem(t *testing.T) {
	data := t.TempDir()
	store, err := storage.Open(data, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	secrets := storage.OpenSecrets(data)
	c := config.Default()
	log := slog.New(slog.DiscardHandler)
	delivered := func() uint64 {
		tell, err := NewReceivers(ReceiversOptions{Config: c, Store: store, Secrets: secrets, Data: data, Log: log, Changed: func() {}})
		if err != nil {
			t.Fatal(err)
		}
		return tell.Delivered()
	}
	if n := delivered(); n != math.MaxUint64 {
		t.Errorf("without a receiver: %d", n)
	}
	for _, name := range []string{"his", "lab"} {
		c.Webhooks = append(c.Webhooks, config.Webhook{Name: name, URL: "http://127.0.0.1:9/"})
		if err := secrets.Set(c.NHSO.Zone, WebhookSecret+name, webhook.NewSecret()); err != nil {
			t.Fatal(err)
		}
	}
	if n := delivered(); n != 0 {
		t.Errorf("when none has got anything: %d", n)
	}
	for name, place := range map[string]uint64{"webhook/his": 7, "webhook/lab": 5, "webhook/gone": 1} {
		if err := (cursors{store}).SetCursor(name, place); err != nil {
			t.Fatal(err)
		}
	}
	if n := delivered(); n != 5 {
		t.Errorf("the slower one has 5: %d", n)
	}
}
