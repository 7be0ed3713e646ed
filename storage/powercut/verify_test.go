//go:build linux

package powercut_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"authenkiosk/visit"
)

// tally counts what became of the store over many cuts.
type tally struct {
	cuts, hit                   int // hit: cuts that met data that was not safe
	ok, lost, corrupt, shut     int // shut: it could not be opened
	acknowledged, dropped, torn int // changes
	refusals                    int // for want of room
	alarms                      int // starts after which the store says that something was damaged
	rebuilt                     int // visits that were not acknowledged and came from a second copy
	failedSyncs, refused        int // and changes that were refused because of them
	kills, still                int // ends of the program without a cut; ends while syncs failed
	ghosts                      int // refused visits that would be sent all the same
	doubtful                    int // the same, where the disk refused everything up to the cut
	again                       int // visits on their way that would be sent without being looked up
}

func (t tally) String() string {
	return fmt.Sprintf("%d cuts (%d hit data not yet safe; %d changes dropped, %d torn): %d ok, %d lost, %d corrupt, %d could not open; %d acknowledged changes, %d refused for want of room; %d unacknowledged visits rebuilt, %d false alarms of damage",
		t.cuts, t.hit, t.dropped, t.torn, t.ok, t.lost, t.corrupt, t.shut, t.acknowledged, t.refusals, t.rebuilt, t.alarms)
}

// sight is what a looking child saw.
type sight struct {
	states  map[int]visit.State
	unclear map[int]bool // slips that may have been printed
	saved   int          // the visit that the look itself saved
	files   []string
	corrupt []string
	shut    []string // why it did not come to its end
	ended   bool
}

// look opens the store in a fresh child.
func (m *machine) look() sight {
	m.t.Helper()
	s := sight{states: map[int]visit.State{}, unclear: map[int]bool{}}
	m.run(taskLook, func(line string, _ func()) {
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "start", "open":
		case "end":
			s.ended = true
		case "file":
			s.files = append(s.files, rest)
		case "alarm":
			m.tally.alarms++
		case "corrupt", "corrupt:", "changed", "repaired":
			s.corrupt = append(s.corrupt, line)
		default:
			switch n, err := strconv.Atoi(rest); {
			case err == nil && word == "unclear":
				s.unclear[n] = true
			case err == nil && word == "saved":
				s.saved = n
			case err == nil && rank[visit.State(word)] > 0:
				s.states[n] = visit.State(word)
			default:
				s.shut = append(s.shut, line)
			}
		}
	})
	return s
}

// verify looks at the store, counts, and returns what is wrong with it. What it
// finds is what later looks must find. usual names the files of a store that was
// never cut: nothing else may be there, neither what a creation left behind nor
// what a repair put aside.
func (m *machine) verify(usual []string) (wrong []string) {
	m.t.Helper()
	s := m.look()
	defer func() { m.unseen = 0 }()
	switch lost := m.missing(s); {
	case !s.ended:
		m.tally.shut++
		wrong = append(s.shut, "it could not be opened")
	case len(s.corrupt) > 0:
		m.tally.corrupt++
		wrong = s.corrupt
	case len(lost) > 0:
		m.tally.lost++
		wrong = lost
	default:
		m.tally.ok++
		maps.Copy(m.told, s.states)
		m.told[s.saved] = visit.StatePending
		m.refused, m.doubtful = none, none
		for _, name := range s.files {
			if usual != nil && !slices.Contains(usual, name) {
				wrong = append(wrong, "there is a file "+name)
			}
		}
	}
	return wrong
}

// missing compares what was acknowledged with what is there. After each cut one
// change that was not acknowledged may be there, since the power can fail between
// a change and its message. A store that finds such a visit in a second copy may say "inflight" of
// one that was pending: then NHSO is asked first.
func (m *machine) missing(s sight) (wrong []string) {
	ahead := 0
	if n := m.refused; rank[s.states[n]] > rank[m.told[n]] && s.states[n] != visit.StateStaff {
		m.tally.ghosts++
		wrong = append(wrong, fmt.Sprintf("visit %d is %s although the store refused that", n, s.states[n]))
	}
	if n := m.doubtful; rank[s.states[n]] > rank[m.told[n]] {
		m.tally.doubtful++
	}
	for n, told := range m.told {
		switch found := rank[s.states[n]]; {
		case found == 0:
			wrong = append(wrong, fmt.Sprintf("visit %d is gone, it was %s", n, told))
		case found < rank[told]:
			if told == visit.StateInflight || told == visit.StateStaff {
				m.tally.again++
			}
			wrong = append(wrong, fmt.Sprintf("visit %d is %s again, it was %s", n, s.states[n], told))
		case found > rank[told]+1 && s.states[n] != visit.StateStaff:
			wrong = append(wrong, fmt.Sprintf("visit %d is %s, it was %s", n, s.states[n], told))
		case found > rank[told]:
			ahead++
		}
	}
	for n := range m.slips {
		if !s.unclear[n] {
			wrong = append(wrong, fmt.Sprintf("the slip of visit %d was being sent and is not unclear: it would be printed again", n))
		}
	}
	for n, state := range s.states {
		if _, ok := m.told[n]; ok {
			continue
		}
		ahead++
		if state == visit.StateInflight {
			m.tally.rebuilt++
		} else if state != visit.StatePending {
			wrong = append(wrong, fmt.Sprintf("visit %d, which was not saved, is %s", n, state))
		}
	}
	if ahead > max(m.unseen, 1) {
		wrong = append(wrong, fmt.Sprintf("%d changes that were not acknowledged are there", ahead))
	}
	slices.Sort(wrong)
	return wrong
}
