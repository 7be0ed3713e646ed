package escpos

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"authenkiosk/printer/device"
	"authenkiosk/printer/sink"
)

// line is a serial line made of a pseudo terminal: the kernel's own, raw.
func line(t *testing.T) (inside *os.File, path string) {
	t.Helper()
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	inside = os.NewFile(uintptr(fd), "ptmx")
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	return inside, fmt.Sprintf("/dev/pts/%d", n)
}

// held keeps the far end of the line open, so that it outlives a reconnect.
func held(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
}

func TestASlipGoesOverASerialLine(t *testing.T) {
	for _, c := range []struct {
		name  string
		query string
		state sink.State
		want  string
		cond  device.Condition
	}{
		{"ready", "?baud=115200", sink.State{}, "printed", device.Ready},
		{"slow", "?baud=115200&flow=xonxoff", sink.State{BytesPerSecond: 60_000}, "printed", device.Ready},
		{"without the wires of flow control", "?flow=dtrdsr", sink.State{}, "printed", device.Ready},
		{"no paper", "", sink.State{PaperOut: true}, "not", device.PaperOut},
		{"it takes nothing", "", sink.State{Stall: true}, "not", device.Offline},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			inside, path := line(t)
			held(t, path)
			paper := sink.New(width)
			done := make(chan struct{})
			a, err := ParseSerialAddress(path + c.query)
			if err != nil {
				t.Fatal(err)
			}
			limits := patient
			if c.state.Stall {
				limits = hasty // it never answers, however long it is waited for
			}
			p := New(Serial(a), models[0]).WithLimits(hasty) // nobody is there yet
			if _, err := p.Status(t.Context()); err != nil { // makes the line raw
				t.Fatal(err)
			}
			go func() { defer close(done); _ = paper.Serve(inside) }()
			t.Cleanup(func() {
				if err := errors.Join(p.Close(), paper.Close()); err != nil {
					t.Error(err)
				}
				<-done
			})
			p.WithLimits(patient)
			if got, err := p.Status(t.Context()); got != device.Ready || err != nil {
				t.Fatalf("%v, %v", got, err)
			}
			p.WithLimits(limits)
			paper.Set(func(s *sink.State) { *s = c.state })
			picture := drawing(t, 300, 1)
			err = p.Print(t.Context(), picture)
			if got, cond := outcome(t, err); got != c.want || cond != c.cond {
				t.Errorf("%s (%v), want %s (%v): %v", got, cond, c.want, c.cond, err)
			}
			if slips := paper.Slips(); err == nil && (len(slips) != 1 || !isSlip(slips[0], picture)) {
				t.Errorf("%d slips, or other dots", len(slips))
			}
		})
	}
}

// heldLine is a line on which the printer wants nothing now.
func heldLine(t *testing.T) *link {
	t.Helper()
	inside, path := line(t)
	t.Cleanup(func() { _ = inside.Close() })
	a, err := ParseSerialAddress(path + "?flow=xonxoff")
	if err != nil {
		t.Fatal(err)
	}
	port, err := Serial(a)(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l := newLink(port)
	t.Cleanup(func() { _ = l.close() })
	l.take(message{sort: hold})
	return l
}

func TestALineThatIsHeldTakesNothingUntilItIsFree(t *testing.T) {
	l := heldLine(t)
	if n, err := l.write(t.Context(), []byte("x"), hasty.Answer); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("held: %d, %v", n, err)
	}
	l.take(message{sort: proceed})
	if n, err := l.write(t.Context(), []byte("x"), patient.Answer); n != 1 || err != nil {
		t.Errorf("free: %d, %v", n, err)
	}
}

func TestAWriteToALineThatIsHeldEndsWithItsCaller(t *testing.T) {
	l := heldLine(t)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	if n, err := l.write(ctx, []byte("x"), time.Hour); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("held: %d, %v", n, err)
	}
	l.take(message{sort: proceed})
	if n, err := l.write(t.Context(), []byte("x"), patient.Answer); n != 1 || err != nil {
		t.Errorf("the next has lost its own time: %d, %v", n, err)
	}
}

func TestAFileThatIsNoPrinterIsRefused(t *testing.T) {
	path := t.TempDir() + "/lp0"
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, "/dev/null", path + "x"} {
		p := New(File(name), models[0])
		if c, err := p.Status(t.Context()); c != device.Offline || err == nil {
			t.Errorf("%s: %v, %v", name, c, err)
		}
	}
}
