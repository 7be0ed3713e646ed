package storage

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// openJournal reads the journal and makes database and journal agree: a visit
// that only the journal knows is put back, one that only the database knows is
// written into the journal.
//
// lostChange says that the database may have lost its newest change.
func (s *Store) openJournal(lostChange bool) (err error) {
	if s.journal, err = openJournalFile(journalPath(s.dir), s.ring.journal); err != nil {
		return err
	}
	s.found.JournalBad = s.journal.bad
	if err := errors.Join(s.rebuild(lostChange), s.dropAgain(lostChange), s.doubtHolds(lostChange), s.holdAgain(lostChange), s.takeBackRefused(), s.completeAgain()); err != nil {
		return err
	}
	return s.refillJournal()
}

// rebuild puts back what only the journal knows, but for what was taken back.
func (s *Store) rebuild(lostChange bool) error {
	missing := map[visit.ID]Record{}
	err := s.view(func(tx *bolt.Tx) error {
		for id, k := range s.journal.live {
			if tx.Bucket(bucketVisits).Get([]byte(id)) == nil && tx.Bucket(bucketPast).Get([]byte(id)) == nil {
				missing[id] = k.record
			}
		}
		if len(missing) > 0 && !lostChange {
			leaveTakenBack(tx, missing)
		}
		return nil
	})
	if err != nil || len(missing) == 0 {
		return err
	}
	return s.update(func(tx *bolt.Tx) error {
		for _, id := range slices.Sorted(maps.Keys(missing)) {
			if err := s.putBack(tx, missing[id]); err != nil {
				return err
			}
		}
		return nil
	})
}

// leaveTakenBack removes the visits of which the audit says last that they were not
// saved: the disk did not let their frames go.
func leaveTakenBack(tx *bolt.Tx, missing map[visit.ID]Record) {
	last := map[visit.ID]string{}
	_ = tx.Bucket(bucketAudit).ForEach(func(_, line []byte) error {
		var e auditEntry
		if json.Unmarshal(line, &e) == nil && e.Visit != "" {
			if _, asked := missing[e.Visit]; asked {
				last[e.Visit] = e.Result
			}
		}
		return nil
	})
	maps.DeleteFunc(missing, func(id visit.ID, _ Record) bool { return last[id] == resultTakenBack })
}

// takeBackRefused removes the visits of which the journal says that they were refused:
// the disk did not let them go, and then the program ended.
func (s *Store) takeBackRefused() error {
	if len(s.journal.refused) == 0 {
		return nil
	}
	return s.update(func(tx *bolt.Tx) error {
		for _, id := range slices.Sorted(maps.Keys(s.journal.refused)) {
			if err := s.unsave(tx, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// dropAgain takes back visits whose drop the database lost with its newest
// change.
func (s *Store) dropAgain(lostChange bool) error {
	if !lostChange || len(s.journal.dropped) == 0 {
		return nil
	}
	return s.update(func(tx *bolt.Tx) error {
		for id := range s.journal.dropped {
			r, err := s.load(tx, id)
			if err != nil || r.State == visit.StateDropped || !r.State.Unsettled() && r.State != visit.StateStaff {
				continue
			}
			if err := s.dropIn(tx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// doubtHolds doubts the holds of a database that may be older than the truth, but for those
// that the journal has, too: what waited may have been released since, and sent. It is
// given back as in flight.
func (s *Store) doubtHolds(lostChange bool) error {
	if !lostChange {
		return nil
	}
	return s.update(func(tx *bolt.Tx) error {
		for _, id := range s.index.open(true) {
			r, err := s.load(tx, id)
			if k := s.journal.live[id]; err != nil || r.Hold.From != visit.StatePending || k != nil && k.record.Held() {
				continue
			}
			r.Hold.From = visit.StateInflight
			r.Attempts, r.LastSent = r.Attempts+1, newer(r.LastSent, s.now())
			if err := s.store(tx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// holdAgain holds visits whose hold the database lost with its newest change. They would
// be looked up now, and then sent.
func (s *Store) holdAgain(lostChange bool) error {
	again := map[visit.ID]Record{}
	for id, k := range s.journal.live {
		if lostChange && k.record.Held() {
			again[id] = k.record
		}
	}
	if len(again) == 0 {
		return nil
	}
	return s.update(func(tx *bolt.Tx) error {
		for _, id := range slices.Sorted(maps.Keys(again)) {
			held := again[id]
			r, err := s.load(tx, id)
			if err != nil || r.revision >= held.revision {
				continue // it cannot be read, or is newer than what the journal has
			}
			held.seq, held.feed = r.seq, r.feed
			if err := s.store(tx, held); err != nil {
				return err
			}
			if err := s.audit(tx, s.atDesk(held, "visit-held", "again", held.Hold.By, s.now())); err != nil {
				return err
			}
		}
		return nil
	})
}

// completeAgain notes on items what was made for them and came from the journal: a power cut
// can leave the frame of a visit on the disk without its transaction, in which its item
// names it. The item would stay open when that visit has its code.
func (s *Store) completeAgain() error {
	again := map[visit.ID]Record{} // the items, by what was made for them
	err := s.view(func(tx *bolt.Tx) error {
		for id, k := range s.journal.live {
			if k.record.Completes == "" {
				continue
			}
			made, err := s.load(tx, id)
			if err != nil || !made.State.Unsettled() {
				continue
			}
			item, err := s.load(tx, made.Completes)
			if err == nil && item.Held() && !item.Hold.isAway() && item.Hold.Completion != id {
				again[id] = item
			}
		}
		return nil
	})
	if err != nil || len(again) == 0 {
		return err
	}
	return s.update(func(tx *bolt.Tx) error {
		for id, item := range again {
			if _, err := s.dropMade(tx, item, s.journal.live[id].record.SavedAt); err != nil {
				return err
			}
			item.Hold.Completion = id
			if err := s.note(tx, &item, s.atDesk(item, "visit-completed", "again", item.Hold.By, s.now())); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) dropIn(tx *bolt.Tx, r Record) (err error) {
	id, now := r.Visit.ID, s.now()
	if tx.Bucket(bucketPhotoKeys).Get([]byte(id)) != nil {
		if err := s.erasePhoto(tx, id, now); err != nil {
			return err
		}
	}
	r.State, r.ChangedAt, r.Hold = visit.StateDropped, now, Hold{}
	if r.fed() {
		if r.feed, err = tx.Bucket(bucketVisits).NextSequence(); err != nil {
			return err
		}
	}
	e := told[visit.StateDropped]
	e.Role, e.Visit, e.At = RoleSystem, id, now
	return errors.Join(s.store(tx, r), s.audit(tx, e))
}

// putBack writes a visit from the journal. The journal does not know whether a
// request left, so NHSO is asked before the visit is sent: it is "in flight".
func (s *Store) putBack(tx *bolt.Tx, r Record) error {
	if r.State != visit.StateStaff {
		r.State, r.Attempts, r.LastSent = visit.StateInflight, 1, s.now()
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
	same := j.bad == 0 && len(j.refused) == 0 && len(j.live) == len(want) && j.dead <= maxDead
	for id, r := range want {
		k := j.live[id]
		same = same && k != nil && (k.staff != nil) == (r.State == visit.StateStaff) && k.record.Hold.same(r.Hold)
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
	k := &kept{visit: j.frame(kindVisit, data), held: r.Held()}
	if r.State == visit.StateStaff {
		k.staff = j.staffFrame(r.Visit.ID, r.Problem)
	}
	return k, nil
}
