package storage

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/atomicfile"
	"authenkiosk/visit"
)

// A restored store is made, complete and synced, in a directory beside the one that is
// there. The rename of that directory decides: from then on Open, whoever calls it and
// however often the power fails, finishes the switch before it does anything else.
const (
	restoreName = "restore"
	restoreTemp = "restore.new-*"
)

// RestoreOptions say how a backup is opened and what speaks against it.
type RestoreOptions struct {
	Keys KeyOptions
	// Code asks for the recovery code when no key here opens the backup; nil: nobody can
	// be asked.
	Code func() (string, error)
	// Allow refuses a backup by what it is about; nil: none.
	Allow func(BackupInfo) error
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Restored tells what Restore has done.
type Restored struct {
	Backup  BackupInfo        // Without has those, too, that were here and went with their key
	Dir     string            // the data directory of its zone
	Besides map[string][]byte // the files of the configuration, by base name
	Visits  int
	Lost    int // visits that could not be read already where the backup was made
	// AuditLost: the chain was broken already where the backup was made; a new one begins.
	AuditLost bool
	LookUp    int // visits about which NHSO is asked before anything is sent
	Held      int // visits that a desk holds
	NewKey    bool
	Source    SourceInfo // of the key now
}

// Restore puts the store of a backup into the directory of its zone under data, in place
// of one with the same key or one without visits. It has worked or has changed nothing,
// whenever the power fails.
//
// A copy is older than what it is a copy of: every visit that is not settled in it counts
// as in flight, one that is held and was pending as held in flight, so that NHSO is asked
// before anything is sent. Numbers of the feed leap, and what was to be printed is unclear.
//
// Errors, for errors.Is: ErrNotBackup, ErrBackupDamaged, ErrBackupNewer, ErrBackupKey,
// ErrRecoveryCode, ErrRecoveryForm, ErrBackupForeign, ErrWouldLose, ErrMoved (the store there
// was closed, and the backup is one of before), ErrInUse and those of Open and Allow.
func Restore(data string, from io.Reader, o RestoreOptions) (Restored, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	r := restoring{o: o, done: Restored{Besides: map[string][]byte{}}, id: &backupIdentity{find: o.keyOf(data)}}
	err := readBackup(from, r.id, func(info BackupInfo) error { return r.begin(data, info) }, r.put)
	if err == nil {
		err = r.commit()
	}
	if err = errors.Join(err, r.end()); err != nil {
		return r.done, err
	}
	s, err := Open(r.done.Dir, Options{Keys: o.Keys, Now: o.Now})
	if err != nil {
		return r.done, fmt.Errorf("open the restored data: %w", err)
	}
	r.done.Source = s.KeySource()
	return r.done, s.Close()
}

// restoring is a restore under way.
type restoring struct {
	o       RestoreOptions
	id      *backupIdentity
	done    Restored
	lock    *os.File // nil: present has it
	present *Store   // nil: there is none
	same    bool     // the directory has the key of the backup
	staging string
}

// begin keeps other programs away from the directory, and makes a place for what comes.
func (r *restoring) begin(data string, info BackupInfo) (err error) {
	if r.o.Allow != nil {
		if err := r.o.Allow(info); err != nil {
			return err
		}
	}
	r.done.Backup, r.done.Dir = info, filepath.Join(data, string(info.Zone))
	dir := r.done.Dir
	// One that was restored before and has not taken its place yet is a store that is there.
	if exists(filepath.Join(dir, fileName)) || exists(filepath.Join(dir, journalName)) || exists(filepath.Join(dir, restoreName)) {
		r.present, err = Open(dir, Options{Keys: r.o.Keys, Now: r.o.Now, Moved: true})
	} else if err = atomicfile.MakeDir(dir); err == nil {
		r.lock, err = lockDir(dir, DefaultLockTimeout)
	}
	if err != nil {
		return fmt.Errorf("the data that are in %s already: %w", dir, err)
	}
	if exists(filepath.Join(dir, movedName)) && !info.Moved {
		return fmt.Errorf("%w: a copy that was made before the move does not open it, only one by backup -move does", ErrMoved)
	}
	k, err := r.o.Keys.open(dir)
	r.same = err == nil && r.id.kek.holds(k.key)
	if r.present != nil && !r.same && len(r.present.everyVisit()) > 0 {
		return fmt.Errorf("%w, in %s: give that directory another name first", ErrBackupForeign, dir)
	}
	r.staging, err = os.MkdirTemp(dir, restoreTemp)
	return err
}

func (r *restoring) put(name string, content io.Reader) error {
	if base, ok := strings.CutPrefix(name, besidesPath); ok {
		data, err := io.ReadAll(content)
		r.done.Besides[base] = data
		return err
	}
	f, err := os.OpenFile(filepath.Join(r.staging, fileName), os.O_CREATE|os.O_EXCL|os.O_WRONLY, fileMode)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	return errors.Join(err, f.Close())
}

// commit makes the new store of what has come, and lets it count.
func (r *restoring) commit() error {
	if err := r.build(); err != nil {
		return err
	}
	if !r.same {
		if err := r.sealKey(); err != nil {
			return fmt.Errorf("seal the key for this machine: %w", err)
		}
		r.done.NewKey = true
		// Those that are here are sealed with the key of before.
		r.done.Backup.Without = slices.Compact(slices.Sorted(slices.Values(append(secretsIn(r.done.Dir), r.done.Backup.Without...))))
	}
	if err := atomicfile.SyncDir(r.staging); err != nil {
		return err
	}
	if err := os.Rename(r.staging, filepath.Join(r.done.Dir, restoreName)); err != nil {
		return err
	}
	r.staging = ""
	return atomicfile.SyncDir(r.done.Dir)
}

// build makes the data file anew, of what can be read of the one that was in the backup.
func (r *restoring) build() error {
	path := filepath.Join(r.staging, fileName)
	found, err := inspect(path, false)
	if err == nil {
		err = found.sound()
	}
	if errors.Is(err, ErrDamaged) {
		return damagedBackup(err)
	}
	if err != nil {
		return err
	}
	plan := &salvage{leap: true, noticed: r.o.Now(), demote: true}
	temp, err := rescue(r.staging, newKeyring(kek{key: r.id.key}), plan)
	if err != nil {
		return fmt.Errorf("read the data file of the backup: %w", err)
	}
	if err := r.wouldLose(plan); err != nil {
		return err
	}
	r.done.Visits, r.done.Lost, r.done.AuditLost = len(plan.records), len(plan.lost), !plan.audit
	for _, record := range plan.records {
		if record.State.Unsettled() {
			r.done.LookUp++
		}
		if record.Held() {
			r.done.Held++
		}
	}
	return os.Rename(temp, path)
}

// wouldLose refuses to replace a store that has visits which the backup has not.
func (r *restoring) wouldLose(plan *salvage) error {
	if r.present == nil || exists(filepath.Join(r.done.Dir, movedName)) {
		return nil
	}
	erased := map[visit.ID]bool{}
	for _, e := range plan.content[string(bucketPast)] {
		erased[visit.ID(e.key)] = true
	}
	missing := 0
	for _, id := range r.present.everyVisit() {
		if _, there := plan.records[id]; !there && !erased[id] {
			missing++
		}
	}
	if missing > 0 {
		return fmt.Errorf("%w: %d, in %s. Give that directory another name first if they shall be left behind", ErrWouldLose, missing, r.done.Dir)
	}
	return nil
}

// everyVisit returns the ids of all visits, in no order.
func (s *Store) everyVisit() []visit.ID {
	return read(s.index, func(x *index) (ids []visit.ID) {
		for u := range x.lines {
			ids = append(ids, u.id())
		}
		return ids
	})
}

// sealKey seals the key of the backup with the best source of this machine.
func (r *restoring) sealKey() error {
	file := r.id.kek
	source, sealed, err := r.o.Keys.sealWithBest(r.done.Dir, r.id.key)
	if err != nil {
		return err
	}
	back, err := source.Unseal(sealed)
	if err != nil || !file.holds(back) {
		return fmt.Errorf("%w: what %s has just sealed does not open: %w", ErrKeySource, source.Name(), err)
	}
	file.Source, file.Sealed = source.Name(), sealed
	data, err := json.Marshal(file)
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(r.staging, kekName), data, fileMode)
}

