package storage

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

// maxHolder is how long the names of a station and of an operator may be, in characters.
const maxHolder = 40

// Hold lets somebody of a desk ("station/operator") work on a visit: when it returns nil,
// nothing is sent for the visit until they have finished it or given it back. It is on the
// disk then, in the journal too. Who holds a visit already is told that it is theirs.
//
// It returns ErrInFlight when a request for the visit, or for another of the same person, day
// and claim type, may be at work at NHSO, a *HeldError when somebody
// else holds the visit, or anybody such another, and a *TransitionError for one that is done or closed. After any
// other error the visit may be held all the same, and the same call finds out.
func (s *Store) Hold(id visit.ID, by string, at time.Time) error {
	if err := checkHolder(by); err != nil {
		return err
	}
	return s.changing(func(tx *bolt.Tx) ([]Record, error) {
		r, err := s.load(tx, id)
		switch {
		case err != nil:
			return nil, err
		case r.Hold.By == by: // the journal may be without it
			return []Record{r}, nil
		case r.Held():
			return nil, &HeldError{ID: id, Hold: r.Hold}
		}
		switch {
		case r.State == visit.StateDone, r.State == visit.StateDropped:
			return nil, &TransitionError{ID: id, From: r.State, To: visit.StateStaff}
		case r.mayBeAtWork():
			return nil, fmt.Errorf("hold visit %s: %w", id, ErrInFlight)
		}
		r.Hold = Hold{By: by, At: at, From: r.State}
		if r.State != visit.StateStaff {
			r.State, r.ChangedAt = visit.StateStaff, at
		}
		if err := s.quiet(tx, r); err != nil {
			return nil, fmt.Errorf("hold visit %s: %w", id, err)
		}
		data, err := encode(r)
		if err == nil {
			err = s.journal.reserve(data) // so that a full disk refuses all of it
		}
		if err != nil {
			return nil, fmt.Errorf("hold visit %s: %w", id, err)
		}
		return []Record{r}, s.note(tx, &r, s.atDesk(r, "visit-held", "ok", by, at))
	})
}

// quiet refuses to let a desk begin while a request for another visit of the same person, day
// and claim type may be at work, or a desk works on one: NHSO makes a code for each. The visit
// that the desk makes may be another machine's, which knows nothing of that. When the
// other one has its code, this one is settled with it.
func (s *Store) quiet(tx *bolt.Tx, r Record) error {
	same, err := s.sameService(tx, r.Visit)
	if err != nil {
		return err
	}
	for _, other := range same {
		switch {
		case other.Held():
			return &HeldError{ID: other.Visit.ID, Hold: other.Hold}
		case other.mayBeAtWork(), other.State == visit.StatePending && other.Completes != "":
			return ErrInFlight // what a desk has made is sent whoever holds another
		}
	}
	return nil
}

// sameService returns the other visits of the same person, day and claim type, together
// with an error for those that cannot be read.
func (s *Store) sameService(tx *bolt.Tx, v visit.Visit) (same []Record, unread error) {
	if v.PID.IsZero() {
		return nil, nil // of one whom nobody knows there is no other
	}
	for _, id := range s.index.ofPerson(s.ring.personKey(v.PID), v.ServiceDate) {
		other, err := s.load(tx, id)
		switch {
		case err != nil:
			unread = errors.Join(unread, err)
		case id != v.ID && other.Visit.PID == v.PID && other.Visit.ClaimType.Code == v.ClaimType.Code:
			same = append(same, other)
		}
	}
	return same, unread
}

// Answer is what NHSO says when it is asked for the code of a visit.
type Answer struct {
	At     time.Time        // of the answer
	Code   visit.AuthenCode // empty: there is none
	Issued time.Time        // of the code; zero: NHSO did not tell it

	// Of is the hold as it stood before NHSO was asked, which needs no clock: one may have
	// been set back since the hold. Zero: At tells whether NHSO was asked since.
	Of Hold
	// Doubtful says that the clock of At may be wrong: no day is over by it.
	Doubtful bool
}

// since reports whether NHSO was asked since a visit is held as it is.
func (a Answer) since(h Hold) bool {
	if a.Of != (Hold{}) {
		return h.same(a.Of)
	}
	return a.At.After(h.At)
}

