package storage

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// Erased counts what an erasure took away.
type Erased struct {
	Visits int // records with personal data
	Photos int
	Keys   int // monthly data keys that no record uses any more
	Jobs   int // print jobs of days that are over
	Kept   int // visits that are not settled, and so stay until they are

	Waiting int // visits that stay because a receiver has not got them yet
	Unsent  int // visits that a receiver never got

	Unclosed int // of Visits: work for the desk that nobody has closed, refusals among it
}

// Keep says how long data stay, in days after the service date.
type Keep struct {
	Days      int // settled visits, and after they were settled
	PhotoDays int // photos, after they were taken
	StaffDays int // work for the desk that nobody has closed, refusals among it, and after it became that

	// Confirmed says that somebody who knows better than this machine has borne out
	// the clock. Without it at most UnconfirmedDays are erased at once.
	Confirmed bool

	// Delivered is the number in the feed up to which every receiver has the visits;
	// those above it stay for undeliveredDays. Everything: math.MaxUint64.
	Delivered uint64
}

// UnconfirmedDays is by how many days what is erased may move on in one run of Expire
// when nobody has confirmed the clock: a long weekend. A clock that is a month ahead
// would take everything.
const UnconfirmedDays = 3

// UnconfirmedError says that Expire has erased nothing, because the clock is much
// further than at the last run and nobody has confirmed it.
type UnconfirmedError struct{ Last, Today visit.Date }

// Error implements error.
func (e *UnconfirmedError) Error() string {
	return fmt.Sprintf("nothing is erased: by this clock it is %s, the last time it was %s, and nobody has confirmed that", e.Today, e.Last)
}

// undeliveredDays is how long settled visits wait for a receiver that takes nothing,
// after their day and after they were settled, and items for the end of what another machine
// makes for them.
const undeliveredDays = 7

// Any reports whether something was erased, so that Compact is worth its time.
func (e Erased) Any() bool { return e.Visits+e.Photos+e.Keys+e.Jobs > 0 }

// PastVisit is what stays of an erased visit, for statistics and questions about
// a code.
type PastVisit struct {
	ID          visit.ID
	ServiceDate visit.Date
	MaskedPID   string // empty when the person asked for the erasure, and of work for the desk
	State       visit.State
	Code        visit.AuthenCode
	SavedAt     time.Time
	ChangedAt   time.Time
	HCode       string        // the unit; empty for one that an older program erased
	Problem     visit.Problem // of work for the desk that nobody has closed, a refusal among it
}

// Unclosed reports whether it was work for the desk that nobody has closed.
func (p PastVisit) Unclosed() bool { return nobodyClosed(p.State) }

// storedPast is a PastVisit as it is written.
type storedPast struct {
	Date    string      `json:"date"`
	PID     string      `json:"pid,omitempty"`
	State   visit.State `json:"state"`
	Code    string      `json:"code,omitempty"`
	Saved   time.Time   `json:"saved"`
	Changed time.Time   `json:"changed"`
	HCode   string      `json:"hcode,omitempty"`
	Problem string      `json:"problem,omitempty"`
}

// quarantineDays is how long a damaged file is kept at least, for those who want
// to look into it.
const quarantineDays = 30

