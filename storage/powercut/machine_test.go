//go:build linux

package powercut_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"authenkiosk/storage/powercut"
	"authenkiosk/visit"
)

const (
	// patience is how long a child may take, which is a second or two on a machine
	// that is not busy.
	patience = 10 * time.Minute

	requireTools = "AUTHENKIOSK_REQUIRE_TOOLS"
)

// machine is a computer with one disk that loses power again and again.
type machine struct {
	t      *testing.T
	random *rand.Rand
	disk   *powercut.Disk
	mount  string
	told   map[int]visit.State // what children acknowledged, by number
	slips  map[int]bool        // of which a child was told that it may send the first byte
	tally  tally
	story  string // what was refused last

	refused  int // the visit whose last change the store refused, or none
	doubtful int // the same, of a disk that refused everything up to the cut
	unseen   int // cuts since the last look
}

const none = -1

func newMachine(t *testing.T, seed uint64) *machine {
	t.Helper()
	m := &machine{t: t, random: rand.New(rand.NewPCG(seed, 1)), mount: t.TempDir()}
	m.renew()
	if unmount, err := powercut.Mount(m.disk, m.mount); errors.Is(err, powercut.ErrNotPossible) {
		// Not a failure even when tools are required: no package of tools can give
		// a container the right to mount. It is said aloud instead.
		if os.Getenv(requireTools) != "" {
			fmt.Fprintf(os.Stderr, "WARNING: power cuts are NOT TESTED on this machine: %v\n", err)
		}
		t.Skipf("power cuts cannot be played here: %v", err)
	} else if err != nil {
		t.Fatal(err)
	} else if err := unmount(); err != nil {
		t.Fatal(err)
	}
	return m
}

// dataDirectory is the store's, in the root of the disk.
const dataDirectory = "data"

// renew puts a new disk into the machine, with an empty data directory as an
// installer leaves it.
func (m *machine) renew() {
	m.renewBare()
	m.disk.MakeDirectory(dataDirectory)
}

// renewBare puts an empty disk into the machine: the store makes its directory.
func (m *machine) renewBare() {
	m.disk = powercut.New()
	m.told, m.slips = map[int]visit.State{}, map[int]bool{}
	m.refused, m.doubtful, m.unseen = none, none, 0
}

func (m *machine) store() string { return filepath.Join(m.mount, dataDirectory) }

// run mounts the disk, runs a child until it ends or the power fails, and takes
// the disk away. hear gets each line and a way to answer.
func (m *machine) run(task string, hear func(line string, answer func())) {
	m.t.Helper()
	unmount, err := powercut.Mount(m.disk, m.mount)
	if err != nil {
		m.t.Fatal(err)
	}
	defer func() {
		if err := unmount(); err != nil {
			m.t.Fatal(err)
		}
	}()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+task+":"+m.store(), "GORACE=atexit_sleep_ms=0")
	out, err := cmd.StdoutPipe()
	m.must(err)
	orders, err := cmd.StdinPipe()
	m.must(err)
	var screams strings.Builder
	cmd.Stderr = &screams
	m.must(cmd.Start())
	ended := make(chan struct{})
	killed := make(chan struct{})
	go func() {
		defer close(killed)
		late := time.NewTimer(patience)
		defer late.Stop()
		select {
		case <-m.disk.Dark():
		case <-late.C:
			m.t.Errorf("a child did not end within %s", patience)
		case <-ended:
		}
		_ = cmd.Process.Kill()
	}()
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			break
		}
		hear(strings.TrimSpace(line), func() { _, _ = io.WriteString(orders, "go\n") })
	}
	close(ended)
	<-killed
	_ = cmd.Wait()
	if screams.Len() > 0 {
		text := screams.String()
		hear("screams "+strings.ReplaceAll(text[:min(len(text), 2000)], "\n", " | "), func() {})
	}
}

// work runs a child until the power fails before that many changes and cuts.
func (m *machine) work(changes int) powercut.Report {
	m.t.Helper()
	m.disk.PowerOffBefore(changes)
	m.run(taskWork, func(line string, _ func()) {
		if !m.acknowledge(line) {
			m.t.Errorf("a working child said %q", line)
		}
	})
	return m.cut()
}

// cut fails the power and puts what is left of the disk into the machine.
func (m *machine) cut() powercut.Report {
	next, report := m.disk.Cut(m.random.Uint64())
	m.disk = next
	m.unseen++
	m.tally.cuts++
	m.tally.torn += report.Torn
	m.tally.dropped += report.Dropped + report.Undone
	if report.Hit() {
		m.tally.hit++
	}
	return report
}

// acknowledge notes what the line says was made safe; it reports false for a line
// that says something else than work.
func (m *machine) acknowledge(line string) bool {
	word, rest, _ := strings.Cut(line, " ")
	if word == "start" || word == "open" {
		return true
	}
	state := visit.State(word)
	n, err := strconv.Atoi(rest)
	if err == nil && word == "sending" {
		m.slips[n] = true
		return true
	}
	if err != nil || rank[state] == 0 {
		return false
	}
	m.told[n] = state
	m.refused = none
	m.tally.acknowledged++
	return true
}

func (m *machine) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}
