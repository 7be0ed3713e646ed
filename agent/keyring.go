package agent

import (
	"crypto/subtle"
	"sync"
	"time"
)

// keyring finds the client to which a token belongs. It keeps the list of the
// store for a moment, so that a flood of requests does not become a flood of
// reads.
type keyring struct {
	lister ClientLister // nil: no client
	now    func() time.Time

	mu      sync.Mutex
	clients []Client
	read    time.Time
}

// list returns the clients, at most clientsTTL old. When the store fails there
// are none: a client that cannot be checked is not let in.
func (k *keyring) list() ([]Client, error) {
	if k.lister == nil {
		return nil, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := k.now(); k.read.IsZero() || now.Sub(k.read) >= clientsTTL || now.Before(k.read) {
		clients, err := k.lister.Clients()
		if err != nil {
			k.clients, k.read = nil, time.Time{}
			return nil, err
		}
		k.clients, k.read = clients, now
	}
	return k.clients, nil
}

// forget has the next request read the list of the store.
func (k *keyring) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.clients, k.read = nil, time.Time{}
}

// find compares the hash of the token with that of every client, each in
// constant time and without stopping at the first that fits, so that the time
// of the answer tells nothing about the list.
func (k *keyring) find(token string) (Client, error) {
	hash, err := hashToken(token)
	if err != nil {
		return Client{}, err
	}
	clients, err := k.list()
	if err != nil {
		return Client{}, err
	}
	at := -1
	for i := range clients {
		same := subtle.ConstantTimeCompare(clients[i].Hash, hash[:])
		at = subtle.ConstantTimeSelect(same, i, at)
	}
	if at < 0 {
		return Client{}, ErrToken
	}
	return clients[at], nil
}

// holds reports whether the client still exists as it is, and returns its present
// scopes.
func (k *keyring) holds(c Client) (Client, bool) {
	clients, err := k.list()
	if err != nil {
		return Client{}, false
	}
	for _, known := range clients {
		if known.Name == c.Name && subtle.ConstantTimeCompare(known.Hash, c.Hash) == 1 {
			return known, true
		}
	}
	return Client{}, false
}
