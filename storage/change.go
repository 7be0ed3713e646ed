package storage

import (
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// Begin notes, before the request leaves, that the visit is about to be sent,
// with the attempt counted. Only after Begin has returned nil may anything be
// sent.
func (s *Store) Begin(id visit.ID, at time.Time) error {
	return s.change(id, visit.StateInflight, at, func(r *Record) {
		r.Attempts++
		r.LastSent = at
		r.Denied = false
	})
}

// Deny keeps NHSO's no to the request that is in flight, with its own words, as long
// as it is not known whether NHSO has a code of the day. The visit stays in flight:
// it becomes refused, or done with a code that no request of its own has brought.
func (s *Store) Deny(id visit.ID, problem visit.Problem, message string, at time.Time) error {
	return s.change(id, visit.StateInflight, at, func(r *Record) {
		r.Problem, r.Message, r.Denied = problem, message, true
		r.answered()
	})
}

// answered counts the last request among those that surely made no code.
func (r *Record) answered() { r.Answered = min(r.Answered+1, r.Attempts) }

// Done notes the authen code that NHSO gave, also one that a look-up found before
// anything was sent. at is the time of issue; zero: NHSO did not tell it.
func (s *Store) Done(id visit.ID, code visit.AuthenCode, at time.Time) error {
	if _, err := visit.ParseAuthenCode(string(code)); err != nil {
		return fmt.Errorf("visit %s: %w", id, err)
	}
	return s.change(id, visit.StateDone, s.now(), func(r *Record) {
		r.Code, r.IssuedAt = code, at
		r.Problem, r.Message, r.Denied = visit.NoProblem, "", false
	})
}

// Refuse notes that NHSO looked at the visit and said no, with its own words.
func (s *Store) Refuse(id visit.ID, problem visit.Problem, message string, at time.Time) error {
	return s.change(id, visit.StateRefused, at, func(r *Record) {
		r.Problem, r.Message, r.Denied = problem, message, false
	})
}

// Staff makes the visit work for the desk. The words of a refusal stay.
func (s *Store) Staff(id visit.ID, problem visit.Problem, at time.Time) error {
	return s.change(id, visit.StateStaff, at, func(r *Record) { r.Problem = problem })
}

// Drop takes back a visit that was never sent, or closes one that the desk has
// settled without a code.
func (s *Store) Drop(id visit.ID, at time.Time) error {
	return s.change(id, visit.StateDropped, at, func(*Record) {})
}

// Requeue makes a visit in flight pending again because it was surely not sent:
// the connection was refused, or NHSO was asked and has no code.
func (s *Store) Requeue(id visit.ID, at time.Time) error {
	return s.change(id, visit.StatePending, at, (*Record).answered)
}

// told are the changes of state that the audit keeps, and who makes them.
var told = map[visit.State]Event{
	visit.StateDone:    {Name: "visit-done", Role: RoleSystem, Result: "ok"},
	visit.StateRefused: {Name: "visit-refused", Role: RoleSystem, Result: "refused"},
	visit.StateStaff:   {Name: "visit-to-staff", Role: RoleSystem, Result: "ok"},
	visit.StateDropped: {Name: "visit-dropped", Role: RolePatient, Result: "ok"},
}

// change moves a visit to another state and edits its record, in one
// transaction.
func (s *Store) change(id visit.ID, to visit.State, at time.Time, edit func(*Record)) error {
	var after Record
	err := s.update(func(tx *bolt.Tx) error {
		r, err := s.load(tx, id)
		if err != nil {
			return err
		}
		if !mayBecome(r.State, to) {
			return &TransitionError{ID: id, From: r.State, To: to}
		}
		if to == visit.StateDropped && tx.Bucket(bucketPhotoKeys).Get([]byte(id)) != nil {
			if err := s.erasePhoto(tx, id, at); err != nil { // it proves nothing any more
				return err
			}
		}
		e, tell := told[to]
		if r.State == visit.StateStaff {
			e.Role = RoleStaff
		}
		r.State, r.ChangedAt = to, at
		edit(&r)
		if r.fed() {
			if r.feed, err = tx.Bucket(bucketVisits).NextSequence(); err != nil {
				return err
			}
		}
		after = r
		if err := s.store(tx, r); err != nil || !tell {
			return err
		}
		e.Visit, e.At = id, at
		return s.audit(tx, e)
	})
	if err == nil {
		s.follow(after)
	}
	return err
}

// follow brings the journal after a change that is on the disk. A journal that
// could not be written only makes a rebuilt visit look less settled than it is:
// NHSO is asked about it then, and the next Open writes the journal anew.
func (s *Store) follow(r Record) {
	switch r.State {
	case visit.StateDone, visit.StateRefused, visit.StateDropped:
		_ = s.journal.settled(r.Visit.ID, r.State == visit.StateDropped)
	case visit.StateStaff:
		_ = s.journal.staff(r)
	}
}
