package storage

import (
	"errors"
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
	var pending *entry
	err := s.update(func(tx *bolt.Tx) (err error) {
		if tx.Bucket(bucketVisits).Get([]byte(v.ID)) != nil {
			return fmt.Errorf("save visit %s: %w", v.ID, ErrExists)
		}
		r := Record{Visit: v, State: StatePending, SavedAt: at, ChangedAt: at}
		if err := s.insert(tx, &r); err != nil {
			return err
		}
		if err := s.audit(tx, Event{Name: "visit-saved", Role: RolePatient, Result: "ok", Visit: v.ID, At: at}); err != nil {
			return err
		}
		data, err := encode(r)
		if err != nil {
			return err
		}
		pending, err = s.journal.append(v.ID, data) // last: from here on the disk is at work
		return err
	})
	if pending == nil {
		return err
	}
	committed := err
	if err = pending.finish(committed); err != nil && committed == nil {
		err = errors.Join(err, s.unsave(v.ID)) // what is not in both places is not saved
	}
	return err
}

// insert writes a record that is new, with the next seq.
func (s *Store) insert(tx *bolt.Tx, r *Record) (err error) {
	if r.seq, err = tx.Bucket(bucketVisits).NextSequence(); err != nil {
		return err
	}
	person := append(s.ring.person(r.Visit.PID), seqKey(r.seq)...)
	if err := tx.Bucket(bucketPersons).Put(person, []byte(r.Visit.ID)); err != nil {
		return err
	}
	return s.store(tx, *r)
}

// unsave takes back a visit whose journal entry did not reach the disk.
func (s *Store) unsave(id visit.ID) error {
	return s.update(func(tx *bolt.Tx) error {
		r, err := s.load(tx, id)
		if err != nil {
			return err
		}
		if err := s.remove(tx, r); err != nil {
			return err
		}
		return s.audit(tx, Event{Name: "visit-saved", Role: RoleSystem, Result: "taken-back", Visit: id})
	})
}

// remove deletes a record and its indexes.
func (s *Store) remove(tx *bolt.Tx, r Record) error {
	id := []byte(r.Visit.ID)
	return errors.Join(
		tx.Bucket(bucketVisits).Delete(id),
		tx.Bucket(bucketUnsettled).Delete(seqKey(r.seq)), tx.Bucket(bucketStaff).Delete(seqKey(r.seq)),
		tx.Bucket(bucketDays).Delete(dayKey(r.Visit.ServiceDate, r.seq)),
		tx.Bucket(bucketPersons).Delete(append(s.ring.person(r.Visit.PID), seqKey(r.seq)...)),
	)
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

// told are the changes of state that the audit keeps, and who makes them.
var told = map[State]Event{
	StateDone:    {Name: "visit-done", Role: RoleSystem, Result: "ok"},
	StateRefused: {Name: "visit-refused", Role: RoleSystem, Result: "refused"},
	StateStaff:   {Name: "visit-to-staff", Role: RoleSystem, Result: "ok"},
	StateDropped: {Name: "visit-dropped", Role: RolePatient, Result: "ok"},
}

// change moves a visit to another state and edits its record, in one
// transaction. A zero time leaves ChangedAt.
func (s *Store) change(id visit.ID, to State, at time.Time, edit func(*Record)) error {
	var after Record
	err := s.update(func(tx *bolt.Tx) error {
		r, err := s.load(tx, id)
		if err != nil {
			return err
		}
		if !r.State.mayBecome(to) {
			return &TransitionError{ID: id, From: r.State, To: to}
		}
		e, tell := told[to]
		if r.State == StateStaff {
			e.Role = RoleStaff
		}
		r.State = to
		if !at.IsZero() {
			r.ChangedAt = at
		}
		edit(&r)
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
	case StateDone, StateRefused, StateDropped:
		_ = s.journal.settled(r.Visit.ID, r.State == StateDropped)
	case StateStaff:
		_ = s.journal.staff(r)
	}
}
