//go:build unix

package update

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestWhatTheProgramLeavesInItsDataHoldsNobodyUp has the administrator look, as before each
// start, while the account of the program has put something else in the place of its word.
func TestWhatTheProgramLeavesInItsDataHoldsNobodyUp(t *testing.T) {
	for name, put := range map[string]func(path string) error{
		"a pipe":             func(path string) error { return unix.Mkfifo(path, 0o600) },
		"a link to a device": func(path string) error { return os.Symlink("/dev/zero", path) },
		"a directory":        func(path string) error { return os.Mkdir(path, 0o700) },
		"no version":         func(path string) error { return os.WriteFile(path, []byte("../1.0.0"), 0o600) },
	} {
		data := t.TempDir()
		must(t, put(filepath.Join(data, keptName)))
		if said := Said(data); said != "" || Kept(data, "") {
			t.Errorf("%s: %q", name, said)
		}
	}
}

// TestNobodyElseCountsWhileAStartIsCounted looks while Settle is in the middle.
func TestNobodyElseCountsWhileAStartIsCounted(t *testing.T) {
	r := tried(t)
	free := func() bool {
		f, err := os.OpenFile(r.path(briefName), os.O_RDWR, 0)
		must(t, err)
		defer func() { _ = f.Close() }()
		return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil
	}
	within := true
	_, err := r.Settle(func() bool { within = free(); return false })
	if must(t, err); within || !free() {
		t.Errorf("free within %v, afterwards %v", within, free())
	}
	if info, err := os.Stat(r.path(briefName)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others could hold it: %v, %v", info.Mode(), err)
	}
}

// TestWhatIsNoFileIsNoPackage has a folder of updates with pipes, whoever has put them there.
func TestWhatIsNoFileIsNoPackage(t *testing.T) {
	dir, m := t.TempDir(), newMaker(t)
	pipe := func(name string) { must(t, unix.Mkfifo(filepath.Join(dir, name), 0o600)) }
	pipe(FileName("1.2.0"))
	if o, err := Find(t.Context(), dir, nil); !errors.Is(err, ErrNothing) {
		t.Fatalf("a pipe is version %q, %v", o.Version, err)
	}
	archive := packageOf(t, here("1.1.0"))
	must(t, os.WriteFile(filepath.Join(dir, FileName("1.1.0")), archive, 0o600))
	o, err := Find(t.Context(), dir, nil)
	if must(t, err); o.Version != "1.1.0" {
		t.Fatalf("found is %q", o.Version)
	}
	if _, err := o.Signature(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no signature: %v", err)
	}
	pipe(FileName("1.1.0") + signatureSuffix)
	if _, err := o.Signature(t.Context()); !errors.Is(err, ErrPackage) {
		t.Errorf("a pipe as signature: %v", err)
	}
	must(t, os.Remove(filepath.Join(dir, FileName("1.1.0")+signatureSuffix)))
	must(t, os.WriteFile(filepath.Join(dir, "signature"), m.sign(archive), 0o600))
	must(t, os.Symlink("signature", filepath.Join(dir, FileName("1.1.0")+signatureSuffix)))
	if s, err := o.Signature(t.Context()); err != nil || len(s) == 0 {
		t.Errorf("a link to it: %v", err)
	}
}
