package storage

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// FileSource keeps a random key in a file with mode 0600. It protects a copy of
// the data file alone, not a stolen disk: the weak last step of the ladder.
type FileSource struct{ path string }

var _ KeySource = FileSource{}

// NewFileSource returns the source with that file, which is made by the first
// Seal.
func NewFileSource(path string) FileSource { return FileSource{path} }

// Name implements KeySource.
func (FileSource) Name() string { return SourceFile }

// Weak implements KeySource.
func (FileSource) Weak() bool { return true }

// Available implements KeySource.
func (FileSource) Available() bool { return true }

// Seal implements KeySource.
func (s FileSource) Seal(key []byte) ([]byte, error) {
	own, err := s.key()
	if errors.Is(err, fs.ErrNotExist) {
		fresh := make([]byte, keySize)
		_, _ = rand.Read(fresh) // crypto/rand never fails
		if err := createTwice(s.path, fresh); err != nil {
			return nil, err
		}
		own, err = s.key()
	}
	if err != nil {
		return nil, fmt.Errorf("read the key file: %w", err)
	}
	return newBox(own).seal([]byte("authenkiosk kek by file"), key), nil
}

// Unseal implements KeySource.
func (s FileSource) Unseal(sealed []byte) ([]byte, error) {
	var errs []error
	for _, path := range []string{s.path, s.path + copySuffix} {
		own, err := os.ReadFile(path)
		if err == nil && len(own) != keySize {
			err = fmt.Errorf("the key file has %d bytes", len(own))
		}
		if err == nil {
			var key []byte
			if key, err = newBox(own).open([]byte("authenkiosk kek by file"), sealed); err == nil {
				return key, nil
			}
		}
		errs = append(errs, err)
	}
	return nil, fmt.Errorf("%w: key file: %w", ErrKeySource, errors.Join(errs...))
}

func (s FileSource) key() ([]byte, error) {
	own, err := os.ReadFile(s.path)
	if err == nil && len(own) != keySize {
		err = fmt.Errorf("it has %d bytes: %w", len(own), ErrKeySource)
	}
	return own, err
}
