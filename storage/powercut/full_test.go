//go:build linux

package powercut_test

import (
	"fmt"
	"strings"
	"testing"
)

const (
	// perLife is how often the disk gets full before the program is ended.
	perLife = 20

	// mostBytes is what a few visits write.
	mostBytes = 50_000
)

func TestNothingIsHalfSavedWhenTheDiskIsFull(t *testing.T) {
	m := newMachine(t, 4)
	usual := m.usualFiles()
	for life := 0; m.tally.refusals < *diskFull && !t.Failed(); life++ {
		if life%4 == 0 {
			m.renew()
		}
		m.fill(min(perLife, *diskFull-m.tally.refusals))
		if wrong := m.verify(usual); len(wrong) > 0 {
			m.complain("life", life, m.tally, wrong)
		}
	}
	t.Log(m.tally)
}

// fill lets the disk get full so many times under one program, which must go on
// each time when there is room again. Then the power fails, half of the times
// while the disk is full.
func (m *machine) fill(times int) {
	m.t.Helper()
	waiting := false
	m.run(taskFull, func(line string, answer func()) {
		switch word, _, _ := strings.Cut(line, " "); {
		case word == "refused":
			m.tally.refusals++
			times--
			if _, err := fmt.Sscanf(line, "refused %d", &m.refused); err != nil {
				m.t.Errorf("%q: %v", line, err)
			}
			if !strings.Contains(line, "no space left") {
				m.t.Errorf("the refusal says %q", line)
			}
			if waiting = true; times == 0 && m.random.IntN(2) == 0 {
				m.disk.PowerOffBefore(0)
				return
			}
			m.disk.SetRoom(-1)
			answer()
		case !m.acknowledge(line):
			m.t.Errorf("a child whose disk was full said %q", line)
			m.disk.PowerOffBefore(0)
		case word == "open" || waiting:
			waiting = false
			if times == 0 {
				m.disk.PowerOffBefore(1 + m.random.IntN(20))
				return
			}
			m.disk.SetRoom(m.random.Int64N(mostBytes))
		}
	})
	m.cut()
}
