package storage

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// Complete saves a visit that by has made for an item that they hold: it is sent like every
// other, and its code ends the item, too. With a photo both are there or neither, as
// with SaveWithPhoto. An item that is not in this store belongs to another machine,
// which is told by whoever has completed it.
func (s *Store) Complete(item visit.ID, by string, v visit.Visit, jpeg []byte, at time.Time) error {
	if err := checkHolder(by); err != nil {
		return err
	}
	if _, err := visit.ParseID(string(item)); err != nil || item == v.ID {
		return fmt.Errorf("complete visit %s: %w", item, visit.ErrID)
	}
	r := fresh(v, at)
	r.Completes = item
	if held, err := s.Visit(item); err == nil {
		r.Second = held.Second // the first code is none of either
	}
	photo, err := s.sealIfAny(v.ID, jpeg)
	if err != nil {
		return err
	}
	s.order.Lock()
	defer s.order.Unlock()
	before, notHere := s.Visit(item)
	if err := s.save(r, photo, by); err != nil || notHere != nil {
		return err
	}
	if held, err := s.Visit(item); err == nil {
		_ = s.follow(held) // the journal has the hold already
	}
	if past, err := s.Visit(before.Hold.Completion); err == nil && past.State == visit.StateDropped {
		_ = s.follow(past) // see dropMade
	}
	return nil
}

// sealIfAny seals the photo of a visit that may have none.
func (s *Store) sealIfAny(id visit.ID, jpeg []byte) (*sealedPhoto, error) {
	if jpeg == nil {
		return nil, nil
	}
	p, err := s.sealPhoto(id, jpeg)
	if err != nil {
		return nil, fmt.Errorf("save visit %s: %w", id, err)
	}
	return &p, nil
}

// completing notes in the transaction that saves a visit which item that is for.
func (s *Store) completing(tx *bolt.Tx, r Record, by string) error {
	if r.Completes == "" {
		return nil
	}
	item, err := s.load(tx, r.Completes)
	if errors.Is(err, ErrNotFound) {
		return s.quiet(tx, r)
	}
	if err == nil {
		err = s.mayFinish(tx, item, by)
	}
	if err == nil && item.Opened.By != "" {
		err = s.quiet(tx, r) // any other item was looked at when it was taken
	}
	if err != nil {
		return err
	}
	if _, err := s.dropMade(tx, item, r.SavedAt); err != nil {
		return err
	}
	item.Hold.Completion = r.Visit.ID
	return s.note(tx, &item, s.atDesk(item, "visit-completed", "begun", by, r.SavedAt))
}

