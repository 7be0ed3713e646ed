package storage

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"filippo.io/age"

	"authenkiosk/visit"
)

// backupIdentity opens the file with the key of the data in it.
type backupIdentity struct {
	find  func(sealedKEK) (key []byte, err error)
	kek   sealedKEK
	key   []byte
	noKey error // why it was not found
}

// Unwrap implements age.Identity.
func (i *backupIdentity) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if len(stanzas) != 1 || stanzas[0].Type != backupStanza || len(stanzas[0].Args) != 1 {
		return nil, ErrNotBackup
	}
	if stanzas[0].Args[0] != fmt.Sprint(backupFormat) {
		return nil, ErrBackupNewer
	}
	var b backupKey
	if json.Unmarshal(stanzas[0].Body, &b) != nil || b.KEK.Version != 1 {
		return nil, ErrBackupDamaged
	}
	key, err := i.find(b.KEK)
	if err != nil {
		i.noKey = err
		return nil, err
	}
	fileKey, err := newBox(kek{key: key}.derive("backup")).open(backupLabel, b.FileKey)
	if err != nil {
		return nil, ErrBackupDamaged
	}
	i.kek, i.key = b.KEK, key
	return fileKey, nil
}

// keyOf returns how the key of a backup is found: it is that of a zone here, or a
// passphrase or the recovery code opens it.
func (o RestoreOptions) keyOf(data string) func(sealedKEK) ([]byte, error) {
	return func(file sealedKEK) ([]byte, error) {
		for _, zone := range visit.Zones() {
			if k, err := o.Keys.open(filepath.Join(data, string(zone))); err == nil && file.holds(k.key) {
				return k.key, nil
			}
		}
		if file.Source == SourcePassphrase {
			if source, err := named(o.Keys.ladder(data), SourcePassphrase); err == nil {
				if key, err := source.Unseal(file.Sealed); err == nil && file.holds(key) {
					return key, nil
				}
			}
		}
		if file.Recovery == nil || o.Code == nil {
			return nil, ErrBackupKey
		}
		code, err := o.Code()
		if err != nil {
			return nil, err
		}
		return file.openWithCode(code)
	}
}

// readBackup reads a backup to its end: until then nothing of it is certain. put gets the
// content of each file behind what the backup is about.
func readBackup(r io.Reader, i *backupIdentity, about func(BackupInfo) error, put func(name string, content io.Reader) error) error {
	magic := make([]byte, len(backupMagic))
	if _, err := io.ReadFull(r, magic); err != nil || string(magic) != backupMagic {
		return ErrNotBackup
	}
	// age takes each line of the header into memory, however long it is.
	bounded := &io.LimitedReader{R: r, N: maxBackupHeader}
	plain, err := age.Decrypt(io.MultiReader(bytes.NewReader(magic), bounded), i)
	bounded.N = math.MaxInt64
	if err != nil {
		if i.noKey != nil {
			return i.noKey
		}
		for _, ours := range []error{ErrNotBackup, ErrBackupNewer} {
			if errors.Is(err, ours) {
				return ours
			}
		}
		return damagedBackup(err)
	}
	plain = certain{plain}
	t := tar.NewReader(plain)
	h, err := t.Next()
	if err != nil || h.Name != aboutName {
		return damagedBackup(err)
	}
	var info BackupInfo
	if err := json.NewDecoder(io.LimitReader(t, MaxBesides)).Decode(&info); err != nil || !slices.Contains(visit.Zones(), info.Zone) {
		return damagedBackup(err)
	}
	if info.Format > backupFormat {
		return ErrBackupNewer
	}
	if err := about(info); err != nil {
		return err
	}
	for whole := false; ; {
		h, err := t.Next()
		switch {
		case errors.Is(err, io.EOF) && whole:
			_, err := io.Copy(io.Discard, plain) // age has looked at the end only then
			return err
		case err != nil:
			return damagedBackup(err)
		case h.Name == fileName:
			whole = true
		case !strings.HasPrefix(h.Name, besidesPath) || filepath.Base(h.Name) != strings.TrimPrefix(h.Name, besidesPath) || h.Size > MaxBesides:
			return damagedBackup(nil)
		}
		if err := put(h.Name, t); err != nil {
			return err
		}
	}
}

// certain marks what goes wrong while a backup is read.
type certain struct{ r io.Reader }

func (c certain) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = damagedBackup(err)
	}
	return n, err
}

func damagedBackup(why error) error {
	if errors.Is(why, ErrBackupDamaged) {
		return why
	}
	if why == nil {
		return ErrBackupDamaged
	}
	return fmt.Errorf("%w: %w", ErrBackupDamaged, why)
}

// CheckBackup reads a backup of a data directory to its end.
func CheckBackup(r io.Reader, data string, o KeyOptions) (info BackupInfo, err error) {
	find := RestoreOptions{Keys: o}.keyOf(data)
	err = readBackup(r, &backupIdentity{find: find}, func(i BackupInfo) error { info = i; return nil }, func(_ string, content io.Reader) error {
		_, err := io.Copy(io.Discard, content)
		return err
	})
	return info, err
}
