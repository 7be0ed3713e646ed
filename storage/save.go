package storage

import (
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// Save writes a new visit as pending. When it returns nil the visit is on the
// disk. It refuses a visit that could not be submitted (visit.Validate), one that
// is there already (ErrExists), and one that says that it has a photo when there
// is none (ErrNoPhoto).
func (s *Store) Save(v visit.Visit, at time.Time) error { return s.save(fresh(v, at), nil, "") }

// SaveAtDesk is Save, or SaveWithPhoto, for a visit that somebody at a desk has made
// ("station/operator"), whom the audit names.
func (s *Store) SaveAtDesk(v visit.Visit, by string, jpeg []byte, at time.Time) error {
	if err := checkHolder(by); err != nil {
		return err
	}
	photo, err := s.sealIfAny(v.ID, jpeg)
	if err != nil {
		return err
	}
	return s.save(fresh(v, at), photo, by)
}

// SaveForStaff is Save for a visit that is work for the staff from the first
// moment: it is never pending.
func (s *Store) SaveForStaff(v visit.Visit, p visit.Problem, at time.Time) error {
	r := fresh(v, at)
	r.State, r.Problem = visit.StateStaff, p
	return s.save(r, nil, "")
}

// SaveDone keeps a visit whose code NHSO made without it, because the patient's
// phone asked for it. by is the operator who was with the patient, as holds name them; empty:
// nobody was. It refuses a visit whose code is that of another one (ErrExists).
func (s *Store) SaveDone(v visit.Visit, by string, code visit.AuthenCode, issued, at time.Time) error {
	if by != "" {
		if err := checkHolder(by); err != nil {
			return err
		}
	}
	if _, err := visit.ParseAuthenCode(string(code)); err != nil {
		return fmt.Errorf("save visit %s: %w", v.ID, err)
	}
	r := fresh(v, at)
	r.State, r.Code, r.IssuedAt = visit.StateDone, code, issued
	err := s.save(r, nil, by)
	if err == nil {
		_ = s.follow(r)
	}
	return err
}

func fresh(v visit.Visit, at time.Time) Record {
	return Record{Visit: v, State: visit.StatePending, SavedAt: at, ChangedAt: at}
}

// SaveWithPhoto is Save together with the photo of the visit: after a power cut
// both are there or neither. The photo is sealed with a key of its own. It is not
// in the journal, which would grow by a hundred times; so a visit that is rebuilt
// after damage is without it: Photo returns ErrNoPhoto then, and the visit is work
// for the desk.
func (s *Store) SaveWithPhoto(v visit.Visit, jpeg []byte, at time.Time) error {
	p, err := s.sealPhoto(v.ID, jpeg)
	if err != nil {
		return fmt.Errorf("save visit %s: %w", v.ID, err)
	}
	return s.save(fresh(v, at), &p, "")
}

// save writes a new record. by is who has made it at a desk; empty: it was not made there.
func (s *Store) save(r Record, photo *sealedPhoto, by string) error {
	v := r.Visit
	if err := r.validate(); err != nil {
		return fmt.Errorf("save visit %s: %w", v.ID, err)
	}
	if s.before != nil {
		if err := s.before(); err != nil {
			return fmt.Errorf("save visit %s: %w", v.ID, err)
		}
	}
	data, err := encode(r)
	if err != nil {
		return fmt.Errorf("encode visit %s: %w", v.ID, err)
	}
	var pending *entry
	err = s.try(func(tx *bolt.Tx) (err error) {
		err = s.maySave(tx, r, photo != nil)
		if err == nil {
			err = s.completing(tx, r, by)
		}
		if err != nil {
			return fmt.Errorf("save visit %s: %w", v.ID, err)
		}
		if photo != nil {
			if err := s.journal.reserve(data); err != nil {
				return err
			}
		} else if pending, err = s.journal.append(v.ID, data); err != nil {
			// First: from here on the disk brings the journal home, while the
			// transaction is made and committed.
			return err
		}
		return s.saveIn(tx, r, data, photo, by)
	})
	if photo != nil && err == nil {
		// Only now: the journal could bring back a visit whose transaction a power
		// cut ended, but not its photo.
		if pending, err = s.journal.append(v.ID, data); err != nil {
			return s.takeBack(v.ID, data, err)
		}
	}
	if pending == nil {
		return s.afterwards(err)
	}
	committed := err
	err = s.afterwards(pending.finish(committed))
	switch {
	case err == nil: // whatever became of another one meanwhile
	case committed == nil:
		return s.takeBack(v.ID, data, err) // what is not in both places is not saved
	case s.failed.Load() != nil || s.journal.owes():
		_ = s.retract(v.ID) // it, or its frame, may still be found
	}
	return err
}

// takeBack removes a visit that the journal did not take, and returns why it did
// not. While the disk lets nothing go the store shows nothing. A visit that is on its
// way already stays: it is saved then, with its frame owed.
func (s *Store) takeBack(id visit.ID, record []byte, why error) error {
	if err := s.retract(id); err != nil {
		return fmt.Errorf("%w; %w", why, err)
	}
	if _, err := s.Visit(id); err != nil {
		return why
	}
	s.journal.owe(id, record)
	return nil
}

// mendTries is how often a disk that refuses is asked at once: a sync that failed
// often works the next time.
const mendTries = 3

// retract has the store forget a visit, and note that it was not saved, before it
// shows anything again.
func (s *Store) retract(id visit.ID) (err error) {
	s.swap.Lock()
	s.unwanted = append(s.unwanted, id)
	if s.failed.Load() == nil {
		s.fail(0)
	}
	s.swap.Unlock()
	for range mendTries {
		if err = s.mend(); err == nil {
			return nil
		}
	}
	s.journal.disclaim(id)
	return err
}

func (s *Store) maySave(tx *bolt.Tx, r Record, withPhoto bool) error {
	v := r.Visit
	if tx.Bucket(bucketVisits).Get([]byte(v.ID)) != nil {
		return ErrExists
	}
	if v.Attestation.Photo && !withPhoto {
		return ErrNoPhoto
	}
	// The index is that of the last commit, because only one transaction writes.
	if id, known := s.index.ofCode(s.ring.codeKey(r.Code)); known && r.Code != "" {
		if other, err := s.load(tx, id); err != nil || other.Code == r.Code {
			return fmt.Errorf("its code: %w", ErrExists)
		}
	}
	return nil
}

func (s *Store) saveIn(tx *bolt.Tx, r Record, data []byte, photo *sealedPhoto, by string) (err error) {
	id := r.Visit.ID
	if r.seq, err = tx.Bucket(bucketVisits).NextSequence(); err != nil {
		return err
	}
	if r.fed() {
		if r.feed, err = tx.Bucket(bucketVisits).NextSequence(); err != nil {
			return err
		}
	}
	events := []Event{{Name: "visit-saved", Role: RolePatient, Result: "ok", Visit: id, At: r.SavedAt}}
	if by != "" {
		events[0] = s.atDesk(r, "visit-saved", "ok", by, r.SavedAt)
	}
	if c := r.Visit.Attestation.Certifier; !c.IsZero() {
		events = append(events, Event{
			Name: "visit-certified", Role: "certifier", Result: "ok", Visit: id, Handle: s.Handle(c), At: r.SavedAt,
		})
	}
	if r.Opened.By != "" {
		events[0] = s.atDesk(r, "visit-saved", string(r.Opened.Why), r.Opened.By, r.SavedAt)
	} else if e, ok := told[r.State]; ok {
		e.Visit, e.At = id, r.SavedAt
		events = append(events, e)
	}
	if r.Second.Of != "" && r.Completes == "" {
		events = append(events, s.atDesk(r, "second-code", string(r.Second.Why), r.Second.By, r.SavedAt))
	}
	if photo != nil {
		if err := putPhoto(tx, id, photo.key, photo.sealed); err != nil {
			return err
		}
		events = append(events, Event{Name: "photo-saved", Role: RoleSystem, Result: "ok", Visit: id, At: r.SavedAt})
	}
	if err := s.storeEncoded(tx, r, data); err != nil {
		return err
	}
	return s.audit(tx, events...)
}

// insert writes a record that is new, with the next seq.
func (s *Store) insert(tx *bolt.Tx, r *Record) (err error) {
	if r.seq, err = tx.Bucket(bucketVisits).NextSequence(); err != nil {
		return err
	}
	if r.fed() {
		if r.feed, err = tx.Bucket(bucketVisits).NextSequence(); err != nil {
			return err
		}
	}
	return s.store(tx, *r)
}

// unsave takes back a visit of which somebody was told that it is not saved, unless it
// is on its way already, and notes that, for a frame that the journal may still have.
func (s *Store) unsave(tx *bolt.Tx, id visit.ID) error {
	r, err := s.load(tx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return s.audit(tx, Event{Name: "visit-saved", Role: RoleSystem, Result: resultTakenBack, Visit: id})
	case err != nil:
		return err
	case r.State != visit.StatePending || r.Attempts > 0:
		return nil
	}
	if err := s.remove(tx, r); err != nil {
		return err
	}
	if tx.Bucket(bucketPhotoKeys).Get([]byte(id)) != nil {
		if err := s.erasePhoto(tx, id, s.now()); err != nil {
			return err
		}
	}
	return s.audit(tx, Event{Name: "visit-saved", Role: RoleSystem, Result: resultTakenBack, Visit: id})
}

// resultTakenBack is what the audit says of a visit that was not saved in the end.
const resultTakenBack = "taken-back"
