package cli

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/privatelog"
	"authenkiosk/app/recorder"
	"authenkiosk/atomicfile"
)

// crashMonitor is the hidden command that writes the crash report of another
// process.
const crashMonitor = "crash-monitor"

// crashFolder is where the reports are, beside the data of the zones.
const crashFolder = "crashes"

const (
	// maxCrash bounds what a crash report has of a dying program, in bytes. The first
	// goroutine, which is the guilty one, comes first.
	maxCrash = 1 << 20
	// maxCrashLine bounds a line of it; longer ones are cut into several.
	maxCrashLine = 1 << 16
	// monitorLimit is how long a monitor may take to see that all went well.
	monitorLimit = 3 * time.Second
)

// CrashWatch has a crash of this process written to a file. A dying Go program can only
// write as it is; so it writes into a pipe, and a process of its own at the other end
// removes personal data before anything reaches the disk. A nil watch does nothing.
type CrashWatch struct {
	pipe    *os.File
	monitor *exec.Cmd
}

// WatchCrashes has a crash of this process written beside the data, until End.
func (s *Settings) WatchCrashes() *CrashWatch {
	c, err := watchCrashes(filepath.Join(s.Data, crashFolder))
	if err != nil {
		s.Log.Warn("a crash would leave no report", "err", err)
	}
	return c
}

// watchCrashes begins a watch whose reports go to the directory.
func watchCrashes(dir string) (*CrashWatch, error) {
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
	return &CrashWatch{w, monitor}, nil
}

// Lifeline takes what a crash report should have beside the crash, in lines that begin
// with recorder.Mark; nil: nobody watches.
func (c *CrashWatch) Lifeline() io.Writer {
	if c == nil {
		return nil
	}
	return c.pipe
}

// End ends the watch when all went well.
func (c *CrashWatch) End() {
	if c == nil {
		return
	}
	_ = debug.SetCrashOutput(nil, debug.CrashOptions{})
	_ = c.pipe.Close()
	// It has nothing to write, and a service manager waits for this program.
	kill := time.AfterFunc(monitorLimit, func() { _ = c.monitor.Process.Kill() })
	defer kill.Stop()
	_ = c.monitor.Wait()
}

// monitorCrash is the other end: it reads until the watched process is gone and writes
// what it said, cleaned, and the last steps of its kiosk behind that. Nothing but steps
// means a good end.
func monitorCrash(in io.Reader, dir string, now func() time.Time) error {
	said, steps, err := listen(in)
	if len(said) == 0 {
		return err
	}
	at := now()
	if err := atomicfile.MakeDir(dir); err != nil {
		return err
	}
	text := fmt.Sprintf("AuthenKiosk %s\n%s\n\n", app.ThisBuild(), at.Format(time.RFC3339))
	told := string(said)
	if len(steps) > 0 {
		told += "\n\nThe last steps of the kiosk, with made-up values in the place of every person's (authenkiosk replay FILE):\n\n" + string(steps)
	}
	name := "crash-" + at.UTC().Format("20060102-150405") + ".txt"
	return os.WriteFile(filepath.Join(dir, name), []byte(text+privatelog.Clean(told)), 0o600)
}

// crashFindings tell of the newest report in the directory, if there is one: nobody looks
// there unasked when a service manager has started the program again.
func crashFindings(dir string) []finding {
	reports, _ := filepath.Glob(filepath.Join(dir, "crash-*.txt")) // in the order of their times
	if len(reports) == 0 {
		return nil
	}
	return []finding{{"crashes", FindingWarning, fmt.Sprintf("%d reports, the newest is %s; "+
		"it is filtered: read it, put it into an issue, then delete it", len(reports), reports[len(reports)-1])}}
}

// listen reads to the end: a process that dies hangs without a reader. It returns what
// was said, and the record.
func listen(in io.Reader) (said, record []byte, err error) {
	var steps recorder.Gather
	lines := bufio.NewReaderSize(in, maxCrashLine)
	for {
		line, err := lines.ReadSlice('\n')
		// The program may die while a step is written: that then stands within its words.
		words, step, marked := bytes.Cut(line, []byte{recorder.Mark})
		switch {
		case marked && errors.Is(err, io.EOF) && len(words) == 0: // killed while it was writing
		case marked && steps.Add(bytes.TrimSuffix(step, []byte("\n"))):
			said = addSaid(said, words)
		default:
			said = addSaid(addSaid(said, words), step)
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return said, steps.Text(), err
		}
	}
}

func addSaid(said, words []byte) []byte {
	return append(said, words[:min(len(words), maxCrash-len(said))]...)
}
