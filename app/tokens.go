package app

import (
	"log/slog"
	"sync"

	"authenkiosk/nhso"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// tokens hands out the unit's token and lives through its change: a new token is
// tried first, the older one stays until the new one has worked once.
type tokens struct {
	secrets *storage.Secrets
	zone    visit.Zone
	log     *slog.Logger

	mu    sync.Mutex
	older bool // the new one was refused; use the one before
}

// token is what the client asks before every request.
func (t *tokens) token() (string, error) {
	candidates := t.secrets.Candidates(t.zone, tokenName)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.older && len(candidates) > 1 {
		return candidates[1], nil
	}
	return t.secrets.Get(t.zone, tokenName)
}

// heard learns from how NHSO answered.
func (t *tokens) heard(err error) {
	two := len(t.secrets.Candidates(t.zone, tokenName)) > 1
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case !two:
		t.older = false
	case err == nil && !t.older:
		if err := t.secrets.Confirm(t.zone, tokenName); err != nil {
			t.log.Error("confirm the new token", "err", err)
		}
	case err != nil && nhso.KindOf(err) == nhso.Unauthorised:
		t.older = !t.older
		t.log.Warn("NHSO refuses the token; the other one is tried", "older", t.older)
	}
}
