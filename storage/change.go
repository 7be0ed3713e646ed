package storage

import (
	"errors"
	"fmt"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// Begin notes, before the request leaves, that the visit is about to be sent,
// with the attempt counted. Only after Begin has returned nil may anything be
// sent. It returns a *HeldError, too, while a desk holds another visit of the same person,
// day and claim type, unless a desk has made this one: who looked for such a hold before
// NHSO was asked may have missed it, and what the holder makes elsewhere waits for nobody. For the
// same reason it returns ErrHasCode when such another has its code, unless this one is for a further one.
func (s *Store) Begin(id visit.ID, at time.Time) error {
	return s.changeIf(id, visit.StateInflight, at, func(tx *bolt.Tx, r Record) error {
		same, _ := s.sameService(tx, r.Visit) // of one that cannot be read the outbox knows what to do
		for _, other := range same {
			switch {
			case other.Code != "" && !slices.Contains(r.Second.Besides, other.Code):
				return fmt.Errorf("send visit %s: %w", id, ErrHasCode)
			case other.Held() && r.Completes == "":
				return &HeldError{ID: other.Visit.ID, Hold: other.Hold}
			}
		}
		return nil
	}, func(r *Record) {
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
//
// One that is held takes nothing but its code, which ends the hold: NHSO has given it,
// so that nothing is left to do.
func (s *Store) change(id visit.ID, to visit.State, at time.Time, edit func(*Record)) error {
	return s.changeIf(id, to, at, func(*bolt.Tx, Record) error { return nil }, edit)
}

// changeIf is change unless may refuses it.
func (s *Store) changeIf(id visit.ID, to visit.State, at time.Time, may func(*bolt.Tx, Record) error, edit func(*Record)) error {
	return s.changing(func(tx *bolt.Tx) ([]Record, error) {
		r, err := s.load(tx, id)
		switch {
		case err != nil:
			return nil, err
		case r.Held() && to != visit.StateDone:
			return nil, &HeldError{ID: id, Hold: r.Hold}
		case !mayBecome(r.State, to):
			return nil, &TransitionError{ID: id, From: r.State, To: to}
		}
		if err := may(tx, r); err != nil {
			return nil, err
		}
		e, tell := told[to]
		if r.State == visit.StateStaff && !r.Held() {
			e.Role = RoleStaff
		}
		r.State, r.ChangedAt, r.Hold = to, at, Hold{}
		edit(&r)
		var events []Event
		if tell {
			e.Visit, e.At = id, at
			events = append(events, e)
		}
		if err := s.move(tx, &r, events...); err != nil {
			return nil, err
		}
		item, err := s.settleItem(tx, r, at)
		return append([]Record{r}, item...), err
	})
}

// changing makes a change of records that are there, and has the journal follow it,
// one change at a time: a journal that followed in another order than the database
// could have a visit as waiting that is held. It waits for the journal with nothing of
// the store held.
func (s *Store) changing(f func(tx *bolt.Tx) ([]Record, error)) error {
	s.order.Lock()
	defer s.order.Unlock()
	var after []Record
	err := s.update(func(tx *bolt.Tx) (err error) {
		after, err = f(tx)
		return err
	})
	if err != nil {
		return err
	}
	var unkept []error
	for _, r := range after {
		unkept = append(unkept, s.follow(r))
	}
	return errors.Join(unkept...)
}

// move writes a record that has another state now, with what goes with it: the number in
// the feed, and the end of a photo that proves nothing any more.
func (s *Store) move(tx *bolt.Tx, r *Record, events ...Event) (err error) {
	id := r.Visit.ID
	if r.State == visit.StateDropped && tx.Bucket(bucketPhotoKeys).Get([]byte(id)) != nil {
		if err := s.erasePhoto(tx, id, r.ChangedAt); err != nil {
			return err
		}
	}
	if r.fed() {
		if r.feed, err = tx.Bucket(bucketVisits).NextSequence(); err != nil {
			return err
		}
	}
	return s.note(tx, r, events...)
}

// note writes a record that was changed, and what the audit has to say.
func (s *Store) note(tx *bolt.Tx, r *Record, events ...Event) error {
	r.revision++
	if err := s.store(tx, *r); err != nil || len(events) == 0 {
		return err
	}
	return s.audit(tx, events...)
}

// follow brings the journal after a change that is on the disk. A journal that
// could not be written only makes a rebuilt visit look less settled than it is:
// NHSO is asked about it then, and the next Open writes the journal anew. But a hold has
// to be in it, and the error says that it is not: NHSO would be asked about a visit that is
// rebuilt without it, and then it would be sent.
func (s *Store) follow(r Record) error {
	switch {
	case r.Held():
		return s.journal.renew(r)
	case settled(r.State):
		_ = s.journal.settled(r.Visit.ID, r.State == visit.StateDropped)
	case s.journal.holds(r.Visit.ID): // it was released
		_ = s.journal.renew(r)
	case r.State == visit.StateStaff:
		_ = s.journal.staff(r)
	}
	return nil
}
