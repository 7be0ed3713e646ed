//go:build e2e

package e2e

import (
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// serviceManager listens as systemd does to what a program says of itself.
func serviceManager(t *testing.T) (env string, said <-chan string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	words := make(chan string, 100)
	go func() {
		b := make([]byte, 100)
		for {
			n, err := l.Read(b)
			if err != nil {
				return
			}
			words <- string(b[:n])
		}
	}()
	return "NOTIFY_SOCKET=" + path, words
}

// hear returns the next word of the program.
func hear(t *testing.T, said <-chan string) string {
	t.Helper()
	select {
	case got := <-said:
		return got
	case <-time.After(patience):
		t.Fatalf("the program has said nothing for %s", patience)
		return ""
	}
}

// TestE2EALostScreenEndsTheProgramSoThatItIsStartedAgain takes the window's size
// away as fast as the program gives it back, as a monitor without a signal does.
func TestE2EALostScreenEndsTheProgramSoThatItIsStartedAgain(t *testing.T) {
	t.Parallel()
	env := append(display(t, lying, t.TempDir()), "XDG_CONFIG_HOME="+t.TempDir())
	manager, said := serviceManager(t)
	kiosk := startProcess(t, append(env, manager), binary, "kiosk", "-demo", "-data", t.TempDir())
	xdotool := func(args ...string) (string, error) {
		run := exec.Command("xdotool", args...)
		run.Env = append(run.Environ(), env...)
		out, err := run.Output()
		return strings.TrimSpace(string(out)), err
	}
	// The watchdog may be fed before the first screen is shown.
	for hear(t, said) != "READY=1" {
		continue
	}
	windows := func() []string {
		found, _ := xdotool("search", "--onlyvisible", "--name", "AuthenKiosk")
		return strings.Fields(found)
	}
	if len(windows()) == 0 {
		t.Fatal("the program says that it is ready, and has no window")
	}
	ended := make(chan error, 1)
	go func() { ended <- kiosk.cmd.Wait() }()
	if got := hear(t, said); got != "WATCHDOG=1" {
		t.Errorf("the program says %q, want that it is alive", got)
	}
	// It must have seen the size that is lost. It looks every five seconds, which are
	// over between two of these words, each of which its screen has answered.
	for range 2 {
		if got := hear(t, said); got != "WATCHDOG=1" {
			t.Errorf("the program says %q, want that it is alive", got)
		}
	}
	small := time.NewTicker(200 * time.Millisecond)
	defer small.Stop()
	limit := time.After(patience)
	for {
		select {
		case err := <-ended:
			if err == nil {
				t.Errorf("the program ends as if all were well")
			}
			if !strings.Contains(kiosk.out.String(), "the screen is lost") {
				t.Errorf("the program ends with %v and does not say why", err)
			}
			return
		case <-small.C:
			for _, window := range windows() {
				_, _ = xdotool("windowsize", window, "640", "400")
			}
		case <-limit:
			t.Fatal("the program goes on without a screen")
		}
	}
}