// Release gives a visit back that holder holds; by is who does it, the holder or somebody
// who may release what others hold. NHSO must have been asked since the visit is held:
// without a code it stands where it stood before, and what waited is sent again. With one
// it is done.
//
// It returns ErrNotHeld, a *HeldError when another than holder holds it, ErrNotAsked, and
// ErrInFlight as long as the visit that was made for it is on its way. Of one on another
// machine that has never told its end, nothing can be on its way an hour after its day: from
// then on the item can be released to the list of the staff.
func (s *Store) Release(id visit.ID, holder, by string, a Answer, at time.Time) error {
	if err := checkHolder(by); err != nil {
		return err
	}
	if a.Code != "" {
		if _, err := visit.ParseAuthenCode(string(a.Code)); err != nil {
			return fmt.Errorf("release visit %s: %w", id, err)
		}
	}
	return s.changing(func(tx *bolt.Tx) ([]Record, error) {
		r, err := s.load(tx, id)
		if err != nil {
			return nil, err
		}
		asked := a.since(r.Hold)
		if r.Hold.lost(a.At) && !a.Doubtful {
			r.Hold.Away, r.Hold.From = visit.Date{}, visit.StateStaff
		}
		if err := s.mayFinish(tx, r, holder); err != nil {
			return nil, err
		}
		if !asked {
			return nil, fmt.Errorf("release visit %s: %w", id, ErrNotAsked)
		}
		if a.Code != "" {
			return s.end(tx, r, visit.StateDone, at, by, Event{Name: "visit-done", Result: "found"}, func(r *Record) {
				r.Code, r.IssuedAt = a.Code, a.Issued
				r.Problem, r.Message, r.Denied = visit.NoProblem, "", false
			})
		}
		past, err := s.dropMade(tx, r, at)
		if err != nil {
			return nil, err
		}
		if r.State != r.Hold.From {
			r.State, r.ChangedAt = r.Hold.From, at
		}
		r.Hold = Hold{}
		return append(past, r), s.note(tx, &r, s.atDesk(r, "visit-released", "ok", by, at))
	})
}

// Settle ends a visit that by holds with a code: that of another visit, which the desk has
// made for it elsewhere (settledBy), or one that NHSO has confirmed.
func (s *Store) Settle(id visit.ID, by string, code visit.AuthenCode, issued time.Time, settledBy visit.ID, at time.Time) error {
	if _, err := visit.ParseAuthenCode(string(code)); err != nil {
		return fmt.Errorf("settle visit %s: %w", id, err)
	}
	if settledBy != "" {
		if _, err := visit.ParseID(string(settledBy)); err != nil || settledBy == id {
			return fmt.Errorf("settle visit %s by %s: %w", id, settledBy, visit.ErrID)
		}
	}
	return s.finish(id, by, func(tx *bolt.Tx, r Record) ([]Record, error) {
		return s.end(tx, r, visit.StateDone, at, by, Event{Name: "visit-done", Result: "settled"}, func(r *Record) {
			r.Code, r.IssuedAt, r.SettledBy = code, issued, settledBy
			r.Problem, r.Message, r.Denied = visit.NoProblem, "", false
		})
	})
}

// GiveUp ends a visit that by holds without a code.
func (s *Store) GiveUp(id visit.ID, by string, why desk.Reason, at time.Time) error {
	if _, err := desk.ParseReason(string(why)); err != nil {
		return fmt.Errorf("give visit %s up: %w", id, err)
	}
	return s.finish(id, by, func(tx *bolt.Tx, r Record) ([]Record, error) {
		return s.end(tx, r, visit.StateDropped, at, by, Event{Name: "visit-given-up", Result: string(why)}, func(r *Record) { r.Closed = why })
	})
}

// Reopen brings a visit that a desk has given up back to the list of work. It is never
// sent again. What a patient has taken back stays so, and so does what was made for an item of
// another machine, which has been told that this came to nothing, or for an item that may go on
// without it, see dropMade: a *TransitionError.
func (s *Store) Reopen(id visit.ID, by string, at time.Time) error {
	if err := checkHolder(by); err != nil {
		return err
	}
	return s.changing(func(tx *bolt.Tx) ([]Record, error) {
		r, err := s.load(tx, id)
		switch {
		case err != nil:
			return nil, err
		case r.State != visit.StateDropped || r.Closed == "" || s.isOfOtherService(tx, r):
			return nil, &TransitionError{ID: id, From: r.State, To: visit.StateStaff}
		}
		r.State, r.ChangedAt, r.Closed, r.ClosedBy = visit.StateStaff, at, "", ""
		return []Record{r}, s.move(tx, &r, s.atDesk(r, "visit-reopened", "ok", by, at))
	})
}

