package update

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"authenkiosk/atomicfile"
)

// What going back needs lies ready from the start of a trial on: on a disk that has become
// full a file can be renamed, and none can be made. A version on trial would be started
// for ever there.
const (
	backName    = "trial.back"    // the link that becomes "current"
	refusalName = "trial.refused" // the file that becomes "refused"
	briefName   = "trial.lock"    // held while a trial is looked at and changed
)

// prepare makes that ready.
func (r Root) prepare(t Trial) error {
	if err := r.link(t.From, backName); err != nil {
		return err
	}
	return r.write(refusalName, []byte(t.To+"\n"))
}

// unprepare removes it; what is left of it names a version, and is used for no other.
func (r Root) unprepare() {
	for _, name := range []string{backName, refusalName} {
		_ = os.Remove(r.path(name))
	}
}

// write writes a file of the root.
func (r Root) write(name string, data []byte) error {
	if r.room != nil {
		if err := r.room(); err != nil {
			return err
		}
	}
	return atomicfile.Write(r.path(name), data, 0o644)
}

// link makes a link to a version.
func (r Root) link(version, name string) error {
	if r.room != nil {
		if err := r.room(); err != nil {
			return err
		}
	}
	if err := os.Remove(r.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Symlink(filepath.Join(versionsName, version), r.path(name))
}

// flip has that version started from now on.
func (r Root) flip(version string) error {
	const temp = ".new-" + currentName
	if err := r.link(version, temp); err != nil {
		return err
	}
	return r.put(temp, currentName)
}

// flipBack does the same with the link that lies ready, if it leads there.
func (r Root) flipBack(version string) error {
	if to, err := os.Readlink(r.path(backName)); err == nil && to == filepath.Join(versionsName, version) {
		return r.put(backName, currentName)
	}
	return r.flip(version)
}

// refuse notes that a version went back, or was taken back.
func (r Root) refuse(version string) error {
	if r.Refused() == version {
		return nil
	}
	if text, err := os.ReadFile(r.path(refusalName)); err == nil && strings.TrimSpace(string(text)) == version {
		return r.put(refusalName, refusedName)
	}
	return r.write(refusedName, []byte(version+"\n"))
}

// put gives a file the place of another one.
func (r Root) put(from, to string) error {
	if err := os.Rename(r.path(from), r.path(to)); err != nil {
		return err
	}
	return atomicfile.SyncDir(r.dir)
}
