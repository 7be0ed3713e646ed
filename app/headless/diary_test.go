package headless

import (
	"log/slog"
	"maps"
	"net/http"
	"testing"

	"authenkiosk/storage/storagetest"
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
		return storagetest.AgentEntries(t, h.core.Store)["agent-probe client-his status-200"] == 1
	})
	want := map[string]int{
		"agent-latest client-his status-200": 1, "agent-probe client-his status-200": 1, "agent-refused client-127-0-0-1 status-401": 1,
	}
	if got := storagetest.AgentEntries(t, h.core.Store); !maps.Equal(got, want) {
		t.Errorf("the audit has\n%v, want\n%v", got, want)
	}
}
