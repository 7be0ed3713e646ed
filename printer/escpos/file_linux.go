package escpos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// ErrNoDevice says that the path names something that is no printer.
var ErrNoDevice = errors.New("not the device of a printer")

// File returns the way to the device file of a printer, like /dev/usb/lp0.
func File(path string) Opener {
	return func(context.Context) (Port, error) {
		f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
		if err != nil {
			return nil, fmt.Errorf("open printer: %w", err)
		}
		info, err := f.Stat()
		if err == nil && info.Mode()&fs.ModeCharDevice == 0 {
			err = fmt.Errorf("%s: %w", path, ErrNoDevice)
		}
		if err == nil {
			// Without deadlines a read from a mute printer would never end.
			if err = f.SetDeadline(time.Time{}); err != nil {
				err = fmt.Errorf("%s: %w: %w", path, ErrNoDevice, err)
			}
		}
		if err != nil {
			_ = f.Close()
			return nil, fmt.Errorf("open printer: %w", err)
		}
		return filePort{f}, nil
	}
}

type filePort struct{ *os.File }

// emptyRead is how long a read waits after the driver returned nothing: usblp
// passes on packets of no length, which are not the end of the file.
const emptyRead = 20 * time.Millisecond

// Read implements io.Reader.
func (p filePort) Read(b []byte) (int, error) {
	for {
		n, err := p.File.Read(b)
		if n > 0 || !errors.Is(err, io.EOF) {
			return n, err
		}
		if _, err := os.Lstat(p.Name()); err != nil {
			return 0, errGone
		}
		time.Sleep(emptyRead)
	}
}

// Status bits of a parallel port, which usblp translates to (linux/lp.h).
const (
	lpGetStatus = 0x060b
	lpNoError   = 0x08
	lpSelected  = 0x10
	lpPaperOut  = 0x20
)

// Hint asks the driver (LPGETSTATUS). Cheap printers answer with nonsense.
func (p filePort) Hint() (State, error) {
	raw, err := p.SyscallConn() // not Fd, which would make the file blocking
	if err != nil {
		return State{}, err
	}
	bits := 0
	if outer := raw.Control(func(fd uintptr) { bits, err = unix.IoctlGetInt(int(fd), lpGetStatus) }); outer != nil {
		return State{}, outer
	}
	if err != nil {
		return State{}, fmt.Errorf("ask driver of printer: %w", err)
	}
	return hint(bits), nil
}

func hint(bits int) State {
	if bits&lpSelected == 0 {
		return State{Offline: true} // then the other bits mean nothing
	}
	return State{PaperOut: bits&lpPaperOut != 0, Unspecified: bits&lpNoError == 0 && bits&lpPaperOut == 0}
}
