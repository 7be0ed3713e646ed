package storage

import (
	"flag"
	"os"
	"testing"

	"go.uber.org/goleak"

	"authenkiosk/storage/internal/madeup"
)

// TestMain lets the test program run itself as the child of the kill test and of
// Open's check.
func TestMain(m *testing.M) {
	if os.Getenv(slowCheckVariable) != "" && os.Getenv(checkVariable) != "" {
		select {} // a check that does not come to its end; its parent ends it
	}
	CheckMain()
	if dir := os.Getenv(childVariable); dir != "" {
		os.Exit(runChild(dir))
	}
	flag.Parse()
	// Tests stop programs, never the machine, so a file system in memory is as
	// good as a disk and spares it; benchmarks measure the disk.
	const memory = "/dev/shm"
	if _, err := os.Stat(memory); err == nil && os.Getenv("TMPDIR") == "" && flag.Lookup("test.bench").Value.String() == "" {
		_ = os.Setenv("TMPDIR", memory)
	}
	goleak.VerifyTestMain(m)
}

var (
	noon   = madeup.Noon
	madeUp = madeup.Visit
)

func openIn(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
