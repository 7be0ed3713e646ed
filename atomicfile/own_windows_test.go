package atomicfile

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// ofLocalService lets the account of services work in a directory.
const ofLocalService = "(A;OICI;0x1301bf;;;LS)"

func TestTheAccountOfAnEntryIsItsLastWord(t *testing.T) {
	for entry, want := range map[string]string{
		ofLocalService: "LS",
		"(A;OICI;0x1301bf;;;S-1-5-21-1-2-3-1001)": "S-1-5-21-1-2-3-1001",
		"": "",
	} {
		if got := trustee(entry); got != want {
			t.Errorf("%s: %q", entry, got)
		}
	}
}

// tree is a data directory with a file in each of two directories.
func tree(t *testing.T) (dir string, all []string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "ที่ เก็บ")
	if err := MakeDir(filepath.Join(dir, "test")); err != nil {
		t.Fatal(err)
	}
	all = []string{dir, filepath.Join(dir, "authenkiosk.toml"), filepath.Join(dir, "test"), filepath.Join(dir, "test", "visits.db")}
	for _, file := range []string{all[1], all[3]} {
		if err := os.WriteFile(file, []byte("text"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, all
}

// give makes something another account's, as whoever made it there would.
func give(t *testing.T, path, account string) {
	t.Helper()
	defer allowAll()()
	if err := own(path, "O:"+account+"D:(A;OICI;FA;;;WD)"); err != nil {
		t.Skip("this needs an administrator: ", err)
	}
	if _, sddl, err := ownerOf(path); err != nil || !strings.HasPrefix(sddl, "O:"+account) {
		t.Skipf("the file system keeps no owners, as that of wine: %s, %v", sddl, err)
	}
}

func TestADirectoryOfSomebodyElseIsRefusedAndLeftAsItIs(t *testing.T) {
	for i, name := range []string{"the directory", "a configuration in one that is open", "a directory in one that is open"} {
		t.Run(name, func(t *testing.T) {
			dir, all := tree(t)
			if i > 0 {
				give(t, dir, administrators)
			}
			give(t, all[i], "NS") // NetworkService
			before := rightsOf(t, dir)
			for _, refuse := range []func(string, string) error{CheckOwner, TakeOver} {
				if err := refuse(dir, ofLocalService); !errors.Is(err, ErrOwner) || !strings.Contains(err.Error(), all[i]) {
					t.Errorf("it is taken: %v", err)
				}
			}
			if now := rightsOf(t, dir); now != before {
				t.Errorf("it had %s, and has %s", before, now)
			}
		})
	}
}

func TestWhatWasClosedIsTakenWithAllThatIsInIt(t *testing.T) {
	const ofUsers = "(A;OICI;0x1301bf;;;BU)" // a station of all who sign in
	for before, entry := range map[string]string{"BA": ofLocalService, "LS": ofLocalService, "SY": ofUsers} {
		dir, all := tree(t)
		if err := TakeOver(dir, entry); err != nil {
			t.Fatal(err)
		}
		// An account that works here no more owns what it has made.
		give(t, all[2], "NS")
		give(t, all[3], "NS")
		if before != administrators {
			defer allowAll()()
			if err := own(dir, "O:"+before+"D:P"+entry+"(A;OICI;FA;;;BA)"); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(CheckOwner(dir, entry), TakeOver(dir, entry)); err != nil {
			t.Fatalf("of %s: %v", before, err)
		}
		for _, path := range all {
			_, sddl, err := ownerOf(path)
			if err != nil || !strings.HasPrefix(sddl, "O:BA") || strings.Contains(sddl, ";;;WD)") || !strings.Contains(sddl, ";;;"+trustee(entry)+")") {
				t.Errorf("of %s: %s has %s, %v", before, path, sddl, err)
			}
		}
	}
}

// TestADirectoryIsTaken holds what every file system does, whether or not it keeps rights.
func TestADirectoryIsTaken(t *testing.T) {
	dir, all := tree(t)
	if err := CheckOwner(filepath.Join(dir, "none"), ofLocalService); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := errors.Join(CheckOwner(dir, ofLocalService), TakeOver(dir, ofLocalService)); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{all[1], all[3]} {
		if text, err := os.ReadFile(file); err != nil || string(text) != "text" {
			t.Errorf("%s: %q, %v", file, text, err)
		}
	}
}

func TestWhatLeadsElsewhereIsNotTaken(t *testing.T) {
	dir, _ := tree(t)
	target := filepath.Join(t.TempDir(), "of others")
	if err := os.Mkdir(target, 0o700); err != nil {
		t.Fatal(err)
	}
	way := filepath.Join(dir, "way")
	if said, err := exec.Command("cmd", "/c", "mklink", "/J", way, target).CombinedOutput(); err != nil {
		t.Skipf("no such directory can be made here: %v: %s", err, said)
	}
	before := rightsOf(t, target)
	if err := TakeOver(dir, ofLocalService); err == nil || !strings.Contains(err.Error(), way) {
		t.Errorf("it is taken: %v", err)
	}
	if now := rightsOf(t, target); now != before {
		t.Errorf("what others have had %s, and has %s", before, now)
	}
}
