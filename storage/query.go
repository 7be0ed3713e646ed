package storage

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// Visit returns a saved visit, or ErrNotFound, or a *DecodeError.
func (s *Store) Visit(id visit.ID) (r Record, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		r, err = s.load(tx, id)
		return err
	})
	return r, err
}

// Unsettled returns the pending and inflight visits in the order in which they
// were saved. Records that cannot be read are left out and named by the error
// (one *DecodeError each, joined); the others are returned all the same.
func (s *Store) Unsettled() ([]Record, error) { return s.list(bucketUnsettled, nil, 0) }

// StaffWork returns the visits that wait for the desk, as Unsettled does.
func (s *Store) StaffWork() ([]Record, error) { return s.list(bucketStaff, nil, 0) }

// List returns every visit of a service date, whatever became of it, as
// Unsettled does.
func (s *Store) List(date visit.Date) ([]Record, error) {
	return s.list(bucketDays, []byte(date.String()), 1)
}

// list reads the records that an index bucket names. skip is the number of bytes
// before the id in its values.
func (s *Store) list(bucket, prefix []byte, skip int) (records []Record, err error) {
	var bad []error
	err = s.view(func(tx *bolt.Tx) error {
		c := tx.Bucket(bucket).Cursor()
		for k, v := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
			if len(v) <= skip {
				bad = append(bad, &DecodeError{Bucket: string(bucket), Key: fmt.Sprintf("%x", k), Err: errors.New("it names no visit")})
				continue
			}
			r, err := s.load(tx, visit.ID(v[skip:]))
			if err == nil && prefix != nil && r.Visit.ServiceDate.String() != string(prefix) {
				err = &DecodeError{Bucket: string(bucket), Key: fmt.Sprintf("%x", k), Err: errors.New("the visit is of another date")}
			}
			if err != nil {
				bad = append(bad, err)
				continue
			}
			records = append(records, r)
		}
		return nil
	})
	return records, errors.Join(append(bad, err)...)
}

// Counts returns the numbers for the status line, without reading records.
func (s *Store) Counts(today visit.Date) (c Counts, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		c.Pending = count(tx.Bucket(bucketUnsettled), nil, 0)
		c.Staff = count(tx.Bucket(bucketStaff), nil, 0)
		c.DoneToday = count(tx.Bucket(bucketDays), []byte(today.String()), StateDone.letter())
		return nil
	})
	return c, err
}

// count returns how many keys begin with the prefix; when letter is not 0, only
// those whose value begins with it.
func count(b *bolt.Bucket, prefix []byte, letter byte) int {
	n := 0
	c := b.Cursor()
	for k, v := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
		if letter == 0 || len(v) > 0 && v[0] == letter {
			n++
		}
	}
	return n
}

// RememberedPhone returns the number that this person gave on their last visit
// that is done or on its way and was made at or after notBefore, and whose it
// is. It reports false when there is none or it cannot be read: the patient is
// then asked.
func (s *Store) RememberedPhone(pid visit.PID, notBefore time.Time) (visit.Phone, visit.PhoneOwner, bool) {
	if pid.IsZero() {
		return visit.Phone{}, "", false
	}
	var found visit.Visit
	err := s.view(func(tx *bolt.Tx) error {
		prefix := s.ring.person(pid)
		c := tx.Bucket(bucketPersons).Cursor()
		for k, v := last(c, prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Prev() {
			r, err := s.load(tx, visit.ID(v))
			if err != nil || r.Visit.PID != pid {
				continue
			}
			if r.Visit.CreatedAt.Before(notBefore) {
				return nil
			}
			if r.State == StateDone || r.State.Unsettled() {
				found = r.Visit
				return nil
			}
		}
		return nil
	})
	return found.Phone, found.PhoneOwner, err == nil && !found.Phone.IsZero()
}

// last moves to the greatest key with the prefix followed by a seq.
func last(c *bolt.Cursor, prefix []byte) (k, v []byte) {
	end := append(bytes.Clone(prefix), bytes.Repeat([]byte{0xFF}, seqSize)...)
	if behind, _ := c.Seek(end); behind == nil {
		return c.Last()
	}
	return c.Prev()
}
