package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"authenkiosk/storage"
)

const crashDir = "AUTHENKIOSK_TEST_CRASH"

func TestMain(m *testing.M) {
	storage.CheckMain()
	// The test program is its own crash monitor, as the real program is.
	if len(os.Args) > 1 && os.Args[1] == crashMonitor {
		p := Program{Name: "test", Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
		os.Exit(p.Main(os.Args[1:]))
	}
	os.Exit(m.Run())
}

func TestACrashReportHasTheStackAndNoPersonalData(t *testing.T) {
	dir := t.TempDir()
	child := exec.Command(os.Args[0], "-test.run", "^TestCrashChild$")
	child.Env = append(os.Environ(), crashDir+"="+dir)
	if err := child.Run(); err == nil {
		t.Fatal("the child did not crash")
	}
	// The monitor ends after its parent; its file is the event that is waited for.
	var reports []string
	soon(t, func() bool {
		reports, _ = filepath.Glob(filepath.Join(dir, "crash-*.txt"))
		return len(reports) == 1
	})
	var text string
	soon(t, func() bool {
		b, err := os.ReadFile(reports[0])
		text = string(b)
		return err == nil && strings.Contains(text, "goroutine ")
	})
	if strings.Contains(text, "9000000000004") || !strings.Contains(text, "[pid]") || !strings.Contains(text, "TestCrashChild") {
		t.Errorf("the report says:\n%.600s", text)
	}
}

func TestCrashChild(t *testing.T) {
	dir := os.Getenv(crashDir)
	if dir == "" {
		return // nobody has started it as a child
	}
	if _, err := watchCrashes(dir); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { panic("no such person: 9000000000004") }()
	<-done
}

func TestAGoodEndLeavesNoCrashReport(t *testing.T) {
	dir := t.TempDir()
	end, err := watchCrashes(dir)
	if err != nil {
		t.Fatal(err)
	}
	end()
	if reports, _ := filepath.Glob(filepath.Join(dir, "*")); len(reports) != 0 {
		t.Errorf("there is %v", reports)
	}
}
