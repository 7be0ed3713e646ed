package storage

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Client is a program of the hospital that may ask the local agent. Its token is
// not kept, only the token's SHA-256.
type Client struct {
	Name    string   // small letters, digits and hyphens
	Hash    [32]byte // SHA-256 of the token
	Scopes  []string // what it may do; words of the agent
	Created time.Time
}

// Errors of clients.
var (
	ErrClient   = errors.New("a client has a name and scopes of small letters, digits, dots, colons and hyphens, 40 at most, and a hash")
	ErrNoClient = errors.New("there is no such client")
)

var (
	clientName  = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	clientScope = regexp.MustCompile(`^[a-z][a-z0-9.:-]{0,39}$`)
)

// maxScopes bounds the scopes of one client.
const maxScopes = 32

// storedClient is a Client as it is written.
type storedClient struct {
	Hash    []byte    `json:"hash"`
	Scopes  []string  `json:"scopes"`
	Created time.Time `json:"created"`
}

// PutClient keeps a client and replaces one of the same name, durable when it
// returns nil. The audit names it by a handle.
func (s *Store) PutClient(c Client) error {
	if err := c.check(); err != nil {
		return err
	}
	data, err := json.Marshal(storedClient{c.Hash[:], c.Scopes, c.Created})
	if err != nil {
		return err
	}
	return s.update(func(tx *bolt.Tx) error {
		sealed, err := s.ring.seal(tx, keyLasting, string(bucketClients), c.Name, data)
		if err != nil {
			return err
		}
		return errors.Join(
			tx.Bucket(bucketClients).Put([]byte(c.Name), sealed),
			s.audit(tx, Event{Name: "client-set", Role: RoleStaff, Result: "ok", Handle: s.ring.clientHandle(c.Name)}),
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
			s.audit(tx, Event{Name: "client-removed", Role: RoleStaff, Result: "ok", Handle: s.ring.clientHandle(name)}),
		)
	})
	if err != nil {
		return err
	}
	// A damaged meta page takes the newest change along, which is this empty one
	// then: it must not give the access back.
	return s.update(func(*bolt.Tx) error { return nil })
}

func (c Client) check() error {
	scopes := !slices.ContainsFunc(c.Scopes, func(s string) bool { return !clientScope.MatchString(s) })
	if !clientName.MatchString(c.Name) || longNumber.MatchString(c.Name) || !scopes || len(c.Scopes) > maxScopes || c.Hash == [32]byte{} {
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
