//go:build unix

package atomicfile

import (
	"os"
	"path/filepath"
	"syscall"
)

// ownAs gives a file to the owner of the one that it replaces, or of the directory
// where there is none. Without the right to do so it stays as it is.
func ownAs(file, replaced string) error {
	info, err := os.Stat(replaced)
	if err != nil {
		if info, err = os.Stat(filepath.Dir(replaced)); err != nil {
			return err
		}
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok && os.Geteuid() == 0 {
		return os.Chown(file, int(s.Uid), int(s.Gid))
	}
	return nil
}

// syncDirectory makes a rename durable.
func syncDirectory(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	return d.Sync()
}