// end lets go of everything; what was not committed is gone.
func (r *restoring) end() error {
	var err error
	if r.staging != "" {
		err = os.RemoveAll(r.staging)
	}
	if r.present != nil {
		err = errors.Join(err, r.present.Close())
	}
	return errors.Join(err, closeFile(r.lock))
}

// switchToRestored finishes what a restore has decided, any number of times, and reports
// whether there was one. Its caller holds the lock of the directory.
func switchToRestored(dir string) (restored bool, err error) {
	from := filepath.Join(dir, restoreName)
	if !exists(from) {
		names, _ := filepath.Glob(filepath.Join(dir, restoreTemp))
		for _, name := range names {
			_ = os.RemoveAll(name) // it is tried again at the next start
		}
		return false, nil
	}
	key, err := os.ReadFile(filepath.Join(from, kekName))
	switch {
	case err == nil:
		// Both: as long as the directory is there, no old data file is opened with it.
		for _, path := range []string{filepath.Join(dir, kekName), filepath.Join(dir, kekName+copySuffix)} {
			if err := atomicfile.Write(path, key, fileMode); err != nil {
				return true, err
			}
		}
		// They were sealed with a key that is gone.
		if err := os.RemoveAll(filepath.Join(dir, secretsDir)); err != nil {
			return true, err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return true, err
	}
	for _, name := range []string{journalName, keysName, movedName} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return true, err
		}
	}
	err = takeFile(filepath.Join(from, fileName), filepath.Join(dir, fileName))
	if err != nil && !(errors.Is(err, fs.ErrNotExist) && exists(filepath.Join(dir, fileName))) { // it was taken before
		return true, err
	}
	if err := atomicfile.SyncDir(dir); err != nil || key == nil {
		return true, err
	}
	// From here on the key is that of the directory: what is set or sealed with it until the
	// first start stays.
	return true, removeDurably(filepath.Join(from, kekName))
}

