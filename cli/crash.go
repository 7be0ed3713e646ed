package cli

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/privatelog"
)

// crashMonitor is the hidden command that writes the crash report of another
// process.
const crashMonitor = "crash-monitor"

// maxCrash bounds a crash report, in bytes. The first goroutine, which is the
// guilty one, comes first.
const maxCrash = 1 << 20

// WatchCrashes has a crash of this process written beside the data. The returned function
// ends the watch when all went well.
func (s *Settings) WatchCrashes() (end func()) {
	end, err := watchCrashes(filepath.Join(s.Data, "crashes"))
	if err != nil {
		s.Log.Warn("a crash would leave no report", "err", err)
		return func() {}
	}
	return end
}

// watchCrashes has a crash of this process written to a file in the directory. A
// dying Go program can only write as it is; so it writes into a pipe, and a
// process of its own at the other end removes personal data before anything
// reaches the disk. The returned function ends the watch when all went well.
func watchCrashes(dir string) (end func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("watch for crashes: %w", err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("watch for crashes: %w", err)
	}
	monitor := exec.Command(self, crashMonitor, dir)
	monitor.Stdin = r
	monitor.Stderr = os.Stderr
	if err := monitor.Start(); err != nil {
		_ = r.Close()
		_ = w.Close()
		return nil, fmt.Errorf("watch for crashes: %w", err)
	}
	_ = r.Close()
	if err := debug.SetCrashOutput(w, debug.CrashOptions{}); err != nil {
		_ = w.Close()
		_ = monitor.Wait()
		return nil, fmt.Errorf("watch for crashes: %w", err)
	}
	_ = w.Close() // the runtime keeps its own
	return func() {
		_ = debug.SetCrashOutput(nil, debug.CrashOptions{})
		_ = monitor.Wait()
	}, nil
}

// monitorCrash is the other end: it reads until the watched process is gone and
// writes what it said, cleaned. Nothing said means a good end.
func monitorCrash(in io.Reader, dir string, now time.Time) error {
	said, err := io.ReadAll(io.LimitReader(in, maxCrash))
	if len(said) == 0 {
		return err
	}
	// Writing goes on after the limit; without a reader the dying process hangs.
	_, _ = io.Copy(io.Discard, in)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	name := "crash-" + now.UTC().Format("20060102-150405") + ".txt"
	text := fmt.Sprintf("AuthenKiosk %s, %s\n\n%s", app.Version(), now.Format(time.RFC3339), privatelog.Clean(string(said)))
	return os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)
}
