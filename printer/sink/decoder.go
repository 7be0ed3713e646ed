package sink

import (
	"errors"
	"fmt"

	"authenkiosk/printer/device"
)

// Limits of what a printer would take, and of what a decoder should keep.
const (
	maxRasterRows = 4095    // by Epson's reference for GS v 0
	maxPaperRows  = 200_000 // 25 m
	maxText       = 4096
	maxFaults     = 100
	// lineDots is the line spacing after ESC @: 1/6 inch.
	lineDots = 34
)

// Errors of bytes that a printer would not draw as they were meant.
var (
	ErrShort   = errors.New("the data ends inside of a command")
	ErrLength  = errors.New("a length makes no sense")
	ErrUnknown = errors.New("unknown command")
	ErrText    = errors.New("text between the pictures")
	ErrWide    = errors.New("the picture is wider than the paper")
	ErrKick    = errors.New("the cash drawer is opened")
	ErrDanger  = errors.New("the picture holds a real-time command")
	ErrLong    = errors.New("the paper is too long")
)

// Slip is a piece of paper, from one cut to the next.
type Slip struct {
	Picture device.Picture
	Text    string // what a printer would have drawn as letters
	Cut     bool   // false for what hangs in the printer, or went with the end of a roll
}

// answer asks whoever runs the decoder to say something to the computer.
type answer struct {
	command byte // eot, 'a', 'r', 'I'
	n       byte
}

// decoder executes commands one at a time.
type decoder struct {
	width  int
	bits   []byte // of the paper since the last cut
	text   []byte
	slips  []Slip
	asked  []answer
	faults []error // what a strict reader refuses

	rows     int // of the raster that is still to come
	rowBytes int
	wide     bool // every dot twice
	high     bool // every row twice
	danger   [2]byte

	spacing int
	column  bool // dots of ESC * wait for the end of their line
	line    []byte
	height  int // of the line of ESC *
	x       int
}

func newDecoder(width int) *decoder { return &decoder{width: width, spacing: lineDots} }

func (d *decoder) paperBytes() int { return (d.width + 7) / 8 }

// printed returns how many rows the paper since the last cut has.
func (d *decoder) printed() int { return len(d.bits) / d.paperBytes() }

// fault remembers an error; a printer goes on.
func (d *decoder) fault(err error) {
	if len(d.faults) < maxFaults {
		d.faults = append(d.faults, err)
	}
}

// Decode draws what a printer with paper of so many dots would print of the data.
// Whatever is not cut at the end is the last slip.
func Decode(data []byte, width int) ([]Slip, error) {
	if width <= 0 || width > 8*maxPaperRows {
		return nil, ErrWide
	}
	d := newDecoder(width)
	for len(data) > 0 {
		n := d.step(data)
		if len(d.faults) > 0 {
			return nil, d.faults[0]
		}
		if len(d.text) > 0 {
			return nil, fmt.Errorf("%w: %q", ErrText, d.text)
		}
		if n == 0 {
			return nil, fmt.Errorf("%w: %d bytes are left", ErrShort, len(data))
		}
		data = data[n:]
	}
	if d.rows > 0 {
		return nil, fmt.Errorf("%w: %d rows of a picture are missing", ErrShort, d.rows)
	}
	if d.column {
		return nil, fmt.Errorf("%w: a line of dots without its end", ErrShort)
	}
	if d.printed() > 0 {
		d.slips = append(d.slips, d.tear(false))
	}
	return d.slips, nil
}

// tear takes the paper off.
func (d *decoder) tear(cut bool) Slip {
	s := Slip{Picture: device.Picture{Width: d.width, Height: d.printed(), Bits: d.bits}, Text: string(d.text), Cut: cut}
	d.bits, d.text = nil, nil
	return s
}

// advance moves the paper by blank rows.
func (d *decoder) advance(rows int) {
	if d.printed()+rows > maxPaperRows {
		d.fault(ErrLong)
		return
	}
	d.bits = append(d.bits, make([]byte, rows*d.paperBytes())...)
}

// row draws one row of a raster.
func (d *decoder) row(data []byte) {
	if d.printed() >= maxPaperRows {
		d.fault(ErrLong)
		return
	}
	d.guard(data)
	line := make([]byte, d.paperBytes())
	for x := range len(data) * 8 {
		if data[x/8]&(0x80>>(x%8)) == 0 {
			continue
		}
		if d.wide {
			d.dot(line, 2*x)
			d.dot(line, 2*x+1)
		} else {
			d.dot(line, x)
		}
	}
	d.bits = append(d.bits, line...)
	if d.high {
		d.bits = append(d.bits, line...)
	}
}

func (d *decoder) dot(line []byte, x int) {
	if x >= d.width {
		d.fault(ErrWide)
		return
	}
	line[x/8] |= 0x80 >> (x % 8)
}

// guard looks for what printers obey even inside of pictures: DLE EOT 1-8, DLE
// ENQ 0-3, DLE DC4 1-8, also across rows.
func (d *decoder) guard(data []byte) {
	for _, b := range data {
		if d.danger[0] == dle && realTime(d.danger[1], b) {
			d.fault(ErrDanger)
		}
		d.danger[0], d.danger[1] = d.danger[1], b
	}
}

func realTime(command, n byte) bool {
	switch command {
	case eot, dc4:
		return n >= 1 && n <= 8
	case enq:
		return n <= 3
	}
	return false
}
