package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
)

// leftover matches the temporary files of a creation that a power cut ended.
const leftover = fileName + ".new-*"

// ensureFile makes the data file when there is none. bbolt's own creation is not
// atomic (etcd-io/bbolt issue 567: a power cut leaves a file that cannot be
// opened), so a complete file is made under another name, synced, and linked to
// the right name. A link, unlike a rename, fails when another program was
// faster, and so can never replace a file with visits in it.
func ensureFile(dir, path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	temp, err := createTemp(dir)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp) }()
	if err := publish(temp, path); err != nil {
		return err
	}
	return syncDir(dir)
}

// publish gives the complete file its name. File systems without hard links
// (FAT) get a rename.
func publish(temp, path string) error {
	err := os.Link(temp, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	if _, statErr := os.Stat(path); statErr == nil {
		return nil // another program made it and cleaned up our file
	}
	if renameErr := os.Rename(temp, path); renameErr != nil {
		return errors.Join(err, renameErr)
	}
	return nil
}

// createTemp writes a complete, synced, empty store and returns its name.
func createTemp(dir string) (string, error) {
	f, err := os.CreateTemp(dir, leftover)
	if err != nil {
		return "", err
	}
	temp := f.Name()
	if err := f.Close(); err != nil {
		return "", err
	}
	err = guard(func() error { return fill(temp) })
	if err != nil {
		_ = os.Remove(temp)
		return "", fmt.Errorf("fill %s: %w", filepath.Base(temp), err)
	}
	return temp, nil
}

func fill(temp string) error {
	db, err := bolt.Open(temp, fileMode, boltOptions(DefaultLockTimeout))
	if err != nil {
		return err
	}
	return errors.Join(db.Update(makeBuckets), db.Sync(), db.Close())
}

// removeLeftovers is called with the lock on the data file held. A program that
// is making a temporary file at the same moment finds the data file instead.
func removeLeftovers(dir string) {
	names, _ := filepath.Glob(filepath.Join(dir, leftover))
	for _, name := range names {
		_ = os.Remove(name) // it is tried again at the next start
	}
}