// completeRestore is for those who need the key and not the store.
func completeRestore(dir string) error {
	if !exists(filepath.Join(dir, restoreName)) {
		return nil
	}
	lock, err := lockDir(dir, DefaultLockTimeout)
	if err != nil {
		return err
	}
	_, err = switchToRestored(dir)
	return errors.Join(err, lock.Close())
}

// endRestore notes that the restored store has taken its place.
func (s *Store) endRestore() error {
	err := s.update(func(tx *bolt.Tx) error {
		return s.audit(tx, Event{Name: "store-restored", Role: RoleStaff, Result: "ok"})
	})
	if err != nil {
		return err
	}
	old, err := os.MkdirTemp(s.dir, restoreTemp)
	if err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(s.dir, restoreName), filepath.Join(old, restoreName)); err != nil {
		return err
	}
	if err := atomicfile.SyncDir(s.dir); err != nil {
		return err
	}
	_ = os.RemoveAll(old) // it is tried again at the next start
	return nil
}

func writeMark(path string, at time.Time) error {
	return atomicfile.Write(path, at.AppendFormat(nil, time.RFC3339), fileMode)
}

func removeDurably(path string) error {
	if err := os.Remove(path); err != nil {
		return err
	}
	return atomicfile.SyncDir(filepath.Dir(path))
}
