package storage

import (
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

// Second says that a desk has a visit sent for a person who has a code of that day.
type Second struct {
	Of      visit.ID           // the visit that has the first code; empty: this is no second one
	Why     desk.SecondReason  //
	By      string             // "station/operator"
	Besides []visit.AuthenCode // of the same claim type, before this visit: none of them is its own
}

// Void says that a code is not to be used. NHSO has it all the same: there is no way to take
// one back.
type Void struct {
	By  string // "station/operator"; empty: it is good
	At  time.Time
	Why desk.VoidReason
}

// SaveSecond is Save, or SaveWithPhoto, for a second code.
func (s *Store) SaveSecond(v visit.Visit, second Second, jpeg []byte, at time.Time) error {
	if err := checkHolder(second.By); err != nil {
		return err
	}
	_, badReason := desk.ParseSecondReason(string(second.Why))
	if _, err := visit.ParseID(string(second.Of)); err != nil || badReason != nil || second.Of == v.ID {
		return fmt.Errorf("save visit %s as the second of %s: %w", v.ID, second.Of, visit.ErrID)
	}
	r := fresh(v, at)
	r.Second = second
	photo, err := s.sealIfAny(v.ID, jpeg)
	if err != nil {
		return err
	}
	return s.save(r, photo, second.By)
}

// Void marks the code of a visit that is done. The first mark stays.
func (s *Store) Void(id visit.ID, by string, why desk.VoidReason, at time.Time) error {
	if _, err := desk.ParseVoidReason(string(why)); err != nil {
		return fmt.Errorf("void the code of visit %s: %w", id, err)
	}
	return s.changeDone(id, by, func(tx *bolt.Tx, r *Record) error {
		if r.Void.By != "" {
			return nil
		}
		r.Void = Void{By: by, At: at, Why: why}
		return s.note(tx, r, s.atDesk(*r, "code-void", string(why), by, at))
	})
}

// Reprint counts that the slip of a visit that is done is printed again, and returns how
// often that was.
func (s *Store) Reprint(id visit.ID, by string, at time.Time) (n int, err error) {
	err = s.changeDone(id, by, func(tx *bolt.Tx, r *Record) error {
		r.Reprints++
		n = r.Reprints
		return s.note(tx, r, s.atDesk(*r, "slip-reprinted", "ok", by, at))
	})
	return n, err
}

// changeDone changes a visit that has its code, which stays as it is.
func (s *Store) changeDone(id visit.ID, by string, f func(*bolt.Tx, *Record) error) error {
	if err := checkHolder(by); err != nil {
		return err
	}
	return s.changing(func(tx *bolt.Tx) ([]Record, error) {
		r, err := s.load(tx, id)
		switch {
		case err != nil:
			return nil, err
		case r.State != visit.StateDone:
			return nil, &TransitionError{ID: id, From: r.State, To: visit.StateDone}
		}
		return nil, f(tx, &r)
	})
}
