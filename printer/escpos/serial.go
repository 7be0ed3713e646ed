package escpos

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"go.bug.st/serial"
)

const (
	usualBaud = 9600 // what most printers are set to when they leave the factory
	// chunk is what is handed to the driver at once: small enough that a printer
	// whose buffer is full can still take it after it said stop.
	chunk = 64
	// holdCheck is how often a held line is looked at again.
	holdCheck = 5 * time.Millisecond
)

// Flow is how a printer on a serial line says that its buffer is full.
type Flow string

// The ways.
const (
	FlowNone    Flow = "none"
	FlowXonXoff Flow = "xonxoff" // bytes
	FlowRTSCTS  Flow = "rtscts"  // the wire CTS
	FlowDTRDSR  Flow = "dtrdsr"  // the wire DSR, the usual of slip printers
)

// SerialAddress is a serial line and how it is set.
type SerialAddress struct {
	Path   string
	Baud   int
	Parity serial.Parity
	Flow   Flow
}

// bitsPerByte is the most that a byte has on a line: with start, parity and stop bit.
const bitsPerByte = 11

// Takes returns how long so many bytes take on the line.
func (a SerialAddress) Takes(bytes int) time.Duration {
	return time.Duration(bytes) * bitsPerByte * time.Second / time.Duration(a.Baud)
}

// ErrSerialAddress says what the address of a serial printer looks like.
var ErrSerialAddress = errors.New("a serial printer is written like /dev/ttyUSB0?baud=19200&flow=dtrdsr or COM3?baud=9600&parity=even")

var parities = map[string]serial.Parity{"": serial.NoParity, "none": serial.NoParity, "even": serial.EvenParity, "odd": serial.OddParity}

// ParseSerialAddress reads PATH[?baud=N&flow=none|xonxoff|rtscts|dtrdsr&parity=none|even|odd].
// Without them it is 9600 baud, no flow control and no parity; there are always 8
// bits and one stop bit.
func ParseSerialAddress(address string) (SerialAddress, error) {
	path, query, _ := strings.Cut(address, "?")
	values, err := url.ParseQuery(query)
	if err != nil || path == "" {
		return SerialAddress{}, fmt.Errorf("%q: %w", address, ErrSerialAddress)
	}
	a := SerialAddress{Path: path, Baud: usualBaud, Flow: FlowNone}
	for key, value := range values {
		ok := len(value) == 1
		switch key {
		case "baud":
			a.Baud, err = strconv.Atoi(value[0])
			ok = ok && err == nil && a.Baud >= 1200 && a.Baud <= 921_600
		case "flow":
			a.Flow = Flow(value[0])
			ok = ok && (a.Flow == FlowNone || a.Flow == FlowXonXoff || a.Flow == FlowRTSCTS || a.Flow == FlowDTRDSR)
		case "parity":
			var known bool
			a.Parity, known = parities[value[0]]
			ok = ok && known
		default:
			ok = false
		}
		if !ok {
			return SerialAddress{}, fmt.Errorf("%q: %s: %w", address, key, ErrSerialAddress)
		}
	}
	return a, nil
}

// Serial returns the way to a printer on a serial line.
func Serial(a SerialAddress) Opener {
	return func(context.Context) (Port, error) {
		p, err := serial.Open(a.Path, &serial.Mode{BaudRate: a.Baud, DataBits: 8, Parity: a.Parity, StopBits: serial.OneStopBit})
		if err != nil {
			return nil, fmt.Errorf("open serial line of printer: %w", err)
		}
		return &serialPort{Port: p, flow: a.Flow}, nil
	}
}

type serialPort struct {
	serial.Port
	flow     Flow
	deadline atomic.Int64 // in nanoseconds of the epoch; 0 is none
	held     atomic.Bool  // by XOFF
}

// SetWriteDeadline implements Port. It counts for a write that has begun as well.
func (p *serialPort) SetWriteDeadline(t time.Time) error {
	if t.IsZero() {
		p.deadline.Store(0)
	} else {
		p.deadline.Store(t.UnixNano())
	}
	return nil
}

func (p *serialPort) late() bool {
	at := p.deadline.Load()
	return at != 0 && time.Now().UnixNano() >= at
}

// Hold implements throttle.
func (p *serialPort) Hold(held bool) { p.held.Store(p.flow == FlowXonXoff && held) }

// Read implements io.Reader. The library returns no bytes and no error when a
// time-out is set, which is not the case here.
func (p *serialPort) Read(b []byte) (int, error) {
	for {
		n, err := p.Port.Read(b)
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// Write implements io.Writer. The library's own has no deadline.
func (p *serialPort) Write(b []byte) (int, error) {
	for done := 0; done < len(b); {
		if err := p.clearToSend(); err != nil {
			return done, err
		}
		n, err := p.some(b[done:min(done+chunk, len(b))])
		if done += n; err != nil {
			return done, err
		}
	}
	return len(b), nil
}

func (p *serialPort) some(b []byte) (int, error) {
	type result struct {
		n   int
		err error
	}
	written := make(chan result, 1)
	go func() {
		n, err := p.Port.Write(b)
		written <- result{n, err}
	}()
	check := time.NewTicker(holdCheck)
	defer check.Stop()
	for {
		select {
		case r := <-written:
			return r.n, r.err
		case <-check.C:
			if p.late() {
				// Emptying the driver's buffer is the only thing that wakes a write.
				_ = p.ResetOutputBuffer()
				return 0, os.ErrDeadlineExceeded
			}
		}
	}
}

// clearToSend waits until the printer has room.
func (p *serialPort) clearToSend() error {
	for {
		switch {
		case p.late():
			return os.ErrDeadlineExceeded
		case !p.busy():
			return nil
		}
		time.Sleep(holdCheck)
	}
}

func (p *serialPort) busy() bool {
	if p.held.Load() {
		return true
	}
	if p.flow != FlowRTSCTS && p.flow != FlowDTRDSR {
		return false
	}
	bits, err := p.GetModemStatusBits()
	if err != nil {
		return false // an adapter without these wires
	}
	return p.flow == FlowRTSCTS && !bits.CTS || p.flow == FlowDTRDSR && !bits.DSR
}

// Abort throws away what the driver still holds.
func (p *serialPort) Abort() error {
	return errors.Join(p.ResetOutputBuffer(), p.Close())
}
