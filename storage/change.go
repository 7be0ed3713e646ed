package storage

import (
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// Save writes a new visit as pending. When it returns nil the visit is on the
// disk. It refuses a visit that could not be submitted (visit.Validate) and one
// that is there already (ErrExists).
func (s *Store) Save(v visit.Visit, at time.Time) error {
	if err := v.Validate(); err != nil {
		return fmt.Errorf("save visit %s: %w", v.ID, err)
	}
	return s.update(func(tx *bolt.Tx) error {
		visits := tx.Bucket(bucketVisits)
		if visits.Get([]byte(v.ID)) != nil {
			return fmt.Errorf("save visit %s: %w", v.ID, ErrExists)
		}
		seq, err := visits.NextSequence()
		if err != nil {
			return err
		}
		person := append(s.codec.index(v.PID.Digits()), seqKey(seq)...)
		if err := tx.Bucket(bucketPersons).Put(person, []byte(v.ID)); err != nil {
			return err
		}
		return s.store(tx, Record{Visit: v, State: StatePending, SavedAt: at, ChangedAt: at, seq: seq})
	})
}

// Begin notes, before the request leaves, that the visit is about to be sent,
// with the attempt counted. Only after Begin has returned nil may anything be
// sent.
func (s *Store) Begin(id visit.ID, at time.Time) error {
	return s.change(id, StateInflight, at, func(r *Record) {
		r.Attempts++
		r.LastSent = at
		r.NotBefore = time.Time{}
	})
}

// Done notes the authen code that NHSO gave, also one that a look-up found before
// anything was sent. at is the time of issue.
func (s *Store) Done(id visit.ID, code visit.AuthenCode, at time.Time) error {
	if _, err := visit.ParseAuthenCode(string(code)); err != nil {
		return fmt.Errorf("visit %s: %w", id, err)
	}
	return s.change(id, StateDone, at, func(r *Record) {
		r.Code, r.IssuedAt = code, at
		r.Problem, r.Message = visit.NoProblem, ""
	})
}

// Refuse notes that NHSO looked at the visit and said no, with its own words.
func (s *Store) Refuse(id visit.ID, problem visit.Problem, message string, at time.Time) error {
	return s.change(id, StateRefused, at, func(r *Record) { r.Problem, r.Message = problem, message })
}

// Staff makes the visit work for the desk. The words of a refusal stay.
func (s *Store) Staff(id visit.ID, problem visit.Problem, at time.Time) error {
	return s.change(id, StateStaff, at, func(r *Record) { r.Problem = problem })
}

// Drop takes back a visit that was never sent, or closes one that the desk has
// settled without a code.
func (s *Store) Drop(id visit.ID, at time.Time) error {
	return s.change(id, StateDropped, at, func(*Record) {})
}

// Requeue makes a visit in flight pending again because it was surely not sent:
// the connection was refused, or NHSO was asked and has no code. It is not to be
// sent before that time; the time of the change stays that of the attempt.
func (s *Store) Requeue(id visit.ID, notBefore time.Time) error {
	return s.change(id, StatePending, time.Time{}, func(r *Record) { r.NotBefore = notBefore })
}

// change moves a visit to another state and edits its record, in one
// transaction. A zero time leaves ChangedAt.
func (s *Store) change(id visit.ID, to State, at time.Time, edit func(*Record)) error {
	return s.update(func(tx *bolt.Tx) error {
		r, err := s.load(tx, id)
		if err != nil {
			return err
		}
		if !r.State.mayBecome(to) {
			return &TransitionError{ID: id, From: r.State, To: to}
		}
		r.State = to
		if !at.IsZero() {
			r.ChangedAt = at
		}
		edit(&r)
		return s.store(tx, r)
	})
}