// Expire erases what is older than allowed: first photos, then visits with their
// photos, settled ones and work for the desk each after their days. Other visits,
// and their photos, stay. Print jobs of days before today are dropped. Data keys
// without a record are deleted. Records that cannot be read stay and are named by
// the error. It is made for the start and every night; Compact then removes what the
// freed pages still hold. Damaged files that were put aside are deleted after
// keep.Days days, 30 at least. A clock that is too far to be believed without being
// confirmed gives an *UnconfirmedError, and nothing is erased.
func (s *Store) Expire(now time.Time, keep Keep) (Erased, error) {
	var done Erased
	var bad []error
	today := visit.ServiceDateOf(now)
	err := s.update(func(tx *bolt.Tx) (err error) {
		done, bad = Erased{}, nil
		if err := s.moveOn(tx, today, keep.Confirmed); err != nil {
			return err
		}
		if err := s.expirePhotos(tx, daysBefore(today, keep.PhotoDays), now, &done); err != nil {
			return err
		}
		aside := undeliveredOf(tx)
		for _, id := range slices.Concat(s.index.before(daysBefore(today, min(keep.Days, keep.StaffDays))), s.index.after(today)) {
			r, err := s.load(tx, id)
			if err != nil {
				bad = append(bad, err)
				continue
			}
			if !keep.over(r, today, aside[id], &done) {
				continue
			}
			if err := s.erase(tx, r, true, "visit-expired", now, &done); err != nil {
				return err
			}
		}
		if done.Jobs, err = s.dropJobs(tx, func(j PrintJob) bool {
			return visit.ServiceDateOf(j.CreatedAt).Before(today)
		}); err != nil {
			return err
		}
		return s.dropKeys(tx, now, &done)
	})
	if err == nil {
		s.dropQuarantine(now, keep.Days)
	}
	return done, errors.Join(append(bad, err, s.afterErasure(done))...)
}

// moveOn notes the day by which is erased, and refuses one that is too far.
func (s *Store) moveOn(tx *bolt.Tx, today visit.Date, confirmed bool) error {
	meta := tx.Bucket(bucketMeta)
	last, err := visit.ParseDate(string(meta.Get(keyExpired)))
	if err != nil { // it never ran: what is here has not been judged by any clock
		if last = s.index.oldest(); last.IsZero() {
			last = today
		}
	}
	if !confirmed && daysBefore(today, UnconfirmedDays).Midnight().After(last.Midnight()) {
		return &UnconfirmedError{last, today}
	}
	if !confirmed && today.Before(last) {
		return nil // what is noted stays: the clock may be right again tomorrow
	}
	return meta.Put(keyExpired, []byte(today.String()))
}

// over reports whether the time of a visit is over, and counts what stays.
func (k Keep) over(r Record, today visit.Date, setAside bool, done *Erased) bool {
	// The day of a visit that a clock made which was ahead may never come: the desk has settled it since.
	day, changed := r.Visit.ServiceDate, visit.ServiceDateOf(r.ChangedAt)
	if today.Before(day) && !today.Before(changed) {
		day = changed
	}
	older := func(days int) bool { return day.Before(daysBefore(today, days)) }
	// Counted from the last change, as well: the date of a visit that a wrong clock made
	// may be years ago, and the desk may settle one weeks after its day.
	quiet := func(days int) bool {
		return older(days) && changed.Before(daysBefore(today, days))
	}
	// A day to come was noted by a clock that was wrong: nothing is kept for it.
	misdated := r.Closed == "" && today.Before(changed)
	waits := r.feed > k.Delivered || setAside
	switch {
	case r.State == visit.StateStaff:
		return quiet(k.StaffDays) && (!r.Hold.isAway() || quiet(undeliveredDays))
	case !settled(r.State):
		done.Kept++
		return false
	case r.State == visit.StateRefused && !quiet(k.StaffDays), !older(k.Days), !misdated && !quiet(k.Days):
		return false
	case waits && quiet(undeliveredDays):
		done.Unsent++
	case waits:
		done.Waiting++
		return false
	}
	return true
}

// dropQuarantine deletes damaged files that were put aside long ago.
func (s *Store) dropQuarantine(now time.Time, keepDays int) {
	prefix := filepath.Join(s.dir, fileName+quarantineMark)
	names, _ := filepath.Glob(prefix + "*")
	for _, name := range names {
		day, _, _ := strings.Cut(strings.TrimPrefix(name, prefix), "Z")
		at, err := time.Parse(quarantineTime, day+"Z")
		if err == nil && now.Sub(at) > time.Duration(max(keepDays, quarantineDays))*24*time.Hour {
			_ = os.Remove(name) // it is tried again the next night
		}
	}
}

