package storage

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
)

func TestTheFileAndItsDirectoryAreForTheOwnerOnly(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	dir := filepath.Join(t.TempDir(), "deep", "data")
	openIn(t, dir)
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, fileName): 0o600} {
		info, err := os.Stat(path)
		must(t, err)
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %o, want %o", path, info.Mode().Perm(), want)
		}
	}
}

func TestASecondProgramIsToldThatTheFileIsInUse(t *testing.T) {
	dir := t.TempDir()
	openIn(t, dir)
	_, err := Open(dir, Options{LockTimeout: 20 * time.Millisecond})
	if !errors.Is(err, ErrInUse) {
		t.Errorf("got %v", err)
	}
}

func TestLeftoversOfABrokenCreationAreRemoved(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, fileName+".new-123")
	must(t, os.WriteFile(old, []byte("half"), 0o600))
	openIn(t, dir)
	if exists(old) {
		t.Error("it is still there")
	}
}

func TestAClosedStoreSaysSo(t *testing.T) {
	s := openIn(t, t.TempDir())
	must(t, s.Close())
	must(t, s.Close())
	if err := s.Save(madeUp(1), noon); !errors.Is(err, ErrClosed) {
		t.Errorf("Save: %v", err)
	}
	if _, err := s.Unsettled(); !errors.Is(err, ErrClosed) {
		t.Errorf("Unsettled: %v", err)
	}
}

func testRing() *keyring { return newKeyring(kek{key: make([]byte, keySize)}) }

func TestAFileOfANewerProgramIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	must(t, s.update(func(tx *bolt.Tx) error {
		newer := []byte("4")
		return errors.Join(tx.Bucket(bucketMeta).Put(keyFormat, newer), tx.Bucket(bucketMeta).Put(keyFormatCheck, formatCheck(newer)))
	}))
	must(t, s.Close())
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrNewerFormat) {
		t.Errorf("got %v", err)
	}
}

func TestAPanicInsideTheDatabaseMakesEveryLaterCallAnError(t *testing.T) {
	// The file stays mapped after it, and Windows removes none that is: not t.TempDir, whose
	// end would be an error.
	dir, err := os.MkdirTemp("", "authenkiosk-panic-")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := openIn(t, dir)
	if err := s.update(func(*bolt.Tx) error { panic("page 5: not a leaf") }); !errors.Is(err, ErrDamaged) {
		t.Fatalf("got %v", err)
	}
	if err := s.Save(madeUp(1), noon); !errors.Is(err, ErrDamaged) {
		t.Errorf("after the panic: %v", err)
	}
	must(t, s.Close())
	openIn(t, dir) // the lock is gone
}

func TestRoomIsMeasuredAndTheLimitSaysItsNumbers(t *testing.T) {
	free, err := Room(t.TempDir())
	if err != nil || free == 0 {
		t.Errorf("%d bytes, %v", free, err)
	}
	if _, err := Room(filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Error("a missing directory has room")
	}
	err = enough(MinRoom - 1)
	if !errors.Is(err, ErrNoRoom) || !strings.Contains(err.Error(), "199 MB of at least 200 MB") {
		t.Errorf("got %v", err)
	}
	must(t, enough(MinRoom))
}
