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

	"authenkiosk/atomicfile"
	"authenkiosk/visit"
)

// Options tune a store. The zero value is right for the product.
type Options struct {
	// LockTimeout is how long to wait for another program; 0 means
	// DefaultLockTimeout.
	LockTimeout time.Duration
	// Keys say where the key of the directory comes from.
	Keys KeyOptions
	// Now is the clock for what has no time of its own; nil means time.Now.
	Now func() time.Time
	// BeforeSave is called before a new visit is saved; its error keeps it from that. It may
	// be nil.
	BeforeSave func() error
	// Moved opens a store that was closed for good, too: for a backup of it, not for work.
	Moved bool
}

// Store holds the visits of one kiosk. It is safe for concurrent use.
type Store struct {
	dir     string
	lock    *os.File // held while the store is open
	wait    time.Duration
	before  func() error // each new visit is saved
	now     func() time.Time
	ring    *keyring
	source  SourceInfo
	journal *journal
	index   *index
	found   Recovery
	opened  time.Time // with the monotonic clock
	signIns signIns

	order   sync.Mutex // of changes, see changing; taken before everything else
	writing sync.Mutex // so that the index follows changes in their order
	filled  int64      // how far the data file is filled with zeros for pages to come

	beginning sync.Mutex // of transactions, see begin
	copying   sync.Mutex // of the keys, see writeKeyCopy

	swap   sync.RWMutex // db and file are replaced by Compact
	db     *bolt.DB
	file   *os.File    // bbolt's own, to let go of the lock when bbolt cannot
	broken atomic.Bool // bbolt panicked: its locks are in an unknown state
	damage chan struct{}
	// abandoned is set once a call into bbolt was not waited for.
	abandoned atomic.Bool
	failed    atomic.Pointer[failure]
	closed    bool
	close     sync.Once

	unwanted []visit.ID // that the next mend takes back
}

