package storage

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"authenkiosk/atomicfile"

	bolt "go.etcd.io/bbolt"
)

// failure is a commit that failed, or a compacted file whose name may not be safe.
//
// What bbolt shows after a commit whose sync failed is no truth: the newest meta page
// can stand in the memory of the system and not on the disk, so that a record is found
// that a power cut would take away, and that no list has (etcd ends its process then).
// So nothing is shown any more; the file is closed, brought back to the transaction
// before, which is safe, and opened again. What the caller was told (no) stays true.
type failure struct {
	txid uint64 // of the commit; 0: there was none
}

// hold runs f with the files held, after what failed has been mended.
func (s *Store) hold(f func() error) error {
	s.swap.RLock()
	for s.failed.Load() != nil {
		s.swap.RUnlock()
		if err := s.mend(); err != nil {
			return err
		}
		s.swap.RLock()
	}
	defer s.swap.RUnlock()
	return f()
}

// fail notes a failure. Nothing is read or written before mend has succeeded.
func (s *Store) fail(txid uint64) { s.failed.Store(&failure{txid}) }

// mend makes the store whole after a failure. It returns ErrUnsafe as long as the
// disk does not allow it.
func (s *Store) mend() error {
	s.swap.Lock()
	defer s.swap.Unlock()
	failed := s.failed.Load()
	switch {
	case s.closed:
		return ErrClosed
	case s.broken.Load():
		return ErrDamaged
	case failed == nil: // another call was faster
		return nil
	}
	err := guard(func() error {
		if err := s.takeBackCommit(failed.txid); err != nil {
			return err
		}
		filled := s.filled
		if err := s.openFile(filepath.Join(s.dir, fileName), s.wait); err != nil {
			return err
		}
		s.filled = filled // it is the same file, or nothing of it is
		if err := s.db.View(s.verify); err != nil {
			return err
		}
		s.failed.Store(nil)
		return s.takeBackUnwanted()
	})
	if errors.Is(err, ErrDamaged) {
		s.breakDown() // what to do about that, Open knows
		return err
	}
	if err != nil {
		if s.failed.Load() == nil {
			s.fail(0)
		}
		return fmt.Errorf("%w: %w", ErrUnsafe, err)
	}
	return nil
}

// takeBackUnwanted removes the visits of which somebody was told that they are not
// saved.
func (s *Store) takeBackUnwanted() error {
	if len(s.unwanted) == 0 {
		return nil
	}
	err := s.commit(func(tx *bolt.Tx) error {
		for _, id := range s.unwanted {
			if err := s.unsave(tx, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.unwanted = nil
	}
	return err
}

// takeBackCommit closes the file and makes the state before that commit safe, which
// is the last one that was.
func (s *Store) takeBackCommit(txid uint64) error {
	_ = s.releaseFile(false) // whatever it says, nothing of it is used any more
	f, err := os.OpenFile(filepath.Join(s.dir, fileName), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if txid > 0 {
		err = takeBackMeta(f, txid)
	}
	if err == nil {
		err = f.Sync()
	}
	return cmp.Or(err, f.Close(), atomicfile.SyncDir(s.dir))
}

// takeBackMeta overwrites the meta page of a transaction with that of the one before.
// bbolt writes the two in turn and never touches a page that the older one uses. A file
// in which that page is not to be found is damaged: no later try would find it.
func takeBackMeta(f *os.File, txid uint64) error {
	p, err := openPages(f)
	if err != nil {
		return err
	}
	switch {
	case p.metas == 0 && p.unread != nil:
		return p.unread // a later try may read it
	case p.metas == 0:
		return fmt.Errorf("%w: no meta page is valid", ErrDamaged)
	}
	before, at := make([]byte, p.pageSize), int64(txid%2)
	if _, err := f.ReadAt(before, (1-at)*p.pageSize); errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: the meta pages are cut off", ErrDamaged)
	} else if err != nil {
		return err
	}
	older := pageFile{r: bytes.NewReader(before), size: p.pageSize, pageSize: p.pageSize}
	if !older.meta(0) || older.txid != txid-1 {
		return fmt.Errorf("%w: the meta page of transaction %d is not there", ErrDamaged, txid-1)
	}
	little.PutUint64(before, uint64(at)) // the page's own number
	_, err = f.WriteAt(before, at*p.pageSize)
	return err
}
