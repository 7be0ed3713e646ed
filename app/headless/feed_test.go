package headless

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
)

// TestTheFeedTellsTheUnitsOwnNumberAndWhy asks for a code and leaves a draft, as
// programs do that know the patient by the unit's own number.
func TestTheFeedTellsTheUnitsOwnNumberAndWhy(t *testing.T) {
	h := newHospital(t, false, slog.New(slog.DiscardHandler), nil)
	h.insert(adultPID)
	for i, path := range []string{"confirm-save", "save-as-draft"} {
		_, card := h.ask(h.token, http.MethodGet, "/api/smartcard/read", "")
		body := fmt.Sprintf(`{"pid":%q,"claimType":"PG0060001","mobile":"0800001234","hn":"00001234%d","correlationId":%q}`, adultPID, i, card["correlationId"])
		if i == 1 {
			body = strings.Replace(body, "PG0060001", "PG0130001", 1)
		}
		if status, got := h.ask(h.token, http.MethodPost, "/api/nhso-service/"+path, body); status != http.StatusOK {
			t.Fatalf("%s: %d %v", path, status, got)
		}
	}
	_, page := h.ask(h.token, http.MethodGet, "/api/v1/visits", "")
	var seen []string
	list, _ := page["visits"].([]any)
	for _, one := range list {
		v, _ := one.(map[string]any)
		seen = append(seen, fmt.Sprint(v["state"], " ", v["hn"], " ", v["problem"]))
	}
	if got := strings.Join(seen, ", "); got != "done 000012340 <nil>, staff 000012341 draft" {
		t.Errorf("the feed tells %s", got)
	}
}
