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
	page, width, height, rows := g.raster(p, dpi)
	out := append([]byte("RaS2"), header(page, width, height, dpi)...)
	for line, repeat := range rows {
		for repeat > 0 {
			n := min(repeat, pwgMostRepeat)
			out = pack(append(out, byte(n-1)), line)
			repeat -= n
		}
	}
	return out, nil
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
