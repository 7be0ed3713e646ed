package storage

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// salvage takes what can be read out of a data file and puts it, sealed, into a
// new store.
type salvage struct {
	inspection
	ring    *keyring
	leap    bool      // the newest numbers of the feed may be gone
	noticed time.Time // when it became clear that a new file is needed
	demote  bool      // what is pending may have been sent since
	copied  map[string][]byte
	records map[visit.ID]Record
	lost    map[visit.ID]bool // was there, and cannot be read
	audit   bool              // the audit came over whole
}

// fill writes everything into the new store in one transaction.
func (s *salvage) fill(tx *bolt.Tx) error {
	if err := s.keys(tx); err != nil {
		return err
	}
	s.readVisits(tx)
	if err := s.rest(tx); err != nil {
		return err
	}
	if err := errors.Join(s.auditLog(tx), s.whole(tx)); err != nil {
		return err
	}
	store := &Store{ring: s.ring, index: newIndex()}
	seq := s.number()
	for _, id := range slices.Sorted(maps.Keys(s.records)) {
		if err := store.store(tx, s.records[id]); err != nil {
			return err
		}
	}
	if s.leap {
		seq += feedLeap
	}
	return tx.Bucket(bucketVisits).SetSequence(seq)
}

// number gives records whose numbers are another's new ones, and returns the highest.
func (s *salvage) number() (highest uint64) {
	for _, r := range s.records {
		highest = max(highest, r.seq, r.feed)
	}
	seen := map[uint64]bool{}
	for _, id := range slices.Sorted(maps.Keys(s.records)) {
		r := s.records[id]
		if r.seq == 0 || seen[r.seq] {
			highest++
			r.seq = highest
		}
		seen[r.seq] = true
		if r.feed == 0 && r.fed() || seen[r.feed] {
			highest++
			r.feed = highest
		}
		if r.feed != 0 {
			seen[r.feed] = true
		}
		s.records[id] = r
	}
	return highest
}

// keys takes over every data key that opens, from the file and its copy.
func (s *salvage) keys(tx *bolt.Tx) error {
	take := func(id string, wrapped []byte) error {
		if key, err := s.ring.wrap.open(label("data key", id), wrapped); err != nil || len(key) != keySize {
			return nil
		}
		return tx.Bucket(bucketKeys).Put([]byte(id), wrapped)
	}
	for id, wrapped := range s.copied {
		if err := take(id, wrapped); err != nil {
			return err
		}
	}
	for _, e := range slices.Concat(s.content[string(bucketKeys)], s.loose) {
		if len(e.key) == keyIDSize {
			if err := take(string(e.key), e.value); err != nil {
				return err
			}
		}
	}
	return nil
}

// readVisits reads every record and notes those that were there.
func (s *salvage) readVisits(tx *bolt.Tx) {
	s.records, s.lost = map[visit.ID]Record{}, map[visit.ID]bool{}
	for _, e := range slices.Concat(s.content[string(bucketVisits)], s.loose) {
		id, err := visit.ParseID(string(e.key))
		if err != nil {
			continue
		}
		r, err := s.record(tx, id, e.value)
		if err != nil {
			s.lost[id] = s.loose == nil
			continue
		}
		if old, twice := s.records[id]; !twice || later(r, old) {
			s.records[id] = r
		}
	}
	s.missed()
	maps.DeleteFunc(s.lost, func(id visit.ID, seen bool) bool { _, have := s.records[id]; return have || !seen })
}

// missed notes the visits that were there by what the audit says.
func (s *salvage) missed() {
	if s.format != formatVersion {
		return
	}
	there := map[visit.ID]bool{}
	for _, e := range s.content[string(bucketAudit)] {
		var entry auditEntry
		if json.Unmarshal(e.value, &entry) != nil || entry.Visit == "" {
			continue
		}
		switch entry.Event {
		case "visit-saved", "visit-rebuilt":
			there[entry.Visit] = entry.Result == "ok"
		case "visit-expired", "visit-erased":
			there[entry.Visit] = false
		}
	}
	for id, was := range there {
		if was {
			s.lost[id] = true
		}
	}
}

// record opens and decodes one, and makes one that may have been sent "in
// flight", so that NHSO is asked before it is sent.
func (s *salvage) record(tx *bolt.Tx, id visit.ID, value []byte) (Record, error) {
	r, err := s.ring.openVisit(tx, id, value)
	if err == nil && r.Visit.ID != id {
		err = ErrTampered
	}
	if err == nil && s.demote && r.State.Unsettled() {
		r.mayHaveLeft(s.noticed)
	}
	return r, err
}

