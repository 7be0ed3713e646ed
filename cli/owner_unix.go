//go:build unix

package cli

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

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

// DefaultData is where the data are when nobody says otherwise: with the account.
func DefaultData() (string, error) {
	base, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find a place for the data (use -data): %w", err)
	}
	return filepath.Join(base, "authenkiosk"), nil
}

// usualConfig is where a configuration stands on machines with systemd (packaging/linux).
func usualConfig() string { return "/etc/authenkiosk/authenkiosk.toml" }
