package storage

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
)

// keychain keeps short secrets by name, as the Keychain of macOS does.
type keychain interface {
	// Get returns errNotInKeychain for a name that has none.
	Get(name string) (string, error)
	Set(name, secret string) error
}

var errNotInKeychain = errors.New("the keychain has no such secret")

// keychainSource keeps a wrapping key in a keychain, outside of the data
// directory. The sealed key names its wrapping key, so that two directories of
// one account do not share one.
type keychainSource struct{ keychain keychain }

var _ KeySource = keychainSource{}

func (keychainSource) Name() string { return SourceKeychain }
func (keychainSource) Weak() bool   { return false }

// Available asks for a secret that nobody has: a keychain that is missing answers
// something else than that it has none.
func (s keychainSource) Available() bool {
	_, err := s.keychain.Get("available")
	return err == nil || errors.Is(err, errNotInKeychain)
}

const (
	keychainNameSize = 16 // bytes, as hexadecimal digits in the keychain
	keychainLabel    = "authenkiosk kek by keychain"
)

// Seal reads its wrapping key back before it uses it: a keychain that is locked
// may refuse only then.
func (s keychainSource) Seal(key []byte) ([]byte, error) {
	id, own := make([]byte, keychainNameSize), make([]byte, keySize)
	_, _ = rand.Read(id) // crypto/rand never fails
	_, _ = rand.Read(own)
	if err := s.keychain.Set(hex.EncodeToString(id), hex.EncodeToString(own)); err != nil {
		return nil, fmt.Errorf("%w: keep a key in the keychain: %w", ErrKeySource, err)
	}
	kept, err := s.own(id)
	if err != nil {
		return nil, err
	}
	return append(id, newBox(kept).seal([]byte(keychainLabel), key)...), nil
}

func (s keychainSource) Unseal(sealed []byte) ([]byte, error) {
	if len(sealed) < keychainNameSize {
		return nil, fmt.Errorf("%w: the sealed key is too short", ErrKeyGone)
	}
	own, err := s.own(sealed[:keychainNameSize])
	if err != nil {
		return nil, err
	}
	key, err := newBox(own).open([]byte(keychainLabel), sealed[keychainNameSize:])
	if err != nil {
		return nil, fmt.Errorf("%w: the keychain has another key: %w", ErrKeySource, err)
	}
	return key, nil
}

// own returns the wrapping key of that name.
func (s keychainSource) own(id []byte) ([]byte, error) {
	text, err := s.keychain.Get(hex.EncodeToString(id))
	if err != nil {
		return nil, fmt.Errorf("%w: keychain: %w", ErrKeySource, err)
	}
	own, err := hex.DecodeString(text)
	if err != nil || len(own) != keySize {
		return nil, fmt.Errorf("%w: the keychain holds something else in place of the key", ErrKeySource)
	}
	return own, nil
}
