package document

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"

	"authenkiosk/printer/device"
)

const (
	// sheetDPI is the resolution of a sheet: that of PWG Raster when a printer names
	// none. Slips keep their own dots.
	sheetDPI = 300
	slipDPI  = 203 // device.DotsPerMM

	// jpegQuality keeps the edges of a QR code clean.
	jpegQuality = 90
)

// JPEG returns the page, or a slip alone when there is none, as a grey JPEG that says
// how large it is, for printers that take photos only.
func JPEG(p device.Picture, g Page) ([]byte, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	dpi, m := slipDPI, image.NewGray(image.Rect(0, 0, p.Width, p.Height))
	if g.Width <= 0 || g.Height <= 0 {
		if p.PerInch > 0 {
			dpi = p.PerInch
		}
		for y := range p.Height {
			for x := range p.Width {
				if !p.Black(x, y) {
					m.Pix[y*m.Stride+x] = 0xFF
				}
			}
		}
	} else {
		dpi = sheetDPI
		_, width, height, rows := g.raster(p, dpi)
		m = image.NewGray(image.Rect(0, 0, width, height))
		row := 0
		for line, repeat := range rows {
			for range repeat {
				copy(m.Pix[row*m.Stride:], line)
				row++
			}
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return nil, fmt.Errorf("encode JPEG: %w", err)
	}
	return sized(b.Bytes(), dpi), nil
}

// sized puts the header of JFIF 1.02, which tells the resolution, behind the first
// marker of a JPEG. The encoder writes none.
func sized(jpeg []byte, dpi int) []byte {
	const startLength, dotsPerInch = 2, 1
	out := append(bytes.Clone(jpeg[:startLength]), 0xFF, 0xE0, 0, 16)
	out = append(out, "JFIF\x00\x01\x02"...)
	out = append(out, dotsPerInch)
	out = binary.BigEndian.AppendUint16(out, uint16(dpi)) // across
	out = binary.BigEndian.AppendUint16(out, uint16(dpi)) // down
	out = append(out, 0, 0)                               // no small picture
	return append(out, jpeg[startLength:]...)
}
