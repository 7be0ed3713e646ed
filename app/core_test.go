package app

import (
	"log/slog"
	"testing"

	"authenkiosk/app/config"
	"authenkiosk/app/demo"
	"authenkiosk/nhso"
	"authenkiosk/nhso/testzone"
	"authenkiosk/outbox"
	"authenkiosk/storage"
)

// closes counts how often a way to NHSO is closed.
type closes struct {
	nhso.Upstream
	n int
}

func (c *closes) Abilities() nhso.Abilities { return nhso.Abilities{Replay: true} }
func (c *closes) Close()                    { c.n++ }

func TestAProgramThatCannotBeMadeLeavesNothingOpen(t *testing.T) {
	zone, err := testzone.New(testzone.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = zone.Close() })
	for name, breaks := range map[string]func(c *config.Config, data string){
		"the store is in use": func(_ *config.Config, data string) {
			s, err := storage.Open(data, storage.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
		},
		"a webhook has no secret": func(c *config.Config, _ string) {
			c.Webhooks = []config.Webhook{{Name: "his", URL: "https://his.example/"}}
		},
		"the agent has no certificate": func(c *config.Config, _ string) {
			c.Agent.Enabled, c.Agent.Listen, c.Agent.TLSCert, c.Agent.TLSKey = true, "0.0.0.0:0", "none", "none"
		},
	} {
		t.Run(name, func(t *testing.T) {
			demo := &demo.World{Zone: zone}
			conf, data := config.Default(), t.TempDir()
			breaks(&conf, data)
			client := &closes{}
			c := &Core{Config: conf, Log: slog.New(slog.DiscardHandler), Demo: demo, NHSO: client}
			if err := c.open(data, outbox.Times{}); err == nil {
				t.Fatal("it can be made")
			}
			c.Close()
			if client.n != 1 {
				t.Errorf("the way to NHSO was closed %d times", client.n)
			}
			if name == "the store is in use" {
				return
			}
			s, err := storage.Open(data, storage.Options{})
			if err != nil {
				t.Fatalf("the store is still open: %v", err)
			}
			_ = s.Close()
		})
	}
}

func TestAWayToNHSOThatCannotBeMadeEndsInAnErrorAlone(t *testing.T) {
	conf := config.Default()
	conf.NHSO.EndpointURL = "://"
	o := Options{Config: conf, Data: t.TempDir(), Log: slog.New(slog.DiscardHandler)}
	if c, err := New(o, NoScreen()); err == nil || c != nil {
		t.Errorf("%v, %v", c, err)
	}
}
