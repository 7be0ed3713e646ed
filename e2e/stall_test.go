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
	signal := func(what syscall.Signal) {
		t.Helper()
		if err := s.kiosk.cmd.Process.Signal(what); err != nil {
			t.Fatal(err)
		}
	}
	signal(syscall.SIGSTOP)
	<-time.After(14 * time.Second)
	signal(syscall.SIGCONT)
	<-time.After(time.Second) // the first picture is painted in any case
	before := s.pixels()
	eventually(t, "step of the pictures", func() bool { return !bytes.Equal(s.pixels(), before) })
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
