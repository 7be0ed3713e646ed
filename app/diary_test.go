package app

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"authenkiosk/agent/secureagent"
	"authenkiosk/storage"
)

// agentEntries counts the entries of the audit that programs made.
func agentEntries(t *testing.T, s *storage.Store) map[string]int {
	t.Helper()
	var text bytes.Buffer
	if err := s.AuditExport(&text); err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for line := range strings.Lines(text.String()) {
		var e struct{ Event, Role, Result string }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(e.Event, "agent-") {
			found[strings.Join([]string{e.Event, e.Role, e.Result}, " ")]++
		}
	}
	return found
}

// TestOrdinaryPollingDoesNotFillTheAudit asks as programs of the field do all day.
// The audit is kept for good.
func TestOrdinaryPollingDoesNotFillTheAudit(t *testing.T) {
	h := newHospital(t, false, slog.New(slog.DiscardHandler), nil)
	const latest = "/api/nhso-service/latest-authen-code/" + adultPID
	for range 2 { // within the guard's rate
		h.ask(h.token, http.MethodGet, "/api/smartcard/read", "")
		h.ask(h.token, http.MethodGet, "/api/smartcard/terminals", "")
		h.ask(h.token, http.MethodGet, "/api/v1/visits?after=0", "")
		h.ask(h.token, http.MethodGet, "/api/smartcard/probe/1", "")
		h.ask(h.token, http.MethodGet, latest, "")
		h.ask("ak1_wrong", http.MethodGet, "/api/smartcard/read", "")
	}
	h.ask(h.token, http.MethodGet, "/api/smartcard/probe/"+adultPID, "")
	eventually(t, func() bool { // entries are written in their order
		return agentEntries(t, h.core.store)["agent-probe client-his status-200"] == 1
	})
	want := map[string]int{
		"agent-latest client-his status-200": 1, "agent-probe client-his status-200": 1, "agent-refused client-127-0-0-1 status-401": 1,
	}
	if got := agentEntries(t, h.core.store); !maps.Equal(got, want) {
		t.Errorf("the audit has\n%v, want\n%v", got, want)
	}
}

func TestTheNumberOfRepeatsIsWrittenAtTheEndOfTheProgram(t *testing.T) {
	store, err := storage.Open(t.TempDir(), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	d := newDiary(store, slog.New(slog.DiscardHandler))
	pid := mustPID(t, adultPID)
	for range 5 {
		d.access(secureagent.Access{At: time.Now(), Client: "his", Action: "latest", PID: pid, Status: 200})
		d.access(secureagent.Access{At: time.Now(), Client: "his", Action: "confirm-save", PID: pid, Status: 200})
		d.access(secureagent.Access{At: time.Now(), Client: "his", Action: "confirm-save", Status: 400})
		d.Audit("card-read", "his", "200")
		d.Audit("card-read", "his", "500")
		d.Audit("visits", "his", "200")
		d.Audit("visits", "his", "503")
		d.Audit("refused", "his", "429 too many requests (and 7 more not listed)")
	}
	d.close()
	want := map[string]int{
		"agent-latest client-his status-200": 1, "agent-latest client-his status-200-and-4-more": 1,
		"agent-confirm-save client-his status-200": 5, // each is a code
		"agent-confirm-save client-his status-400": 1, "agent-confirm-save client-his status-400-and-4-more": 1,
		"agent-visits client-his status-200": 1, "agent-visits client-his status-200-and-4-more": 1,
		"agent-refused client-his status-429": 1, "agent-refused client-his status-429-and-4-more": 1,
	}
	if got := agentEntries(t, store); !maps.Equal(got, want) {
		t.Errorf("got %q", slices.Sorted(maps.Keys(got)))
	}
}
