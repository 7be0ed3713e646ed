package storage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"authenkiosk/atomicfile"

	bolt "go.etcd.io/bbolt"
)

// Compacted tells the size of the data file, in bytes.
type Compacted struct{ Before, After int64 }

// compactBatch bounds one transaction of a compaction, in bytes.
const compactBatch = 1 << 20

// Compact copies the store into a new file, which then takes the place of the
// old one: freed pages, and what was erased in them, are gone. The old file is
// overwritten where the system allows it. Calls wait while it works. After an
// error the store goes on with the old file, or with the new one when its name is
// safe.
func (s *Store) Compact() (Compacted, error) {
	var sizes Compacted
	if err := s.view(func(*bolt.Tx) error { return nil }); err != nil {
		return sizes, err // and what has failed is mended
	}
	s.swap.Lock()
	defer s.swap.Unlock()
	switch {
	case s.failed.Load() != nil:
		return sizes, ErrUnsafe
	case s.broken.Load():
		return sizes, ErrDamaged
	case s.db == nil:
		return sizes, ErrClosed
	}
	path := filepath.Join(s.dir, fileName)
	temp, err := s.copyCompact()
	if err != nil {
		return sizes, fmt.Errorf("compact the data file: %w", err)
	}
	defer func() { _ = os.Remove(temp) }()
	sizes.Before, sizes.After = sizeOf(path), sizeOf(temp)
	err = guard(func() error { return s.replaceBy(temp, path) })
	if err != nil {
		return sizes, fmt.Errorf("put the compacted data file in its place: %w", err)
	}
	return sizes, nil
}

// copyCompact writes the copy, complete and synced.
func (s *Store) copyCompact() (temp string, err error) {
	f, err := os.CreateTemp(s.dir, leftover)
	if err != nil {
		return "", err
	}
	temp = f.Name()
	err = f.Close()
	if err == nil {
		err = guard(func() error {
			db, err := bolt.Open(temp, fileMode, boltOptions(s.wait))
			if err != nil {
				return err
			}
			err = bolt.Compact(db, s.db, compactBatch)
			if err == nil {
				err = secondMeta(db)
			}
			return errors.Join(err, db.Sync(), db.Close())
		})
	}
	if err == nil {
		err = checkCopy(temp)
	}
	if err != nil {
		_ = os.Remove(temp)
	}
	return temp, err
}

// checkCopy looks at a file that was just made. A child that is slow is no reason to
// refuse it.
func checkCopy(temp string) error {
	i, err := inspect(temp, false)
	if err == nil {
		err = i.sound()
	}
	if err != nil {
		return err
	}
	if err := checkInChild(temp); !errors.Is(err, errUnchecked) {
		return err
	}
	return nil
}

// replaceBy closes the old file, renames the new one and opens it. The lock of
// the directory keeps other programs away in between. If the rename fails, the
// old file is opened again. What could not be made safe, or opened, is tried again
// by the next call, before it does anything else.
func (s *Store) replaceBy(temp, path string) error {
	old := openForWipe(path)
	err := s.releaseFile(false)
	if err == nil {
		err = os.Rename(temp, path)
	}
	notSafe := err == nil
	if err == nil {
		err = atomicfile.SyncDir(s.dir)
		notSafe = err != nil
	}
	if err == nil && old != nil {
		wipe(old)
	}
	notOpen := s.openFile(path, s.wait)
	if notSafe || notOpen != nil {
		s.filled = 0
		s.fail(0)
	}
	return errors.Join(err, notOpen, closeFile(old))
}

func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