// ErasePerson erases every visit of a person with its photo, at the person's
// request, and leaves nothing of the PID. Visits on their way to NHSO, and work of
// today for the desk, are counted as Kept: they are erased when asked again later.
// Records that cannot be read stay and are named by the error.
func (s *Store) ErasePerson(pid visit.PID) (Erased, error) {
	var done Erased
	var bad []error
	if pid.IsZero() {
		return done, nil
	}
	now := s.now()
	err := s.update(func(tx *bolt.Tx) error {
		done, bad = Erased{}, nil
		for _, id := range s.index.ofPerson(s.ring.personKey(pid), visit.Date{}) {
			r, err := s.load(tx, id)
			if err != nil {
				bad = append(bad, err)
				continue
			}
			if !settled(r.State) && (r.State != visit.StateStaff || !r.Visit.ServiceDate.Before(visit.ServiceDateOf(now))) {
				done.Kept++
				continue
			}
			if err := s.erase(tx, r, false, "visit-erased", now, &done); err != nil {
				return err
			}
		}
		if err := s.dropKeys(tx, now, &done); err != nil {
			return err
		}
		return s.audit(tx, Event{Name: "person-erased", Role: RoleStaff, Result: "ok", Handle: s.Handle(pid), At: now})
	})
	return done, errors.Join(append(bad, err, s.afterErasure(done))...)
}

// Past returns what stays of erased visits with service dates from one to
// another, both included, in the order of their ids, that is of time. Remains
// that cannot be read are left out and named by the error.
func (s *Store) Past(from, to visit.Date) (list []PastVisit, err error) {
	var bad []error
	err = s.view(func(tx *bolt.Tx) error {
		c := tx.Bucket(bucketPast).Cursor()
		for id, value := c.First(); id != nil; id, value = c.Next() {
			p, err := s.past(tx, visit.ID(id), value)
			if err != nil {
				bad = append(bad, &DecodeError{Bucket: string(bucketPast), Key: string(id), Err: err})
			} else if !p.ServiceDate.Before(from) && !to.Before(p.ServiceDate) {
				list = append(list, p)
			}
		}
		return nil
	})
	return list, errors.Join(append(bad, err)...)
}

// PastOf returns what stays of one erased visit, or ErrNotFound.
func (s *Store) PastOf(id visit.ID) (p PastVisit, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		value := tx.Bucket(bucketPast).Get([]byte(id))
		if value == nil {
			return fmt.Errorf("erased visit %s: %w", id, ErrNotFound)
		}
		if p, err = s.past(tx, id, value); err != nil {
			return &DecodeError{Bucket: string(bucketPast), Key: string(id), Err: err}
		}
		return nil
	})
	return p, err
}

func (s *Store) past(tx *bolt.Tx, id visit.ID, value []byte) (PastVisit, error) {
	data, err := s.ring.open(tx, string(bucketPast), string(id), value)
	if err != nil {
		return PastVisit{}, err
	}
	var p storedPast
	if err := json.Unmarshal(data, &p); err != nil {
		return PastVisit{}, errors.New("it is not the JSON of an erased visit")
	}
	date, err := visit.ParseDate(p.Date)
	return PastVisit{
		ID: id, ServiceDate: date, MaskedPID: p.PID, State: p.State, Code: visit.AuthenCode(p.Code),
		SavedAt: p.Saved, ChangedAt: p.Changed, HCode: p.HCode, Problem: problemNamed(p.Problem),
	}, err
}

func daysBefore(d visit.Date, days int) visit.Date {
	return visit.ServiceDateOf(d.Midnight().AddDate(0, 0, -days))
}

