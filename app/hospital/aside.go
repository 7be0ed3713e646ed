package hospital

import (
	"errors"
	"log/slog"
	"time"

	"authenkiosk/agent"
	"authenkiosk/agent/feed"
	"authenkiosk/storage"
)

// asides keeps the changes that a receiver refused in the store.
type asides struct {
	store *storage.Store
	log   *slog.Logger
}

var _ feed.Aside = asides{}

// of returns what was set aside for a receiver. What cannot be read is told to the
// log: it must not keep the rest.
func (a asides) of(receiver string) ([]storage.Undelivered, error) {
	all, err := a.store.Undelivered()
	unreadable := (*storage.DecodeError)(nil)
	if errors.As(err, &unreadable) {
		a.log.Error("what was set aside cannot be read", "err", err)
		err = nil
	}
	var list []storage.Undelivered
	for _, u := range all {
		if u.Receiver == feed.Key(receiver) {
			list = append(list, u)
		}
	}
	return list, err
}

// SetAside implements feed.Aside.
func (a asides) SetAside(receiver string, c agent.VisitChange, reason string, tries int) error {
	before, err := a.of(receiver)
	if err != nil {
		return err
	}
	for _, u := range before {
		if u.Visit == c.ID && u.Seq == c.Seq {
			tries += u.Tries
		}
	}
	return a.store.SetAside(storage.Undelivered{
		Receiver: feed.Key(receiver), Visit: c.ID, Seq: c.Seq, Reason: reason, Tries: tries, At: time.Now(),
	})
}

// Due implements feed.Aside.
func (a asides) Due(receiver string, before time.Time) ([]agent.VisitChange, error) {
	list, err := a.of(receiver)
	if err != nil {
		return nil, err
	}
	var due []agent.VisitChange
	for _, u := range list {
		if !u.Again && !u.At.Before(before) {
			continue
		}
		c, err := a.store.Change(u.Visit)
		if err != nil {
			a.log.Error("a visit that was set aside cannot be read", "receiver", receiver, "visit", u.Visit, "err", err)
			continue
		}
		due = append(due, ChangeOf(c))
	}
	return due, nil
}

// Taken implements feed.Aside.
func (a asides) Taken(receiver string, c agent.VisitChange) error {
	return a.store.Delivered(feed.Key(receiver), c.ID, c.Seq)
}

// Count implements feed.Aside.
func (a asides) Count(receiver string) (int, error) {
	list, err := a.of(receiver)
	return len(list), err
}

// NewAside returns what receivers have refused, as a store keeps it.
func NewAside(store *storage.Store, log *slog.Logger) feed.Aside { return asides{store, log} }
