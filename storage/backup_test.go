package storage

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/storage/internal/madeup"
	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

// newData makes the data of the test zone under a new directory, with a recovery code.
func newData(t testing.TB) (data, dir, code string) {
	t.Helper()
	data = t.TempDir()
	dir, code = filepath.Join(data, string(visit.ZoneTest)), NewRecoveryCode()
	must(t, AddRecovery(dir, KeyOptions{}, code))
	return data, dir, code
}

// backupOf returns a backup of a store of the test zone.
func backupOf(t testing.TB, s *Store) []byte {
	t.Helper()
	var b bytes.Buffer
	_, err := s.Backup(&b, BackupContent{Program: "1", Zone: visit.ZoneTest, HCode: "99999", Files: map[string][]byte{"authenkiosk.toml": []byte("[unit]\n")}})
	must(t, err)
	return b.Bytes()
}

func withCode(code string) RestoreOptions {
	return RestoreOptions{Code: func() (string, error) { return code, nil }}
}

// everyState fills a store with what a store can have.
func everyState(t testing.TB, s *Store) {
	t.Helper()
	for n := range 8 {
		must(t, s.SaveWithPhoto(madeup.WithPhoto(n), killedPhoto(n), noon))
	}
	must(t, s.Begin(madeup.WithPhoto(1).ID, noon))
	must(t, s.Begin(madeup.WithPhoto(2).ID, noon))
	must(t, s.Done(madeup.WithPhoto(2).ID, "PP1200000002", noon))
	must(t, s.Staff(madeup.WithPhoto(3).ID, visit.ServiceDatePassed, noon))
	must(t, s.Hold(madeup.WithPhoto(4).ID, "desk/a", noon))
	must(t, s.Staff(madeup.WithPhoto(5).ID, visit.ServiceDatePassed, noon))
	must(t, s.Hold(madeup.WithPhoto(5).ID, "desk/b", noon))
	must(t, s.Drop(madeup.WithPhoto(6).ID, noon))
	must(t, s.PutPrintJob(slip(2)))
	must(t, s.AddClient(Client{Name: "his", Hash: [32]byte{1}, Scopes: []string{"codes"}, Created: noon}))
	addOperator(t, s, "หัวหน้า ทดสอบ", desk.Lead)
}

