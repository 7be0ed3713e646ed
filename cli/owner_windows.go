package cli

import (
	"errors"
	"os"
	"path/filepath"
)

// ownData does nothing: files inherit the rights of their directory.
func ownData(string) error { return nil }

// DefaultData is where the data are when nobody says otherwise: with the machine. What
// lies with the account may be copied to a server and to other machines (roaming), and
// visits that come back from there would be sent again.
func DefaultData() (string, error) {
	base := os.Getenv("ProgramData")
	if base == "" {
		return "", errors.New("find a place for the data (use -data): ProgramData is not set")
	}
	return filepath.Join(base, "AuthenKiosk"), nil
}

// usualConfig is where the installer puts the configuration (packaging/windows); "" where
// that is not known.
func usualConfig() string {
	data, err := DefaultData()
	if err != nil {
		return ""
	}
	return filepath.Join(data, "authenkiosk.toml")
}
