package storage

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

// Errors of operators.
var (
	ErrOperatorTaken = desk.ErrOperatorTaken
	ErrNoOperator    = desk.ErrNoOperator
	ErrOperators     = errors.New("there are as many operators as a store has")
	ErrCardTaken     = errors.New("that card names another operator")
)

// maxOperators bounds the operators of one store.
const maxOperators = 500

// operator is a desk.Operator with what is known to the store alone.
type operator struct {
	desk.Operator
	hash pinHash
	card []byte // keyring.person of the holder of the card; empty: none
}

// storedOperator is an operator as it is written.
type storedOperator struct {
	Name     string    `json:"name"`
	Role     desk.Role `json:"role"`
	Disabled bool      `json:"disabled,omitempty"`
	Card     []byte    `json:"card,omitempty"`
	Created  time.Time `json:"created"`
	PINs     int       `json:"pins"`
	Failed   int       `json:"failed,omitempty"`
	Hash     pinHash   `json:"hash"`
}

// AddOperator keeps an operator, durable when it returns nil, or returns
// ErrOperatorTaken.
func (s *Store) AddOperator(name visit.Name, role desk.Role, pin desk.PIN) (desk.OperatorID, error) {
	raw := make([]byte, handleSize)
	_, _ = rand.Read(raw) // crypto/rand never fails
	o := operator{
		Operator: desk.Operator{ID: desk.OperatorID(hex.EncodeToString(raw)), Name: name, Role: role, Created: s.now().UTC().Truncate(time.Second), PINs: 1},
		hash:     newPINHash(pin),
	}
	if err := o.check(); err != nil {
		return "", err
	}
	return o.ID, s.update(func(tx *bolt.Tx) error {
		list, bad := s.ring.operators(tx)
		for _, other := range list {
			if other.Holder() == o.Holder() {
				return ErrOperatorTaken
			}
		}
		if len(list)+len(bad) >= maxOperators {
			return ErrOperators
		}
		return errors.Join(s.putOperator(tx, o), s.tellOperator(tx, o, "operator-added"))
	})
}

// Operators returns every operator in the order of their ids. Those that cannot be read
// are left out and named by the error, one *DecodeError each.
func (s *Store) Operators() (list []desk.Operator, err error) {
	var bad []error
	err = s.view(func(tx *bolt.Tx) error {
		var all []operator
		all, bad = s.ring.operators(tx)
		for _, o := range all {
			list = append(list, o.Operator)
		}
		return nil
	})
	return list, errors.Join(append(bad, err)...)
}

// Operator returns one operator, or ErrNoOperator.
func (s *Store) Operator(id desk.OperatorID) (found desk.Operator, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		o, err := s.ring.operator(tx, id)
		found = o.Operator
		return err
	})
	return found, err
}

// ResetOperator sets a new PIN and opens what wrong ones have locked: the operator, and
// every machine, at one of which it happened. A disabled operator may sign in again. It
// is durable when it returns nil.
func (s *Store) ResetOperator(id desk.OperatorID, pin desk.PIN) error {
	hash := newPINHash(pin)
	return s.changeOperator(id, "operator-reset", func(tx *bolt.Tx, o *operator) error {
		o.hash, o.Failed, o.Disabled = hash, 0, false
		o.PINs++
		return emptyBucket(tx, bucketMachines)
	})
}

// UnlockOperator opens what wrong PINs have locked, as ResetOperator does, with the PIN as it
// is. A disabled operator stays so.
func (s *Store) UnlockOperator(id desk.OperatorID) error {
	return s.changeOperator(id, "operator-unlocked", func(tx *bolt.Tx, o *operator) error {
		o.Failed = 0
		return emptyBucket(tx, bucketMachines)
	})
}

// RemoveOperator erases an operator, durable when it returns nil. The audit keeps the id.
func (s *Store) RemoveOperator(id desk.OperatorID) error {
	err := s.update(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketOperators)
		if b.Get([]byte(id)) == nil {
			return ErrNoOperator
		}
		gone := Event{Name: "operator-removed", Role: string(desk.Administrator), Result: "ok", Handle: string(id)}
		return errors.Join(b.Delete([]byte(id)), s.audit(tx, gone))
	})
	if err != nil {
		return err
	}
	return s.update(func(*bolt.Tx) error { return nil }) // see changeOperator
}

// DisableOperator takes the right to sign in away, durable when it returns nil.
func (s *Store) DisableOperator(id desk.OperatorID) error {
	return s.changeOperator(id, "operator-disabled", func(_ *bolt.Tx, o *operator) error {
		o.Disabled = true
		return nil
	})
}

// NameByCard has the card of a person name an operator, or no card when the PID is zero.
// A keyed hash of the PID is kept, never the PID. A card can be forged: it names, and
// the PIN proves.
func (s *Store) NameByCard(id desk.OperatorID, holder visit.PID) error {
	return s.changeOperator(id, "operator-card", func(tx *bolt.Tx, o *operator) error {
		if o.card, o.Card = nil, false; holder.IsZero() {
			return nil
		}
		if other, err := s.ring.operatorOfCard(tx, holder); err == nil && other.ID != id {
			return ErrCardTaken
		}
		o.card, o.Card = s.ring.person(holder), true
		return nil
	})
}

// OperatorOfCard returns the operator whom the card of that person names, or
// ErrNoOperator.
func (s *Store) OperatorOfCard(holder visit.PID) (found desk.Operator, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		o, err := s.ring.operatorOfCard(tx, holder)
		found = o.Operator
		return err
	})
	return found, err
}

