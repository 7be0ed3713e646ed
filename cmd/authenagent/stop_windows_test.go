package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// waits, in the environment, makes this program wait for the end of its input.
const waits = "AUTHENKIOSK_TEST_WAITS"

func TestProgramsBesideThisOneAreFoundAndEnded(t *testing.T) {
	if os.Getenv(waits) != "" {
		_, _ = os.Stdin.Read(make([]byte, 1))
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(self, "-test.run", t.Name())
	child.Env = append(os.Environ(), waits+"=1")
	if _, err := child.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	id := uint32(child.Process.Pid)
	found := running(strings.ToUpper(filepath.Dir(self)))
	if !slices.Contains(found, id) || slices.Contains(found, uint32(os.Getpid())) {
		t.Errorf("%d runs; found: %d", id, found)
	}
	if found := running(t.TempDir()); len(found) > 0 {
		t.Errorf("elsewhere: %d", found)
	}
	if err := kill(id); err != nil {
		t.Error(err)
	}
	if err := child.Wait(); err == nil {
		t.Error("it has ended by itself")
	}
}
