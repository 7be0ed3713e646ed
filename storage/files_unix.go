//go:build unix

package storage

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// unlock gives up bbolt's lock on its file. Closing the file is not enough: the
// memory map keeps it open.
func unlock(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_UN) }

// tryLock takes the lock that ends with the program, or returns errLocked.
func tryLock(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return errLocked
	}
	return err
}

// wipe overwrites what a name that was replaced still holds. It is an extra: a
// file system may have put the old content elsewhere.
func wipe(f *os.File) {
	info, err := f.Stat()
	if err != nil {
		return
	}
	zero := make([]byte, 1<<16)
	for at := int64(0); at < info.Size(); at += int64(len(zero)) {
		if _, err := f.WriteAt(zero[:min(int64(len(zero)), info.Size()-at)], at); err != nil {
			return
		}
	}
	_ = f.Sync()
}

// openForWipe opens a file that is about to be replaced.
func openForWipe(path string) *os.File {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil
	}
	return f
}

// takeFile gives a file a place in another directory, in which it replaces what is there.
// It stays where it was, too: of a file that moves between directories a power cut could
// leave no name.
func takeFile(from, to string) error {
	temp := filepath.Join(filepath.Dir(to), strings.TrimSuffix(leftover, "*")+"taken")
	if err := os.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Link(from, temp); err != nil {
		return err
	}
	return os.Rename(temp, to)
}
