package storage

import (
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

// Knows reports whether a visit of that id would be here, or among the erased, if it had ever
// been saved. Of those that are older than this store nobody knows: it was made anew, restored
// from a copy, or lost some.
func (s *Store) Knows(id visit.ID) (knows bool, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		text := tx.Bucket(bucketMeta).Get(keyWhole)
		since, bad := time.Parse(time.RFC3339Nano, string(text))
		knows = len(text) == 0 || bad == nil && id.MadeAt().After(since) // without it: a store of before
		return nil
	})
	return knows, err
}

// putWhole notes since when no visit is missing.
func putWhole(tx *bolt.Tx, since time.Time) error {
	return tx.Bucket(bucketMeta).Put(keyWhole, since.AppendFormat(nil, time.RFC3339Nano))
}

// Unsettled returns the pending and inflight visits in the order in which they
// were saved. Records that cannot be read are left out and named by the error
// (one *DecodeError each, joined); the others are returned all the same.
func (s *Store) Unsettled() ([]Record, error) {
	return s.list(s.index.open(false), func(r Record) bool { return r.State.Unsettled() })
}

// Newest hands the visits of a service date to each, with the number of their saving, the
// newest first, until each returns false: those that were saved before that number, or
// all for 0, and of one person, or everybody's for the zero PID. Errors are those of
// Unsettled.
func (s *Store) Newest(date visit.Date, of visit.PID, before uint64, each func(n uint64, r Record) bool) error {
	if err := s.view(func(*bolt.Tx) error { return nil }); err != nil { // as Counts
		return err
	}
	refs := s.index.ofDay(date, before)
	if !of.IsZero() {
		refs = s.index.only(refs, s.ring.personKey(of))
	}
	more := true
	var bad []error
	for len(refs) > 0 && more {
		// Some at a time, so that no transaction lasts, whatever each does.
		some := refs[max(0, len(refs)-readAtOnce):]
		refs = refs[:len(refs)-len(some)]
		err := s.view(func(tx *bolt.Tx) error {
			for i := len(some) - 1; i >= 0 && more; i-- {
				r, err := s.load(tx, some[i].id.id())
				switch {
				case errors.Is(err, ErrNotFound):
				case err != nil:
					bad = append(bad, err)
				default:
					more = each(some[i].n, r)
				}
			}
			return nil
		})
		if err != nil {
			return errors.Join(append(bad, err)...)
		}
	}
	return errors.Join(bad...)
}

// readAtOnce is how many records Newest reads in one transaction.
const readAtOnce = 256

// States counts the visits of a service date by their state, without reading records,
// and those of Work.
func (s *Store) States(date visit.Date) (ofDay map[visit.State]int, open int, err error) {
	ofDay, open = s.index.states(date)
	return ofDay, open, s.view(func(*bolt.Tx) error { return nil }) // as Counts
}

// Work returns everything that has no code and is not closed, whoever is at it: what waits
// and what is in flight, what NHSO refused, and the work of the staff, held or not. It does
// so as Unsettled does.
func (s *Store) Work() ([]Record, error) {
	return s.list(s.index.work(), func(r Record) bool { return r.State != visit.StateDone && r.State != visit.StateDropped })
}

// Find returns the visits of a person on a service date, or on every one for the
// zero date, as Unsettled does.
func (s *Store) Find(pid visit.PID, date visit.Date) ([]Record, error) {
	if pid.IsZero() {
		return nil, nil
	}
	return s.list(s.index.ofPerson(s.ring.personKey(pid), date), func(r Record) bool { return r.Visit.PID == pid })
}

// FindCode returns the visit with that authen code, or ErrNotFound, or a
// *DecodeError.
func (s *Store) FindCode(code visit.AuthenCode) (Record, error) {
	if code == "" {
		return Record{}, ErrNotFound
	}
	key := s.ring.codeKey(code)
	id, known := s.index.ofCode(key)
	if !known {
		return Record{}, fmt.Errorf("no visit has this code: %w", ErrNotFound)
	}
	r, err := s.Visit(id)
	if err == nil && r.Code != code {
		return Record{}, fmt.Errorf("no visit has this code: %w", ErrNotFound)
	}
	return r, err
}

// list reads the records of those ids. The index can be a moment behind the file,
// so what was erased since is left out, and what does not fit any more, too.
func (s *Store) list(ids []visit.ID, fits func(Record) bool) (records []Record, err error) {
	var bad []error
	err = s.view(func(tx *bolt.Tx) error {
		for _, id := range ids {
			r, err := s.load(tx, id)
			switch {
			case errors.Is(err, ErrNotFound):
			case err != nil:
				bad = append(bad, err)
			case fits == nil || fits(r):
				records = append(records, r)
			}
		}
		return nil
	})
	return records, errors.Join(append(bad, err)...)
}

// Counts returns the numbers for the status line, without reading records.
func (s *Store) Counts(today visit.Date) (Counts, error) {
	c := read(s.index, func(x *index) Counts {
		c := Counts{Pending: len(x.unsettled), Staff: len(x.staff)}
		if d := x.days[dayOf(today)]; d != nil {
			c.DoneToday = d.done
		}
		return c
	})
	return c, s.view(func(*bolt.Tx) error { return nil }) // a closed or broken store says so
}

// RememberedPhone returns the number that this person gave on their last visit
// that is done or on its way and was made at or after notBefore, and whose it
// is. It reports false when there is none or it cannot be read: the patient is
// then asked.
func (s *Store) RememberedPhone(pid visit.PID, notBefore time.Time) (visit.Phone, visit.PhoneOwner, bool) {
	if pid.IsZero() {
		return visit.Phone{}, "", false
	}
	ids := s.index.ofPerson(s.ring.personKey(pid), visit.Date{})
	var found visit.Visit
	err := s.view(func(tx *bolt.Tx) error {
		for i := len(ids) - 1; i >= 0; i-- {
			r, err := s.load(tx, ids[i])
			if err != nil || r.Visit.PID != pid || r.Visit.Phone.IsZero() {
				continue
			}
			if r.Visit.CreatedAt.Before(notBefore) {
				return nil
			}
			if r.State == visit.StateDone || r.State.Unsettled() {
				found = r.Visit
				return nil
			}
		}
		return nil
	})
	return found.Phone, found.PhoneOwner, err == nil && !found.Phone.IsZero()
}
