package records

import (
	"errors"
	"log/slog"
	"sync"

	"authenkiosk/agent"
	"authenkiosk/storage"
)

// Clients are the programs that may ask the agent, as the store keeps them.
type Clients struct {
	Store *storage.Store
	Log   *slog.Logger

	mu  sync.Mutex
	bad string // what could not be read the last time
}

var _ agent.ClientStore = (*Clients)(nil)

// Clients implements agent.ClientLister. One that cannot be read is told to the log,
// once, and may not ask; the others may.
func (c *Clients) Clients() ([]agent.Client, error) {
	kept, err := c.Store.Clients()
	unreadable := (*storage.DecodeError)(nil)
	if err != nil && !errors.As(err, &unreadable) {
		return nil, err
	}
	c.tell(err)
	list := make([]agent.Client, len(kept))
	for i, k := range kept {
		list[i] = agent.Client{Name: k.Name, Hash: k.Hash[:], Created: k.Created}
		for _, s := range k.Scopes {
			list[i].Scopes = append(list[i].Scopes, agent.Scope(s))
		}
	}
	return list, nil
}

// tell logs clients that cannot be read when they are others than before.
func (c *Clients) tell(err error) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if text != c.bad && text != "" {
		c.Log.Error("a client cannot be read: remove it and add it again", "err", err)
	}
	c.bad = text
}

// AddClient implements agent.ClientStore.
func (c *Clients) AddClient(added agent.Client) error {
	kept := storage.Client{Name: added.Name, Created: added.Created}
	if copy(kept.Hash[:], added.Hash) != len(kept.Hash) {
		return storage.ErrClient
	}
	for _, s := range added.Scopes {
		kept.Scopes = append(kept.Scopes, string(s))
	}
	err := c.Store.AddClient(kept)
	if errors.Is(err, storage.ErrClientTaken) {
		return agent.ErrClientTaken
	}
	return err
}

// RemoveClient implements agent.ClientStore.
func (c *Clients) RemoveClient(name string) error {
	err := c.Store.RemoveClient(name)
	if errors.Is(err, storage.ErrNoClient) {
		return agent.ErrNoClient
	}
	return err
}
