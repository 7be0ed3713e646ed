package headless

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/demo"
)

func TestAPortThatIsTakenIsToldWithWhoHasIt(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "[]") }))
	defer other.Close()
	own := newHospital(t, false, slog.New(slog.DiscardHandler), nil)
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			c, err := mute.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
		}
	}()
	defer func() { _ = mute.Close() }()
	for name, c := range map[string]struct{ address, words string }{
		"NHSO's agent":      {other.Listener.Addr().String(), "NHSO's own agent? End it"},
		"a second kiosk":    {strings.TrimPrefix(own.url, "http://"), "AuthenKiosk answers there"},
		"something without": {mute.Addr().String(), "nothing answers HTTP there"},
	} {
		again := config.Default()
		again.Agent.Listen = c.address
		h, err := New(app.Options{Config: again, Data: t.TempDir(), Log: slog.New(slog.DiscardHandler), Demo: newDemo(t)})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Run(t.Context()); err == nil || !strings.Contains(err.Error(), c.words) || !strings.Contains(err.Error(), "The port is taken") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func newDemo(t *testing.T) *demo.World {
	t.Helper()
	d, err := demo.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
