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
	s := &stage{t: t, dir: t.TempDir(), binary: binary, panel: upright, env: display(t, upright)}
	s.shots = filepath.Join("..", "out", "e2e", t.Name())
	if err := errorsOf(os.RemoveAll(s.shots), os.MkdirAll(s.shots, 0o755)); err != nil {
		t.Fatal(err)
	}
	startProcess(t, s.env, "openbox")
	unit := "[unit]\nhcode = \"99999\"\nphone = \"080-000-1234\"\n"
	config := func(text string) {
		t.Helper()
		if err := os.WriteFile(s.path("kiosk.toml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	config(unit + "[kiosk]\ncolour = 5\n")
	s.kiosk = startProcess(t, s.env, binary, "kiosk", "-config", s.path("kiosk.toml"), "-data", s.path("data"),
		"-size", s.panel, "-test-layout", s.path("layout.json"))
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
	for _, display := range []string{"", filepath.Join(t.TempDir(), "dead")} {
		cmd := exec.Command(binary, "kiosk", "-data", t.TempDir())
		cmd.Env = append(os.Environ(), "DISPLAY="+display, "WAYLAND_DISPLAY=")
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != 1 || strings.Count(string(out), "\n") != 1 || !strings.Contains(string(out), "display") {
			t.Errorf("DISPLAY=%q: %v: %s", display, err, out)
		}
	}
}
