package storage

import (
	"errors"
	"fmt"
	"path/filepath"
)

// KeySource protects the 32-byte key-encryption key of a data directory with
// something that is not in a copy of the data file. Implementations are safe for
// concurrent use by one program.
type KeySource interface {
	// Name is what is noted beside the sealed key: "tpm", "tpm-pcr", "dpapi",
	// "keychain", "passphrase", "file".
	Name() string
	// Weak tells that whoever has the disk of this machine has the key, too.
	Weak() bool
	// Available reports whether the source can be used on this machine now. It
	// changes nothing.
	Available() bool
	// Seal returns the key in a form that only Unseal of the same source opens.
	Seal(key []byte) ([]byte, error)
	// Unseal is the reverse. It fails with ErrKeySource when the source is not
	// the one that sealed, or is gone.
	Unseal(sealed []byte) ([]byte, error)
}

// onlyOnDemand is a source that is never taken because it is the best, but only when
// somebody asks for it by name.
type onlyOnDemand interface {
	KeySource
	OnlyOnDemand() bool
}

// Errors of keys, for errors.Is.
var (
	// ErrKeySource: the source that sealed the key (a TPM, the Windows machine, a
	// passphrase, a key file) is missing or is another one.
	ErrKeySource = errors.New("the source of the data directory's key is missing or is another one")
	// ErrKeyGone: there is sealed data, and the file with its sealed key is
	// missing or damaged.
	ErrKeyGone = errors.New("the sealed key of the data directory is missing or damaged")
	// ErrSourceRequired: the key comes from a source that KeyOptions.Require does not
	// allow. Reseal changes that.
	ErrSourceRequired = errors.New("the key of the data directory does not come from the required source")
	// ErrStartChanged: the key is bound to the way in which the machine starts, and it
	// was started in another way. It is an ErrKeySource, too; Recover opens it.
	ErrStartChanged = errors.New("this machine was started in another way than when the key was bound to its start")
	// ErrTampered: what is stored was not sealed by this store for that place.
	ErrTampered = errors.New("it was changed, moved or sealed with another key")
)

// Names of the key sources.
const (
	SourceTPM        = "tpm"
	SourceTPMBound   = "tpm-pcr" // a TPM, and the same start of the machine
	SourceDPAPI      = "dpapi"
	SourceKeychain   = "keychain"
	SourcePassphrase = "passphrase"
	SourceFile       = "file"
)

// KeyOptions say where the key of a data directory may come from. The zero value
// is right for the product.
type KeyOptions struct {
	// Passphrase asks for the passphrase of the machine's administrator; an empty
	// answer means that there is none. nil reads the environment variable
	// PassphraseVariable.
	Passphrase func() (string, error)
	// Require names the only source from which the key may come (SourceTPM allows
	// SourceTPMBound, too); "" allows every one.
	Require string
	// Sources replaces the ladder, best first; nil means the product's own.
	Sources []KeySource
}

// ladder returns the sources, best first.
func (o KeyOptions) ladder(dir string) []KeySource {
	if o.Sources != nil {
		return o.Sources
	}
	return append(machineSources(), NewPassphraseSource(o.Passphrase), NewFileSource(filepath.Join(dir, machineKeyName)))
}

// allows reports whether the key may come from the source of that name.
func (o KeyOptions) allows(name string) bool {
	return o.Require == "" || o.Require == name || o.Require == SourceTPM && name == SourceTPMBound
}

// sealWithBest seals with the first source that can and is allowed: one that is there
// and refuses (a chip that is locked out, a keychain that is locked) stops no first
// start.
func (o KeyOptions) sealWithBest(dir string, key []byte) (KeySource, []byte, error) {
	var refused []error
	for _, s := range o.ladder(dir) {
		special, ok := s.(onlyOnDemand)
		if ok && special.OnlyOnDemand() || !o.allows(s.Name()) || !s.Available() {
			continue
		}
		sealed, err := s.Seal(key)
		if err == nil {
			return s, sealed, nil
		}
		refused = append(refused, fmt.Errorf("%s: %w", s.Name(), err))
	}
	none := fmt.Errorf("%w: none can be used on this machine", ErrKeySource)
	if o.Require != "" {
		none = fmt.Errorf("%w: %q is required and cannot be used on this machine now", ErrKeySource, o.Require)
	}
	return nil, nil, errors.Join(append(refused, none)...)
}

// named returns the source of that name.
func named(sources []KeySource, name string) (KeySource, error) {
	for _, s := range sources {
		if s.Name() != name {
			continue
		}
		if !s.Available() {
			return nil, fmt.Errorf("%w: %q cannot be used now", ErrKeySource, name)
		}
		return s, nil
	}
	return nil, fmt.Errorf("%w: this program or machine has no %q", ErrKeySource, name)
}

// SourceInfo describes the source of a store's key, for diagnostics.
type SourceInfo struct {
	Name string
	Weak bool // who has the disk has the key
}
