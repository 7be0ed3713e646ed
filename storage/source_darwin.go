package storage

import (
	"errors"

	osKeyring "github.com/zalando/go-keyring"
)

// machineSources returns what this kind of machine has, best first.
func machineSources() []KeySource { return []KeySource{keychainSource{macKeychain{}}} }

// macKeychain is the login keychain of the kiosk's account, asked by way of the
// system's own program "security", so that no signature of ours decides whether
// a new version may read what an old one kept.
type macKeychain struct{}

const keychainService = "AuthenKiosk"

func (macKeychain) Get(name string) (string, error) {
	secret, err := osKeyring.Get(keychainService, name)
	if errors.Is(err, osKeyring.ErrNotFound) {
		err = errNotInKeychain
	}
	return secret, err
}

func (macKeychain) Set(name, secret string) error {
	return osKeyring.Set(keychainService, name, secret)
}
