//go:build vm

package escpos

import (
	"bufio"
	"errors"
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"authenkiosk/printer/device"
	"authenkiosk/printer/sink"
)

// Nodes of a machine with a USB printer made of software: what the kiosk sees, and
// the inside of the printer.
const (
	usbPrinter   = "/dev/usb/lp0"
	insideOfIt   = "/dev/g_printer0"
	plug         = "/sys/kernel/config/usb_gadget/printer/UDC"
	setStatus    = 0xc0016722 // GADGET_SET_PRINTER_STATUS, the byte itself as argument
	statusOK     = 0x18
	statusNoRoll = 0x30
)

// emulated are limits for a machine that takes ten times as long as a real one.
var emulated = Limits{Answer: 4 * time.Second, Band: 10 * time.Second, Fence: 30 * time.Second, Mute: 2 * time.Second}

func plugged(t *testing.T, in bool) {
	t.Helper()
	name := "\n"
	if in {
		name = "dummy_udc.0\n"
	}
	if err := os.WriteFile(plug, []byte(name), 0o644); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		_, err := os.Stat(usbPrinter)
		if (err == nil) == in {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("plugged %v: %v", in, err)
		}
	}
}

// inside opens the printer's end of the cable.
func inside(t *testing.T) *os.File {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		f, err := os.OpenFile(insideOfIt, os.O_RDWR|syscall.O_NONBLOCK, 0)
		if err == nil {
			return f
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

// wide reads as much at once as the gadget has: its driver in Linux 6.1 panics when
// it is unplugged while a packet is half read.
type wide struct {
	*os.File
	buffer *bufio.Reader
}

func wideOf(f *os.File) wide { return wide{f, bufio.NewReaderSize(f, 64<<10)} }

// Read implements io.Reader.
func (w wide) Read(b []byte) (int, error) { return w.buffer.Read(b) }

func setPort(t *testing.T, f *os.File, status int) {
	t.Helper()
	raw, err := f.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if outer := raw.Control(func(fd uintptr) { err = unix.IoctlSetInt(int(fd), setStatus, status) }); outer != nil || err != nil {
		t.Fatal(outer, err)
	}
}

// usb is a printer at the end of the cable, and its driver.
func usb(t *testing.T) (*Printer, *sink.Printer, *os.File) {
	t.Helper()
	plugged(t, false) // what an earlier test left in it
	plugged(t, true)
	f, paper := inside(t), sink.New(width)
	setPort(t, f, statusOK)
	done := make(chan struct{})
	go func() { defer close(done); _ = paper.Serve(wideOf(f)) }()
	p := New(File(usbPrinter), models[0]).WithLimits(emulated)
	t.Cleanup(func() {
		_ = p.Close() // unplugged, it cannot be closed in good order
		_ = paper.Close()
		<-done
	})
	return p, paper, f
}

func inVM(t *testing.T) {
	t.Helper()
	if os.Getenv("AUTHENKIOSK_VM") != "1" {
		t.Skip("it unplugs printers: in the virtual machine only")
	}
}

func TestVMUSBPrinterPrints(t *testing.T) {
	inVM(t)
	p, paper, _ := usb(t)
	if c, err := p.Status(t.Context()); c != device.Ready || err != nil {
		t.Fatalf("%v, %v", c, err)
	}
	picture := drawing(t, 900, 1)
	start := time.Now()
	if err := p.Print(t.Context(), picture); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes, confirmed after %v", paper.Times().Bytes, time.Since(start).Round(time.Millisecond))
	if s := paper.Slips(); len(s) != 1 || !isSlip(s[0], picture) || len(paper.Faults()) > 0 {
		t.Errorf("%d slips, or other dots than were sent, faults %v", len(s), paper.Faults())
	}
}

func TestVMUSBPrinterWithoutPaperPrintsNothing(t *testing.T) {
	inVM(t)
	p, paper, f := usb(t)
	paper.Set(func(s *sink.State) { s.PaperOut = true })
	setPort(t, f, statusNoRoll)
	if got, c := outcome(t, p.Print(t.Context(), drawing(t, 100, 1))); got != "not" || c != device.PaperOut {
		t.Errorf("%s (%v)", got, c)
	}
	paper.Set(func(s *sink.State) { s.PaperOut = false })
	setPort(t, f, statusOK)
	if err := p.Print(t.Context(), drawing(t, 100, 2)); err != nil {
		t.Error(err)
	}
	if n := len(paper.Slips()); n != 1 {
		t.Errorf("%d slips came out", n)
	}
}

func TestVMUSBPrinterThatIsMuteIsKnownByThePort(t *testing.T) {
	inVM(t)
	p, paper, f := usb(t)
	paper.Set(func(s *sink.State) { s.Mute = true })
	if c, err := p.Status(t.Context()); c != device.Unknown || err != nil {
		t.Errorf("ready: %v, %v", c, err)
	}
	if got, _ := outcome(t, p.Print(t.Context(), drawing(t, 100, 1))); got != "unclear" {
		t.Errorf("ready: %s", got)
	}
	setPort(t, f, statusNoRoll)
	if got, c := outcome(t, p.Print(t.Context(), drawing(t, 100, 2))); got != "not" || c != device.PaperOut {
		t.Errorf("no paper: %s (%v)", got, c)
	}
	if n := len(paper.Slips()); n != 1 {
		t.Errorf("%d slips came out", n)
	}
}

func TestVMUSBPrinterThatIsDeadIsOffline(t *testing.T) {
	inVM(t)
	p, paper, _ := usb(t)
	if err := p.Print(t.Context(), drawing(t, 100, 1)); err != nil {
		t.Fatal(err)
	}
	if err := paper.Close(); err != nil {
		t.Fatal(err)
	}
	if got, c := outcome(t, p.Print(t.Context(), drawing(t, 900, 2))); got != "not" || c != device.Offline {
		t.Errorf("%s (%v)", got, c)
	}
}

func TestVMUSBPrinterUnpluggedInASlipComesBack(t *testing.T) {
	inVM(t)
	p, paper, _ := usb(t)
	if c, err := p.Status(t.Context()); c != device.Ready || err != nil {
		t.Fatalf("%v, %v", c, err)
	}
	paper.Set(func(s *sink.State) { s.BytesPerSecond = 20_000 })
	ended := make(chan error, 1)
	picture := drawing(t, 3000, 1)
	go func() { ended <- p.Print(t.Context(), picture) }()
	for paper.Times().Bytes < 8_000 {
		time.Sleep(5 * time.Millisecond)
	}
	plugged(t, false)
	if got, c := outcome(t, <-ended); got != "part" || c != device.Offline {
		t.Errorf("%s (%v)", got, c)
	}
	paper.Unplug()
	paper.Set(func(s *sink.State) { *s = sink.State{} })
	if c, err := p.Status(t.Context()); c != device.Offline || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("unplugged: %v, %v", c, err)
	}
	plugged(t, true)
	f := inside(t)
	setPort(t, f, statusOK)
	done := make(chan struct{})
	go func() { defer close(done); _ = paper.Serve(wideOf(f)) }()
	t.Cleanup(func() { _ = paper.Close(); <-done })
	next := drawing(t, 400, 2)
	if err := p.Print(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	if n := wholes(paper, picture); n != 0 {
		t.Errorf("the broken slip came out %d times", n)
	}
	if n := wholes(paper, next); n != 1 {
		t.Errorf("the next slip came out %d times", n)
	}
}
