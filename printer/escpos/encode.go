package escpos

import (
	"errors"
	"fmt"
	"iter"

	"authenkiosk/printer/device"
)

// Limits of a picture: the fields of GS v 0 and what clones have room for.
const (
	maxRowBytes = 0xFFFF / 8
	maxRows     = 20_000 // 2.5 m of paper; a slip has about 900 rows
)

// ErrTooBig says that a picture is too wide or too long for any slip printer.
var ErrTooBig = errors.New("the picture is too big for a slip printer")

func check(p device.Picture) error {
	if err := p.Check(); err != nil {
		return err
	}
	if p.RowBytes() > maxRowBytes || p.Height > maxRows {
		return fmt.Errorf("%w: %d x %d dots", ErrTooBig, p.Width, p.Height)
	}
	return nil
}

// Encode returns the bytes of a whole slip, without questions: what a spooler or
// a print server passes on to a printer.
func Encode(p device.Picture, m Model) ([]byte, error) {
	if err := check(p); err != nil {
		return nil, err
	}
	data := append([]byte{}, initialize...)
	for band := range bands(Defuse(p), m.Band) {
		data = append(data, band...)
	}
	return append(data, ending(m)...), nil
}

// bands yields the commands that draw a picture, one for so many rows.
func bands(p device.Picture, rows int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		n := p.RowBytes()
		for y := 0; y < p.Height; y += rows {
			h := min(rows, p.Height-y)
			if !yield(append(rasterHeader(n, h), p.Bits[y*n:(y+h)*n]...)) {
				return
			}
		}
	}
}

// ending feeds and cuts.
func ending(m Model) []byte {
	var end []byte
	if m.FeedLines > 0 {
		end = feed(m.FeedLines)
	}
	return append(end, cuts[m.Cut]...)
}

// Defuse returns the picture without the dots that would make a real-time command
// of its bytes (DLE EOT, DLE ENQ, DLE DC4): printers obey these even in the middle
// of a picture. One dot of each is cleared; p itself stays as it is.
func Defuse(p device.Picture) device.Picture {
	copied := false
	for i := 0; i+1 < len(p.Bits); i++ {
		if next := p.Bits[i+1]; p.Bits[i] != dle || next != eot && next != enq && next != dc4 {
			continue
		}
		if !copied {
			p.Bits, copied = append([]byte{}, p.Bits...), true
		}
		p.Bits[i] = nul // DLE is a single dot
	}
	return p
}
