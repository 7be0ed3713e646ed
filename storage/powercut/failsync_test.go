//go:build linux

package powercut_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"
)

var (
	failedSyncs = flag.Int("failed-syncs", 30, "how many syncs fail with EIO while the store works")
	eachSync    = flag.Int("each-sync", 12, "how many of the first syncs fail once each")
)

const (
	// mostSyncs is how many syncs some ten visits make.
	mostSyncs = 60
	// mostInARow is how many syncs fail, one after the other, at most.
	mostInARow = 8
)

// A sync can fail though the disk works (a cable, a full thin volume, a network
// disk). What the store refuses then is not there, neither at once nor after the
// program was killed; what it took is there.
func TestASyncThatFailsLosesNothingAndKeepsNothingThatWasRefused(t *testing.T) {
	m := newMachine(t, 7)
	for life := 0; m.tally.failedSyncs < *failedSyncs && !t.Failed(); life++ {
		if life%8 == 0 {
			m.renew()
		}
		m.failSyncs(min(20, *failedSyncs-m.tally.failedSyncs))
		if wrong := m.verify(nil); len(wrong) > 0 {
			m.complain("life", life, m.story, wrong)
		}
	}
	t.Logf("%d failed syncs, %d refusals, %d kills and %d cuts (%d while the disk failed); %d lost, %d would be sent again, %d refused visits would be sent (and %d changes of a disk that refused everything up to the cut are there); %s",
		m.tally.failedSyncs, m.tally.refused, m.tally.kills, m.tally.cuts, m.tally.still, m.tally.lost, m.tally.again, m.tally.ghosts, m.tally.doubtful, m.tally)
	if *failedSyncs >= 30 && m.tally.refused*10 < *failedSyncs {
		t.Errorf("only %d refusals of %d failed syncs: the harness tries nothing", m.tally.refused, *failedSyncs)
	}
}

// Each sync of the first visits fails once, alone: the meta page of the
// database is one of them.
func TestEachSyncThatFailsAloneLeavesAStoreThatAgreesWithItself(t *testing.T) {
	m := newMachine(t, 8)
	m.run(taskOpen, func(string, func()) {})
	start := m.disk.Syncs() // of a first start, which is another test's
	for n := 1; n <= *eachSync; n++ {
		for _, cut := range []bool{false, true} {
			m.renew()
			m.disk.FailSyncs(start+n, 1, uint64(n))
			m.run(taskSync, func(line string, answer func()) {
				word, _, _ := strings.Cut(line, " ")
				switch {
				case word == "refused" && strings.Contains(line, "input/output error"):
					m.tally.refused++
					answer()
				case !m.acknowledge(line):
					t.Errorf("sync %d: the child said %q", n, line)
					m.disk.PowerOffBefore(0)
				case len(m.told) > n/2+1: // each takes two syncs at least
					m.disk.PowerOffBefore(0)
				}
			})
			if m.tally.failedSyncs += m.disk.FailedSyncs(); cut {
				m.cut()
			} else {
				m.kill()
			}
			if wrong := m.verify(nil); len(wrong) > 0 {
				t.Errorf("sync %d, cut %t: %s", n, cut, strings.Join(wrong, "\n"))
			}
		}
	}
	if m.tally.failedSyncs != 2**eachSync {
		t.Errorf("%d of %d syncs failed", m.tally.failedSyncs, 2**eachSync)
	}
	t.Logf("%d failed syncs, %d refusals", m.tally.failedSyncs, m.tally.refused)
}

// failSyncs lets so many syncs fail, in rows, under one program, which must go on
// each time. Then the program is killed or the power fails, often just after a refusal
// and while the disk still fails.
func (m *machine) failSyncs(times int) {
	m.t.Helper()
	before, row := m.disk.FailedSyncs(), 0
	left := func() int { return times - (m.disk.FailedSyncs() - before) }
	next := func() {
		if m.disk.FailedSyncs()-before >= row && left() > 0 {
			n := 1 + m.random.IntN(min(mostInARow, left()))
			row = m.disk.FailedSyncs() - before + n
			m.disk.FailSyncs(1+m.random.IntN(mostSyncs), n, m.random.Uint64())
		}
	}
	step := 0
	still := false // the disk refused the last sync of this life
	m.run(taskSync, func(line string, answer func()) {
		switch word, _, _ := strings.Cut(line, " "); {
		case word == "refused":
			m.tally.refused++
			if _, err := fmt.Sscanf(line, "refused %d %d", &m.refused, &step); err != nil {
				m.t.Errorf("%q: %v", line, err)
			}
			m.story = line
			if !strings.Contains(line, "input/output error") {
				m.t.Errorf("the refusal says %q", line)
				m.disk.PowerOffBefore(0)
				return
			}
			if m.random.IntN(8) == 0 {
				still = m.disk.LastSyncFailed()
				m.disk.PowerOffBefore(0)
				return
			}
			m.refused = none // what is tried again may be there
			answer()
		case strings.HasPrefix(line, "error") && strings.Contains(line, "input/output error") && m.disk.FailedSyncs() > before:
			// The start itself met it. It is tried again in the next life.
		case !m.acknowledge(line):
			m.t.Errorf("a child whose syncs failed said %q", line)
			m.disk.PowerOffBefore(0)
			return
		case left() <= 0:
			m.disk.PowerOffBefore(1 + m.random.IntN(20))
			return
		}
		next()
	})
	m.tally.failedSyncs += m.disk.FailedSyncs() - before
	m.disk.FailSyncs(0, 0, 0)
	if still {
		m.tally.still++
	}
	cut := m.random.IntN(2) == 0
	m.story += fmt.Sprintf(" (the disk failed still: %t, cut: %t)", still, cut)
	if cut {
		m.cut()
	} else {
		m.kill()
	}
	if still && step > 0 {
		// The last change but the saving may be there: a visit that is said to be on its
		// way, and is not, is looked up; a code is a code.
		m.refused = none
	}
	if still && cut && m.refused != none {
		// A disk that refuses everything until the power fails cannot be told to
		// forget: what it was given with the refused visit may be on it.
		m.doubtful, m.refused = m.refused, none
	}
}

// kill puts the disk back into the machine as it is when a program was killed.
func (m *machine) kill() {
	m.disk = m.disk.Kill()
	m.unseen++
	m.tally.kills++
}
