//go:build unix

package app

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
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

// portTaken tells that another program listens on an address.
func portTaken(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }

// addressMissing tells that this machine does not have the address.
func addressMissing(err error) bool { return errors.Is(err, syscall.EADDRNOTAVAIL) }

// ownData keeps the administrator from making files in a data directory that its owner,
// as whom the program runs, could not read.
func ownData(dir string) error {
	info, err := os.Stat(existing(dir))
	if err != nil {
		return err
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok || os.Geteuid() != 0 || s.Uid == 0 {
		return nil
	}
	name := strconv.Itoa(int(s.Uid))
	if owner, err := user.LookupId(name); err == nil {
		name = owner.Username
	}
	return fmt.Errorf("the data in %s belong to %s: give the command as that user, for example with sudo -u %s", dir, name, name)
}
