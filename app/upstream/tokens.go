package upstream

import (
	"log/slog"
	"sync"

	"authenkiosk/app/privatelog"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// Tokens hands out the unit's token and lives through its change: a new token is
// tried first, the older one stays until the new one has worked once.
type Tokens struct {
	secrets *storage.Secrets
	zone    visit.Zone
	log     *slog.Logger

	mu      sync.Mutex
	refused string // the newest token, when NHSO refuses it; then the one before is used
}

// token is what the client asks before every request.
func (t *Tokens) token() (string, error) {
	candidates := t.secrets.Candidates(t.zone, TokenName)
	for _, c := range candidates {
		privatelog.Hide(c)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(candidates) > 1 && candidates[0] == t.refused {
		return candidates[1], nil
	}
	return t.secrets.Get(t.zone, TokenName)
}

// heard learns from how NHSO took the token that a request bore. Several requests go
// out at once, also with a token that is not the newest any more.
func (t *Tokens) heard(used string, accepted bool) {
	candidates := t.secrets.Candidates(t.zone, TokenName)
	if len(candidates) < 2 {
		return
	}
	newest := used == candidates[0]
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case accepted && newest:
		t.refused = ""
		if err := t.secrets.Confirm(t.zone, TokenName); err != nil {
			t.log.Error("confirm the new token", "err", err)
		}
	case !accepted && newest && t.refused != used:
		t.refused = used
		t.log.Warn("NHSO refuses the new token; the one before is tried")
	case !accepted && used == candidates[1] && t.refused != "":
		t.refused = "" // neither is taken: the newest is tried again
		t.log.Warn("NHSO refuses both tokens")
	}
}

// NewTokens returns the tokens of a zone.
func NewTokens(secrets *storage.Secrets, zone visit.Zone, log *slog.Logger) *Tokens {
	return &Tokens{secrets: secrets, zone: zone, log: log}
}
