package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// Options tune a store. The zero value is right for the product.
type Options struct {
	// LockTimeout is how long to wait for another program; 0 means
	// DefaultLockTimeout.
	LockTimeout time.Duration
}

// Store holds the visits of one kiosk. It is safe for concurrent use.
type Store struct {
	db     *bolt.DB
	file   *os.File // bbolt's own, to let go of the lock when bbolt cannot
	codec  codec
	broken atomic.Bool // bbolt panicked: its locks are in an unknown state
	close  sync.Once
}

// Open opens the store in that directory and makes both when they are missing,
// the directory for the owner only (0700), the file with mode 0600. A directory
// that exists keeps its mode.
//
// Errors: ErrInUse, ErrDamaged and ErrNewerFormat, for errors.Is, and those of
// the file system. A damaged file is left as it is.
func Open(dir string, o Options) (*Store, error) {
	if o.LockTimeout == 0 {
		o.LockTimeout = DefaultLockTimeout
	}
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	path := filepath.Join(dir, fileName)
	if err := ensureFile(dir, path); err != nil {
		return nil, fmt.Errorf("create data file: %w", err)
	}
	s := &Store{codec: plain{}}
	err := guard(func() error {
		if err := s.openFile(path, o.LockTimeout); err != nil {
			return err
		}
		return s.prepare()
	})
	if err != nil {
		s.release(errors.Is(err, ErrDamaged))
		return nil, fmt.Errorf("open data file %s: %w", path, err)
	}
	removeLeftovers(dir)
	return s, nil
}

// boltOptions are those of every file of ours.
//
// The list of free pages is written with every commit (NoFreelistSync false):
// without it bbolt rebuilds the list at every Open in a goroutine of its own,
// where a damaged page is a panic that nobody can recover. FreelistArrayType,
// bbolt's default, reuses the lowest pages first and so keeps the file short;
// the map pays off with many thousand free pages only. NoSync is never set.
func boltOptions(lock time.Duration) *bolt.Options {
	return &bolt.Options{Timeout: lock, FreelistType: bolt.FreelistArrayType}
}

func (s *Store) openFile(path string, lock time.Duration) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Size() == 0 {
		// bbolt would take it for a new file and hide that visits are gone.
		return fmt.Errorf("%w: it is empty", ErrDamaged)
	}
	o := boltOptions(lock)
	o.OpenFile = func(name string, flag int, mode fs.FileMode) (*os.File, error) {
		f, err := os.OpenFile(name, flag&^os.O_CREATE, mode)
		s.file = f
		return f, err
	}
	s.db, err = bolt.Open(path, fileMode, o)
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return fmt.Errorf("%w (waited %s)", ErrInUse, lock)
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch):
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	case err != nil:
		return err
	}
	return s.file.Chmod(fileMode)
}

// Close lets go of the file. Calls that come later return ErrClosed.
func (s *Store) Close() error {
	err := ErrClosed
	s.close.Do(func() { err = s.release(s.broken.Load()) })
	if errors.Is(err, ErrClosed) {
		return nil
	}
	return err
}

// release closes the database. After a panic bbolt may hold its own locks for
// ever, so only the lock between programs is given up and the file closed.
func (s *Store) release(broken bool) error {
	if s.db != nil && !broken {
		return s.db.Close()
	}
	if s.file != nil {
		return errors.Join(unlock(s.file), s.file.Close())
	}
	return nil
}

// update runs f in one transaction that is on the disk when update returns nil.
func (s *Store) update(f func(tx *bolt.Tx) error) error {
	return s.guarded(func() error { return s.db.Update(f) })
}

func (s *Store) view(f func(tx *bolt.Tx) error) error {
	return s.guarded(func() error { return s.db.View(f) })
}

func (s *Store) guarded(f func() error) error {
	if s.broken.Load() {
		return ErrDamaged
	}
	panicked := true
	err := guard(func() error {
		err := f()
		panicked = false
		return err
	})
	if panicked {
		s.broken.Store(true)
	}
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		return ErrClosed
	}
	return err
}
