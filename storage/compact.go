package storage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
)

// Compacted tells the size of the data file, in bytes.
type Compacted struct{ Before, After int64 }

// compactBatch bounds one transaction of a compaction, in bytes.
const compactBatch = 1 << 20

// Compact copies the store into a new file, which then takes the place of the
// old one: freed pages, and what was erased in them, are gone. The old file is
// overwritten where the system allows it. Calls wait while it works. After an
// error the store goes on with the old file, or says ErrDamaged when it can open
// neither.
func (s *Store) Compact() (Compacted, error) {
	s.swap.Lock()
	defer s.swap.Unlock()
	var sizes Compacted
	if s.broken.Load() {
		return sizes, ErrDamaged
	}
	if s.db == nil || s.db.Path() == "" {
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
			return errors.Join(bolt.Compact(db, s.db, compactBatch), db.Sync(), db.Close())
		})
	}
	if err == nil {
		err = checkInChild(temp)
	}
	if err != nil {
		_ = os.Remove(temp)
	}
	return temp, err
}

// replaceBy closes the old file, renames the new one and opens it. The lock of
// the directory keeps other programs away in between. If the rename fails, the
// old file is opened again.
func (s *Store) replaceBy(temp, path string) error {
	old := openForWipe(path)
	if err := s.releaseFile(false); err != nil {
		return errors.Join(err, closeFile(old))
	}
	notMoved := os.Rename(temp, path)
	notSynced := error(nil)
	if notMoved == nil {
		if notSynced = syncDir(s.dir); notSynced == nil && old != nil {
			wipe(old)
		}
	}
	if err := errors.Join(s.openFile(path, s.wait), closeFile(old)); err != nil {
		s.broken.Store(true)
		return err
	}
	return errors.Join(notMoved, notSynced)
}

func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
