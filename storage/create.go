package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/atomicfile"
)

// leftover matches the temporary data files that a power cut left.
const leftover = fileName + ".new-*"

// ensureFile makes the data file when there is none. bbolt's own creation is not
// atomic (etcd-io/bbolt issue 567: a power cut leaves a file that cannot be
// opened), so a complete file is made under another name, synced, and linked to
// the right name. A link, unlike a rename, fails when another program was
// faster, and so can never replace a file with visits in it.
func ensureFile(dir, path string, ring *keyring, now time.Time) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	temp, err := createTemp(dir, ring, func(tx *bolt.Tx) error {
		if !exists(journalPath(dir)) {
			return nil // it is the first one
		}
		return putWhole(tx, now)
	})
	if err != nil {
		return err
	}
	if err := atomicfile.Publish(temp, path); err != nil {
		_ = os.Remove(temp)
		return err
	}
	return atomicfile.SyncDir(dir)
}

// createTemp writes a complete, synced store, empty but for what fill puts in,
// and returns its name.
func createTemp(dir string, ring *keyring, fill func(*bolt.Tx) error) (string, error) {
	f, err := os.CreateTemp(dir, leftover)
	if err != nil {
		return "", err
	}
	temp := f.Name()
	if err := f.Close(); err != nil {
		return "", err
	}
	err = guard(func() error { return fillFile(temp, ring, fill) })
	if err != nil {
		_ = os.Remove(temp)
		return "", fmt.Errorf("fill %s: %w", filepath.Base(temp), err)
	}
	return temp, nil
}

func fillFile(temp string, ring *keyring, fill func(*bolt.Tx) error) error {
	db, err := bolt.Open(temp, fileMode, boltOptions(DefaultLockTimeout))
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		if err := makeBuckets(tx, ring); err != nil || fill == nil {
			return err
		}
		return fill(tx)
	})
	if err == nil {
		err = secondMeta(db)
	}
	return errors.Join(err, db.Sync(), db.Close())
}

// secondMeta has the other meta page of a file that was just filled tell of all of it,
// too. It told of an empty file, or of a part: with it alone everything would be gone.
func secondMeta(db *bolt.DB) error { return db.Update(func(*bolt.Tx) error { return nil }) }

// addBuckets gives a file of before the buckets that it lacks.
func (s *Store) addBuckets() error {
	lacks := false
	err := s.db.View(func(tx *bolt.Tx) error {
		for _, name := range laterBuckets {
			lacks = lacks || tx.Bucket(name) == nil
		}
		return nil
	})
	if err != nil || !lacks {
		return err
	}
	return s.db.Update(func(tx *bolt.Tx) error {
		for _, name := range laterBuckets {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	})
}

// removeLeftovers is called with the lock on the data file held. A program that
// is making a temporary file at the same moment finds the data file instead.
func removeLeftovers(dir string) {
	names, _ := filepath.Glob(filepath.Join(dir, leftover))
	for _, name := range names {
		_ = os.Remove(name) // it is tried again at the next start
	}
	// Small files are made by programs without the lock, too.
	names, _ = filepath.Glob(filepath.Join(dir, atomicfile.TempPrefix+"*"))
	for _, name := range names {
		if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > time.Hour {
			_ = os.Remove(name)
		}
	}
}