// later reports whether a is a later version of the same record than b. Copies of before
// there were holds have no count of changes; of them the one is later that is further on
// its way.
func later(a, b Record) bool {
	if a.revision != b.revision {
		return a.revision > b.revision
	}
	order := map[visit.State]int{visit.StatePending: 0, visit.StateInflight: 1, visit.StateRefused: 2, visit.StateStaff: 3, visit.StateDropped: 4, visit.StateDone: 5}
	if order[a.State] != order[b.State] {
		return order[a.State] > order[b.State]
	}
	return a.ChangedAt.After(b.ChangedAt)
}

// rest takes over photos and the remains of erased visits, those that open.
func (s *salvage) rest(tx *bolt.Tx) error {
	photos := map[string][]byte{}
	for _, e := range s.content[string(bucketPhotos)] {
		photos[string(e.key)] = e.value
	}
	for _, e := range s.content[string(bucketPhotoKeys)] {
		id := visit.ID(e.key)
		if _, err := s.ring.openPhoto(id, e.value, photos[string(id)]); err != nil {
			continue
		}
		if err := putPhoto(tx, id, e.value, photos[string(id)]); err != nil {
			return err
		}
	}
	for _, e := range s.content[string(bucketPast)] {
		if _, err := s.ring.open(tx, string(bucketPast), string(e.key), e.value); err != nil {
			continue
		}
		if err := tx.Bucket(bucketPast).Put(e.key, e.value); err != nil {
			return err
		}
	}
	return s.small(tx)
}

// small takes over print jobs, clients, operators, and the feed with its cursors and
// what was set aside. What is found outside of its bucket does not count: a client that
// was removed must not come back.
func (s *salvage) small(tx *bolt.Tx) error {
	for _, c := range []struct {
		bucket []byte
		open   func(key string, value []byte) error
	}{
		{bucketJobs, func(key string, value []byte) error { _, err := s.ring.openJob(tx, key, value); return err }},
		{bucketClients, func(key string, value []byte) error { _, err := s.ring.openClient(tx, key, value); return err }},
		{bucketCursors, func(key string, value []byte) error { _, err := s.ring.openCursor(tx, key, value); return err }},
		{bucketUndelivered, func(key string, value []byte) error { _, err := s.ring.openUndelivered(tx, key, value); return err }},
		{bucketOperators, func(key string, value []byte) error { _, err := s.ring.openOperator(tx, key, value); return err }},
		{bucketMachines, func(key string, value []byte) error { _, err := s.ring.openTries(tx, key, value); return err }},
	} {
		for _, e := range s.content[string(c.bucket)] {
			if c.open(string(e.key), e.value) != nil {
				continue
			}
			if err := tx.Bucket(c.bucket).Put(e.key, e.value); err != nil {
				return err
			}
		}
	}
	if feed := s.meta(keyFeed); len(feed) == feedSize {
		return tx.Bucket(bucketMeta).Put(keyFeed, feed)
	}
	return nil
}

// whole notes since when no visit is missing: those that are not in an older file may have been
// made since, and of a damaged one some are lost.
func (s *salvage) whole(tx *bolt.Tx) error {
	if s.demote || len(s.lost) > 0 {
		return putWhole(tx, s.noticed)
	}
	if since := s.meta(keyWhole); since != nil {
		return tx.Bucket(bucketMeta).Put(keyWhole, since)
	}
	return nil
}

// auditLog takes the audit over when all of it is right. If not, a new chain
// begins, and the old one stays in the quarantined file.
func (s *salvage) auditLog(tx *bolt.Tx) error {
	b, meta := tx.Bucket(bucketAudit), tx.Bucket(bucketMeta)
	var at auditHead
	entries := s.content[string(bucketAudit)]
	for _, e := range entries {
		if at.follow(e.key, e.value) != "" {
			return nil
		}
	}
	head := s.meta(keyAuditHead)
	if len(head) != headSize || binary.BigEndian.Uint64(head) != at.seq {
		return nil
	}
	fresh := append([]byte(nil), meta.Get(keyAuditHead)...)
	if err := meta.Put(keyAuditHead, head); err != nil {
		return err
	}
	if h, err := s.ring.head(tx); err != nil || h != at {
		return meta.Put(keyAuditHead, fresh)
	}
	s.audit = true
	for _, e := range entries {
		if err := b.Put(e.key, e.value); err != nil {
			return err
		}
	}
	return nil
}

// rescue reads what can be read of the data file and returns the name of a new
// file with it beside the old one, complete and synced.
func rescue(dir string, ring *keyring, s *salvage) (temp string, err error) {
	// A panic in here would be one of ours, but the kiosk must come up.
	err = guard(func() error {
		found, err := inspect(filepath.Join(dir, fileName), true)
		if err != nil {
			return err
		}
		s.inspection, s.ring, s.copied = found, ring, readKeyCopy(dir)
		temp, err = createTemp(dir, ring, s.fill)
		return err
	})
	return temp, err
}
