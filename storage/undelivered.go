package storage

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// Undelivered is a change of the feed that a receiver has refused: it was set aside,
// so that the changes behind it do not wait. The visit stays until the receiver has
// taken it, or for undeliveredDays.
type Undelivered struct {
	Receiver string   // the name of its cursor
	Visit    visit.ID // whose change
	Seq      uint64   // of the change
	Reason   string   // what the receiver answered; no personal data
	Tries    int
	At       time.Time // of the last try
	Again    bool      // a person wants it to be tried at once
}

// ErrUndelivered refuses what could not be found again, or says too much.
var ErrUndelivered = errors.New("a change that is set aside has a receiver, a visit and a reason of 200 characters at most, without a long number")

// bucketUndelivered has receiver, "/" and visit id -> sealed Undelivered. Files of before
// lack it, and get it at Open.
var bucketUndelivered = []byte("undelivered")

// maxReason bounds what is kept of a reason, in bytes.
const maxReason = 200

var personLike = regexp.MustCompile(`[0-9]{9}`)

// storedUndelivered is an Undelivered as it is written.
type storedUndelivered struct {
	Seq    uint64    `json:"seq"`
	Reason string    `json:"reason"`
	Tries  int       `json:"tries"`
	At     time.Time `json:"at"`
	Again  bool      `json:"again,omitempty"`
}

func undeliveredKey(receiver string, id visit.ID) []byte { return []byte(receiver + "/" + string(id)) }

func (u Undelivered) check() error {
	if _, err := visit.ParseID(string(u.Visit)); err != nil || !cursorName.MatchString(u.Receiver) ||
		u.Reason == "" || len(u.Reason) > maxReason || personLike.MatchString(u.Reason) {
		return ErrUndelivered
	}
	return nil
}

// SetAside keeps a change that a receiver refused, durable when it returns nil. An
// older one of the same visit is replaced.
func (s *Store) SetAside(u Undelivered) error {
	if err := u.check(); err != nil {
		return err
	}
	return s.update(func(tx *bolt.Tx) error {
		return errors.Join(s.putUndelivered(tx, u),
			s.audit(tx, Event{Name: "delivery-refused", Role: RoleSystem, Result: "set-aside", Visit: u.Visit, At: u.At}))
	})
}

func (s *Store) putUndelivered(tx *bolt.Tx, u Undelivered) error {
	key := undeliveredKey(u.Receiver, u.Visit)
	data, err := json.Marshal(storedUndelivered{u.Seq, u.Reason, u.Tries, u.At, u.Again})
	if err != nil {
		return err
	}
	sealed, err := s.ring.seal(tx, keyLasting, string(bucketUndelivered), string(key), data)
	if err != nil {
		return err
	}
	return tx.Bucket(bucketUndelivered).Put(key, sealed)
}

// Undelivered returns everything that was set aside, in the order of receivers and
// visits. What cannot be read is left out and named by the error, one *DecodeError
// each.
func (s *Store) Undelivered() (list []Undelivered, err error) {
	var bad []error
	err = s.view(func(tx *bolt.Tx) error {
		list, bad = s.undelivered(tx)
		return nil
	})
	return list, errors.Join(append(bad, err)...)
}

func (s *Store) undelivered(tx *bolt.Tx) (list []Undelivered, bad []error) {
	c := tx.Bucket(bucketUndelivered).Cursor()
	for key, value := c.First(); key != nil; key, value = c.Next() {
		u, err := s.ring.openUndelivered(tx, string(key), value)
		if err != nil {
			bad = append(bad, err)
			continue
		}
		list = append(list, u)
	}
	return list, bad
}

func (r *keyring) openUndelivered(tx *bolt.Tx, key string, stored []byte) (Undelivered, error) {
	data, err := r.open(tx, string(bucketUndelivered), key, stored)
	var u Undelivered
	if err == nil {
		u, err = decodeUndelivered(key, data)
	}
	if err != nil {
		return Undelivered{}, &DecodeError{Bucket: string(bucketUndelivered), Key: key, Err: err}
	}
	return u, nil
}

