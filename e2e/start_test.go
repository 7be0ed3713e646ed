//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"authenkiosk/visit"
)

func TestE2EAKioskThatCannotStartSaysSoUntilItCan(t *testing.T) {
	t.Parallel()
	s := bareStage(t, binary, upright)
	startProcess(t, s.env, "openbox")
	unit := "[unit]\nhcode = \"99999\"\nphone = \"080-000-1234\"\n"
	config := func(text string) {
		t.Helper()
		if err := os.WriteFile(s.path("kiosk.toml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	config(unit + "[kiosk]\ncolour = 5\n")
	s.start()
	s.shows(visit.ConfigWrong.HelpCode())
	s.shows("080-000-1234")
	s.click("language")
	altF4 := func() {
		t.Helper()
		key := exec.Command("xdotool", "search", "--sync", "--onlyvisible", "--name", "AuthenKiosk", "windowactivate", "--sync", "key", "alt+F4")
		key.Env = append(os.Environ(), s.env...)
		if out, err := key.CombinedOutput(); err != nil {
			t.Fatalf("press Alt-F4: %v: %s", err, out)
		}
	}
	// The window manager may not have taken the keys yet: they are pressed again.
	wishes := func() int { return strings.Count(s.kiosk.out.String(), "tried to close") }
	wish := func() {
		t.Helper()
		before := wishes()
		eventually(t, "wish to close the window", func() bool {
			altF4()
			return wishes() > before
		})
	}
	wish()

	config(unit)
	eventually(t, "kiosk, as soon as its configuration is mended", func() bool {
		return strings.Contains(strings.Join(s.layout().Texts, ""), "เสียบ")
	})
	s.picture("welcome")
	wish()
	s.kiosk.end(t)
}

func TestE2EWithoutADisplayThereIsALineAndNoPanic(t *testing.T) {
	t.Parallel()
	for display, words := range map[string]string{"": "there is no display", filepath.Join(t.TempDir(), "dead"): "does not answer"} {
		cmd := exec.Command(binary, "kiosk", "-data", t.TempDir())
		cmd.Env = append(os.Environ(), "DISPLAY="+display, "WAYLAND_DISPLAY=")
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != 1 || strings.Count(string(out), "\n") != 1 || !strings.Contains(string(out), words) {
			t.Errorf("DISPLAY=%q: %v: %s", display, err, out)
		}
	}
}
