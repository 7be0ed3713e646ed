package storage

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"golang.org/x/crypto/chacha20poly1305"

	"authenkiosk/visit"
)

// Secrets keeps the unit's tokens, each for one zone, in sealed files beside the
// data file, so that a token can be changed while the kiosk runs. The zone is
// part of what is sealed: a token of the test zone cannot be opened as one of
// production.
//
// The key lies in a file of the same directory with mode 0600. That protects a
// copy of a single file, not a stolen disk.
type Secrets struct{ dir string }

// Errors of Secrets.
var (
	ErrNoSecret   = errors.New("the secret has not been set")
	ErrBadSecret  = errors.New("the secret cannot be opened: its file was changed, or belongs to another name, zone or machine")
	ErrSecretName = errors.New("a secret's name has small letters, digits and hyphens, 40 at most")
	ErrSecretText = errors.New("a secret has 1 to 4096 printable characters")
)

const (
	secretsDir = "secrets"
	secretsKey = "key"
	// maxSecret bounds a secret, in bytes. NHSO's tokens have 36.
	maxSecret = 4096
)

var secretName = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

// OpenSecrets returns the secrets in that data directory. It makes nothing.
func OpenSecrets(dir string) *Secrets { return &Secrets{filepath.Join(dir, secretsDir)} }

// Set seals a secret and puts it in the place of an older one. It returns when
// the file is on the disk.
func (s *Secrets) Set(zone visit.Zone, name, value string) error {
	if !secretName.MatchString(name) {
		return ErrSecretName
	}
	if !printable(value) {
		return ErrSecretText
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("make the directory of secrets: %w", err)
	}
	key, err := s.key(true)
	if err != nil {
		return err
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return err
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(value)+aead.Overhead())
	_, _ = rand.Read(nonce) // crypto/rand never fails
	return replaceFile(s.path(zone, name), aead.Seal(nonce, nonce, []byte(value), label(zone, name)))
}

// Get returns a secret, ErrNoSecret when it was never set for that zone, or
// ErrBadSecret.
func (s *Secrets) Get(zone visit.Zone, name string) (string, error) {
	if !secretName.MatchString(name) {
		return "", ErrSecretName
	}
	sealed, err := os.ReadFile(s.path(zone, name))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s for zone %s: %w", name, zone, ErrNoSecret)
	}
	if err != nil {
		return "", err
	}
	key, err := s.key(false)
	if err != nil {
		return "", err
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil || len(sealed) < aead.NonceSize() {
		return "", ErrBadSecret
	}
	plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], label(zone, name))
	if err != nil {
		return "", ErrBadSecret
	}
	return string(plain), nil
}

func (s *Secrets) path(zone visit.Zone, name string) string {
	return filepath.Join(s.dir, name+"."+string(zone))
}

func label(zone visit.Zone, name string) []byte {
	return []byte("authenkiosk secret v1\x00" + string(zone) + "\x00" + name)
}

// key reads the key file, and makes it when there is none and create says so.
func (s *Secrets) key(create bool) ([]byte, error) {
	path := filepath.Join(s.dir, secretsKey)
	key, err := os.ReadFile(path)
	switch {
	case err == nil && len(key) == chacha20poly1305.KeySize:
		return key, nil
	case err == nil:
		return nil, fmt.Errorf("the key of the secrets has %d bytes: %w", len(key), ErrBadSecret)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	case !create:
		return nil, fmt.Errorf("the key of the secrets is missing: %w", ErrBadSecret)
	}
	key = make([]byte, chacha20poly1305.KeySize)
	_, _ = rand.Read(key)
	return key, replaceFile(path, key)
}

// replaceFile writes a file whole or not at all, for the owner only.
func replaceFile(path string, data []byte) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".new-*") // made with mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return syncDir(dir)
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
