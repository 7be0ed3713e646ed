//go:build e2e

package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// TestE2EAScreenIsPaintedAlsoAfterTheProgramStoodStill has the program stand still, as
// a machine that sleeps, for longer than Fyne keeps what it knows (fyneenv), and no
// shorter than the ten seconds between two looks of Fyne at what is old.
func TestE2EAScreenIsPaintedAlsoAfterTheProgramStoodStill(t *testing.T) {
	s := newStage(t, binary)
	s.open()
	s.sleeps(func() {})
	before := s.pixels()
	eventually(t, "step of the pictures", func() bool { return !bytes.Equal(s.pixels(), before) })
}

// TestE2EADeskIsPaintedAlsoAfterItsMachineSlept has what changes come with the first picture
// after that: a key that was pressed to wake the machine.
func TestE2EADeskIsPaintedAlsoAfterItsMachineSlept(t *testing.T) {
	for name, open := range map[string]func(*testing.T) *stage{
		"station": func(t *testing.T) *stage {
			s, _, _ := station(t)
			s.begin()
			return s
		},
		"wizard": func(t *testing.T) *stage {
			n := newMachine(t, "station", "1366x768", false)
			n.screen("setup-start")
			return n.stage
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			s.sleeps(func() { s.keys("F10") })
			before := s.pixels()
			s.until("F10", func() bool { return !bytes.Equal(s.pixels(), before) })
		})
	}
}

// sleeps has the program stand still, and something happen meanwhile. The first picture
// afterwards is painted in any case.
func (s *stage) sleeps(meanwhile func()) {
	s.t.Helper()
	signal := func(what syscall.Signal) {
		s.t.Helper()
		if err := s.kiosk.cmd.Process.Signal(what); err != nil {
			s.t.Fatal(err)
		}
	}
	signal(syscall.SIGSTOP)
	<-time.After(14 * time.Second)
	meanwhile()
	signal(syscall.SIGCONT)
	<-time.After(time.Second)
}

// pixels is what the X server shows.
func (s *stage) pixels() []byte {
	s.t.Helper()
	shot := exec.Command("import", "-silent", "-window", "root", "ppm:-")
	shot.Env = append(os.Environ(), s.env...)
	out, err := shot.Output()
	if err != nil {
		s.t.Fatalf("look at the screen: %v", err)
	}
	return out
}