// finish changes a visit that holder holds, and for which nothing is on its way.
func (s *Store) finish(id visit.ID, holder string, f func(*bolt.Tx, Record) ([]Record, error)) error {
	return s.changing(func(tx *bolt.Tx) ([]Record, error) {
		r, err := s.load(tx, id)
		if err == nil {
			err = s.mayFinish(tx, r, holder)
		}
		if err != nil {
			return nil, err
		}
		return f(tx, r)
	})
}

func (s *Store) mayFinish(tx *bolt.Tx, r Record, holder string) error {
	id := r.Visit.ID
	switch {
	case !r.Held():
		return fmt.Errorf("visit %s: %w", id, ErrNotHeld)
	case r.Hold.By != holder:
		return &HeldError{ID: id, Hold: r.Hold}
	case r.Hold.isAway():
		return fmt.Errorf("visit %s, made for %s on another machine: %w", r.Hold.Completion, id, ErrInFlight)
	case r.Hold.Completion == "":
		return nil
	}
	made, err := s.load(tx, r.Hold.Completion)
	switch {
	case errors.Is(err, ErrNotFound): // it was not saved in the end
		return nil
	case err == nil && (made.State.Unsettled() || made.Held()): // given back, it may be sent
		return fmt.Errorf("visit %s, made for %s: %w", made.Visit.ID, id, ErrInFlight)
	}
	return err
}

// end ends a visit that is held, and with its code the item for which it was made.
func (s *Store) end(tx *bolt.Tx, r Record, to visit.State, at time.Time, by string, e Event, edit func(*Record)) ([]Record, error) {
	past, err := s.dropMade(tx, r, at)
	if err != nil {
		return nil, err
	}
	r.State, r.ChangedAt, r.Hold, r.ClosedBy = to, at, Hold{}, by
	edit(&r)
	if err := s.move(tx, &r, s.atDesk(r, e.Name, e.Result, by, at)); err != nil {
		return nil, err
	}
	item, err := s.settleItem(tx, r, at)
	return slices.Concat(past, []Record{r}, item), err
}

// atDesk is what the audit keeps of a step of the desk. Whoever took it is named by a
// handle: the audit outlives the records, in which the name stands.
func (s *Store) atDesk(r Record, name, result, by string, at time.Time) Event {
	return Event{Name: name, Role: RoleStaff, Result: result, Visit: r.Visit.ID, Handle: s.OperatorHandle(by), At: at}
}

// OperatorHandle names an operator of a station in the audit.
func (s *Store) OperatorHandle(by string) string { return s.ring.nameHandle("operator " + by) }

// checkHolder accepts "station/operator": two names of letters, digits and what stands
// between them.
func checkHolder(by string) error {
	station, operator, ok := strings.Cut(by, "/")
	for _, name := range []string{station, operator} {
		odd := strings.ContainsFunc(name, func(r rune) bool {
			return r == utf8.RuneError || r == '/' || !unicode.IsPrint(r)
		})
		if !ok || odd || strings.TrimSpace(name) != name || name == "" || utf8.RuneCountInString(name) > maxHolder {
			return ErrHolder
		}
	}
	return nil
}

// fits refuses a hold that no program of ours has written: one on a visit that could be
// sent, or from nowhere.
func (h Hold) fits(state visit.State) error {
	if h == (Hold{}) {
		return nil
	}
	known := h.From == visit.StatePending || h.From == visit.StateRefused || h.From == visit.StateStaff ||
		h.From == visit.StateInflight // in a store that was restored, see Restore
	if state != visit.StateStaff || !known || h.By == "" || h.isAway() && h.Completion == "" {
		return errors.New("its hold makes no sense")
	}
	return nil
}

// same compares by value; times by moment.
func (h Hold) same(other Hold) bool {
	if !h.At.Equal(other.At) {
		return false
	}
	h.At = other.At
	return h == other
}
