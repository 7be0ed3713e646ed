package update

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"authenkiosk/atomicfile"
)

const (
	versionsName = "versions"
	currentName  = "current"
	previousName = "previous"
	trialName    = "trial.json"
	refusedName  = "refused"
	lockName     = "lock"
	incoming     = "incoming-*"
	keptName     = "update.kept"
)

// Root is where the versions lie.
type Root struct {
	dir string
	// room is asked before anything new is written, in tests of a full disk; nil: there is.
	room func() error
}

// RootAt is the root in that directory.
func RootAt(dir string) Root { return Root{dir: dir} }

// Here returns the root of the program that runs, and its version. It is ErrByInstaller
// for a program that does not lie in one, and on Windows, where links need a right that
// nobody has and a file that runs cannot be replaced: the MSI updates there.
func Here() (Root, string, error) {
	if runtime.GOOS == "windows" {
		return Root{}, "", ErrByInstaller
	}
	path, err := os.Executable()
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return Root{}, "", fmt.Errorf("find the program: %w", err)
	}
	dir := filepath.Dir(path)
	versions, version := filepath.Dir(dir), filepath.Base(dir)
	if filepath.Base(versions) != versionsName || !validVersion(version) {
		return Root{}, "", ErrByInstaller
	}
	return RootAt(filepath.Dir(versions)), version, nil
}

// Trial is a version that has not shown yet that it works.
type Trial struct {
	From    string `json:"from"`
	To      string `json:"to"`
	Healthy bool   `json:"healthy"` // the one before was: so must be the new one
	Starts  int    `json:"starts"`
	// Over was on trial itself when this one began: until the change is made, the trial is
	// still its own.
	Over string `json:"over,omitempty"`
}

func (r Root) path(names ...string) string {
	return filepath.Join(append([]string{r.dir}, names...)...)
}

// Program returns where a program of a version lies.
func (r Root) Program(version, name string) string { return r.path(versionsName, version, name) }

// Dir is a place under the root, which belongs to whoever may change programs.
func (r Root) Dir(name string) string { return r.path(name) }

// Current returns the version that is started.
func (r Root) Current() (string, error) {
	to, err := os.Readlink(r.path(currentName))
	if err != nil {
		return "", fmt.Errorf("find the version in use: %w", err)
	}
	return filepath.Base(to), nil
}

// Previous returns the version to which rollback goes back.
func (r Root) Previous() (string, error) {
	if t, on := r.Trial(); on {
		return t.From, nil
	}
	data, err := os.ReadFile(r.path(previousName))
	v := strings.TrimSpace(string(data))
	if err != nil || !validVersion(v) || !r.has(v) {
		return "", ErrNoVersion
	}
	return v, nil
}

func (r Root) has(version string) bool {
	info, err := os.Stat(r.path(versionsName, version))
	return err == nil && info.IsDir()
}

// tidy removes what a try before has left.
func (r Root) tidy() {
	names, _ := filepath.Glob(r.path(incoming))
	for _, name := range names {
		_ = os.RemoveAll(name) // it is tried again the next time
	}
}

