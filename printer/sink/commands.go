package sink

import (
	"bytes"
	"fmt"
)

const (
	nul = 0x00
	eot = 0x04
	enq = 0x05
	lf  = 0x0A
	cr  = 0x0D
	dle = 0x10
	dc4 = 0x14
	esc = 0x1B
	fs  = 0x1C
	gs  = 0x1D
)

// settings are commands that change nothing in a picture, with the number of
// their parameters.
var settings = map[[2]byte]int{
	{esc, ' '}: 1, {esc, '!'}: 1, {esc, '-'}: 1, {esc, 'E'}: 1, {esc, 'G'}: 1, {esc, 'M'}: 1, {esc, 'R'}: 1,
	{esc, 'T'}: 1, {esc, 'V'}: 1, {esc, 'a'}: 1, {esc, 't'}: 1, {esc, '{'}: 1, {esc, 'c'}: 2,
	{fs, '.'}: 0, {fs, '&'}: 0, {gs, '!'}: 1, {gs, 'B'}: 1, {gs, 'H'}: 1, {gs, 'f'}: 1, {gs, 'h'}: 1, {gs, 'w'}: 1,
	{gs, 'b'}: 1, {gs, 'L'}: 2, {gs, 'P'}: 2, {gs, 'W'}: 2,
}

// step executes the command, the row or the letter at the beginning of the data
// and returns how many bytes it took; 0 when more are needed.
func (d *decoder) step(data []byte) int {
	if len(data) == 0 {
		return 0
	}
	if d.rows > 0 {
		if len(data) < d.rowBytes {
			return 0
		}
		d.row(data[:d.rowBytes])
		d.rows--
		return d.rowBytes
	}
	switch data[0] {
	case nul:
		return 1
	case lf:
		d.newLine()
		return 1
	case cr:
		return 1
	case esc, gs, fs, dle:
		return d.command(data)
	}
	if len(d.text) < maxText {
		d.text = append(d.text, data[0])
	}
	return 1
}

func (d *decoder) command(data []byte) int {
	if len(data) < 2 {
		return 0
	}
	if n, ok := settings[[2]byte{data[0], data[1]}]; ok {
		if len(data) < 2+n {
			return 0
		}
		return 2 + n
	}
	switch data[0] {
	case dle:
		return d.dle(data)
	case esc:
		return d.esc(data)
	case gs:
		return d.gs(data)
	}
	return d.unknown(data)
}

func (d *decoder) unknown(data []byte) int {
	d.fault(fmt.Errorf("%w: % x", ErrUnknown, data[:min(len(data), 4)]))
	return 2
}

// dle passes over what was obeyed when it came in; in a printer that obeys in
// order it is a question like others.
func (d *decoder) dle(data []byte) int {
	if len(data) < 3 {
		return 0
	}
	switch data[1] {
	case eot:
		d.asked = append(d.asked, answer{eot, data[2]})
		return 3
	case enq:
		return 3
	case dc4:
		if data[2] == 8 {
			if len(data) < 10 {
				return 0
			}
			return 10
		}
		if len(data) < 5 {
			return 0
		}
		d.fault(ErrKick) // functions 1 to 7: pulses and power
		return 5
	}
	return d.unknown(data)
}

func (d *decoder) esc(data []byte) int {
	switch data[1] {
	case '@':
		d.spacing, d.column, d.line, d.x = lineDots, false, nil, 0
		return 2
	case '2':
		d.spacing = lineDots
		return 2
	case 'i', 'm':
		d.cut()
		return 2
	case '*':
		return d.columns(data)
	case 'p':
		if len(data) < 5 {
			return 0
		}
		d.fault(ErrKick)
		return 5
	}
	if len(data) < 3 {
		return 0
	}
	switch n := int(data[2]); data[1] {
	case '3':
		d.spacing = n
	case 'J':
		d.newLine()
		d.advance(max(n-d.spacing, 0))
	case 'd':
		if d.column {
			d.newLine()
			n--
		}
		d.advance(max(n, 0) * d.spacing)
	default:
		return d.unknown(data)
	}
	return 3
}

