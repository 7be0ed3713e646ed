package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"authenkiosk/atomicfile"
	"authenkiosk/visit"
)

// Secrets keeps the unit's tokens, each for one zone, in sealed files beside the
// data file, so that a token can be changed while the kiosk runs. The zone is
// part of what is sealed: a token of the test zone cannot be opened as one of
// production. They are sealed with a key that is derived from that of the data
// directory (KeySource).
//
// There are two slots for rotation: Set keeps the value that was good so far
// until Confirm says that the new one is.
type Secrets struct {
	data, dir string
	keys      KeyOptions
}

// Errors of Secrets.
var (
	ErrNoSecret   = errors.New("the secret has not been set")
	ErrBadSecret  = errors.New("the secret cannot be opened: its file was changed, or belongs to another name, zone or machine")
	ErrSecretName = errors.New("a secret's name has small letters, digits and hyphens, 40 at most")
	ErrSecretText = errors.New("a secret has 1 to 4096 printable characters")
)

const (
	secretsDir  = "secrets"
	olderSuffix = ".older"
	// maxSecret bounds a secret, in bytes. NHSO's tokens have 36.
	maxSecret = 4096
)

var secretName = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

// OpenSecrets returns the secrets in that data directory. It makes nothing.
func OpenSecrets(dir string) *Secrets { return newSecrets(dir, KeyOptions{}) }

// OpenSecretsWith is OpenSecrets with another source of the key. It must be that
// of the store in the same directory.
func OpenSecretsWith(dir string, o KeyOptions) *Secrets { return newSecrets(dir, o) }

func newSecrets(dir string, o KeyOptions) *Secrets {
	return &Secrets{dir, filepath.Join(dir, secretsDir), o}
}

// Set seals a secret. An older one that was confirmed, or is the first, stays a
// candidate until Confirm. Set returns when the file is on the disk.
func (s *Secrets) Set(zone visit.Zone, name, value string) error {
	if !secretName.MatchString(name) {
		return ErrSecretName
	}
	if !printable(value) {
		return ErrSecretText
	}
	if err := completeRestore(s.data); err != nil { // which takes the directory away
		return err
	}
	if err := atomicfile.MakeDir(s.dir); err != nil {
		return fmt.Errorf("make the directory of secrets: %w", err)
	}
	b, err := s.box(true)
	if err != nil {
		return err
	}
	path := s.path(zone, name)
	if before, err := os.ReadFile(path); err == nil && !exists(path+olderSuffix) {
		if err := atomicfile.Write(path+olderSuffix, before, fileMode); err != nil {
			return err
		}
	}
	return atomicfile.Write(path, b.seal(secretLabel(zone, name), []byte(value)), fileMode)
}

// Get returns the newest value of a secret, ErrNoSecret when it was never set
// for that zone, ErrBadSecret, or an error of the key (ErrKeySource, ErrKeyGone).
func (s *Secrets) Get(zone visit.Zone, name string) (string, error) {
	return s.read(zone, name, "")
}

// Candidates returns the values to try, newest first: one, or two while a new
// value is not confirmed. What cannot be opened is left out.
func (s *Secrets) Candidates(zone visit.Zone, name string) []string {
	var values []string
	for _, suffix := range []string{"", olderSuffix} {
		if value, err := s.read(zone, name, suffix); err == nil {
			values = append(values, value)
		}
	}
	return values
}

// Confirm says that the newest value was accepted, and deletes the older one.
func (s *Secrets) Confirm(zone visit.Zone, name string) error {
	if !secretName.MatchString(name) {
		return ErrSecretName
	}
	err := os.Remove(s.path(zone, name) + olderSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("delete the older secret: %w", err)
	}
	return atomicfile.SyncDir(s.dir)
}

// Remove deletes a secret with every value of it, and returns when it is off the disk;
// ErrNoSecret when there is none.
func (s *Secrets) Remove(zone visit.Zone, name string) error {
	if !secretName.MatchString(name) {
		return ErrSecretName
	}
	if err := s.Confirm(zone, name); err != nil {
		return err
	}
	err := os.Remove(s.path(zone, name))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s for zone %s: %w", name, zone, ErrNoSecret)
	}
	if err != nil {
		return fmt.Errorf("delete the secret: %w", err)
	}
	return atomicfile.SyncDir(s.dir)
}

// KeySource tells where the key of the secrets comes from, or why it cannot be
// had.
func (s *Secrets) KeySource() (SourceInfo, error) {
	if err := completeRestore(s.data); err != nil {
		return SourceInfo{}, err
	}
	k, err := openKEK(s.data, s.keys, false)
	return k.source, err
}

func (s *Secrets) read(zone visit.Zone, name, suffix string) (string, error) {
	if !secretName.MatchString(name) {
		return "", ErrSecretName
	}
	sealed, err := os.ReadFile(s.path(zone, name) + suffix)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s for zone %s: %w", name, zone, ErrNoSecret)
	}
	if err != nil {
		return "", fmt.Errorf("read the secret: %w", err)
	}
	b, err := s.box(false)
	if err != nil {
		return "", err
	}
	plain, err := b.open(secretLabel(zone, name), sealed)
	if err != nil {
		return "", ErrBadSecret
	}
	return string(plain), nil
}

func (s *Secrets) path(zone visit.Zone, name string) string {
	return filepath.Join(s.dir, name+"."+string(zone))
}

func secretLabel(zone visit.Zone, name string) []byte { return label("secret", string(zone), name) }

func (s *Secrets) box(create bool) (box, error) {
	if err := completeRestore(s.data); err != nil {
		return box{}, err
	}
	k, err := openKEK(s.data, s.keys, create)
	if errors.Is(err, fs.ErrNotExist) {
		return box{}, fmt.Errorf("%w: %w", ErrBadSecret, err)
	}
	if err != nil {
		return box{}, err
	}
	return newBox(k.derive("secrets")), nil
}

func printable(s string) bool {
	if s == "" || len(s) > maxSecret {
		return false
	}
	for _, r := range s {
		if r < 0x21 || r > 0x7e {
			return false
		}
	}
	return true
}

// Unused reports whether nothing was stored in a data directory yet, neither visits nor
// a secret: the key of its data is made with the first of them.
func Unused(dir string) bool {
	for _, name := range []string{fileName, secretsDir, restoreName} {
		if _, err := os.Lstat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			return false
		}
	}
	return true
}
