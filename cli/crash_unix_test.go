//go:build unix

package cli

import (
	"bytes"
	"syscall"
	"testing"
)

// TestAMonitorThatStandsStillDoesNotKeepTheProgram: not even with a pipe that is full.
func TestAMonitorThatStandsStillDoesNotKeepTheProgram(t *testing.T) {
	watched, err := watchCrashes(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := watched.monitor.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	stuck := make(chan struct{})
	go func() {
		defer close(stuck)
		_, _ = watched.Lifeline().Write(bytes.Repeat([]byte("x"), 1<<20))
	}()
	watched.End()
	<-stuck
}