func decodeUndelivered(key string, data []byte) (Undelivered, error) {
	var s storedUndelivered
	if err := json.Unmarshal(data, &s); err != nil {
		return Undelivered{}, errors.New("it is not the JSON of a change that was set aside")
	}
	receiver, id, _ := strings.Cut(key, "/")
	u := Undelivered{receiver, visit.ID(id), s.Seq, s.Reason, s.Tries, s.At, s.Again}
	return u, u.check()
}

// Redeliver notes that a person wants what was set aside to be tried at once, and
// returns how much that is. An empty receiver or visit stands for all of them.
func (s *Store) Redeliver(receiver string, id visit.ID) (n int, err error) {
	return s.eachUndelivered(receiver, id, "delivery-wanted", func(tx *bolt.Tx, u Undelivered) error {
		u.Again = true
		return s.putUndelivered(tx, u)
	})
}

// GiveUpDelivery forgets what was set aside, because a person has told the receiver's
// people in another way, and returns how much that was. An empty receiver or visit
// stands for all of them.
func (s *Store) GiveUpDelivery(receiver string, id visit.ID) (n int, err error) {
	return s.eachUndelivered(receiver, id, "delivery-given-up", func(tx *bolt.Tx, u Undelivered) error {
		return tx.Bucket(bucketUndelivered).Delete(undeliveredKey(u.Receiver, u.Visit))
	})
}

func (s *Store) eachUndelivered(receiver string, id visit.ID, event string, do func(*bolt.Tx, Undelivered) error) (n int, err error) {
	err = s.update(func(tx *bolt.Tx) error {
		n = 0
		list, bad := s.undelivered(tx)
		for _, u := range list {
			if receiver != "" && u.Receiver != receiver || id != "" && u.Visit != id {
				continue
			}
			if err := errors.Join(do(tx, u), s.audit(tx, Event{Name: event, Role: RoleStaff, Result: "ok", Visit: u.Visit})); err != nil {
				return err
			}
			n++
		}
		return errors.Join(bad...)
	})
	return n, err
}

// Delivered forgets what was set aside of a visit for a receiver, up to that change:
// it has been taken since.
func (s *Store) Delivered(receiver string, id visit.ID, seq uint64) error {
	key := undeliveredKey(receiver, id)
	there := false
	err := s.view(func(tx *bolt.Tx) error {
		there = tx.Bucket(bucketUndelivered).Get(key) != nil
		return nil
	})
	if err != nil || !there {
		return err
	}
	return s.update(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketUndelivered)
		stored := b.Get(key)
		if stored == nil {
			return nil
		}
		if u, err := s.ring.openUndelivered(tx, string(key), stored); err == nil && u.Seq > seq {
			return nil
		}
		return b.Delete(key)
	})
}

// Change returns a visit as the feed has it. It returns ErrNotFound, also for a visit
// that is not in the feed, or a *DecodeError.
func (s *Store) Change(id visit.ID) (c Change, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		r, err := s.load(tx, id)
		if err == nil && r.feed == 0 {
			err = fmt.Errorf("visit %s in the feed: %w", id, ErrNotFound)
		}
		c = Change{r.feed, r}
		return err
	})
	return c, err
}

// undeliveredOf names the visits of which something was set aside.
func undeliveredOf(tx *bolt.Tx) map[visit.ID]bool {
	ids := map[visit.ID]bool{}
	_ = tx.Bucket(bucketUndelivered).ForEach(func(key, _ []byte) error {
		_, id, _ := strings.Cut(string(key), "/")
		ids[visit.ID(id)] = true
		return nil
	})
	return ids
}

// dropUndelivered forgets what was set aside of a visit that is erased.
func dropUndelivered(tx *bolt.Tx, id visit.ID) error {
	b := tx.Bucket(bucketUndelivered)
	var keys [][]byte
	_ = b.ForEach(func(key, _ []byte) error {
		if strings.HasSuffix(string(key), "/"+string(id)) {
			keys = append(keys, append([]byte(nil), key...))
		}
		return nil
	})
	for _, key := range keys {
		if err := b.Delete(key); err != nil {
			return err
		}
	}
	return nil
}
