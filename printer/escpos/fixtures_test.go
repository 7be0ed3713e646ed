package escpos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"go.uber.org/goleak"

	"authenkiosk/printer/device"
	"authenkiosk/printer/sink"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hasty are limits for tests in which time is played.
var hasty = Limits{Answer: 300 * time.Millisecond, Band: 400 * time.Millisecond, Fence: 900 * time.Millisecond, Mute: 300 * time.Millisecond}

// patient are limits that a loaded machine keeps.
var patient = Limits{Answer: 20 * time.Second, Band: 40 * time.Second, Fence: 80 * time.Second, Mute: time.Second}

const width = 384

// drawing is a picture without white rows, so that a missing row shows.
func drawing(t testing.TB, height int, seed uint64) device.Picture {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 1))
	p := device.Picture{Width: width, Height: height, Bits: make([]byte, width/8*height)}
	for i := range p.Bits {
		p.Bits[i] = byte(random.Uint32()) | 1
	}
	return Defuse(p)
}

// printerAt returns a driver of a made-up printer at a line in memory, and that
// printer: with both in a bubble of synctest, no answer depends on how busy the
// machine is.
func printerAt(t testing.TB, limits Limits, model string) (*Printer, *sink.Printer) {
	t.Helper()
	paper := sink.New(width)
	return driverOf(t, lineTo(paper), paper, limits, model), paper
}

func lineTo(paper *sink.Printer) Opener {
	return func(ctx context.Context) (Port, error) { return paper.Line(ctx) }
}

// printerInNetwork returns a driver of a made-up printer in the network of this
// machine, which has patience, that printer, and its address.
func printerInNetwork(t testing.TB) (*Printer, *sink.Printer, string) {
	t.Helper()
	paper := sink.New(width)
	address, err := paper.Listen(ownHost() + ":0")
	if err != nil {
		t.Fatal(err)
	}
	return driverOf(t, TCP(address), paper, patient, ""), paper, address
}

func driverOf(t testing.TB, open Opener, paper *sink.Printer, limits Limits, model string) *Printer {
	t.Helper()
	m, err := ModelNamed(model)
	if err != nil {
		t.Fatal(err)
	}
	p := New(open, m).WithLimits(limits)
	t.Cleanup(func() {
		if err := errors.Join(p.Close(), paper.Close()); err != nil {
			t.Error(err)
		}
	})
	return p
}

// ownHost is an address of this machine that nobody else listens on: when a printer
// is unplugged, no other test must get its port.
func ownHost() string {
	if runtime.GOOS != "linux" {
		return "127.0.0.1"
	}
	return fmt.Sprintf("127.%d.%d.%d", 1+rand.IntN(250), rand.IntN(250), 1+rand.IntN(250))
}

// wholes counts on how many places of all paper a picture is printed whole.
func wholes(paper *sink.Printer, want device.Picture) (n int) {
	for _, s := range append(paper.Slips(), paper.Paper()) {
		for y := 0; y+want.Height <= s.Picture.Height; y++ {
			size := want.RowBytes()
			if string(s.Picture.Bits[y*size:(y+want.Height)*size]) == string(want.Bits) {
				n++
			}
		}
	}
	return n
}

func blank(bits []byte) bool {
	for _, b := range bits {
		if b != 0 {
			return false
		}
	}
	return true
}

// isSlip reports whether a piece of paper shows the picture at its head, blank
// paper below, and nothing else.
func isSlip(s sink.Slip, want device.Picture) bool {
	n := len(want.Bits)
	return s.Cut && s.Text == "" && len(s.Picture.Bits) >= n && string(s.Picture.Bits[:n]) == string(want.Bits) && blank(s.Picture.Bits[n:])
}

func wait(t *testing.T, paper *sink.Printer, slips int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := paper.Wait(ctx, slips); err != nil {
		t.Fatal(err)
	}
}
