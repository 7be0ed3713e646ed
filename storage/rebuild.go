package storage

import (
	"errors"
	"maps"
	"slices"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// openJournal reads the journal and makes database and journal agree: a visit
// that only the journal knows is put back, one that only the database knows is
// written into the journal.
func (s *Store) openJournal() (err error) {
	if s.journal, err = openJournalFile(journalPath(s.dir), s.ring.journal); err != nil {
		return err
	}
	s.found.JournalBad = s.journal.bad
	if err := errors.Join(s.rebuild(), s.dropAgain()); err != nil {
		return err
	}
	return s.refillJournal()
}

// rebuild puts back what only the journal knows.
func (s *Store) rebuild() error {
	var missing []Record
	err := s.view(func(tx *bolt.Tx) error {
		for _, id := range slices.Sorted(maps.Keys(s.journal.live)) {
			r := s.journal.live[id].record
			if tx.Bucket(bucketVisits).Get([]byte(id)) != nil || tx.Bucket(bucketPast).Get([]byte(id)) != nil {
				continue
			}
			missing = append(missing, r)
		}
		return nil
	})
	if err != nil || len(missing) == 0 {
		return err
	}
	return s.update(func(tx *bolt.Tx) error {
		for _, r := range missing {
			if err := s.putBack(tx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// dropAgain takes back visits whose drop the database lost with its newest
// change.
func (s *Store) dropAgain() error {
	if s.found.LookUp == 0 {
		return nil // no change was lost
	}
	return s.update(func(tx *bolt.Tx) error {
		for id := range s.journal.dropped {
			r, err := s.load(tx, id)
			if err != nil || r.State == StateDropped || !r.State.Unsettled() && r.State != StateStaff {
				continue
			}
			r.State = StateDropped
			if err := s.store(tx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// putBack writes a visit from the journal. The journal does not know whether a
// request left, so NHSO is asked before the visit is sent: it is "in flight".
func (s *Store) putBack(tx *bolt.Tx, r Record) error {
	if r.State != StateStaff {
		r.State, r.Attempts, r.LastSent = StateInflight, 1, s.now()
		r.Answered, r.Denied = 0, false
		s.found.LookUp++
	}
	s.found.Rebuilt++
	s.found.Lost = max(0, s.found.Lost-1)
	if err := s.insert(tx, &r); err != nil {
		return err
	}
	return s.audit(tx, Event{Name: "visit-rebuilt", Role: RoleSystem, Result: "ok", Visit: r.Visit.ID})
}

// refillJournal writes the journal anew when it does not hold exactly what the
// database has.
func (s *Store) refillJournal() error {
	want := map[visit.ID]Record{}
	err := s.view(func(tx *bolt.Tx) error {
		for _, id := range slices.Concat(s.index.open(false), s.index.open(true)) {
			r, err := s.load(tx, id)
			if err != nil {
				return err
			}
			want[id] = r
		}
		return nil
	})
	if err != nil {
		return err
	}
	j := s.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	same := j.bad == 0 && len(j.live) == len(want) && j.dead <= maxDead
	for id, r := range want {
		k := j.live[id]
		same = same && k != nil && (k.staff != nil) == (r.State == StateStaff)
	}
	if same {
		return nil
	}
	j.live = map[visit.ID]*kept{}
	for id, r := range want {
		if j.live[id], err = j.keep(r); err != nil {
			return err
		}
	}
	return j.rewrite()
}

// keep makes the frames of a record.
func (j *journal) keep(r Record) (*kept, error) {
	data, err := encode(r)
	if err != nil {
		return nil, err
	}
	k := &kept{visit: j.frame(kindVisit, data)}
	if r.State == StateStaff {
		k.staff = j.staffFrame(r.Visit.ID, r.Problem)
	}
	return k, nil
}
