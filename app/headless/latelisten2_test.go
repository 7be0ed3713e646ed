package headless

import (
	"context"
	"log/slog"
	"testing"

	"authenkiosk/app"
	"authenkiosk/app/config"
)

// TestTheProgramStartsBeforeTheNetwork is a machine after a power cut: the address for
// servers of the hospital is not there yet, and the card can be read all the same.
func TestTheProgramStartsBeforeTheNetwork(t *testing.T) {
	c := config.Default()
	c.Agent.Listen, c.Agent.PlainHTTPListen, c.Agent.PlainHTTPFrom = "127.0.0.1:0", "192.0.2.20:8189", []string{"192.0.2.30"}
	h, err := New(app.Options{Config: c, Data: t.TempDir(), Log: slog.New(slog.DiscardHandler), Demo: newDemo(t)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	eventually(t, func() bool { return len(h.Status().Readers) > 0 })
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
