package storage

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"filippo.io/age"
	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// A backup is a file of age (age-encryption.org), so that a cut or changed one does not
// open, with one stanza of ours: the sealed key of the data directory without what is
// bound to its machine, and the key of the file sealed with a key that is derived from it.
// In it is a tar: what it is, the files of the configuration, the data file. Tokens are
// not in it, as in no other file that leaves the machine.
const (
	backupFormat = 1
	backupStanza = "authenkiosk"
	backupMagic  = "age-encryption.org/"

	aboutName   = "about.json"
	besidesPath = "configuration/"

	// MaxBesides bounds each file of the configuration in a backup, in bytes.
	MaxBesides = 1 << 20

	// maxBackupHeader bounds what of a file is read before its key is found, in bytes; the
	// sealed keys have less than 1 KiB.
	maxBackupHeader = 64 << 10
)

// Errors of backups, for errors.Is.
var (
	ErrNotBackup     = errors.New("this is no backup of AuthenKiosk")
	ErrBackupDamaged = errors.New("the backup is not whole: it was cut off, or changed")
	ErrBackupNewer   = errors.New("the backup was made by a newer version of the program")
	ErrBackupKey     = errors.New("this backup opens with the recovery code of the data in it")
	ErrBackupForeign = errors.New("there are visits of other data here")
	ErrNoBackupKey   = errors.New("nothing but this machine opens the key of the data: a backup needs a recovery code first")
	ErrWouldLose     = errors.New("there are visits here that the backup does not have")
)

// BackupContent is what comes into a backup beside the store.
type BackupContent struct {
	Program string            `json:"program"` // its version
	Zone    visit.Zone        `json:"zone"`
	HCode   string            `json:"hcode"`
	Files   map[string][]byte `json:"files,omitempty"` // of the configuration, by base name
}

// BackupInfo tells what is in a backup. It holds no personal data.
type BackupInfo struct {
	Format  int        `json:"format"`
	Program string     `json:"program"`
	Made    time.Time  `json:"made"`
	Zone    visit.Zone `json:"zone"`
	HCode   string     `json:"hcode"`
	Moved   bool       `json:"moved"`   // the store was closed for good before
	Visits  int        `json:"visits"`  // all of them
	Open    int        `json:"open"`    // of these: not settled, or work for the staff
	Without []string   `json:"without"` // secrets that must be set again, as NAME.ZONE
	Besides []string   `json:"besides"` // names of the files of the configuration
}

// backupKey is the body of the stanza.
type backupKey struct {
	KEK     sealedKEK `json:"kek"`
	FileKey []byte    `json:"file_key"`
}

var backupLabel = label("backup")

// portable returns what of a sealed key is worth something on another machine.
func (f sealedKEK) portable() (sealedKEK, error) {
	if f.Source != SourcePassphrase {
		f.Source, f.Sealed = "", nil
	}
	if f.Sealed == nil && f.Recovery == nil {
		return f, ErrNoBackupKey
	}
	return f, nil
}

// BackupKey returns ErrNoBackupKey when no backup of a data directory could be opened on
// another machine. AddRecovery changes that.
func BackupKey(dir string) error {
	file, err := sealedFile(dir)
	if err != nil {
		return err
	}
	_, err = file.portable()
	return err
}

type backupRecipient struct {
	kek sealedKEK
	box box
}

// Wrap implements age.Recipient.
func (r backupRecipient) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	body, err := json.Marshal(backupKey{r.kek, r.box.seal(backupLabel, fileKey)})
	if err != nil {
		return nil, err
	}
	return []*age.Stanza{{Type: backupStanza, Args: []string{fmt.Sprint(backupFormat)}, Body: body}}, nil
}

// Backup writes all that is in the store, as it is at one moment, and what else belongs
// into a backup, sealed; the store goes on meanwhile. The audit has it.
func (s *Store) Backup(w io.Writer, c BackupContent) (BackupInfo, error) {
	info := BackupInfo{
		Format: backupFormat, Program: c.Program, Made: s.now(), Zone: c.Zone, HCode: c.HCode,
		Moved: exists(filepath.Join(s.dir, movedName)), Without: secretsIn(s.dir), Besides: slices.Sorted(maps.Keys(c.Files)),
	}
	file, err := sealedFile(s.dir)
	if err != nil {
		return info, err
	}
	if file, err = file.portable(); err != nil {
		return info, err
	}
	if err := s.Audit(Event{Name: "backup", Role: RoleStaff, Result: "begun"}); err != nil {
		return info, fmt.Errorf("note the backup: %w", err)
	}
	if err := s.roomForCopy(); err != nil {
		return info, err
	}
	temp, err := s.snapshot(&info)
	if err != nil {
		return info, fmt.Errorf("copy the data file: %w", err)
	}
	defer func() { _ = os.Remove(temp) }()
	sealed, err := age.Encrypt(w, backupRecipient{file, s.ring.backup})
	if err != nil {
		return info, fmt.Errorf("seal the backup: %w", err)
	}
	if err := writeBackup(sealed, info, c.Files, temp); err != nil {
		return info, fmt.Errorf("write the backup: %w", err)
	}
	return info, sealed.Close()
}

