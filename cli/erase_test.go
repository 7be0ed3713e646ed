package cli

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"authenkiosk/app/records"
	"authenkiosk/storage"
	"authenkiosk/storage/storagetest"
)

// Freed pages hold the sealed records until the file is written anew, whatever else of
// an erasure has failed, and also when it had failed the last time.
func TestAnErasureWritesTheFileAnewAlsoWhenAPartOfItFails(t *testing.T) {
	dir := t.TempDir()
	store, err := storage.Open(dir, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	storagetest.Done(t, store, time.Now())
	journal := filepath.Join(dir, "authenkiosk.journal")
	if err := os.Remove(journal); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(journal, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	r := records.Commands{Store: store, Log: slog.New(slog.DiscardHandler)}
	for _, failed := range []bool{true, false} {
		before := stat(t, dir)
		err := records.EraseCommand(t.Context(), r, nil, strings.NewReader(somePID+"\n"), io.Discard)
		if (err != nil) != failed || os.SameFile(before, stat(t, dir)) {
			t.Errorf("%v; the file is the same: %v", err, os.SameFile(before, stat(t, dir)))
		}
	}
}

func stat(t *testing.T, dir string) os.FileInfo {
	t.Helper()
	info, err := os.Stat(filepath.Join(dir, "authenkiosk.db"))
	if err != nil {
		t.Fatal(err)
	}
	return info
}
