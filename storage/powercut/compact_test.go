//go:build linux

package powercut_test

import (
	"fmt"
	"testing"
)

// visitsBeforePack are made before each compaction, so that it has something to do.
const visitsBeforePack = 4

// pack compacts when it is told to.
func (w *worker) pack() error {
	fmt.Println("ready")
	if _, err := w.orders.ReadString('\n'); err != nil {
		return err
	}
	if _, err := w.s.Compact(); err != nil {
		return err
	}
	fmt.Println("packed")
	return w.s.Close()
}

func TestNoVisitIsLostWhenThePowerFailsDuringCompaction(t *testing.T) {
	m := newMachine(t, 6)
	usual := m.usualFiles()
	all := m.pack(0)
	for round := range *compactCuts {
		if round%perDisk == 0 {
			m.renew()
		}
		m.pack(1 + m.random.IntN(all))
		report := m.cut()
		if wrong := m.verify(usual); len(wrong) > 0 {
			m.complain("compaction", round, report, wrong)
		}
	}
	t.Logf("a compaction makes %d changes; %s", all, m.tally)
}

// pack runs a child that compacts. The power fails before that change of the
// compaction, counted from 1, or not for 0. It returns how many changes were made.
func (m *machine) pack(stopAt int) int {
	m.t.Helper()
	before := 0
	m.run(taskPack, func(line string, answer func()) {
		switch {
		case line == "ready":
			if before = m.disk.Changes(); stopAt > 0 {
				m.disk.PowerOffBefore(stopAt)
			}
			answer()
		case line != "packed" && !m.acknowledge(line):
			m.t.Errorf("a compacting child said %q", line)
		}
	})
	return m.disk.Changes() - before
}
