package storage

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"authenkiosk/storage/internal/madeup"
	"authenkiosk/visit"
)

// decided restores a visit into a new data directory as far as a restore comes that is
// killed right behind its decision: the data file has not got its name yet.
func decided(t *testing.T) (data string, file []byte, o RestoreOptions) {
	t.Helper()
	_, dir, code := newData(t)
	s, err := Open(dir, Options{})
	must(t, err)
	must(t, s.Save(madeup.Visit(1), noon))
	file = backupOf(t, s)
	must(t, s.Close())

	data, o = t.TempDir(), withCode(code)
	r := restoring{o: o, done: Restored{Besides: map[string][]byte{}}, id: &backupIdentity{find: o.keyOf(data)}}
	r.o.Now = func() time.Time { return noon }
	must(t, readBackup(bytes.NewReader(file), r.id, func(i BackupInfo) error { return r.begin(data, i) }, r.put))
	must(t, r.commit())
	must(t, r.end())
	return data, file, o
}

// Whoever gives the command again has lost nothing.
func TestARestoreThatWasDecidedAndKilledCanBeGivenAgain(t *testing.T) {
	data, file, o := decided(t)
	done, err := Restore(data, bytes.NewReader(file), o)
	if err != nil || done.Visits != 1 {
		t.Fatalf("given again: %d visits, %v", done.Visits, err)
	}
	if _, err := os.Lstat(filepath.Join(data, string(visit.ZoneTest), restoreName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something is left over: %v", err)
	}
}

func TestARestoredStoreDoesNotKnowWhatWasMadeSinceItsCopy(t *testing.T) {
	made := madeup.Visit(1).ID.MadeAt()
	_, dir, recovery := newData(t)
	s, err := Open(dir, Options{})
	must(t, err)
	file := backupOf(t, s)
	knows := func(s *Store, id visit.ID, want bool, when string) {
		t.Helper()
		if got, err := s.Knows(id); got != want || err != nil {
			t.Errorf("%s: %t, %v", when, got, err)
		}
	}
	between, since := madeup.Visit(1).ID, visit.ID("01a00000-0000-7000-8000-000000000001")
	knows(s, between, true, "the store itself")
	must(t, s.Close())

	o := withCode(recovery)
	o.Now = func() time.Time { return made.Add(time.Hour) }
	done, err := Restore(t.TempDir(), bytes.NewReader(file), o)
	must(t, err)
	s, err = Open(done.Dir, Options{})
	must(t, err)
	knows(s, between, false, "of between")
	knows(s, since, true, "of afterwards")
	_, err = s.Compact()
	must(t, err)
	must(t, s.Close())
	s, err = Open(done.Dir, Options{})
	must(t, err)
	defer func() { _ = s.Close() }()
	knows(s, between, false, "after a compaction and a restart")
}

func TestAStoreWhoseDataFileWasLostDoesNotKnowWhatWasInIt(t *testing.T) {
	dir, id := t.TempDir(), madeUp(1).ID
	s := openIn(t, dir)
	if knows, err := s.Knows(id); !knows || err != nil {
		t.Errorf("before: %t, %v", knows, err)
	}
	must(t, s.Close())
	must(t, os.Remove(filepath.Join(dir, fileName)))
	s, err := Open(dir, Options{Now: func() time.Time { return id.MadeAt().Add(time.Hour) }})
	must(t, err)
	defer func() { _ = s.Close() }()
	if knows, err := s.Knows(id); knows || err != nil {
		t.Errorf("afterwards: %t, %v", knows, err)
	}
}

func TestADirectoryWithADecidedRestoreIsInUse(t *testing.T) {
	data, _, _ := decided(t)
	if Unused(filepath.Join(data, string(visit.ZoneTest))) {
		t.Error("its visits only wait for the first start")
	}
}

func TestASecretThatIsSetBehindARestoreThatWasKilledStays(t *testing.T) {
	data, _, _ := decided(t)
	dir := filepath.Join(data, string(visit.ZoneTest))
	secrets := OpenSecrets(dir)
	const value = "00000000-0000-4000-8000-000000000001"
	must(t, secrets.Set(visit.ZoneTest, "nhso", value))
	if got, err := secrets.Get(visit.ZoneTest, "nhso"); err != nil || got != value {
		t.Errorf("before the first start: %q, %v", got, err)
	}
	s, err := Open(dir, Options{})
	must(t, err)
	must(t, s.Close())
	if got, err := secrets.Get(visit.ZoneTest, "nhso"); err != nil || got != value {
		t.Errorf("behind it: %q, %v", got, err)
	}
}

func TestARestoreNamesTheSecretsThatItTookAway(t *testing.T) {
	_, file, o := decided(t)
	data := t.TempDir()
	secrets := OpenSecrets(filepath.Join(data, string(visit.ZoneTest)))
	must(t, secrets.Set(visit.ZoneTest, "nhso-token", "00000000-0000-4000-8000-000000000001"))
	done, err := Restore(data, bytes.NewReader(file), o)
	must(t, err)
	if _, err := secrets.Get(visit.ZoneTest, "nhso-token"); !errors.Is(err, ErrNoSecret) {
		t.Fatalf("it is sealed with a key that is gone: %v", err)
	}
	if want := []string{"nhso-token.test"}; !slices.Equal(done.Backup.Without, want) {
		t.Errorf("to be set again are %v, want %v", done.Backup.Without, want)
	}
}