// changeOperator changes one operator and tells the audit.
func (s *Store) changeOperator(id desk.OperatorID, event string, change func(*bolt.Tx, *operator) error) error {
	err := s.update(func(tx *bolt.Tx) error {
		o, err := s.ring.operator(tx, id)
		if err == nil {
			err = change(tx, &o)
		}
		if err != nil {
			return err
		}
		return errors.Join(s.putOperator(tx, o), s.tellOperator(tx, o, event))
	})
	if err != nil {
		return err
	}
	// A damaged meta page takes the newest change along, see RemoveClient.
	return s.update(func(*bolt.Tx) error { return nil })
}

// tellOperator tells the audit what the administrator did; the name stays sealed.
func (s *Store) tellOperator(tx *bolt.Tx, o operator, event string) error {
	return s.audit(tx, Event{Name: event, Role: string(desk.Administrator), Result: string(o.Role), Handle: string(o.ID)})
}

func (s *Store) putOperator(tx *bolt.Tx, o operator) error {
	data, err := json.Marshal(storedOperator{o.Name.Full(), o.Role, o.Disabled, o.card, o.Created, o.PINs, o.Failed, o.hash})
	if err != nil {
		return err
	}
	return s.putSealed(tx, bucketOperators, string(o.ID), data)
}

// putSealed writes what outlives the monthly keys.
func (s *Store) putSealed(tx *bolt.Tx, bucket []byte, key string, data []byte) error {
	sealed, err := s.ring.seal(tx, keyLasting, string(bucket), key, data)
	if err != nil {
		return err
	}
	return tx.Bucket(bucket).Put([]byte(key), sealed)
}

func emptyBucket(tx *bolt.Tx, name []byte) error {
	if err := tx.DeleteBucket(name); err != nil {
		return err
	}
	_, err := tx.CreateBucket(name)
	return err
}

func (o operator) check() error {
	_, roleErr := desk.ParseRole(string(o.Role))
	_, idErr := desk.ParseOperatorID(string(o.ID))
	name, nameErr := desk.ParseOperatorName(o.Name.Full())
	switch err := errors.Join(roleErr, idErr, nameErr, o.hash.check()); {
	case err != nil:
		return err
	case name != o.Name || o.PINs < 1 || o.Failed < 0 || len(o.card) != 0 && len(o.card) != keySize:
		return desk.ErrOperatorName
	}
	return nil
}

// operators reads all of them; those that cannot be read are named, one error each.
func (r *keyring) operators(tx *bolt.Tx) (list []operator, bad []error) {
	_ = tx.Bucket(bucketOperators).ForEach(func(id, value []byte) error {
		o, err := r.openOperator(tx, string(id), value)
		if err != nil {
			bad = append(bad, err)
			return nil
		}
		list = append(list, o)
		return nil
	})
	return list, bad
}

func (r *keyring) operator(tx *bolt.Tx, id desk.OperatorID) (operator, error) {
	value := tx.Bucket(bucketOperators).Get([]byte(id))
	if value == nil {
		return operator{}, ErrNoOperator
	}
	return r.openOperator(tx, string(id), value)
}

func (r *keyring) operatorOfCard(tx *bolt.Tx, holder visit.PID) (operator, error) {
	list, _ := r.operators(tx)
	card := r.person(holder)
	for _, o := range list {
		if string(o.card) == string(card) {
			return o, nil
		}
	}
	return operator{}, ErrNoOperator
}

func (r *keyring) openOperator(tx *bolt.Tx, id string, stored []byte) (operator, error) {
	data, err := r.open(tx, string(bucketOperators), id, stored)
	var o operator
	if err == nil {
		o, err = decodeOperator(id, data)
	}
	if err != nil {
		return operator{}, &DecodeError{Bucket: string(bucketOperators), Key: id, Err: err}
	}
	return o, nil
}

func decodeOperator(id string, data []byte) (operator, error) {
	var k storedOperator
	if err := json.Unmarshal(data, &k); err != nil {
		return operator{}, errors.New("it is not the JSON of an operator")
	}
	name, err := desk.ParseOperatorName(k.Name)
	if err != nil {
		return operator{}, err
	}
	o := operator{
		Operator: desk.Operator{
			ID: desk.OperatorID(id), Name: name, Role: k.Role, Disabled: k.Disabled, Card: len(k.Card) > 0, Created: k.Created, PINs: k.PINs, Failed: k.Failed,
		},
		hash: k.Hash, card: k.Card,
	}
	return o, o.check()
}

// openTries opens the number of wrong PINs at a machine.
func (r *keyring) openTries(tx *bolt.Tx, machine string, stored []byte) (failed int, err error) {
	data, err := r.open(tx, string(bucketMachines), machine, stored)
	if err == nil {
		err = json.Unmarshal(data, &failed)
	}
	if err == nil && failed < 1 {
		err = errors.New("no number of tries")
	}
	if err != nil {
		return 0, &DecodeError{Bucket: string(bucketMachines), Key: machine, Err: fmt.Errorf("the tries: %w", err)}
	}
	return failed, nil
}

// verifyOperators opens every operator and every number of tries.
func (r *keyring) verifyOperators(tx *bolt.Tx) error {
	if tx.Bucket(bucketOperators) == nil || tx.Bucket(bucketMachines) == nil {
		return nil // addBuckets makes them
	}
	if _, bad := r.operators(tx); bad != nil {
		return bad[0]
	}
	return tx.Bucket(bucketMachines).ForEach(func(name, value []byte) error {
		_, err := r.openTries(tx, string(name), value)
		return err
	})
}
