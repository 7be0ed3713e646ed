package agent

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Scope is one thing a client may do.
type Scope string

// The scopes. Personal data is part of what a scope gives: the PID of a card
// belongs to ScopeReadCard, PID and authen code of a visit to ScopeCodes.
const (
	ScopeReadCard Scope = "read-card" // read the card in the reader, with the person's data
	ScopeSubmit   Scope = "submit"    // ask NHSO for an authen code
	ScopeCodes    Scope = "codes"     // authen codes and the feed of visits
	ScopeEvents   Scope = "events"    // the stream of events
	ScopeDesk     Scope = "desk"      // work at a desk, for operators who have signed in
)

// Scopes returns all scopes.
func Scopes() []Scope { return []Scope{ScopeReadCard, ScopeSubmit, ScopeCodes, ScopeEvents, ScopeDesk} }

// ParseScopes reads scopes separated by commas. Empty text is an error: a client
// that may do nothing is a mistake.
func ParseScopes(s string) ([]Scope, error) {
	var scopes []Scope
	for word := range strings.SplitSeq(s, ",") {
		scope := Scope(strings.TrimSpace(word))
		if !slices.Contains(Scopes(), scope) {
			return nil, fmt.Errorf("scope %q is not one of %q", scope, Scopes())
		}
		if !slices.Contains(scopes, scope) {
			scopes = append(scopes, scope)
		}
	}
	return scopes, nil
}

// Client is a program that may ask. Its token is known to itself only.
type Client struct {
	Name    string    `json:"name"`
	Hash    []byte    `json:"hash"` // SHA-256 of the 32 bytes of the token
	Scopes  []Scope   `json:"scopes"`
	Created time.Time `json:"created"`
}

// May reports whether the client has the scope.
func (c Client) May(s Scope) bool { return slices.Contains(c.Scopes, s) }

// ClientLister gives the clients. The running agent asks it every few seconds,
// so that a client that was removed loses its right while the program runs.
type ClientLister interface {
	Clients() ([]Client, error)
}

// ClientStore keeps the clients.
type ClientStore interface {
	ClientLister
	AddClient(Client) error         // fails when the name is taken
	RemoveClient(name string) error // fails when there is none
}

// Errors of clients and tokens.
var (
	ErrClientName  = errors.New("a client's name is 1 to 40 letters, digits, dots, hyphens or underscores")
	ErrClientTaken = errors.New("there is a client of that name")
	ErrNoClient    = errors.New("there is no client of that name")
	ErrToken       = errors.New("not a token of this program")
)

// tokenPrefix lets people, and scanners for leaked secrets, see what it is.
const (
	tokenPrefix = "ak1_"
	tokenBytes  = 32
)

// clientName keeps names short and free of anything that could stand for a
// person's number in a log: letters, digits and three marks.
var clientName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)

// longNumber is what a name must not hold: it may be a PID or a phone.
var longNumber = regexp.MustCompile(`[0-9]{9}`)

// NewToken makes a token of 32 random bytes, and the hash under which it is
// kept. The token is shown once and never again.
func NewToken() (token string, hash []byte) {
	raw := make([]byte, tokenBytes)
	rand.Read(raw) //nolint:errcheck // never fails since Go 1.24
	sum := sha256.Sum256(raw)
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(raw), sum[:]
}

// hashToken returns the hash of a token, or ErrToken when its form is wrong.
func hashToken(token string) ([sha256.Size]byte, error) {
	text, ok := strings.CutPrefix(token, tokenPrefix)
	if !ok || len(text) != base64.RawURLEncoding.EncodedLen(tokenBytes) {
		return [sha256.Size]byte{}, ErrToken
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != tokenBytes {
		return [sha256.Size]byte{}, ErrToken
	}
	return sha256.Sum256(raw), nil
}

// AddClient makes a client with a new token, keeps it, and returns the token.
func AddClient(store ClientStore, name string, scopes []Scope, now time.Time) (token string, err error) {
	if !clientName.MatchString(name) || longNumber.MatchString(name) {
		return "", fmt.Errorf("add client: %w", ErrClientName)
	}
	if len(scopes) == 0 {
		return "", errors.New("add client: it needs at least one scope")
	}
	token, hash := NewToken()
	c := Client{Name: name, Hash: hash, Scopes: slices.Clone(scopes), Created: now.UTC().Truncate(time.Second)}
	if err := store.AddClient(c); err != nil {
		return "", fmt.Errorf("add client %s: %w", name, err)
	}
	return token, nil
}
