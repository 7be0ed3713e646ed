package storage

import (
	"flag"
	"os"
	"slices"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
	"go.uber.org/goleak"

	"authenkiosk/storage/internal/madeup"
	"authenkiosk/storage/internal/pincost"
	"authenkiosk/visit"
)

// longest is how long a test waits for another process, however slow the machine is.
const longest = 10 * time.Minute

// TestMain lets the test program run itself as the child of the kill test and of
// Open's check.
func TestMain(m *testing.M) {
	if os.Getenv(slowCheckVariable) != "" && os.Getenv(checkVariable) != "" {
		time.Sleep(longest) // a check that does not come to its end; its parent ends it
	}
	CheckMain()
	if dir := os.Getenv(childVariable); dir != "" {
		os.Exit(runChild(dir))
	}
	if dir := os.Getenv(guesserVariable); dir != "" {
		os.Exit(runGuesser(dir))
	}
	pincost.Memory = 8
	checkLimit = longest // no test but its own meets it because the machine is slow
	flag.Parse()
	// The race detector makes experiments slow, and is run with -short: make test repeats
	// them as often as is usual without it.
	if testing.Short() {
		for _, often := range []*int{kills, damages, mutations, auditEdits} {
			*often = (*often + 3) / 4
		}
	}
	// Tests stop programs, never the machine, so a file system in memory is as
	// good as a disk and spares it; benchmarks measure the disk.
	const memory = "/dev/shm"
	if _, err := os.Stat(memory); err == nil && os.Getenv("TMPDIR") == "" && flag.Lookup("test.bench").Value.String() == "" {
		_ = os.Setenv("TMPDIR", memory)
	}
	// Who waits for a lock of bbolt that a panic has left is given up for good.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("authenkiosk/storage.(*Store).unlessDamaged.func1"))
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

// listOf returns every visit of a service date in the order of saving.
func listOf(s *Store, date visit.Date) ([]Record, error) {
	return s.list(read(s.index, func(x *index) []visit.ID {
		if d := x.days[dayOf(date)]; d != nil {
			return d.visits.ids()
		}
		return nil
	}), nil)
}

// staffWork returns the open visits that are with the staff.
func staffWork(s *Store) ([]Record, error) {
	open, err := s.Work()
	return slices.DeleteFunc(open, func(r Record) bool { return r.State != visit.StateStaff }), err
}

// attachPhoto gives a visit a photo later than SaveWithPhoto does.
func attachPhoto(s *Store, id visit.ID, jpeg []byte) error {
	p, err := s.sealPhoto(id, jpeg)
	if err != nil {
		return err
	}
	return s.update(func(tx *bolt.Tx) error { return putPhoto(tx, id, p.key, p.sealed) })
}