func (d *decoder) gs(data []byte) int {
	if len(data) < 3 {
		return 0
	}
	switch data[1] {
	case 'v':
		return d.raster(data)
	case 'V':
		return d.gsCut(data)
	case 'a', 'r', 'I':
		d.asked = append(d.asked, answer{data[1], data[2]})
		return 3
	}
	return d.unknown(data)
}

func (d *decoder) gsCut(data []byte) int {
	switch m := data[2]; m {
	case 0, 1, '0', '1':
		d.cut()
		return 3
	case 65, 66:
		if len(data) < 4 {
			return 0
		}
		d.advance(int(data[3]))
		d.cut()
		return 4
	}
	d.fault(fmt.Errorf("%w: cut %d", ErrUnknown, data[2]))
	return 3
}

// cut ends a slip. Printers cut only at the beginning of a line.
func (d *decoder) cut() {
	if d.column {
		d.fault(fmt.Errorf("%w: a cut inside of a line", ErrShort))
	}
	d.slips = append(d.slips, d.tear(true))
}

// raster begins a picture (GS v 0).
func (d *decoder) raster(data []byte) int {
	if data[2] != '0' {
		return d.unknown(data)
	}
	const header = 8
	if len(data) < header {
		return 0
	}
	m, x, y := data[3], int(data[4])|int(data[5])<<8, int(data[6])|int(data[7])<<8
	if m >= '0' {
		m -= '0'
	}
	if m > 3 || x == 0 || y == 0 || y > maxRasterRows {
		d.fault(fmt.Errorf("%w: mode %d, %d bytes by %d rows", ErrLength, data[3], x, y))
		return header
	}
	d.wide, d.high = m&1 != 0, m&2 != 0
	if x > d.paperBytes() {
		d.fault(fmt.Errorf("%w: %d dots", ErrWide, 8*x))
	}
	d.rows, d.rowBytes, d.danger = y, x, [2]byte{}
	return header
}

// columns is ESC *, a strip of 8 or 24 dots height, given column by column.
func (d *decoder) columns(data []byte) int {
	const header = 5
	if len(data) < header {
		return 0
	}
	m, n := data[2], int(data[3])|int(data[4])<<8
	height, double := 0, m&1 == 0
	switch m {
	case 0, 1:
		height = 8
	case 32, 33:
		height = 24
	default:
		d.fault(fmt.Errorf("%w: mode %d of ESC *", ErrLength, m))
		return header
	}
	if n == 0 || n > d.width {
		d.fault(fmt.Errorf("%w: %d columns", ErrLength, n))
		return header
	}
	size := n * height / 8
	if len(data) < header+size {
		return 0
	}
	d.strip(data[header:header+size], height, double)
	return header + size
}

func (d *decoder) strip(data []byte, height int, double bool) {
	if !d.column {
		d.column, d.line, d.height, d.x = true, make([]byte, 24*d.paperBytes()), 0, 0
	}
	// At 8 dots in a column the dots are three times as high.
	stretch := 24 / height
	d.height = 24
	for c := 0; c < len(data)/(height/8); c++ {
		column := data[c*height/8 : (c+1)*height/8]
		for range map[bool]int{true: 2, false: 1}[double] {
			for y := range height {
				if column[y/8]&(0x80>>(y%8)) == 0 {
					continue
				}
				for s := range stretch {
					d.dot(d.line[(y*stretch+s)*d.paperBytes():], d.x)
				}
			}
			d.x++
		}
	}
}

// newLine ends a line of text or of columns. Its height is the line spacing, or
// that of its dots when they are higher.
func (d *decoder) newLine() {
	if d.column {
		d.bits = append(d.bits, d.line[:d.height*d.paperBytes()]...)
		d.advance(max(d.spacing-d.height, 0))
		d.column, d.line, d.x = false, nil, 0
		return
	}
	d.text = bytes.TrimRight(d.text, "\x00")
	d.advance(d.spacing)
}
