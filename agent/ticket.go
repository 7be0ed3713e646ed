package agent

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"time"
)

// tickets stand for a token where a browser cannot send one: EventSource and
// WebSocket take no headers, and a token in an address ends up in histories and
// logs. A ticket is good once, for half a minute, for the page that fetched it.
type tickets struct {
	mu    sync.Mutex
	valid map[[sha256.Size]byte]ticket
}

type ticket struct {
	client Client
	origin string
	until  time.Time
}

func newTickets() *tickets { return &tickets{valid: map[[sha256.Size]byte]ticket{}} }

// issue makes a ticket. When there are too many the one that ends first goes.
func (t *tickets) issue(c Client, origin string, now time.Time) string {
	raw := make([]byte, tokenBytes)
	rand.Read(raw) //nolint:errcheck // never fails since Go 1.24
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sweep(now)
	t.valid[sha256.Sum256(raw)] = ticket{client: c, origin: origin, until: now.Add(ticketTTL)}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// sweep makes room for one more.
func (t *tickets) sweep(now time.Time) {
	var oldest [sha256.Size]byte
	var until time.Time
	for key, k := range t.valid {
		if !now.Before(k.until) {
			delete(t.valid, key)
		} else if until.IsZero() || k.until.Before(until) {
			oldest, until = key, k.until
		}
	}
	if len(t.valid) >= maxTickets {
		delete(t.valid, oldest)
	}
}

// redeem takes a ticket. It is looked up by its hash, so the time tells nothing
// about the tickets that are valid.
func (t *tickets) redeem(text, origin string, now time.Time) (Client, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != tokenBytes {
		return Client{}, ErrToken
	}
	key := sha256.Sum256(raw)
	t.mu.Lock()
	defer t.mu.Unlock()
	k, ok := t.valid[key]
	delete(t.valid, key)
	if !ok || !now.Before(k.until) || k.origin != origin {
		return Client{}, ErrToken
	}
	return k.client, nil
}
