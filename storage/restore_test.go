package storage

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"authenkiosk/storage/internal/madeup"
	"authenkiosk/visit"
)

// The process is killed, or the power fails, when the restore is decided and the data file has
// not got its name yet. Whoever gives the command again has lost nothing.
func TestARestoreThatWasDecidedAndKilledCanBeGivenAgain(t *testing.T) {
	_, dir, code := newData(t)
	s, err := Open(dir, Options{})
	must(t, err)
	must(t, s.Save(madeup.Visit(1), noon))
	file := backupOf(t, s)
	must(t, s.Close())

	data := t.TempDir()
	o := withCode(code)
	r := restoring{o: o, done: Restored{Besides: map[string][]byte{}}, id: &backupIdentity{find: o.keyOf(data)}}
	r.o.Now = func() time.Time { return noon }
	must(t, readBackup(bytes.NewReader(file), r.id, func(i BackupInfo) error { return r.begin(data, i) }, r.put))
	must(t, r.commit())
	must(t, r.end())

	done, err := Restore(data, bytes.NewReader(file), o)
	if err != nil || done.Visits != 1 {
		t.Fatalf("given again: %d visits, %v", done.Visits, err)
	}
	if _, err := os.Lstat(filepath.Join(data, string(visit.ZoneTest), restoreName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something is left over: %v", err)
	}
}
