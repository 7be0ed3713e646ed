package storage

import (
	"encoding/binary"
	"maps"
	"path/filepath"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// salvage takes what can be read out of a data file and puts it, sealed, into a
// new store. It is the way of a damaged file and of one of format 1.
type salvage struct {
	inspection
	ring    *keyring
	plain   bool      // records of format 1 count
	demote  time.Time // not zero: what is pending may have been sent since; when that was noticed
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
	if err := s.auditLog(tx); err != nil {
		return err
	}
	store := &Store{ring: s.ring}
	var seq uint64
	for _, id := range slices.Sorted(maps.Keys(s.records)) {
		r := s.records[id]
		seq = max(seq, r.seq)
		person := append(s.ring.person(r.Visit.PID), seqKey(r.seq)...)
		if err := tx.Bucket(bucketPersons).Put(person, []byte(id)); err != nil {
			return err
		}
		if err := store.store(tx, r); err != nil {
			return err
		}
	}
	return tx.Bucket(bucketVisits).SetSequence(seq)
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
	for _, e := range s.content[string(bucketDays)] {
		if len(e.value) > 1 {
			if id, err := visit.ParseID(string(e.value[1:])); err == nil {
				s.lost[id] = true
			}
		}
	}
	maps.DeleteFunc(s.lost, func(id visit.ID, seen bool) bool { _, have := s.records[id]; return have || !seen })
}

// record opens and decodes one, and makes one that may have been sent "in
// flight", so that NHSO is asked before it is sent.
func (s *salvage) record(tx *bolt.Tx, id visit.ID, value []byte) (Record, error) {
	data, err := s.ring.open(tx, string(bucketVisits), string(id), value)
	if err != nil && s.plain {
		data, err = value, nil
	}
	if err != nil {
		return Record{}, err
	}
	r, err := decode(data)
	if err == nil && r.Visit.ID != id {
		err = ErrTampered
	}
	if err == nil && !s.demote.IsZero() && r.State.Unsettled() {
		r.State, r.LastSent, r.Attempts = StateInflight, s.demote, max(r.Attempts, 1)
	}
	return r, err
}

// later tells whether a is a later version of the same record than b.
func later(a, b Record) bool {
	order := map[State]int{StatePending: 0, StateInflight: 1, StateRefused: 2, StateStaff: 3, StateDropped: 4, StateDone: 5}
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
		s.plain = s.plain || found.format == 1
		temp, err = createTemp(dir, ring, s.fill)
		return err
	})
	return temp, err
}
