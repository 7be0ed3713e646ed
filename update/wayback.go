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
// for ever there. What belongs to a trial that is about to begin has a name of its own until
// it has begun: the one before may have to go back still.
const (
	backName    = "trial.back"    // the link that becomes "current"
	refusalName = "trial.refused" // the file that becomes "refused"
	overName    = "trial.over"    // the link to a version that was on trial itself: Heed
	briefName   = "trial.lock"    // held while a trial is looked at and changed
	nextSuffix  = ".next"         // of those of a trial that is about to begin
	newCurrent  = ".new-" + currentName
)

// prepare makes that ready for a trial that is about to begin.
func (r Root) prepare(t Trial) error {
	if before, on := r.Trial(); on {
		r.begun(before) // one whose beginning was cut short still has that name
	}
	if t.Over != "" {
		if err := r.link(t.Over, overName); err != nil {
			return err
		}
	}
	if err := r.link(t.From, backName+nextSuffix); err != nil {
		return err
	}
	return r.write(refusalName+nextSuffix, []byte(t.To+"\n"))
}

// begun gives what is ready for a trial its own name. What cannot be renamed is found as
// it is.
func (r Root) begun(t Trial) {
	if r.leads(backName+nextSuffix, t.From) && !r.leads(backName, t.From) {
		_ = os.Rename(r.path(backName+nextSuffix), r.path(backName))
	}
	if r.names(refusalName+nextSuffix, t.To) && !r.names(refusalName, t.To) {
		_ = os.Rename(r.path(refusalName+nextSuffix), r.path(refusalName))
	}
}

// unprepare removes it; what is left of it names a version, and is used for no other.
func (r Root) unprepare() {
	for _, name := range []string{backName, refusalName, overName, backName + nextSuffix, refusalName + nextSuffix} {
		_ = os.Remove(r.path(name))
	}
}

// leads says whether a link leads to a version.
func (r Root) leads(name, version string) bool {
	to, err := os.Readlink(r.path(name))
	return err == nil && to == filepath.Join(versionsName, version)
}

// names says whether a file has a version in it.
func (r Root) names(name, version string) bool {
	text, err := os.ReadFile(r.path(name))
	return err == nil && strings.TrimSpace(string(text)) == version
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

// link makes a link to a version. One of that name stays until the new one is there.
func (r Root) link(version, name string) error {
	if r.leads(name, version) {
		return nil
	}
	temp := ".new-" + name
	if err := r.bare(version, temp); err != nil {
		return err
	}
	return os.Rename(r.path(temp), r.path(name))
}

// bare makes a link to a version in the place of nothing that anybody needs.
func (r Root) bare(version, name string) error {
	if err := os.Remove(r.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if r.room != nil {
		if err := r.room(); err != nil {
			return err
		}
	}
	return os.Symlink(filepath.Join(versionsName, version), r.path(name))
}

// flip has that version started from now on.
func (r Root) flip(version string) error {
	if err := r.bare(version, newCurrent); err != nil {
		return err
	}
	return r.put(newCurrent, currentName)
}

// flipBack does the same with a link that lies ready, if one leads there.
func (r Root) flipBack(version string) error {
	for _, name := range []string{backName, backName + nextSuffix, overName} {
		if r.leads(name, version) {
			return r.put(name, currentName)
		}
	}
	return r.flip(version)
}

// refuse notes that a version went back, or was taken back.
func (r Root) refuse(version string) error {
	if r.Refused() == version {
		return nil
	}
	for _, name := range []string{refusalName, refusalName + nextSuffix} {
		if r.names(name, version) {
			return r.put(name, refusedName)
		}
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
