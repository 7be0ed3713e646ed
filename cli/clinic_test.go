package cli

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"authenkiosk/agent"
	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/demo"
	"authenkiosk/app/headless"
	"authenkiosk/app/kiosk"
	"authenkiosk/app/records"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/nhso/testzone"
	"authenkiosk/storage"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// runningClinic is a whole running program with its agent, for commands that are given
// while it runs.
type runningClinic struct {
	t     *testing.T
	data  string
	url   string // of the agent
	token string
	store *storage.Store
	end   func()
}

// face is a program of a clinic.
type face interface {
	Listen() (net.Addr, error)
	Records() records.Commands
	Run(ctx context.Context) error
}

func withoutScreen(o app.Options) (face, error) { return headless.New(o) }

// unseen is a kiosk whose screen nobody draws.
type unseen struct{ *kiosk.Kiosk }

func (u unseen) Run(ctx context.Context) error { return u.Kiosk.Run(ctx, func(flow.Model) {}) }

func asKiosk(o app.Options) (face, error) {
	k, err := kiosk.New(kiosk.Options{Options: o})
	return unseen{k}, err
}

// newClinic starts the program without a screen.
func newClinic(t *testing.T, change func(*config.Config, *runningClinic)) *runningClinic {
	t.Helper()
	return newClinicOf(t, withoutScreen, change)
}

func newClinicOf(t *testing.T, made func(app.Options) (face, error), change func(*config.Config, *runningClinic)) *runningClinic {
	t.Helper()
	zone, err := testzone.New(testzone.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pipe := testzone.Pipe()
	h := &runningClinic{t: t, data: filepath.Join(t.TempDir(), "1234")} // as a random name can be
	c := config.Default()
	c.Agent.Enabled, c.Agent.Listen = true, "127.0.0.1:0"
	if change != nil {
		change(&c, h)
	}
	if h.token, err = addClientIn(filepath.Join(h.data, string(visit.ZoneDemo)), "his", agent.Scopes()); err != nil {
		t.Fatal(err)
	}
	o := app.Options{
		Config: c, Data: h.data, Log: slog.New(slog.DiscardHandler),
		Demo: &demo.World{
			Readers: virtualcard.NewService(demo.PatientReader), Zone: zone, URL: demo.SimulatorURL, Dial: pipe.DialContext, Listeners: []net.Listener{pipe},
		},
	}
	program, err := made(o)
	if err != nil {
		t.Fatal(err)
	}
	at, err := program.Listen()
	if err != nil {
		t.Fatal(err)
	}
	h.url, h.store = "http://"+at.String(), program.Records().Store
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- program.Run(ctx) }()
	h.end = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(h.end)
	soon(t, func() bool { // the socket for commands is there before the agent answers
		status, _ := h.ask(h.token, http.MethodGet, "/api/v1/status", "")
		return status == http.StatusOK
	})
	return h
}

func (h *runningClinic) ask(token, method, path, body string) (int, map[string]any) {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), method, h.url+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	got := map[string]any{}
	_ = json.Unmarshal(data, &got) // lists are not looked into
	return resp.StatusCode, got
}

// addClientIn makes a client in the store of a data directory, while no program runs.
func addClientIn(data, name string, scopes []agent.Scope) (token string, err error) {
	store, err := storage.Open(data, storage.Options{})
	if err != nil {
		return "", err
	}
	token, err = agent.AddClient(&records.Clients{Store: store, Log: slog.New(slog.DiscardHandler)}, name, scopes, time.Now())
	return token, errors.Join(err, store.Close())
}

// soon waits for what another goroutine or process does.
func soon(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not happen")
		}
	}
}

// somePID is nobody's number.
const somePID = "9000000000004"

func pidOf(t *testing.T, text string) visit.PID {
	t.Helper()
	pid, err := visit.ParsePID(text)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}
