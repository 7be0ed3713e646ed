package storage

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// verify compares records and indexes with each other: every record opens, every
// index entry names a record, and what is not settled is named by the index of
// its state. Damage inside of a page, which bbolt cannot see, shows here.
// It opens every record, and decodes those that are not settled.
func (s *Store) verify(tx *bolt.Tx) error {
	for _, name := range allBuckets {
		if tx.Bucket(name) == nil {
			return fmt.Errorf("%w: bucket %s is missing", ErrDamaged, name)
		}
	}
	if !bytes.Equal(tx.Bucket(bucketMeta).Get(keyKEKCheck), s.ring.check) {
		return fmt.Errorf("%w: the check of its key is wrong", ErrDamaged)
	}
	if _, err := s.ring.head(tx); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err) // nothing could be added to such a chain
	}
	records, err := s.verifyRecords(tx)
	if err != nil {
		return err
	}
	days, err := s.verifyDays(tx)
	if err != nil {
		return err
	}
	persons := 0
	c := tx.Bucket(bucketPersons).Cursor()
	for k, id := c.First(); k != nil; k, id = c.Next() {
		persons++
		if tx.Bucket(bucketVisits).Get(id) == nil {
			return fmt.Errorf("%w: bucket persons names a visit that is missing", ErrDamaged)
		}
	}
	if days != records || persons != records {
		return fmt.Errorf("%w: %d records, %d in the index of days, %d in that of persons", ErrDamaged, records, days, persons)
	}
	return s.verifyOpen(tx)
}

func (s *Store) verifyRecords(tx *bolt.Tx) (n int, err error) {
	c := tx.Bucket(bucketVisits).Cursor()
	for id, value := c.First(); id != nil; id, value = c.Next() {
		n++
		if _, err := s.ring.open(tx, string(bucketVisits), string(id), value); err != nil {
			return n, fmt.Errorf("%w: a record: %w", ErrDamaged, err)
		}
	}
	return n, nil
}

// verifyDays checks that the letters agree with the indexes of states.
func (s *Store) verifyDays(tx *bolt.Tx) (n int, err error) {
	named := map[byte]int{}
	c := tx.Bucket(bucketDays).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		n++
		if len(k) < seqSize || len(v) < 2 || tx.Bucket(bucketVisits).Get(v[1:]) == nil || !strings.ContainsRune("pidrsx", rune(v[0])) {
			return n, fmt.Errorf("%w: the index of days names a visit that is missing", ErrDamaged)
		}
		named[v[0]]++
		seq, letter := k[len(k)-seqSize:], v[0]
		unsettled := bytes.Equal(tx.Bucket(bucketUnsettled).Get(seq), v[1:])
		staff := bytes.Equal(tx.Bucket(bucketStaff).Get(seq), v[1:])
		if unsettled != (letter == 'p' || letter == 'i') || staff != (letter == 's') {
			return n, fmt.Errorf("%w: two indexes do not agree", ErrDamaged)
		}
	}
	if named['p']+named['i'] != count(tx.Bucket(bucketUnsettled), nil, 0) || named['s'] != count(tx.Bucket(bucketStaff), nil, 0) {
		return n, fmt.Errorf("%w: an index of states names too many visits", ErrDamaged)
	}
	return n, nil
}

// verifyOpen reads in full what there still is to be done.
func (s *Store) verifyOpen(tx *bolt.Tx) error {
	for _, bucket := range [][]byte{bucketUnsettled, bucketStaff} {
		c := tx.Bucket(bucket).Cursor()
		for k, id := c.First(); k != nil; k, id = c.Next() {
			r, err := s.load(tx, visit.ID(id))
			if err != nil {
				return fmt.Errorf("%w: %w", ErrDamaged, err)
			}
			day := tx.Bucket(bucketDays).Get(dayKey(r.Visit.ServiceDate, r.seq))
			if !bytes.Equal(k, seqKey(r.seq)) || len(day) == 0 || day[0] != r.State.letter() {
				return fmt.Errorf("%w: %w", ErrDamaged, errors.New("an index holds an older state of a visit"))
			}
		}
	}
	return nil
}
