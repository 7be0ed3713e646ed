// Package pairings is the station's side of pairing: it has another machine let this one
// in, keeps the token with the fingerprint of that machine's certificate, sealed, and
// makes clients that speak with no other certificate. Who is let in is decided over there
// (agent.Pairing).
package pairings

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"authenkiosk/app/privatelog"
	"authenkiosk/desk/remote"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// Pairing is what lets this machine ask another one. It prints itself without the token.
type Pairing struct {
	URL         string `json:"url"`
	Machine     string `json:"machine"`     // the name of this machine over there
	Fingerprint string `json:"fingerprint"` // of the certificate over there; empty: it is this machine, by plain HTTP
	Token       string `json:"token"`

	Since time.Time `json:"since,omitzero"` // when that machine let this one in; zero: an older program kept it
}

// Format keeps every verb of package fmt from showing the token by accident.
func (p Pairing) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[pairing with "+p.URL+"]") }

// LogValue implements slog.LogValuer.
func (p Pairing) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(p)) }

// ErrNotPaired says that this machine has not been let in there.
var ErrNotPaired = errors.New("this machine is not paired with that one: let \"authenkiosk pair\" show a code there, and type it here with \"authenkiosk pair URL\"")

// Book keeps pairings beside the other secrets of a zone.
type Book struct {
	secrets *storage.Secrets
	zone    visit.Zone
}

// NewBook returns the pairings among those secrets.
func NewBook(secrets *storage.Secrets, zone visit.Zone) Book { return Book{secrets, zone} }

// secretOf is the name of the secret for an address, which itself has signs that names of
// secrets cannot have.
func secretOf(url string) string {
	sum := sha256.Sum256([]byte(url))
	return "desk-" + hex.EncodeToString(sum[:16])
}

// Keep keeps a pairing in the place of an earlier one with that machine.
func (b Book) Keep(p Pairing) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	privatelog.Hide(p.Token)
	name := secretOf(p.URL)
	if err := b.secrets.Set(b.zone, name, string(text)); err != nil {
		return fmt.Errorf("keep the pairing: %w", err)
	}
	return b.secrets.Confirm(b.zone, name) // the token before is of no use any more
}

// Of returns the pairing with the machine at an address, or ErrNotPaired.
func (b Book) Of(url string) (p Pairing, err error) {
	text, err := b.secrets.Get(b.zone, secretOf(url))
	if errors.Is(err, storage.ErrNoSecret) {
		return p, fmt.Errorf("%s: %w", url, ErrNotPaired)
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &p)
	}
	if err != nil {
		return Pairing{}, fmt.Errorf("read the pairing with %s: %w", url, err)
	}
	privatelog.Hide(p.Token)
	return p, nil
}

// Forget deletes the pairing with the machine at an address, or returns ErrNotPaired. The
// token stays good over there until it is removed there, too.
func (b Book) Forget(url string) error {
	err := b.secrets.Remove(b.zone, secretOf(url))
	if errors.Is(err, storage.ErrNoSecret) {
		return fmt.Errorf("%s: %w", url, ErrNotPaired)
	}
	return err
}

// Client returns the desk of the machine at an address, or ErrNotPaired.
func (b Book) Client(url string) (*remote.Client, error) {
	p, err := b.Of(url)
	if err != nil {
		return nil, err
	}
	return remote.NewClient(p.URL, p.Token, clientFor(p.Fingerprint)), nil
}
