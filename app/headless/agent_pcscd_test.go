//go:build pcscd

package headless

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"authenkiosk/agent"
	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/cardreader"
	"authenkiosk/cardreader/pcsc"
	"authenkiosk/cardreader/pcscdtest"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/nhso/testzone"
	"authenkiosk/visit"
)

// vpcdReader is the first reader of vpcd.
const vpcdReader = pcscdtest.First

// TestPCSCDTheAgentAddsLittleToTheCardsOwnTime measures through the real card service:
// what the program adds to the bare reading of a card, and how soon those who
// listen hear of a card. It asserts no time: machines of tests are busy.
func TestPCSCDTheAgentAddsLittleToTheCardsOwnTime(t *testing.T) {
	daemon, service := pcscdtest.Start(t), pcsc.New()
	zone, err := testzone.New(testzone.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(zone)
	defer server.Close()
	h := &clinic{t: t, zone: zone, data: t.TempDir()}
	data := filepath.Join(h.data, string(visit.ZoneTest))
	if h.token, err = addClient(data, "his", agent.Scopes()); err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.NHSO.Zone, c.NHSO.EndpointURL, c.NHSO.StatusURL = visit.ZoneTest, server.URL, server.URL
	c.CardReader.Patient, c.Agent.Listen = vpcdReader, "127.0.0.1:0"
	program, err := New(app.Options{Config: c, Data: h.data, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	h.core = program.Core
	if err := h.core.Agent.Listen(); err != nil {
		t.Fatal(err)
	}
	h.url = "http://" + h.core.Agent.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- program.Run(ctx) }()
	defer func() { cancel(); <-ended }()

	client := &http.Client{}
	get := func(path string) time.Duration {
		for {
			r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, h.url+path, http.NoBody)
			r.Header.Set("Authorization", "Bearer "+h.token)
			began := time.Now()
			resp, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			switch took := time.Since(began); resp.StatusCode {
			case http.StatusOK:
				return took
			case http.StatusTooManyRequests:
				time.Sleep(250 * time.Millisecond)
			default:
				t.Fatalf("%s: %d", path, resp.StatusCode)
			}
		}
	}
	eventually(t, func() bool { return len(h.core.Cards.List()) > 0 })
	l := h.listen(h.token)
	watcher, err := service.Watch()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = watcher.Close() }()
	bare := cardreader.NewReader(service, nil)

	const rounds = 12
	var alone, through, again, terminals, heard []time.Duration
	for range rounds {
		l.forget()
		card, err := virtualcard.New(virtualcard.Adult(), virtualcard.WithProfile(virtualcard.ProfileFast))
		if err != nil {
			t.Fatal(err)
		}
		link, err := virtualcard.Dial(t.Context(), daemon.Address(vpcdReader), card)
		if err != nil {
			t.Fatal(err)
		}
		at := seenBy(t, watcher)
		eventually(t, func() bool { return l.of(agent.CardInserted) != nil && h.core.Cards.HasPatient() })
		heard = append(heard, l.of(agent.CardInserted)["heard"].(time.Time).Sub(at))
		began := time.Now()
		if _, err := bare.Text(t.Context(), vpcdReader, cardreader.Receiver{}); err != nil {
			t.Fatal(err)
		}
		alone = append(alone, time.Since(began))
		through = append(through, get("/api/smartcard/read-card-only"))
		again = append(again, get("/api/smartcard/read-card-only"))
		terminals = append(terminals, get("/api/smartcard/terminals"))
		_ = link.Close()
		eventually(t, func() bool { return !h.core.Cards.HasPatient() })
	}
	t.Logf("medians of %d: bare card %s; read-card-only of a fresh card %s, again %s; terminals %s; from PC/SC to a listener %s",
		rounds, median(alone), median(through), median(again), median(terminals), median(heard))
}

// seenBy returns when another program that watches the card service sees the card.
func seenBy(t *testing.T, w cardreader.Watcher) time.Time {
	t.Helper()
	slots := []cardreader.Slot{{Reader: vpcdReader}}
	for {
		if err := w.Wait(t.Context(), slots, 20*time.Second); err != nil {
			t.Fatal(err)
		}
		if slots[0].Event&cardreader.StatePresent != 0 {
			return time.Now()
		}
		slots[0].Current = slots[0].Event
	}
}

// forget lets go of what was heard so far.
func (l *listener) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = nil
}

func median(d []time.Duration) time.Duration {
	d = slices.Sorted(slices.Values(d))
	return d[len(d)/2].Round(10 * time.Microsecond)
}