func TestARestoredStoreHasAllOfTheBackupAndAsksNHSOAboutWhatIsNotSettled(t *testing.T) {
	_, dir, code := newData(t)
	s := openIn(t, dir)
	everyState(t, s)
	must(t, OpenSecrets(dir).Set(visit.ZoneTest, "nhso-token", "0000"))
	feed, err := s.Feed()
	must(t, err)
	_, last, err := s.Changes(0, 100)
	must(t, err)
	entries, err := s.AuditVerify()
	must(t, err)
	copied := backupOf(t, s)
	// The program goes on: a copy is older than what it is a copy of.
	must(t, s.Begin(madeup.WithPhoto(0).ID, noon))
	must(t, s.Done(madeup.WithPhoto(0).ID, "PP1200000000", noon))

	elsewhere := t.TempDir()
	done, err := Restore(elsewhere, bytes.NewReader(copied), withCode(strings.ToLower(code)))
	must(t, err)
	if done.Visits != 8 || done.LookUp != 3 || done.Held != 2 || done.Lost != 0 || !done.NewKey || string(done.Besides["authenkiosk.toml"]) != "[unit]\n" {
		t.Errorf("it says %+v", done)
	}
	if b := done.Backup; b.HCode != "99999" || b.Moved || b.Visits != 8 || b.Open != 6 || !slices.Equal(b.Without, []string{"nhso-token.test"}) {
		t.Errorf("the backup is %+v", b)
	}
	back := openIn(t, done.Dir)
	if found := back.Recovery(); found.Damage() {
		t.Errorf("damage: %s", found)
	}
	for n, want := range []visit.State{
		visit.StateInflight, visit.StateInflight, visit.StateDone, visit.StateStaff, visit.StateStaff, visit.StateStaff, visit.StateDropped, visit.StateInflight,
	} {
		r := recordOf(t, back, madeup.WithPhoto(n).ID)
		if r.State != want || !sameVisit(r.Visit, madeup.WithPhoto(n)) {
			t.Errorf("visit %d is %s, want %s", n, r.State, want)
		}
		if r.State == visit.StateInflight && (r.Unclear() == 0 || r.LastSent.IsZero()) {
			t.Errorf("of visit %d every request is clear", n)
		}
		if photo, err := back.Photo(r.Visit.ID); n != 6 && (err != nil || !bytes.Equal(photo, killedPhoto(n))) {
			t.Errorf("the photo of visit %d: %v", n, err)
		}
	}
	for n, from := range map[int]visit.State{4: visit.StateInflight, 5: visit.StateStaff} {
		if r := recordOf(t, back, madeup.WithPhoto(n).ID); !r.Held() || r.Hold.From != from {
			t.Errorf("visit %d is held as %+v, want from %s", n, r.Hold, from)
		}
	}
	now, err := back.Feed()
	must(t, err)
	must(t, back.Staff(madeup.WithPhoto(7).ID, visit.ServiceDatePassed, noon))
	changes, next, err := back.Changes(last, 100)
	if err != nil || now != feed || len(changes) == 0 || next < last+feedLeap {
		t.Errorf("the feed is %s (was %s), after %d come %d up to %d: %v", now, feed, last, len(changes), next, err)
	}
	if n, err := back.AuditVerify(); err != nil || n < entries+2 {
		t.Errorf("the audit has %d entries, had %d: %v", n, entries, err)
	}
	jobs, err := back.PrintJobs()
	if err != nil || len(jobs) != 1 || jobs[0].State != JobUnclear {
		t.Errorf("to print: %v, %v", jobs, err)
	}
	clients, err := back.Clients()
	operators, err2 := back.Operators()
	if err != nil || err2 != nil || len(clients) != 1 || len(operators) != 1 {
		t.Errorf("clients %v, operators %v: %v, %v", clients, operators, err, err2)
	}
	if _, err := OpenSecrets(done.Dir).Get(visit.ZoneTest, "nhso-token"); !errors.Is(err, ErrNoSecret) {
		t.Errorf("the token: %v", err)
	}
	// A hold of before ends where NHSO is asked before anything is sent.
	must(t, back.Release(madeup.WithPhoto(4).ID, "desk/a", "desk/a", Answer{At: noon.Add(time.Minute)}, noon.Add(time.Minute)))
	if r := recordOf(t, back, madeup.WithPhoto(4).ID); r.State != visit.StateInflight || r.Held() {
		t.Errorf("released it is %s", r.State)
	}
	must(t, back.Close())
	again := openIn(t, done.Dir)
	if r := recordOf(t, again, madeup.WithPhoto(4).ID); r.State != visit.StateInflight || again.Recovery() != (Recovery{}) {
		t.Errorf("opened again it is %s, found %s", r.State, again.Recovery())
	}
}

func TestABackupHoldsNothingThatCanBeRead(t *testing.T) {
	_, dir, _ := newData(t)
	s := openIn(t, dir)
	everyState(t, s)
	must(t, OpenSecrets(dir).Set(visit.ZoneTest, "nhso-token", "token-that-stays-here"))
	to := t.TempDir()
	must(t, os.WriteFile(filepath.Join(to, "backup"), backupOf(t, s), 0o600))
	if hits := scan(t, to, append(canaries(8), []byte("token-that-stays-here"))); hits > 0 {
		t.Errorf("%d hits", hits)
	}
}

func TestAKeyThatOnlyThisMachineHasMakesNoBackup(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	if err := BackupKey(dir); !errors.Is(err, ErrNoBackupKey) {
		t.Error(err)
	}
	var b bytes.Buffer
	if _, err := s.Backup(&b, BackupContent{Zone: visit.ZoneTest}); !errors.Is(err, ErrNoBackupKey) || b.Len() > 0 {
		t.Errorf("%v, %d bytes", err, b.Len())
	}
	must(t, AddRecovery(dir, KeyOptions{}, NewRecoveryCode()))
	must(t, BackupKey(dir))
	backupOf(t, s)
}

