package storage

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"authenkiosk/atomicfile"
)

// ErrNoRecovery refuses to bind a key to the start of the machine before a recovery
// code opens it, too.
var ErrNoRecovery = errors.New("the key has no recovery code yet: an update of the firmware would shut the data for ever")

// Reseal seals the key of a data directory anew: with the source of that name, or for
// "" with the best one that KeyOptions.Require allows. The records stay as they are. A
// recovery code stays good. A store that is open goes on; it may be done meanwhile.
// What sealed the key before is overwritten where the system allows it; an SSD may
// keep it all the same, and a backup does.
func Reseal(dir string, o KeyOptions, source string) (SourceInfo, error) {
	k, err := o.openOrMake(dir)
	if err != nil {
		return SourceInfo{}, err
	}
	return resealWith(dir, o, k.key, source)
}

// openOrMake opens the key wherever it comes from, and makes the one of a directory in
// which nothing is sealed yet.
func (o KeyOptions) openOrMake(dir string) (kek, error) {
	if err := completeRestore(dir); err != nil {
		return kek{}, err
	}
	k, err := o.open(dir)
	if !errors.Is(err, fs.ErrNotExist) || exists(filepath.Join(dir, fileName)) {
		return k, err
	}
	if err := atomicfile.MakeDir(dir); err != nil {
		return k, err
	}
	o.Require = "" // the required source may be the one that it gets now
	return openKEK(dir, o, true)
}

func resealWith(dir string, o KeyOptions, key []byte, source string) (SourceInfo, error) {
	file, err := sealedFile(dir)
	if err != nil {
		return SourceInfo{}, err
	}
	if source == SourceTPMBound && file.Recovery == nil {
		return SourceInfo{}, ErrNoRecovery
	}
	var with KeySource
	if source == "" {
		with, file.Sealed, err = o.sealWithBest(dir, key)
	} else if with, err = named(o.ladder(dir), source); err == nil {
		file.Sealed, err = with.Seal(key)
	}
	if err != nil {
		return SourceInfo{}, err
	}
	back, err := with.Unseal(file.Sealed)
	if err == nil && !file.holds(back) {
		err = errors.New("it is another key")
	}
	if err != nil {
		return SourceInfo{}, fmt.Errorf("%w: what %s has just sealed does not open: %w", ErrKeySource, with.Name(), err)
	}
	file.Source = with.Name()
	if err := replaceSealed(dir, file); err != nil {
		return SourceInfo{}, err
	}
	if file.Source != SourceFile { // also what a reseal before left, which the power ended
		err = removeKeyFile(dir)
	}
	return SourceInfo{with.Name(), with.Weak()}, err
}

// sealedFile reads the sealed key, or its copy.
func sealedFile(dir string) (sealedKEK, error) {
	path := filepath.Join(dir, kekName)
	file, err := readSealedKEK(path)
	if err != nil {
		var again error
		if file, again = readSealedKEK(path + copySuffix); again != nil {
			return file, err
		}
	}
	return file, nil
}

// replaceSealed writes both copies of the sealed key and overwrites the old ones. Each
// of the four opens to the same key, so that the power may fail in between.
func replaceSealed(dir string, file sealedKEK) error {
	data, err := json.Marshal(file)
	if err != nil {
		return err
	}
	for _, path := range []string{filepath.Join(dir, kekName), filepath.Join(dir, kekName+copySuffix)} {
		old := openForWipe(path)
		err := atomicfile.Write(path, data, fileMode)
		if err == nil && old != nil {
			wipe(old)
		}
		if err := errors.Join(err, closeFile(old)); err != nil {
			return err
		}
	}
	return nil
}

// removeKeyFile takes away the key that lay beside the data.
func removeKeyFile(dir string) error {
	for _, path := range []string{filepath.Join(dir, machineKeyName), filepath.Join(dir, machineKeyName+copySuffix)} {
		if old := openForWipe(path); old != nil {
			wipe(old)
			_ = old.Close()
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove the key file: %w", err)
		}
	}
	return atomicfile.SyncDir(dir)
}
