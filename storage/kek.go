package storage

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"authenkiosk/atomicfile"
)

const (
	keySize        = 32 // bytes, of every key
	kekName        = "authenkiosk.kek"
	machineKeyName = "authenkiosk.key"
	// copySuffix marks the second copy of a file without which everything would
	// be unreadable.
	copySuffix = ".copy"
)

// sealedKEK is the content of the file kekName.
type sealedKEK struct {
	Version int    `json:"version"`
	Source  string `json:"source"`
	Sealed  []byte `json:"sealed"`
	Check   []byte `json:"check"` // to tell a wrong key from a damaged file

	Recovery []byte `json:"recovery,omitempty"` // the same key, sealed with the recovery code
}

// kek is the key-encryption key of a data directory. Every other key is derived
// from it or sealed under it.
type kek struct {
	key    []byte
	source SourceInfo
}

// derive returns the key for one purpose.
func (k kek) derive(purpose string) []byte {
	key, err := hkdf.Key(sha256.New, k.key, nil, "authenkiosk "+purpose, keySize)
	if err != nil {
		panic(fmt.Sprintf("storage: derive a key: %v", err)) // only a length beyond the hash's limit
	}
	return key
}

// openKEK unseals the key of that directory. When there is none and create says
// so, it makes one with the best source. It returns ErrKeyGone, or ErrKeySource.
func openKEK(dir string, o KeyOptions, create bool) (kek, error) {
	k, err := o.open(dir)
	if err != nil && create && errors.Is(err, fs.ErrNotExist) {
		if err := o.makeKEK(dir); err != nil {
			return kek{}, fmt.Errorf("make the key of the data directory: %w", err)
		}
		k, err = o.open(dir)
	}
	if err == nil && !o.allows(k.source.Name) {
		return kek{}, fmt.Errorf("%w: it comes from %q, and %q is required; change that with: secret reseal", ErrSourceRequired, k.source.Name, o.Require)
	}
	return k, err
}

// open unseals the key of that directory, wherever it comes from.
func (o KeyOptions) open(dir string) (kek, error) {
	return readKEK(filepath.Join(dir, kekName), o.ladder(dir))
}

// readKEK takes the first of the two copies that can be read. A missing file is
// ErrKeyGone and fs.ErrNotExist only when both are missing.
func readKEK(path string, sources []KeySource) (kek, error) {
	var errs []error
	for _, name := range []string{path, path + copySuffix} {
		k, err := readOneKEK(name, sources)
		if err == nil {
			return k, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	if errs == nil {
		return kek{}, fmt.Errorf("%w: %w", ErrKeyGone, fs.ErrNotExist)
	}
	return kek{}, errors.Join(errs...)
}

func readOneKEK(path string, sources []KeySource) (kek, error) {
	file, err := readSealedKEK(path)
	if err != nil {
		return kek{}, err
	}
	source, err := named(sources, file.Source)
	if err != nil {
		return kek{}, err
	}
	key, err := source.Unseal(file.Sealed)
	if err != nil {
		return kek{}, err
	}
	k := kek{key, SourceInfo{source.Name(), source.Weak()}}
	if !file.holds(key) {
		return kek{}, fmt.Errorf("%w: %s holds another key", ErrKeyGone, filepath.Base(path))
	}
	return k, nil
}

func readSealedKEK(path string) (file sealedKEK, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return file, fmt.Errorf("read the sealed key: %w", err)
	}
	if err := json.Unmarshal(data, &file); err != nil || file.Version != 1 {
		return file, fmt.Errorf("%w: %s cannot be read", ErrKeyGone, filepath.Base(path))
	}
	return file, nil
}

// holds reports whether the key is the one that was sealed.
func (f sealedKEK) holds(key []byte) bool {
	return len(key) == keySize && hmac.Equal(kek{key: key}.derive("check"), f.Check)
}

func (o KeyOptions) makeKEK(dir string) error {
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // crypto/rand never fails
	source, sealed, err := o.sealWithBest(dir, key)
	if err != nil {
		return err
	}
	data, err := json.Marshal(sealedKEK{Version: 1, Source: source.Name(), Sealed: sealed, Check: kek{key: key}.derive("check")})
	if err != nil {
		return err
	}
	return createTwice(filepath.Join(dir, kekName), data)
}

// createTwice makes a file and its copy, durable, unless the file is there
// already: then another program was faster and its content counts.
func createTwice(path string, data []byte) error {
	if err := atomicfile.Create(path, data, fileMode); err != nil {
		return err
	}
	winner, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return atomicfile.Write(path+copySuffix, winner, fileMode)
}