func TestABackupIsOpenedByItsCodeItsPassphraseOrTheMachineThatMadeIt(t *testing.T) {
	phrase := func(text string) KeyOptions {
		return KeyOptions{Sources: []KeySource{NewPassphraseSource(func() (string, error) { return text, nil })}}
	}
	data := t.TempDir()
	s, err := Open(filepath.Join(data, string(visit.ZoneTest)), Options{Keys: phrase("ปลาวาฬ")})
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	must(t, s.Save(madeUp(1), noon))
	copied := backupOf(t, s) // there is no code
	if info, err := CheckBackup(bytes.NewReader(copied), data, phrase("ปลาวาฬ")); err != nil || info.Visits != 1 {
		t.Errorf("where it was made: %+v, %v", info, err)
	}
	if _, err := Restore(t.TempDir(), bytes.NewReader(copied), RestoreOptions{Keys: phrase("ปลาวาฬ")}); err != nil {
		t.Errorf("with its passphrase: %v", err)
	}
	if _, err := Restore(t.TempDir(), bytes.NewReader(copied), RestoreOptions{Keys: phrase("ปลาโลมา")}); !errors.Is(err, ErrBackupKey) {
		t.Errorf("with another one: %v", err)
	}
	_, dir, code := newData(t)
	copied = backupOf(t, openIn(t, dir))
	if _, err := Restore(t.TempDir(), bytes.NewReader(copied), withCode(NewRecoveryCode())); !errors.Is(err, ErrRecoveryCode) {
		t.Errorf("with another code: %v", err)
	}
	if _, err := Restore(t.TempDir(), bytes.NewReader(copied), withCode(code[:10])); !errors.Is(err, ErrRecoveryForm) {
		t.Errorf("with a part of the code: %v", err)
	}
	if _, err := Restore(t.TempDir(), bytes.NewReader(copied), RestoreOptions{}); !errors.Is(err, ErrBackupKey) {
		t.Errorf("with nothing: %v", err)
	}
}

// filesBelow returns the content of every file but the lock.
func filesBelow(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == lockName {
			return err
		}
		content, err := os.ReadFile(path)
		files[path] = string(content)
		return err
	}))
	return files
}

func TestABackupThatIsRefusedChangesNothing(t *testing.T) {
	_, dir, code := newData(t)
	s := openIn(t, dir)
	everyState(t, s)
	good := backupOf(t, s)
	random := rand.New(rand.NewPCG(1, 5))
	try := func(name string, file []byte, want ...error) {
		t.Helper()
		data := t.TempDir()
		if _, err := Restore(data, bytes.NewReader(file), withCode(code)); !slices.ContainsFunc(want, func(w error) bool { return errors.Is(err, w) }) {
			t.Errorf("%s: %v", name, err)
		}
		if files := filesBelow(t, data); len(files) > 0 {
			t.Errorf("%s: it has left %d files", name, len(files))
		}
	}
	try("nothing", nil, ErrNotBackup)
	try("a text", []byte("[unit]\nhcode = \"99999\"\n"), ErrNotBackup)
	try("a file of age by somebody else", []byte("age-encryption.org/v1\n-> X25519 "+strings.Repeat("a", 43)+"\n"+strings.Repeat("a", 43)+"\n--- "+strings.Repeat("a", 43)+"\n"), ErrNotBackup, ErrBackupDamaged)
	for range 60 {
		try("cut off", good[:random.IntN(len(good))], ErrBackupDamaged, ErrNotBackup)
		changed := bytes.Clone(good)
		changed[random.IntN(len(changed))] ^= 1 << random.IntN(8)
		try("one bit", changed, ErrBackupDamaged, ErrNotBackup, ErrBackupNewer, ErrRecoveryCode)
	}
	try("something behind it", append(bytes.Clone(good), 0), ErrBackupDamaged)
	refuse := withCode(code)
	refuse.Allow = func(BackupInfo) error { return fs.ErrPermission }
	data := t.TempDir()
	if _, err := Restore(data, bytes.NewReader(good), refuse); !errors.Is(err, fs.ErrPermission) || len(filesBelow(t, data)) > 0 {
		t.Errorf("one that is not allowed: %v", err)
	}
}

func FuzzRestore(f *testing.F) {
	_, dir, code := newData(f)
	s := openIn(f, dir)
	must(f, s.Save(madeUp(1), noon))
	f.Add(backupOf(f, s)[:600])
	good := backupOf(f, s)
	f.Add(good)
	data := f.TempDir()
	f.Fuzz(func(t *testing.T, file []byte) {
		_, err := Restore(data, bytes.NewReader(file), withCode(code))
		if err == nil && !bytes.Equal(file, good) {
			t.Error("it was taken")
		}
	})
}

