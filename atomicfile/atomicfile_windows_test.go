package atomicfile

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/windows"
)

func rightsOf(t *testing.T, dir string) string {
	t.Helper()
	sd, err := windows.GetNamedSecurityInfo(dir, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		t.Fatal(err)
	}
	return sd.String()
}

func TestADirectoryInAPlaceOfAllUsersIsForItsOwnerOnly(t *testing.T) {
	base, err := os.MkdirTemp(os.Getenv("ProgramData"), "test-")
	if err != nil {
		t.Fatal(err)
	}
	first := base
	t.Cleanup(func() { _ = os.RemoveAll(first) })
	if !forEverybody(rightsOf(t, base)) {
		t.Fatalf("a directory in ProgramData has %s", rightsOf(t, base))
	}
	if err := Grant(base, ""); err != nil {
		t.Fatal(err)
	} else if forEverybody(rightsOf(t, base)) {
		t.Skip("the file system keeps no rights, as that of wine")
	}
	if base, err = os.MkdirTemp(os.Getenv("ProgramData"), "test-"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(base) })
	dir := filepath.Join(base, "AuthenKiosk")
	if err := MakeDir(filepath.Join(dir, "test")); err != nil {
		t.Fatal(err)
	}
	if forEverybody(rightsOf(t, dir)) {
		t.Errorf("it has %s", rightsOf(t, dir))
	}
	if err := os.WriteFile(filepath.Join(dir, "test", "file"), nil, 0o600); err != nil {
		t.Errorf("its owner cannot use it: %v", err)
	}
}

func TestRightsForEverybodyAreSeen(t *testing.T) {
	for sddl, want := range map[string]bool{
		"D:AI(A;ID;FA;;;SY)(A;OICIIOID;GA;;;CO)(A;OICIID;0x1200a9;;;BU)": true, // ProgramData
		"D:AI(A;OICIID;FA;;;SY)(A;OICIID;0x1301bf;;;AU)":                 true, // top of a drive
		"D:P(A;OICI;0x1301bf;;;LS)(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)":      false,
	} {
		if got := forEverybody(sddl); got != want {
			t.Errorf("%s: %v", sddl, got)
		}
	}
}

func TestAFileIsReplacedWhenWhoeverLookedAtItHasClosedIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := Write(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	closed := make(chan error, 1)
	time.AfterFunc(5*replaceLook, func() { closed <- f.Close() })
	if err := Write(path, []byte("new"), 0o600); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "new" {
		t.Errorf("%q, %v", text, err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

func TestADirectoryThatLeadsElsewhereIsNotClosed(t *testing.T) {
	base := t.TempDir()
	target, way := filepath.Join(base, "of others"), filepath.Join(base, "data")
	if err := os.Mkdir(target, 0o700); err != nil {
		t.Fatal(err)
	}
	if said, err := exec.Command("cmd", "/c", "mklink", "/J", way, target).CombinedOutput(); err != nil {
		t.Skipf("no such directory can be made here: %v: %s", err, said)
	}
	if err := Grant(way, "(A;OICI;FA;;;WD)"); err == nil || !strings.Contains(err.Error(), "another directory") {
		t.Errorf("what others have is open to everybody: %v", err)
	}
}
