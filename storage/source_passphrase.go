package storage

import (
	"crypto/rand"
	"fmt"
	"os"

	"golang.org/x/crypto/argon2"
)

// PassphraseVariable is the environment variable that holds the passphrase when
// no callback is given.
const PassphraseVariable = "AUTHENKIOSK_PASSPHRASE"

// The cost of guessing a passphrase: argon2id with 3 passes over 64 MiB by 2
// threads, about 0.1 s on a small PC, once per start.
const (
	argonTime    = 3
	argonMemory  = 64 << 10 // KiB
	argonThreads = 2
	saltSize     = 16 // bytes
)

// PassphraseSource derives a key from what the administrator enters at boot.
type PassphraseSource struct{ ask func() (string, error) }

var _ KeySource = PassphraseSource{}

// NewPassphraseSource returns the source that asks so; nil reads the environment
// variable PassphraseVariable.
func NewPassphraseSource(ask func() (string, error)) PassphraseSource {
	if ask == nil {
		ask = func() (string, error) { return os.Getenv(PassphraseVariable), nil }
	}
	return PassphraseSource{ask}
}

// Name implements KeySource.
func (PassphraseSource) Name() string { return SourcePassphrase }

// Weak implements KeySource.
func (PassphraseSource) Weak() bool { return false }

// Available implements KeySource.
func (s PassphraseSource) Available() bool {
	phrase, err := s.ask()
	return err == nil && phrase != ""
}

// Seal implements KeySource.
func (s PassphraseSource) Seal(key []byte) ([]byte, error) {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // crypto/rand never fails
	own, err := s.key(salt)
	if err != nil {
		return nil, err
	}
	return append(salt, newBox(own).seal(salt, key)...), nil
}

// Unseal implements KeySource.
func (s PassphraseSource) Unseal(sealed []byte) ([]byte, error) {
	if len(sealed) < saltSize {
		return nil, fmt.Errorf("%w: the sealed key is too short", ErrKeyGone)
	}
	own, err := s.key(sealed[:saltSize])
	if err != nil {
		return nil, err
	}
	key, err := newBox(own).open(sealed[:saltSize], sealed[saltSize:])
	if err != nil {
		return nil, fmt.Errorf("%w: the passphrase is another one: %w", ErrKeySource, err)
	}
	return key, nil
}

func (s PassphraseSource) key(salt []byte) ([]byte, error) {
	phrase, err := s.ask()
	if err != nil {
		return nil, fmt.Errorf("ask for the passphrase: %w", err)
	}
	if phrase == "" {
		return nil, fmt.Errorf("%w: no passphrase is given", ErrKeySource)
	}
	return argon2.IDKey([]byte(phrase), salt, argonTime, argonMemory, argonThreads, keySize), nil
}