func TestAStoreInPlaceIsReplacedOnlyByOneThatHasItsVisits(t *testing.T) {
	data, dir, code := newData(t)
	s := openIn(t, dir)
	must(t, s.Save(madeUp(1), noon))
	old := backupOf(t, s)
	must(t, s.Done(madeUp(1).ID, "PP1200000001", noon))
	if _, err := Restore(data, bytes.NewReader(old), RestoreOptions{}); !errors.Is(err, ErrInUse) {
		t.Errorf("while a program works with it: %v", err)
	}
	must(t, OpenSecrets(dir).Set(visit.ZoneTest, "nhso-token", "0000"))
	must(t, s.Close())
	if _, err := Restore(data, bytes.NewReader(old), RestoreOptions{}); err != nil { // the machine has the key
		t.Errorf("an older copy of the same: %v", err)
	}
	s = openIn(t, dir)
	if r := recordOf(t, s, madeUp(1).ID); r.State != visit.StateInflight {
		t.Errorf("the visit is %s", r.State)
	}
	if token, err := OpenSecrets(dir).Get(visit.ZoneTest, "nhso-token"); token != "0000" {
		t.Errorf("the token: %v", err)
	}
	must(t, s.Save(madeUp(2), noon))
	must(t, s.Close())
	before := filesBelow(t, dir)
	if _, err := Restore(data, bytes.NewReader(old), RestoreOptions{}); !errors.Is(err, ErrWouldLose) {
		t.Errorf("over a visit that it does not have: %v", err)
	}
	if after := filesBelow(t, dir); len(after) != len(before) {
		t.Errorf("there are %d files, were %d", len(after), len(before))
	}
	foreign := t.TempDir()
	s = openIn(t, filepath.Join(foreign, string(visit.ZoneTest)))
	must(t, s.Close())
	if _, err := Restore(foreign, bytes.NewReader(old), withCode(code)); err != nil {
		t.Errorf("over a new store without visits: %v", err)
	}
	foreign = t.TempDir()
	s = openIn(t, filepath.Join(foreign, string(visit.ZoneTest)))
	must(t, s.Save(madeUp(3), noon))
	must(t, s.Close())
	if _, err := Restore(foreign, bytes.NewReader(old), withCode(code)); !errors.Is(err, ErrBackupForeign) {
		t.Errorf("over visits of other data: %v", err)
	}
	s = openIn(t, filepath.Join(foreign, string(visit.ZoneTest)))
	if _, err := s.Visit(madeUp(3).ID); err != nil {
		t.Error(err)
	}
}

func TestABackupOfAStoreWithABrokenAuditCanBeRestored(t *testing.T) {
	_, dir, code := newData(t)
	s := openIn(t, dir)
	must(t, s.Save(madeUp(1), noon))
	must(t, s.update(func(tx *bolt.Tx) error { return tx.Bucket(bucketAudit).Put(seqKey(1), []byte("{}")) }))
	done, err := Restore(t.TempDir(), bytes.NewReader(backupOf(t, s)), withCode(code))
	if err != nil || !done.AuditLost || done.Visits != 1 {
		t.Fatalf("%+v, %v", done, err)
	}
	if _, err := openIn(t, done.Dir).AuditVerify(); err != nil {
		t.Errorf("the new chain: %v", err)
	}
}

func TestAMovedStoreIsClosedForGood(t *testing.T) {
	data, dir, code := newData(t)
	s := openIn(t, dir)
	must(t, s.Save(madeUp(1), noon))
	before := backupOf(t, s)
	undo, err := s.CloseForGood()
	must(t, err)
	must(t, undo()) // the backup could not be written
	must(t, s.Close())
	s = openIn(t, dir)
	_, err = s.CloseForGood()
	must(t, err)
	moved := backupOf(t, s)
	must(t, s.Close())
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrMoved) {
		t.Errorf("for work: %v", err)
	}
	s, err = Open(dir, Options{Moved: true}) // for one more backup
	must(t, err)
	if again, err := s.CloseForGood(); err != nil || again() != nil || !exists(filepath.Join(dir, movedName)) {
		t.Errorf("closed again: %v", err)
	}
	must(t, s.Close())
	done, err := Restore(t.TempDir(), bytes.NewReader(moved), withCode(code))
	if err != nil || !done.Backup.Moved {
		t.Fatalf("%+v, %v", done, err)
	}
	if r := recordOf(t, openIn(t, done.Dir), madeUp(1).ID); r.State != visit.StateInflight {
		t.Errorf("the visit is %s", r.State)
	}
	// Only what moves may open it again: the machine to which it was moved works.
	if _, err := Restore(data, bytes.NewReader(before), RestoreOptions{}); !errors.Is(err, ErrMoved) {
		t.Errorf("a copy of before over it: %v", err)
	}
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrMoved) {
		t.Errorf("after that: %v", err)
	}
	if _, err := Restore(data, bytes.NewReader(moved), RestoreOptions{}); err != nil {
		t.Fatal(err)
	}
	openIn(t, dir)
}
