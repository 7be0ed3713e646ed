package storage

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
	path := filepath.Join(dir, kekName)
	sources := o.ladder(dir)
	k, err := readKEK(path, sources)
	if err == nil || !create || !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	if err := makeKEK(path, sources); err != nil {
		return kek{}, fmt.Errorf("make the key of the data directory: %w", err)
	}
	return readKEK(path, sources)
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
	data, err := os.ReadFile(path)
	if err != nil {
		return kek{}, fmt.Errorf("read the sealed key: %w", err)
	}
	var file sealedKEK
	if err := json.Unmarshal(data, &file); err != nil || file.Version != 1 {
		return kek{}, fmt.Errorf("%w: %s cannot be read", ErrKeyGone, filepath.Base(path))
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
	if len(key) != keySize || string(k.derive("check")) != string(file.Check) {
		return kek{}, fmt.Errorf("%w: %s holds another key", ErrKeyGone, filepath.Base(path))
	}
	return k, nil
}

func makeKEK(path string, sources []KeySource) error {
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // crypto/rand never fails
	source, sealed, err := sealWithBest(sources, key)
	if err != nil {
		return err
	}
	data, err := json.Marshal(sealedKEK{1, source.Name(), sealed, kek{key: key}.derive("check")})
	if err != nil {
		return err
	}
	return createTwice(path, data)
}

// createTwice makes a file and its copy, durable, unless the file is there
// already: then another program was faster and its content counts.
func createTwice(path string, data []byte) error {
	temp := filepath.Join(filepath.Dir(path), leftoverPrefix+filepath.Base(path))
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(temp)+"-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := publish(f.Name(), path); err != nil {
		return err
	}
	winner, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return replaceFile(path+copySuffix, winner)
}
