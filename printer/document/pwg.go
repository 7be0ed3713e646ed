package document

import (
	"encoding/binary"

	"authenkiosk/printer/device"
)

// Fields of the page header of PWG Raster (PWG 5102.4), by their offsets.
const (
	pwgHeader       = 1796
	pwgResolution   = 276
	pwgCopies       = 340
	pwgPageSize     = 352
	pwgWidth        = 372
	pwgHeight       = 376
	pwgBitsPerColor = 384
	pwgBitsPerPixel = 388
	pwgBytesPerLine = 392
	pwgColorSpace   = 400
	pwgColors       = 420
	pwgPages        = 452
	pwgCrossFeed    = 456
	pwgFeed         = 460

	pwgSGray = 18 // grey, 255 is white

	pointsPerInch = 72
	pwgMostRepeat = 256 // lines
	pwgMostRun    = 128 // bytes
)

// PWG returns a document of one page of grey, at the resolution that the printer
// supports, in dots per inch.
func PWG(p device.Picture, g Page, dpi int) ([]byte, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	page, x, y, w, h := g.place(p)
	dots := func(mm float64) int { return int(mm*float64(dpi)/mmPerInch + 0.5) }
	width, height := dots(page.Width), dots(page.Height)
	left, top, right, bottom := dots(x), dots(y), dots(x+w), dots(y+h)

	out := append([]byte("RaS2"), header(page, width, height, dpi)...)
	line := make([]byte, width)
	for row := 0; row < height; {
		from := source(row, top, bottom, p.Height)
		repeat := 1
		for row+repeat < height && repeat < pwgMostRepeat && source(row+repeat, top, bottom, p.Height) == from {
			repeat++
		}
		for i := range line {
			line[i] = 0xFF
			if column := source(i, left, right, p.Width); from >= 0 && column >= 0 && p.Black(column, from) {
				line[i] = 0
			}
		}
		out = pack(append(out, byte(repeat-1)), line)
		row += repeat
	}
	return out, nil
}

// source returns which of n dots lies at a place between two edges, -1 outside.
func source(at, from, to, n int) int {
	if at < from || at >= to {
		return -1
	}
	return (2*(at-from) + 1) * n / (2 * (to - from)) // the middle of the dot
}

func header(page Page, width, height, dpi int) []byte {
	h := make([]byte, pwgHeader)
	copy(h, "PwgRaster")
	points := func(mm float64) int { return int(mm*pointsPerInch/mmPerInch + 0.5) }
	for at, value := range map[int]int{
		pwgResolution: dpi, pwgResolution + 4: dpi, pwgCopies: 1,
		pwgPageSize: points(page.Width), pwgPageSize + 4: points(page.Height),
		pwgWidth: width, pwgHeight: height, pwgBitsPerColor: 8, pwgBitsPerPixel: 8, pwgBytesPerLine: width,
		pwgColorSpace: pwgSGray, pwgColors: 1, pwgPages: 1, pwgCrossFeed: 1, pwgFeed: 1,
	} {
		binary.BigEndian.PutUint32(h[at:], uint32(value))
	}
	return h
}

// pack writes a line as runs: n and a byte that stands n+1 times, or 257-n and so
// many different bytes.
func pack(out, line []byte) []byte {
	for i := 0; i < len(line); {
		n := 1
		for i+n < len(line) && n < pwgMostRun && line[i+n] == line[i] {
			n++
		}
		if n > 1 || i+1 == len(line) {
			out = append(out, byte(n-1), line[i])
			i += n
			continue
		}
		for i+n < len(line) && n < pwgMostRun && (i+n+1 == len(line) || line[i+n] != line[i+n+1]) {
			n++
		}
		if n == 1 {
			out = append(out, 0, line[i])
		} else {
			out = append(append(out, byte(257-n)), line[i:i+n]...)
		}
		i += n
	}
	return out
}