// roomForCopy reports whether a copy of the data file leaves the program its room.
func (s *Store) roomForCopy() error {
	free, err := Room(s.dir)
	if err != nil {
		return err
	}
	size := uint64(max(0, sizeOf(filepath.Join(s.dir, fileName))))
	return enough(free - min(free, size))
}

// snapshot copies the store into a new file, without what was erased.
func (s *Store) snapshot(info *BackupInfo) (temp string, err error) {
	err = s.view(func(tx *bolt.Tx) (err error) {
		temp, err = createTemp(s.dir, s.ring, func(to *bolt.Tx) error {
			return tx.ForEach(func(name []byte, from *bolt.Bucket) error { return copyBucket(to, name, from) })
		})
		if err != nil {
			return err
		}
		return tx.Bucket(bucketVisits).ForEach(func(_, stored []byte) error {
			info.Visits++
			if l, err := lineOf(stored); err == nil && strings.IndexByte(openLetters, l.state) >= 0 {
				info.Open++
			}
			return nil
		})
	})
	return temp, err
}

// openLetters are those of visits that wait for NHSO or for somebody.
var openLetters = string([]byte{letter(visit.StatePending), letter(visit.StateInflight), letter(visit.StateStaff)})

func copyBucket(to *bolt.Tx, name []byte, from *bolt.Bucket) error {
	b, err := to.CreateBucketIfNotExists(name)
	if err != nil {
		return err
	}
	if err := from.ForEach(b.Put); err != nil {
		return err
	}
	return b.SetSequence(from.Sequence())
}

func writeBackup(w io.Writer, info BackupInfo, besides map[string][]byte, data string) error {
	about, err := json.Marshal(info)
	if err != nil {
		return err
	}
	t := tar.NewWriter(w)
	put := func(name string, content []byte) error {
		if err := t.WriteHeader(&tar.Header{Name: name, Mode: fileMode, Size: int64(len(content)), ModTime: info.Made}); err != nil {
			return err
		}
		_, err := t.Write(content)
		return err
	}
	if err := put(aboutName, about); err != nil {
		return err
	}
	for _, name := range info.Besides {
		if len(besides[name]) > MaxBesides || filepath.Base(name) != name {
			return fmt.Errorf("%s does not fit into a backup", name)
		}
		if err := put(besidesPath+name, besides[name]); err != nil {
			return err
		}
	}
	f, err := os.Open(data)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	stat, err := f.Stat()
	if err != nil {
		return err
	}
	if err := t.WriteHeader(&tar.Header{Name: fileName, Mode: fileMode, Size: stat.Size(), ModTime: info.Made}); err != nil {
		return err
	}
	if _, err := io.Copy(t, f); err != nil {
		return err
	}
	return t.Close()
}

// secretsIn names the secrets of a directory.
func secretsIn(dir string) (names []string) {
	entries, _ := os.ReadDir(filepath.Join(dir, secretsDir))
	for _, e := range entries {
		if name, zone, ok := strings.Cut(e.Name(), "."); ok && secretName.MatchString(name) && slices.Contains(visit.Zones(), visit.Zone(zone)) {
			names = append(names, e.Name())
		}
	}
	return names
}

const movedName = "authenkiosk.moved"

// CloseForGood closes the store for work, durable when it returns nil: no program opens it
// again (ErrMoved), and a restored copy takes its place elsewhere. It comes before the
// backup, so that at no moment two stores could send the same visits. undo takes it back,
// as long as nobody can have the backup.
func (s *Store) CloseForGood() (undo func() error, err error) {
	path := filepath.Join(s.dir, movedName)
	if exists(path) {
		return func() error { return nil }, nil // by a move before, whose backup somebody may have
	}
	if err := s.Audit(Event{Name: "store-closed", Role: RoleStaff, Result: "moved"}); err != nil {
		return nil, err
	}
	if err := writeMark(path, s.now()); err != nil {
		return nil, fmt.Errorf("close the store: %w", err)
	}
	return func() error {
		err := s.Audit(Event{Name: "store-closed", Role: RoleStaff, Result: "taken-back"})
		return errors.Join(err, removeDurably(path))
	}, nil
}
