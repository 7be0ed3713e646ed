package storage

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"authenkiosk/atomicfile"
	"authenkiosk/visit"

	bolt "go.etcd.io/bbolt"
)

// A damaged file gets a name with the time, in UTC.
const (
	quarantineMark = ".damaged-"
	quarantineTime = "20060102T150405Z"
)

// Recovery tells what Open found and did. It holds no personal data. The zero
// value means that all was well.
type Recovery struct {
	Quarantined string // base name of the damaged file that was put aside; empty: none
	Reason      string // what was wrong with it
	Recovered   int    // visits that were read from the damaged file
	Rebuilt     int    // visits that came from the journal
	Lost        int    // visits that are known to have been there and came from neither
	LookUp      int    // unsettled visits made "in flight", so that NHSO is asked before they are sent
	JournalBad  int    // parts of the journal that could not be read
	Unchecked   bool   // bbolt's own check of the file came to no end: our reader alone has looked
	AuditLost   bool   // a new chain of audit entries began; the old one is in the damaged file
}

// Damage reports whether staff should be told. A visit that comes back from the
// journal, or a torn end of the journal, is what a power cut leaves, and no harm.
func (r Recovery) Damage() bool { return r.Quarantined != "" || r.Lost > 0 }

// String says it in one line.
func (r Recovery) String() string {
	if r == (Recovery{}) {
		return "all was well"
	}
	if !r.Damage() {
		return fmt.Sprintf("not checked by bbolt: %v; %d visits rebuilt from the journal, %d to be looked up",
			r.Unchecked, r.Rebuilt, r.LookUp)
	}
	return fmt.Sprintf("damaged file %q (%s): %d visits recovered, %d rebuilt from the journal, %d lost, %d to be looked up, %d bad parts of the journal",
		r.Quarantined, r.Reason, r.Recovered, r.Rebuilt, r.Lost, r.LookUp, r.JournalBad)
}

// Recovery returns what Open found and did.
func (s *Store) Recovery() Recovery { return s.found }

// KeySource tells where the key of the data directory comes from.
func (s *Store) KeySource() SourceInfo { return s.source }

// look inspects the file, while a child checks it with bbolt. What the child says
// counts for a file that passed the inspection only.
func look(path string) (inspection, error) {
	if _, err := os.Stat(path); err != nil {
		return inspection{}, err
	}
	child := make(chan error, 1)
	go func() { child <- checkInChild(path) }()
	var found inspection
	err := guard(func() (err error) {
		found, err = inspect(path, false)
		return err
	})
	checked := <-child
	if errors.Is(err, ErrDamaged) {
		found.damaged = err.Error()
		return found, nil
	}
	if err != nil || found.sound() != nil {
		return found, err
	}
	switch {
	case errors.Is(checked, ErrDamaged):
		found.damaged = checked.Error()
	case errors.Is(checked, errUnchecked):
		found.unchecked = true // our own reader found no fault in it
	default:
		return found, checked
	}
	return found, nil
}

// checkKey compares the key of the directory with that of the file. A file of
// another key is left alone; one whose check only is damaged is damaged.
func (s *Store) checkKey(found *inspection) error {
	if found.format != formatVersion || bytes.Equal(found.meta(keyKEKCheck), s.ring.check) {
		return nil
	}
	whole, err := inspect(filepath.Join(s.dir, fileName), true)
	if err != nil {
		return err
	}
	keys := whole.content[string(bucketKeys)]
	for _, e := range keys {
		if _, err := s.ring.wrap.open(label("data key", string(e.key)), e.value); err == nil {
			keys = nil
			break
		}
	}
	if len(keys) > 0 {
		return fmt.Errorf("%w: the data file was sealed with another key", ErrKeyGone)
	}
	if found.damaged == "" {
		found.damaged = "the check of its key is wrong"
	}
	return nil
}

func closeFile(f *os.File) error {
	if f == nil {
		return nil
	}
	return f.Close()
}

// replaceDamaged puts the damaged file aside and a new one with everything
// readable in its place.
func (s *Store) replaceDamaged(found inspection) error {
	plan := &salvage{leap: true, noticed: s.now(), demote: found.oneMeta || found.format == 0}
	temp, err := rescue(s.dir, s.ring, plan)
	if err != nil {
		return fmt.Errorf("rescue a damaged data file (%s): %w", found.damaged, err)
	}
	defer func() { _ = os.Remove(temp) }()
	return s.quarantine(temp, found.damaged, plan)
}

// quarantine gives the damaged file another name and the new one its own. The
// link comes first, so that there is a data file at every moment.
func (s *Store) quarantine(temp, reason string, plan *salvage) error {
	path := filepath.Join(s.dir, fileName)
	base := fileName + quarantineMark + s.now().UTC().Format(quarantineTime)
	name := base
	for n := 2; exists(filepath.Join(s.dir, name)); n++ {
		name = fmt.Sprintf("%s-%d", base, n)
	}
	if err := os.Link(path, filepath.Join(s.dir, name)); err != nil {
		if err := os.Rename(path, filepath.Join(s.dir, name)); err != nil {
			return fmt.Errorf("put the damaged data file aside: %w", err)
		}
	}
	if err := os.Rename(temp, path); err != nil {
		return fmt.Errorf("put a new data file in its place: %w", err)
	}
	s.found.Quarantined, s.found.Reason = name, reason
	s.found.Recovered, s.found.Lost, s.found.AuditLost = len(plan.records), len(plan.lost), !plan.audit
	s.count(plan)
	return atomicfile.SyncDir(s.dir)
}

// count counts the visits that a rescue made "in flight".
func (s *Store) count(plan *salvage) {
	for _, r := range plan.records {
		if plan.demote && r.State.Unsettled() {
			s.found.LookUp++
		}
	}
}

// demotePending makes what is pending "in flight" after the newest change of the
// file was lost: that change may have been the Begin of a request that left.
func (s *Store) demotePending() error {
	now := s.now()
	return s.update(func(tx *bolt.Tx) error {
		for _, id := range s.index.open(false) {
			r, err := s.load(tx, id)
			if err != nil {
				return err
			}
			r.mayHaveLeft(now)
			if err := s.store(tx, r); err != nil {
				return err
			}
			s.found.LookUp++
		}
		return nil
	})
}

// mayHaveLeft makes a visit "in flight", with the request that nobody noted when it was
// pending.
func (r *Record) mayHaveLeft(noticed time.Time) {
	if r.State == visit.StatePending {
		r.Attempts++
	}
	r.State, r.LastSent = visit.StateInflight, newer(r.LastSent, noticed)
}

func newer(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// tell writes what happened into the audit, and the copy of the keys.
func (s *Store) tell() error {
	if len(readKeyCopy(s.dir)) == 0 || s.found != (Recovery{}) {
		if err := s.writeKeyCopy(); err != nil {
			return err
		}
	}
	if !s.found.Damage() {
		return nil
	}
	return s.update(func(tx *bolt.Tx) error {
		return s.audit(tx, Event{Name: "store-recovered", Role: RoleSystem, Result: "ok"})
	})
}