// add gives a complete directory its place among the versions.
func (r Root) add(from, version string) error {
	to := r.path(versionsName, version)
	if r.has(version) { // of a try before; it is not the one in use, which is older
		if err := os.Rename(to, from+".before"); err != nil {
			return err
		}
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return atomicfile.SyncDir(r.path(versionsName))
}

// Try changes to a version, on trial. A version that is on trial itself is not what it
// goes back to: nobody knows yet whether that one works.
func (r Root) Try(version string, healthy bool) error {
	defer r.alone()()
	from, err := r.Current()
	if err != nil {
		return err
	}
	if !r.has(version) {
		return fmt.Errorf("%w: %s", ErrNoVersion, version)
	}
	t := Trial{From: from, To: version, Healthy: healthy}
	if before, on := r.Trial(); on && before.From != version {
		t.From = before.From
		if before.To != version {
			t.Over = before.To
		}
	}
	// First: a version that is in use and not on trial would never go back. From the note on
	// nothing needs room any more: what was on trial until now would be on none.
	if err := r.prepare(t); err != nil {
		return err
	}
	if err := r.bare(version, newCurrent); err != nil {
		return err
	}
	if err := r.note(t); err != nil {
		return err
	}
	if err := r.put(newCurrent, currentName); err != nil {
		return err
	}
	r.begun(t)
	return nil
}

// Adopt gives the programs in a directory, which a package of the system has put there,
// their place among the versions. Each is replaced as a whole, also where that version is
// in use. Where none is in use, or that one is lost, it is from now on. Versions that nobody
// needs are removed.
func (r Root) Adopt(dir, version string) error {
	if !validVersion(version) {
		return fmt.Errorf("%w: its version is %q", ErrPackage, version)
	}
	to := r.path(versionsName, version)
	if err := atomicfile.MakeDir(to); err != nil {
		return err
	}
	// The administrator's umask may hide them from the account of the program.
	for _, d := range []string{r.dir, filepath.Dir(to), to} {
		if err := os.Chmod(d, 0o755); err != nil {
			return err
		}
	}
	programs, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, p := range programs {
		data, err := os.ReadFile(filepath.Join(dir, p.Name()))
		if err != nil {
			return err
		}
		if err := atomicfile.Write(filepath.Join(to, p.Name()), data, 0o755); err != nil {
			return err
		}
	}
	now, err := r.Current()
	if err != nil || !r.has(now) {
		return r.flip(version)
	}
	before, _ := r.Previous() // "" is no version
	last, _ := r.read()       // one that went back may run on, and say that it stays: Heed
	r.prune(now, before, version, last.From, last.To)
	return nil
}

// prune removes the versions that nobody needs.
func (r Root) prune(needed ...string) {
	entries, _ := os.ReadDir(r.path(versionsName))
	for _, e := range entries {
		if !slices.Contains(needed, e.Name()) {
			_ = os.RemoveAll(r.path(versionsName, e.Name())) // it is tried again the next time
		}
	}
}

// Refused returns the version that went back, or from which somebody went back; "": none.
// It is not put in place again without somebody who asks for it.
func (r Root) Refused() string {
	data, err := os.ReadFile(r.path(refusedName))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}

func (r Root) note(t Trial) error {
	data, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return r.write(trialName, data)
}

// Trial returns the trial of the version in use, if it is on one.
func (r Root) Trial() (t Trial, on bool) {
	t, there := r.read()
	now, err := r.Current()
	if err == nil && now == t.Over { // the one that was to follow has not come into use
		t.To, t.Over = now, ""
	}
	return t, there && err == nil && t.To == now
}

// read returns the last trial, until it is over.
func (r Root) read() (t Trial, there bool) {
	data, err := os.ReadFile(r.path(trialName))
	if err != nil || json.Unmarshal(data, &t) != nil {
		return t, false
	}
	return t, validVersion(t.From) && r.has(t.From)
}

// Heed is called with what was said (Said), before a program is started, and before
// anything is changed: data of a version that has said that it stays must not be left to
// an older one. One that was on trial may have run on, and said so, when another was on
// trial already, or when it had gone back. What lies ready to be tried stays.
func (r Root) Heed(said string, ready ...string) error {
	defer r.alone()()
	t, there := r.read()
	now, err := r.Current()
	switch {
	case err != nil || !there:
		return err
	case t.To == now && said != t.To && Newer(said, t.From):
		t.From, t.Over = said, ""
		if !r.has(said) {
			return r.end(t, ready...)
		}
		err := r.prepare(t)
		if err == nil {
			err = r.note(t)
		}
		if err != nil { // on a full disk: its starts cannot be counted either
			return errors.Join(err, r.refuse(t.To), r.flipBack(said))
		}
		r.begun(t)
	case said != "" && said != now && (now == t.From || now == t.Over) && (said == t.To || said == t.Over) && r.has(said):
		if err := r.flip(said); err != nil {
			return err
		}
		if r.Refused() == said {
			_ = os.Remove(r.path(refusedName)) // it is tried no more: it is there
		}
		t.To = said
		return r.end(t, ready...)
	}
	return nil
}

// End ends the trial of a version that stays, and removes those that nobody needs. What lies
// ready to be tried stays.
func (r Root) End(t Trial, ready ...string) error {
	defer r.alone()()
	return r.end(t, ready...)
}

func (r Root) end(t Trial, ready ...string) error {
	if err := r.write(previousName, []byte(t.From+"\n")); err != nil {
		return err
	}
	if r.Refused() == t.To { // somebody has asked for it again
		_ = os.Remove(r.path(refusedName))
	}
	if err := r.endTrial(); err != nil {
		return err
	}
	r.prune(append(ready, t.From, t.To)...)
	return nil
}

// Back changes back to the version before, unless the one on trial says that it stays: kept
// is asked after the change, too, for it may say so at any moment.
func (r Root) Back(t Trial, kept func() bool) (back bool, err error) {
	defer r.alone()()
	return r.back(t, kept)
}

func (r Root) back(t Trial, kept func() bool) (back bool, err error) {
	if kept() {
		return false, r.end(t)
	}
	// First: one that is back and not refused would be tried again, by a timer each half an hour.
	notRefused := r.refuse(t.To)
	if err := r.flipBack(t.From); err != nil {
		return false, errors.Join(err, notRefused)
	}
	if kept() {
		return false, errors.Join(r.flip(t.To), r.end(t))
	}
	return true, notRefused // it may run on, and still say so: Heed
}

func (r Root) endTrial() error {
	if err := os.Remove(r.path(trialName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	r.unprepare()
	return atomicfile.SyncDir(r.dir)
}

// Settle is called at each start of a program, before it does anything: a version on trial
// that was started too often without staying goes back, whether or not anybody watches. So
// does one whose start cannot be counted, on a full disk: it would be started for ever.
func (r Root) Settle(kept func() bool) (back bool, err error) {
	defer r.alone()()
	t, on := r.Trial()
	switch {
	case !on:
		return false, nil
	case kept():
		return false, r.end(t)
	case t.Starts >= maxStarts:
		return r.back(t, kept)
	}
	t.Starts++
	if err := r.note(t); err != nil {
		back, notBack := r.back(t, kept)
		return back, errors.Join(fmt.Errorf("count the start of a version on trial: %w", err), notBack)
	}
	return false, nil
}

// Rollback changes to the version before.
func (r Root) Rollback() (version string, err error) {
	defer r.alone()()
	now, err := r.Current()
	if err != nil {
		return "", err
	}
	if version, err = r.Previous(); err != nil {
		return "", err
	}
	if version == now {
		return "", ErrNoVersion
	}
	if err := r.refuse(now); err != nil {
		return "", err
	}
	// A trial ends after the change: until then it knows where to go back to.
	if err := r.flip(version); err != nil {
		return "", err
	}
	return version, errors.Join(r.write(previousName, []byte(now+"\n")), r.endTrial())
}

// Keep says that a version stays, durable when it returns nil. It is said in the data
// directory: the program may write nowhere else.
func Keep(data, version string) error {
	return atomicfile.Write(filepath.Join(data, keptName), []byte(version), 0o600)
}

// Kept reports whether a version has said that it stays.
func Kept(data, version string) bool { return version != "" && Said(data) == version }

// Said returns the version that has said that it stays; "": none. Who asks may be the
// administrator, and the directory is the program's: nothing but a plain file is read.
func Said(data string) string {
	f, err := os.OpenFile(filepath.Join(data, keptName), os.O_RDONLY|plainly, 0)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	said, err := io.ReadAll(io.LimitReader(f, maxManifest))
	if err != nil || !validVersion(string(said)) {
		return ""
	}
	return string(said)
}

// Unkeep takes back what a version has said in a trial before.
func Unkeep(data string) error {
	err := os.Remove(filepath.Join(data, keptName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return errors.Join(err, atomicfile.SyncDir(data))
}
