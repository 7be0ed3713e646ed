//go:build unix

package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// ownAs gives a file to the owner of the one that it replaces, or of the directory
// where there is none. Without the right to do so it stays as it is.
func ownAs(f *os.File, replaced string) error {
	info, err := os.Stat(replaced)
	if err != nil {
		if info, err = os.Stat(filepath.Dir(replaced)); err != nil {
			return err
		}
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok || os.Geteuid() != 0 || s.Uid == 0 && s.Gid == 0 {
		return nil
	}
	return f.Chown(int(s.Uid), int(s.Gid))
}

// closeToOthers does nothing: the mode has done it.
func closeToOthers(string) error { return nil }

// SyncDir makes the names in a directory durable.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// replace puts a file in the place of another; whoever has that open keeps it.
func replace(from, to string) error { return os.Rename(from, to) }