// Open opens the store in that directory and makes both when they are missing,
// the directory for the owner only (0700), the files with mode 0600. A directory
// that exists keeps its mode.
//
// A damaged data file is renamed and kept, and what can be read of it comes over
// into a new one; visits that are not settled come from the journal. Recovery
// tells what happened.
//
// What Restore has put beside the store takes its place first.
//
// Errors, for errors.Is: ErrInUse, ErrNewerFormat (the file is left as it is), ErrMoved,
// ErrKeyGone and ErrKeySource (the records cannot be opened on this machine now;
// nothing is changed), and those of the file system.
func Open(dir string, o Options) (*Store, error) {
	s := &Store{dir: dir, wait: o.LockTimeout, before: o.BeforeSave, now: o.Now, damage: make(chan struct{}), opened: time.Now(), signIns: newSignIns()}
	if s.wait == 0 {
		s.wait = DefaultLockTimeout
	}
	if s.now == nil {
		s.now = time.Now
	}
	if err := atomicfile.MakeDir(dir); err != nil {
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	var err error
	if s.lock, err = lockDir(dir, s.wait); err != nil {
		return nil, fmt.Errorf("open data directory: %w", err)
	}
	if err := s.start(o); err != nil {
		_ = s.release(errors.Is(err, ErrDamaged))
		return nil, fmt.Errorf("open data file: %w", err)
	}
	return s, nil
}

// start does the work of Open with the lock held.
func (s *Store) start(o Options) error {
	restored, err := switchToRestored(s.dir)
	if err != nil {
		return fmt.Errorf("put the restored data in their place: %w", err)
	}
	if !o.Moved && exists(filepath.Join(s.dir, movedName)) {
		return ErrMoved
	}
	removeLeftovers(s.dir)
	path := filepath.Join(s.dir, fileName)
	found, err := look(path)
	missing := errors.Is(err, fs.ErrNotExist)
	if err != nil && !missing {
		return err
	}
	if found.format > formatVersion {
		return found.sound()
	}
	sealed := found.format == formatVersion || missing && exists(filepath.Join(s.dir, journalName))
	key, err := openKEK(s.dir, o.Keys, !sealed)
	if err != nil {
		return err
	}
	s.ring, s.source = newKeyring(key), key.source
	s.found.Unchecked = found.unchecked
	if err := s.checkKey(&found); err != nil {
		return err
	}
	if err := s.makeSound(found, missing); err != nil {
		return err
	}
	if err := s.openChecked(found); err != nil {
		return err
	}
	lostChange := s.found.Quarantined != "" || found.oneMeta || restored
	if err := s.doubtJobs(lostChange); err != nil {
		return err
	}
	if err := s.openJournal(lostChange); err != nil {
		return err
	}
	if err := s.tell(); err != nil {
		return err
	}
	if restored {
		return s.endRestore()
	}
	return atomicfile.SyncDir(s.dir) // of a start before, which failed, a name may not be safe
}

// makeSound sees to it that there is a file of this format that can be opened.
func (s *Store) makeSound(found inspection, missing bool) error {
	switch {
	case missing:
		return ensureFile(s.dir, filepath.Join(s.dir, fileName), s.ring, s.now())
	case found.damaged != "":
		return s.replaceDamaged(found)
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// openChecked opens the file with bbolt and compares records and indexes. A file
// that passed the first look and fails now is replaced, once.
func (s *Store) openChecked(found inspection) error {
	path := filepath.Join(s.dir, fileName)
	for tries := 0; ; tries++ {
		err := guard(func() error {
			if err := s.openFile(path, s.wait); err != nil {
				return err
			}
			return s.db.View(s.verify)
		})
		if err == nil {
			break
		}
		if !errors.Is(err, ErrDamaged) || tries > 0 {
			return err
		}
		s.closeDamaged()
		found.damaged = err.Error()
		if err := s.replaceDamaged(found); err != nil {
			return err
		}
	}
	if err := guard(s.addBuckets); err != nil {
		return err
	}
	if found.oneMeta && s.found.Quarantined == "" {
		return s.demotePending()
	}
	return nil
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
	s.filled = 0
	return s.file.Chmod(fileMode)
}

// Damage is closed when the file turns out to be damaged while it is open. From then on
// every call returns ErrDamaged; only the next Open mends it.
func (s *Store) Damage() <-chan struct{} { return s.damage }

func (s *Store) breakDown() {
	if !s.broken.Swap(true) {
		close(s.damage)
	}
}

// Close lets go of the files. Calls that come later return ErrClosed.
func (s *Store) Close() error {
	var err error
	s.close.Do(func() {
		if s.holdAll() {
			defer s.swap.Unlock()
		}
		s.closed = true
		err = s.release(s.broken.Load())
	})
	return err
}

// letGo is how long callers of a broken store have to come back before it is closed.
const letGo = 5 * time.Second

// holdAll waits until nobody is in the store any more. In a broken one somebody may
// wait for bbolt for ever: then it reports false, and the files are let go all the same.
func (s *Store) holdAll() bool {
	for end := time.Now().Add(letGo); s.broken.Load(); time.Sleep(10 * time.Millisecond) {
		switch {
		case s.swap.TryLock():
			return true
		case time.Now().After(end):
			return false
		}
	}
	s.swap.Lock()
	return true
}

func (s *Store) release(broken bool) error {
	err := s.releaseFile(broken)
	if s.journal != nil {
		err = errors.Join(err, s.journal.close())
	}
	return errors.Join(err, s.lock.Close())
}

// releaseFile closes the database. After a panic bbolt may hold its own locks
// for ever, so only the lock between programs is given up and the file closed.
func (s *Store) releaseFile(broken bool) error {
	db, file := s.db, s.file
	s.db, s.file = nil, nil
	if db != nil && !broken {
		return db.Close()
	}
	switch {
	case file == nil:
		return nil
	case s.abandoned.Load(): // somebody may still be using it
		return unlock(file)
	}
	return errors.Join(unlock(file), file.Close())
}

// closeDamaged closes a file that is about to be replaced, and which nobody else has
// used yet. Letting go of it is not enough: Windows replaces no file that is mapped. Only
// where a panic has left bbolt locked for ever the map stays.
func (s *Store) closeDamaged() {
	if db := s.db; db != nil {
		closed := make(chan error, 1)
		go func() { closed <- guard(db.Close) }()
		select {
		case <-closed: // what it says is of a file that is put aside
			s.db, s.file = nil, nil
			return
		case <-time.After(letGo):
		}
	}
	_ = s.releaseFile(true)
}

// errMeanwhile says that a commit failed while this change waited for its turn.
var errMeanwhile = errors.New("a commit failed")

// update runs f in one transaction that is on the disk when update returns nil. When
// it returns an error nothing has changed, though f may have returned nil.
func (s *Store) update(f func(tx *bolt.Tx) error) error {
	return s.afterwards(s.try(f))
}

// afterwards mends what failed, and adds to the error what that told. After a change
// that is safe it brings the copy of the keys up to date. Its caller holds nothing:
// who waits for the store with the journal held waits for one who waits for the journal.
func (s *Store) afterwards(err error) error {
	if err == nil && s.ring.fresh.CompareAndSwap(true, false) {
		if s.writeKeyCopy() != nil {
			s.ring.fresh.Store(true) // the copy is an extra; the next change tries again
		}
	}
	if err != nil && s.failed.Load() != nil {
		if unsafe := s.mend(); unsafe != nil {
			return fmt.Errorf("%w; %w", err, unsafe)
		}
	}
	return err
}

// try is update that leaves it to its caller to mend what failed: who holds the
// journal must let go of it first, because others wait for it within a transaction.
func (s *Store) try(f func(tx *bolt.Tx) error) error {
	err := errMeanwhile
	for errors.Is(err, errMeanwhile) {
		err = s.guarded(func() error { return s.commit(f) })
	}
	return err
}

// commit makes one transaction. Its file is held.
func (s *Store) commit(f func(tx *bolt.Tx) error) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.failed.Load() != nil {
		return errMeanwhile
	}
	txid := 0 // of a transaction that was made: what fails then is the commit
	err := s.transact(true, func(tx *bolt.Tx) error {
		s.fillAhead(tx)
		if err := f(tx); err != nil {
			return err
		}
		txid = tx.ID()
		return s.unlessDamaged(letGo, tx.Commit)
	})
	if err != nil && txid > 0 {
		s.fail(uint64(txid))
	}
	return err
}

func (s *Store) view(f func(tx *bolt.Tx) error) error {
	return s.guarded(func() error { return s.transact(false, f) })
}

// transact runs f in a transaction of bbolt, which f commits.
func (s *Store) transact(writable bool, f func(tx *bolt.Tx) error) error {
	tx, err := s.begin(writable)
	if err != nil {
		return err
	}
	whole := false
	defer func() {
		s.leave(tx)
		if !whole {
			s.breakDown()
		}
	}()
	err = f(tx)
	whole = true
	return err
}

// begin lets one caller at a time begin, so that nobody else waits there when a page
// cannot be read. Who leaves needs no turn: a writer may wait for it before it lets the
// next one begin.
func (s *Store) begin(writable bool) (*bolt.Tx, error) {
	s.beginning.Lock()
	defer s.beginning.Unlock()
	if s.broken.Load() {
		return nil, ErrDamaged
	}
	db := s.db
	var tx *bolt.Tx // not read unless it is there
	err := s.unlessDamaged(0, func() (err error) {
		tx, err = db.Begin(writable)
		return err
	})
	if err != nil {
		return nil, err
	}
	return tx, nil
}

// leave ends a transaction; one that was committed is over already, and in a broken
// store nothing is touched any more.
func (s *Store) leave(tx *bolt.Tx) {
	if !s.broken.Load() && tx.DB() != nil {
		_ = s.unlessDamaged(0, tx.Rollback)
	}
}

// unlessDamaged runs a call into bbolt that may take its locks. Where a page cannot be
// read bbolt panics, and keeps the locks that it has for ever; so nobody waits for them
// longer than until somebody has found that out, and for the grace, in which what is
// under way comes to its end.
func (s *Store) unlessDamaged(grace time.Duration, call func() error) error {
	ended := make(chan error, 1)
	go func() { ended <- guard(call) }()
	var err error
	select {
	case err = <-ended:
	case <-s.damage:
		err = ErrDamaged
		late := time.NewTimer(grace)
		defer late.Stop()
		select {
		case err = <-ended:
		case <-late.C:
			s.abandoned.Store(true)
		}
	}
	if errors.Is(err, ErrDamaged) {
		s.breakDown()
	}
	return err
}

func (s *Store) guarded(f func() error) error {
	return s.hold(func() error {
		switch {
		case s.broken.Load():
			return ErrDamaged
		case s.db == nil:
			return ErrClosed
		}
		panicked := true
		err := guard(func() error {
			err := f()
			panicked = false
			return err
		})
		if panicked {
			s.breakDown()
		}
		return err
	})
}
