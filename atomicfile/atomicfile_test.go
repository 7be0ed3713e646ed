package atomicfile_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"authenkiosk/atomicfile"
)

func TestAFileThatIsFilledNeverReplacesOneThatCameMeanwhile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	err := atomicfile.Fill(path, func(w io.Writer) error {
		must(t, os.WriteFile(path, []byte("theirs"), 0o600))
		_, err := io.WriteString(w, "ours")
		return err
	})
	if got, _ := os.ReadFile(path); string(got) != "theirs" || !errors.Is(err, fs.ErrExist) {
		t.Errorf("%q, %v", got, err)
	}
	if names, err := os.ReadDir(filepath.Dir(path)); len(names) != 1 || err != nil {
		t.Errorf("there are %v, %v", names, err)
	}
}

func TestWhoWritesAFileSeesTheOldOrTheNewOneAndNothingIsLeftOver(t *testing.T) {
	for _, c := range []struct {
		name        string
		write       func(path string, data []byte, mode fs.FileMode) error
		before, now string // before: empty for no file
	}{
		{"write a new file", atomicfile.Write, "", "new"},
		{"write over another", atomicfile.Write, "old", "new"},
		{"create a new file", atomicfile.Create, "", "new"},
		{"create where another program was faster", atomicfile.Create, "old", "old"},
		{"publish a new file", publish, "", "new"},
		{"publish where another program was faster", publish, "old", "old"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "file")
			if c.before != "" {
				must(t, os.WriteFile(path, []byte(c.before), 0o640))
			}
			must(t, c.write(path, []byte("new"), 0o640))
			got, err := os.ReadFile(path)
			must(t, err)
			if string(got) != c.now {
				t.Errorf("the file has %q, want %q", got, c.now)
			}
			if mode := stat(t, path).Mode(); runtime.GOOS != "windows" && mode != 0o640 {
				t.Errorf("its mode is %v", mode)
			}
			if names := list(t, dir); len(names) != 1 {
				t.Errorf("there are %q", names)
			}
		})
	}
}

// publish is Publish for a file that was made otherwise.
func publish(path string, data []byte, mode fs.FileMode) error {
	temp := path + ".temp"
	if err := os.WriteFile(temp, data, mode); err != nil {
		return err
	}
	return atomicfile.Publish(temp, path)
}

func TestAFileThatCannotBeWrittenLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	must(t, os.MkdirAll(filepath.Join(path, "in it"), 0o700)) // no rename replaces it
	if err := atomicfile.Write(path, []byte("new"), 0o600); err == nil {
		t.Error("no error")
	}
	if names := list(t, dir); len(names) != 1 {
		t.Errorf("there are %q", names)
	}
	if err := atomicfile.Write(filepath.Join(dir, "none", "file"), nil, 0o600); err == nil {
		t.Error("no error where there is no directory")
	}
}

func TestAHalfWrittenFileIsNeverSeenByItsName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	old, young := bytes.Repeat([]byte("o"), 1<<16), bytes.Repeat([]byte("n"), 1<<17)
	must(t, atomicfile.Write(path, old, 0o600))
	f, err := os.Open(path)
	must(t, err)
	defer func() { _ = f.Close() }()
	if runtime.GOOS == "windows" {
		if err := atomicfile.Write(path, young, 0o600); err == nil {
			t.Error("Windows replaces a file that is open: the wait for whoever has it is of no use")
		}
		return
	}
	must(t, atomicfile.Write(path, young, 0o600))
	held, err := f.Stat()
	must(t, err)
	if held.Size() != int64(len(old)) {
		t.Errorf("who had the old file open has %d bytes: it was written in place", held.Size())
	}
}

func stat(t *testing.T, path string) fs.FileInfo {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	return info
}

func list(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