// expirePhotos erases the photos put before a date, but for those of visits that
// are not settled.
func (s *Store) expirePhotos(tx *bolt.Tx, from visit.Date, at time.Time, done *Erased) error {
	var ids []visit.ID
	c := tx.Bucket(bucketPhotoKeys).Cursor()
	for id, key := c.First(); id != nil; id, key = c.Next() {
		if !visit.ServiceDateOf(photoTime(key)).Before(from) {
			continue
		}
		if r, err := s.load(tx, visit.ID(id)); err == nil && !settled(r.State) {
			continue
		}
		ids = append(ids, visit.ID(id))
	}
	for _, id := range ids {
		if err := s.erasePhoto(tx, id, at); err != nil {
			return err
		}
		done.Photos++
	}
	return nil
}

// nobodyClosed reports whether a visit is work for the desk that nobody has closed: what NHSO
// refused is, though the program has nothing to do with it any more.
func nobodyClosed(s visit.State) bool { return s == visit.StateStaff || s == visit.StateRefused }

// settled reports whether the program has nothing to do with the visit any more.
func settled(s visit.State) bool {
	return s == visit.StateDone || s == visit.StateRefused || s == visit.StateDropped
}

// erase removes a visit and its photo and leaves a PastVisit.
func (s *Store) erase(tx *bolt.Tx, r Record, keepMask bool, event string, at time.Time, done *Erased) error {
	id := r.Visit.ID
	if tx.Bucket(bucketPhotoKeys).Get([]byte(id)) != nil {
		if err := s.erasePhoto(tx, id, at); err != nil {
			return err
		}
		done.Photos++
	}
	p := storedPast{
		Date: r.Visit.ServiceDate.String(), State: r.State, Code: string(r.Code), Saved: r.SavedAt, Changed: r.ChangedAt,
		HCode: r.Visit.HCode,
	}
	if r.Problem != visit.NoProblem {
		p.Problem = r.Problem.String()
	}
	switch {
	case keepMask && nobodyClosed(r.State):
		done.Unclosed++ // the month's account needs no person for it
	case keepMask:
		p.PID = r.Visit.PID.Masked()
	}
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if data, err = s.ring.seal(tx, keyLasting, string(bucketPast), string(id), data); err != nil {
		return err
	}
	done.Visits++
	if _, err := s.dropJobs(tx, func(j PrintJob) bool { return j.Visit == id }); err != nil {
		return err
	}
	return errors.Join(
		tx.Bucket(bucketPast).Put([]byte(id), data), s.remove(tx, r), dropUndelivered(tx, id),
		s.audit(tx, Event{Name: event, Role: RoleSystem, Result: "ok", Visit: id, At: at}),
	)
}

// dropKeys deletes the data keys of months without a record, but for that of the
// month that is.
func (s *Store) dropKeys(tx *bolt.Tx, now time.Time, done *Erased) error {
	used := map[string]bool{monthOf(now): true}
	c := tx.Bucket(bucketVisits).Cursor()
	for id, value := c.First(); id != nil; id, value = c.Next() {
		if len(value) >= headerSize {
			used[string(value[1:headerSize])] = true
		}
	}
	var unused []string
	_ = tx.Bucket(bucketKeys).ForEach(func(id, _ []byte) error {
		if !used[string(id)] {
			unused = append(unused, string(id))
		}
		return nil
	})
	for _, id := range unused {
		if err := tx.Bucket(bucketKeys).Delete([]byte(id)); err != nil {
			return err
		}
		done.Keys++
		if err := s.audit(tx, Event{Name: "data-key-deleted", Role: RoleSystem, Result: "m" + id, At: now}); err != nil {
			return err
		}
	}
	return nil
}

// afterErasure takes the erased out of the two other files.
func (s *Store) afterErasure(done Erased) error {
	if !done.Any() {
		return nil
	}
	s.journal.mu.Lock()
	err := s.journal.rewrite()
	s.journal.mu.Unlock()
	if done.Keys > 0 {
		s.ring.forget()
		err = errors.Join(err, s.writeKeyCopy())
	}
	return err
}
