//go:build linux

package powercut_test

import (
	"flag"
	"strings"
	"testing"
)

// The ordinary run takes a few seconds; a long one uses these.
var (
	cuts           = flag.Int("cuts", 15, "how often the power fails while the store works")
	firstStartCuts = flag.Int("first-start-cuts", 12, "how often the power fails while the store is made")
	diskFull       = flag.Int("disk-full", 40, "how often the disk gets full at a random write")
	compactCuts    = flag.Int("compact-cuts", 10, "how often the power fails while the store is compacted")
	madeCuts       = flag.Int("made-directory-cuts", 10, "how often the power fails in a data directory that the store made itself")
	lyingCuts      = flag.Int("lying-cuts", 4, "how often the power fails on a disk that lies about sync")
)

const (
	// perDisk is how many cuts one disk lives through, so that files stay short
	// and their growth is cut too.
	perDisk = 40

	// mostChanges is how many changes a start and about twenty visits make.
	mostChanges = 250
)

func TestNoAcknowledgedVisitIsLostWhenThePowerFails(t *testing.T) {
	m := newMachine(t, 1)
	usual := m.usualFiles()
	for round := range *cuts {
		if round%perDisk == 0 {
			m.renew()
		}
		report := m.work(1 + m.random.IntN(mostChanges))
		if wrong := m.verify(usual); len(wrong) > 0 {
			m.complain("cut", round, report, wrong)
		}
	}
	t.Log(m.tally)
	least := *cuts / 2 // of a few cuts, as chance has it
	if *cuts >= 100 {
		least = *cuts * 7 / 10
	}
	if *cuts >= 10 && m.tally.hit < least {
		t.Errorf("only %d of %d cuts met data that was not safe", m.tally.hit, *cuts)
	}
	if *cuts >= 10 && m.tally.acknowledged < *cuts {
		t.Errorf("only %d changes were acknowledged before %d cuts", m.tally.acknowledged, *cuts)
	}
}

func TestTheStoreAlwaysStartsAfterThePowerFailedDuringItsFirstStart(t *testing.T) {
	m := newMachine(t, 2)
	usual := m.usualFiles()
	m.renewBare()
	m.run(taskOpen, func(line string, _ func()) {
		if line != "start" && line != "open" {
			t.Errorf("the first start said %q", line)
		}
	})
	all := m.disk.Changes()
	for round := range *firstStartCuts {
		if m.renewBare(); round%2 == 0 {
			m.renew()
		}
		// Now and then the power fails again during the second start.
		report := m.work(1 + m.random.IntN(all+1))
		if m.random.IntN(4) == 0 {
			report = m.work(1 + m.random.IntN(all+1))
		}
		if wrong := m.verify(usual); len(wrong) > 0 {
			m.complain("first start", round, report, wrong)
		}
	}
	t.Logf("a first start makes %d changes; %s", all, m.tally)
}

// In strict POSIX a directory whose parent was not synced may go, with everything
// in it. ext4, XFS and NTFS keep it, because they save names in order.
func TestADirectoryThatTheStoreMadeIsSafe(t *testing.T) {
	m := newMachine(t, 5)
	usual := m.usualFiles()
	for round := range *madeCuts {
		m.renewBare()
		report := m.work(1 + m.random.IntN(mostChanges))
		if wrong := m.verify(usual); len(wrong) > 0 {
			m.complain("cut", round, report, wrong)
		}
	}
	t.Log(m.tally)
}

func TestADiskThatLiesLosesVisitsAndTheHarnessSeesIt(t *testing.T) {
	m := newMachine(t, 3)
	for range *lyingCuts {
		m.renew()
		m.disk.LieAboutSync()
		m.disk.PowerOffBefore(40 + m.random.IntN(mostChanges))
		m.run(taskWork, func(line string, _ func()) { m.acknowledge(line) })
		m.cut()
		m.verify(nil)
	}
	t.Log(m.tally)
	if *lyingCuts >= 4 && m.tally.ok == *lyingCuts {
		t.Error("nothing was lost; the harness sees nothing")
	}
}

// usualFiles returns the names in the directory of a store that was never cut.
func (m *machine) usualFiles() []string {
	m.t.Helper()
	m.renew()
	s := m.look()
	if !s.ended {
		m.t.Fatalf("a new store is not well: %q", s.shut)
	}
	return s.files
}

func (m *machine) complain(what string, round int, report any, wrong []string) {
	m.t.Helper()
	m.t.Errorf("%s %d, %+v: %d faults\n%s", what, round, report, len(wrong), strings.Join(wrong[:min(len(wrong), 5)], "\n"))
	m.renew() // one damage is told once
}