// settleItem ends the item for which a visit was made that has its code now.
func (s *Store) settleItem(tx *bolt.Tx, by Record, at time.Time) ([]Record, error) {
	if by.State != visit.StateDone || by.Completes == "" {
		return nil, nil
	}
	item, err := s.load(tx, by.Completes)
	if errors.Is(err, ErrNotFound) || err == nil && item.Hold.Completion != by.Visit.ID {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return s.settleBy(tx, item, by.Visit.ID, Answer{Code: by.Code, Issued: by.IssuedAt}, at)
}

// settleBy ends an item with the code of the visit that was made for it.
func (s *Store) settleBy(tx *bolt.Tx, item Record, made visit.ID, a Answer, at time.Time) ([]Record, error) {
	return s.end(tx, item, visit.StateDone, at, item.Hold.By, Event{Name: "visit-done", Result: "completed"}, func(r *Record) {
		r.Code, r.IssuedAt, r.SettledBy = a.Code, a.Issued, made
		r.Problem, r.Message, r.Denied = visit.NoProblem, "", false
	})
}

// CompleteAway notes on an item that by holds that they complete it with a visit on their own
// machine: before that is saved there. When it returns nil, nothing but the end of that visit,
// its code or AwayEnded, ends the hold, whatever becomes of the machine (but see Release).
// The same visit may be told again. It returns a *TransitionError for a visit for a second code:
// close that, and have the other machine make one. So it does when another visit here has a code of
// that service: the other machine does not know it, and NHSO may not show it yet.
func (s *Store) CompleteAway(item visit.ID, by string, made visit.ID, at time.Time) error {
	if _, err := visit.ParseID(string(made)); err != nil || item == made {
		return fmt.Errorf("complete visit %s: %w", item, visit.ErrID)
	}
	return s.changing(func(tx *bolt.Tx) ([]Record, error) {
		r, err := s.load(tx, item)
		switch {
		case err != nil:
			return nil, err
		case r.Hold.By == by && r.Hold.isAway() && r.Hold.Completion == made: // the journal may be without it
			return []Record{r}, nil
		}
		if err := s.mayFinish(tx, r, by); err != nil {
			return nil, err
		}
		if r.Second.Of != "" { // the other machine does not know which codes are none of it
			return nil, &TransitionError{ID: item, From: r.State, To: visit.StateDone}
		}
		if err := s.quiet(tx, r); err != nil { // a store that was rebuilt or restored has holds beside requests
			return nil, fmt.Errorf("complete visit %s: %w", item, err)
		}
		if s.hasCode(tx, r.Visit) {
			return nil, &TransitionError{ID: item, From: r.State, To: visit.StateDone}
		}
		past, err := s.dropMade(tx, r, at)
		if err != nil {
			return nil, err
		}
		// Shortly before midnight that visit may be of the next day by the other clock.
		r.Hold.Completion, r.Hold.Away = made, visit.ServiceDateOf(at.Add(lostAfter))
		return append(past, r), s.note(tx, &r, s.atDesk(r, "visit-completed", "begun", by, at))
	})
}

// hasCode reports whether another visit of the same person, day and claim type has its code.
func (s *Store) hasCode(tx *bolt.Tx, v visit.Visit) bool {
	same, _ := s.sameService(tx, v)
	return slices.ContainsFunc(same, func(r Record) bool { return r.Code != "" })
}

// AwayEnded notes what became of the visit that a station has made for an item: it has a code,
// which ends the item, or it has none, and nothing is sent for it any more. Then the item
// is held from now on as if it were taken now. Told again, it changes nothing. It returns a *TransitionError for a code
// of a visit that does not complete the item, or not any more.
func (s *Store) AwayEnded(item visit.ID, station string, made visit.ID, a Answer, at time.Time) error {
	if _, err := visit.ParseAuthenCode(string(a.Code)); err != nil && a.Code != "" {
		return fmt.Errorf("complete visit %s: %w", item, err)
	}
	return s.changing(func(tx *bolt.Tx) ([]Record, error) {
		r, err := s.load(tx, item)
		switch {
		case err != nil:
			return nil, err
		case !r.Hold.isAway() || r.Hold.Completion != made:
			if a.Code == "" || r.SettledBy == made && r.Code == a.Code {
				return nil, nil
			}
			return nil, &TransitionError{ID: item, From: r.State, To: visit.StateDone}
		case r.Hold.station() != station:
			return nil, &HeldError{ID: item, Hold: r.Hold}
		case a.Code != "":
			return s.settleBy(tx, r, made, a, at)
		}
		r.Hold.Completion, r.Hold.Away, r.Hold.At = "", visit.Date{}, at // what NHSO said before is no answer
		return []Record{r}, s.note(tx, &r, s.atDesk(r, "visit-completed", "ended", r.Hold.By, at))
	})
}

// Away returns the items for which a station makes a visit of which it has not told the end.
func (s *Store) Away(station string) ([]Record, error) {
	return s.list(s.index.open(true), func(r Record) bool { return r.Hold.isAway() && r.Hold.station() == station })
}

// GiveBack ends a visit without a code that was made here for an item of another machine,
// and that NHSO refused or that cannot be sent: the item is the work. It can never be brought
// back. It returns a *TransitionError for any other visit, and nil for one that was
// dropped before.
func (s *Store) GiveBack(made visit.ID, at time.Time) error {
	return s.changing(func(tx *bolt.Tx) ([]Record, error) {
		r, err := s.load(tx, made)
		switch {
		case err != nil:
			return nil, err
		case r.State == visit.StateDropped:
			return nil, nil
		case r.Held(), r.State != visit.StateRefused && r.State != visit.StateStaff, !s.isForAnother(tx, r):
			return nil, &TransitionError{ID: made, From: r.State, To: visit.StateDropped}
		}
		return s.giveBack(tx, r, at)
	})
}

// giveBack drops what was made for an item and came to nothing.
func (s *Store) giveBack(tx *bolt.Tx, made Record, at time.Time) ([]Record, error) {
	made.State, made.ChangedAt = visit.StateDropped, at
	err := s.move(tx, &made, Event{Name: "visit-dropped", Role: RoleSystem, Result: "given-back", Visit: made.Visit.ID, At: at})
	return []Record{made}, err
}

// dropMade ends what was made here for an item and came to nothing, when the hold of the item ends
// or it is completed by another visit. When it is of another person, claim type or day than
// the item, no look-up keeps both from getting a code: it is dropped for good, as on
// another machine. After its own day it stays: nothing makes a code for it any more, but
// NHSO can still be asked.
func (s *Store) dropMade(tx *bolt.Tx, item Record, at time.Time) ([]Record, error) {
	if item.Hold.Completion == "" {
		return nil, nil
	}
	made, err := s.load(tx, item.Hold.Completion)
	switch {
	case errors.Is(err, ErrNotFound): // another machine's, or it was not saved in the end
		return nil, nil
	case err != nil:
		return nil, err
	case made.Held(), made.State != visit.StateRefused && made.State != visit.StateStaff:
		return nil, nil
	case made.Visit.ServiceDate.Before(visit.ServiceDateOf(at)), !s.isOfOtherService(tx, made):
		return nil, nil
	}
	return s.giveBack(tx, made, at)
}

// isOfOtherService reports whether a visit is of another person, claim type or day than the
// item for which it was made, or than that for which that one was made. An item of another machine
// counts as such: a look-up there may come before the code.
func (s *Store) isOfOtherService(tx *bolt.Tx, made Record) bool {
	for v, r := made.Visit, made; r.Completes != ""; {
		item, err := s.load(tx, r.Completes)
		if err != nil {
			return errors.Is(err, ErrNotFound)
		}
		if o := item.Visit; o.PID != v.PID || o.ClaimType.Code != v.ClaimType.Code || o.ServiceDate != v.ServiceDate {
			return true
		}
		r = item
	}
	return false
}

// isForAnother reports whether a visit was made for an item of another machine.
func (s *Store) isForAnother(tx *bolt.Tx, r Record) bool {
	if r.Completes == "" {
		return false
	}
	_, err := s.load(tx, r.Completes)
	return errors.Is(err, ErrNotFound)
}

// lostAfter is how long after its day a visit on another machine may still be at work: longer
// than a request takes, and than two clocks differ by which visits are taken.
const lostAfter = time.Hour

func (h Hold) isAway() bool { return !h.Away.IsZero() }

// lost reports whether a visit on another machine can have nothing on its way any more.
func (h Hold) lost(at time.Time) bool {
	return h.isAway() && at.After(h.Away.Next().Midnight().Add(lostAfter))
}

// station is that of the holder.
func (h Hold) station() string {
	station, _, _ := strings.Cut(h.By, "/")
	return station
}
