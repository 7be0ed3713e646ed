package pcscdtest

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// TestWhatATestHasStartedEndsWithATestThatIsKilled plays a test that is killed: a copy
// of this program starts a process, ties it to itself and is killed.
func TestWhatATestHasStartedEndsWithATestThatIsKilled(t *testing.T) {
	const child = "AUTHENKIOSK_TEST_LEASH"
	if os.Getenv(child) != "" {
		tied := exec.Command("sleep", "600")
		tied.Stdout = os.Stdout // which is open for as long as it runs
		if err := tied.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := newLeash(tied.Process.Pid); err != nil {
			t.Fatal(err)
		}
		self, err := os.FindProcess(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		t.Fatal(self.Kill())
	}
	cmd := exec.Command(os.Args[0], "-test.run", t.Name())
	cmd.Env = append(os.Environ(), child+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// It ends when nobody has the pipe any more: the copy, and what it has started.
	if _, err := out.Read(make([]byte, 1)); err == nil {
		t.Error("the copy has said something")
	}
	_ = cmd.Wait()
}

func TestWhatIsUntiedGoesOn(t *testing.T) {
	tied := exec.Command("sleep", "600")
	if err := tied.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tied.Process.Kill(); _ = tied.Wait() }()
	l, err := newLeash(tied.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	l.untie()
	if err := tied.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("it has ended: %v", err)
	}
}
