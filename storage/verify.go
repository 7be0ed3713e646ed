package storage

import (
	"bytes"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// verify opens every record, decodes those that are not settled, and makes the
// index of them. Damage inside of a page, which bbolt cannot see, shows here.
func (s *Store) verify(tx *bolt.Tx) error {
	for _, name := range allBuckets {
		if tx.Bucket(name) == nil {
			return fmt.Errorf("%w: bucket %s is missing", ErrDamaged, name)
		}
	}
	if name := lostLater(tx); name != nil {
		return fmt.Errorf("%w: bucket %s is missing", ErrDamaged, name)
	}
	meta := tx.Bucket(bucketMeta)
	if !bytes.Equal(meta.Get(keyKEKCheck), s.ring.check) {
		return fmt.Errorf("%w: the check of its key is wrong", ErrDamaged)
	}
	if len(meta.Get(keyFeed)) != feedSize {
		return fmt.Errorf("%w: the id of the feed is missing", ErrDamaged)
	}
	if _, err := s.ring.head(tx); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err) // nothing could be added to such a chain
	}
	x := newIndex()
	if err := s.verifyRecords(tx, x); err != nil {
		return err
	}
	if err := s.verifySmall(tx, x); err != nil {
		return err
	}
	if s.index == nil {
		s.index = x
	} else {
		s.index.become(x) // others hold on to it
	}
	return nil
}

func (s *Store) verifyRecords(tx *bolt.Tx, x *index) error {
	b := tx.Bucket(bucketVisits)
	given := map[uint64]bool{} // numbers, of which each belongs to one record
	c := b.Cursor()
	for id, value := c.First(); id != nil; id, value = c.Next() {
		u, known := packID(visit.ID(id))
		l, err := lineOf(value)
		if err == nil && !known {
			err = visit.ErrID
		}
		if err == nil && (l.seq > b.Sequence() || l.feed > b.Sequence() || given[l.seq] || given[l.feed]) {
			err = errors.New("its number is another's, or was never given")
		}
		if err == nil {
			err = s.verifyRecord(tx, visit.ID(id), l, value)
		}
		if err != nil {
			return fmt.Errorf("%w: a record: %w", ErrDamaged, err)
		}
		given[l.seq] = true
		if l.feed != 0 {
			given[l.feed] = true
		}
		x.put(u, l)
	}
	x.sort()
	return nil
}

// verifyRecord decodes what there still is to be done; the rest has only to open.
func (s *Store) verifyRecord(tx *bolt.Tx, id visit.ID, l line, value []byte) error {
	if l.unsettled() || l.staff() {
		_, err := s.ring.openVisit(tx, id, value)
		return err
	}
	_, err := s.ring.open(tx, string(bucketVisits), string(id), value)
	return err
}

// verifySmall opens what is few: jobs, clients, cursors, what was set aside, and operators.
func (s *Store) verifySmall(tx *bolt.Tx, x *index) error {
	err := tx.Bucket(bucketJobs).ForEach(func(id, value []byte) error {
		job, err := s.ring.openJob(tx, string(id), value)
		x.jobs[string(id)] = job
		return err
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	err = tx.Bucket(bucketClients).ForEach(func(name, value []byte) error {
		_, err := s.ring.openClient(tx, string(name), value)
		return err
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	err = tx.Bucket(bucketCursors).ForEach(func(name, value []byte) error {
		_, err := s.ring.openCursor(tx, string(name), value)
		return err
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if b := tx.Bucket(bucketUndelivered); b != nil {
		if _, bad := s.undelivered(tx); bad != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, bad[0])
		}
	}
	if err := s.ring.verifyOperators(tx); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}
