package headless

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"testing"

	"authenkiosk/storage"
)

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
		return entriesOfAgent(t, h.core.Store)["agent-probe client-his status-200"] == 1
	})
	want := map[string]int{
		"agent-latest client-his status-200": 1, "agent-probe client-his status-200": 1, "agent-refused client-127-0-0-1 status-401": 1,
	}
	if got := entriesOfAgent(t, h.core.Store); !maps.Equal(got, want) {
		t.Errorf("the audit has\n%v, want\n%v", got, want)
	}
}

// entriesOfAgent counts the entries of the audit that programs made.
func entriesOfAgent(t *testing.T, s *storage.Store) map[string]int {
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
