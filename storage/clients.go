package storage

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Client is a program of the hospital that may ask the local agent. Its token is
// not kept, only the token's SHA-256.
type Client struct {
	Name    string   // letters, digits, dots, hyphens and underscores
	Hash    [32]byte // SHA-256 of the token
	Scopes  []string // what it may do; words of the agent
	Created time.Time
}

// Errors of clients.
var (
	ErrClient      = errors.New("a client has a name of letters, digits, dots, hyphens and underscores, scopes of small letters, digits, dots, colons and hyphens, 40 at most, and a hash")
	ErrClientTaken = errors.New("there is a client of that name")
	ErrNoClient    = errors.New("there is no such client")
)

var (
	clientName  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)
	clientScope = regexp.MustCompile(`^[a-z][a-z0-9.:-]{0,39}$`)
	// personNumber is what a name, which is not sealed, must not hold: it may be a
	// PID or a phone.
	personNumber = regexp.MustCompile(`[0-9]{9}`)
)

// maxScopes bounds the scopes of one client.
const maxScopes = 32

// storedClient is a Client as it is written.
type storedClient struct {
	Hash    []byte    `json:"hash"`
	Scopes  []string  `json:"scopes"`
	Created time.Time `json:"created"`
}

// AddClient keeps a client, durable when it returns nil, or returns ErrClientTaken.
// The audit names it by a word, and by a handle where words are alike.
func (s *Store) AddClient(c Client) error {
	if err := c.check(); err != nil {
		return err
	}
	data, err := json.Marshal(storedClient{c.Hash[:], c.Scopes, c.Created})
	if err != nil {
		return err
	}
	return s.update(func(tx *bolt.Tx) error {
		if tx.Bucket(bucketClients).Get([]byte(c.Name)) != nil {
			return fmt.Errorf("client %q: %w", c.Name, ErrClientTaken)
		}
		sealed, err := s.ring.seal(tx, keyLasting, string(bucketClients), c.Name, data)
		if err != nil {
			return err
		}
		return errors.Join(
			tx.Bucket(bucketClients).Put([]byte(c.Name), sealed),
			s.audit(tx, Event{Name: "client-set", Role: RoleStaff, Result: clientWord(c.Name), Handle: s.ring.clientHandle(c.Name)}),
		)
	})
}

// Clients returns every client in the order of their names. Clients that cannot
// be read are left out and named by the error, one *DecodeError each.
func (s *Store) Clients() (list []Client, err error) {
	var bad []error
	err = s.view(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketClients).ForEach(func(name, value []byte) error {
			c, err := s.ring.openClient(tx, string(name), value)
			if err != nil {
				bad = append(bad, err)
				return nil
			}
			list = append(list, c)
			return nil
		})
	})
	return list, errors.Join(append(bad, err)...)
}

// RemoveClient takes a client's access away, durable when it returns nil, or
// returns ErrNoClient.
func (s *Store) RemoveClient(name string) error {
	err := s.update(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketClients)
		if b.Get([]byte(name)) == nil {
			return fmt.Errorf("client %q: %w", name, ErrNoClient)
		}
		return errors.Join(
			b.Delete([]byte(name)),
			s.audit(tx, Event{Name: "client-removed", Role: RoleStaff, Result: clientWord(name), Handle: s.ring.clientHandle(name)}),
		)
	})
	if err != nil {
		return err
	}
	// A damaged meta page takes the newest change along, which is this empty one
	// then: it must not give the access back.
	return s.update(func(*bolt.Tx) error { return nil })
}

// clientWord is the name of a client as a word of the audit.
func clientWord(name string) string { return wordOf("client", name) }

// wordOf makes a word of the audit out of a name.
func wordOf(kind, name string) string {
	w := kind + "-" + strings.Trim(longDigits.ReplaceAllString(notOfAWord.ReplaceAllString(strings.ToLower(name), "-"), "n"), "-")
	return strings.TrimRight(w[:min(len(w), maxAuditWord)], "-")
}

var (
	notOfAWord = regexp.MustCompile(`[^a-z0-9]+`)
	longDigits = regexp.MustCompile(`[0-9]{5,}`)
)

// maxAuditWord is the longest word of the audit.
const maxAuditWord = 40

func (c Client) check() error {
	scopes := !slices.ContainsFunc(c.Scopes, func(s string) bool { return !clientScope.MatchString(s) })
	if !clientName.MatchString(c.Name) || personNumber.MatchString(c.Name) || !scopes || len(c.Scopes) > maxScopes || c.Hash == [32]byte{} {
		return ErrClient
	}
	return nil
}

func (r *keyring) openClient(tx *bolt.Tx, name string, stored []byte) (Client, error) {
	data, err := r.open(tx, string(bucketClients), name, stored)
	var c Client
	if err == nil {
		c, err = decodeClient(name, data)
	}
	if err != nil {
		return Client{}, &DecodeError{Bucket: string(bucketClients), Key: name, Err: err}
	}
	return c, nil
}

func decodeClient(name string, data []byte) (Client, error) {
	var s storedClient
	if err := json.Unmarshal(data, &s); err != nil {
		return Client{}, errors.New("it is not the JSON of a client")
	}
	c := Client{Name: name, Scopes: s.Scopes, Created: s.Created}
	if copy(c.Hash[:], s.Hash) != len(c.Hash) || len(s.Hash) != len(c.Hash) {
		return Client{}, ErrClient
	}
	return c, c.check()
}
