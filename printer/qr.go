package printer

import (
	"fmt"
	"image"

	"github.com/skip2/go-qrcode"

	"authenkiosk/printer/template"
)

// Sizes of a QR code. Measured with blurred, turned and faded copies: from 6 dots
// (0.75 mm) per module on, all were read.
const (
	minModuleMM = 0.75
	quietZone   = 4 // modules of white on each side, as ISO/IEC 18004 demands
)

// qr draws a QR code of level M with modules of at most that many dots.
func (s *sheet) qr(content string, most, least int, align template.Align) error {
	code, err := qrcode.New(content, qrcode.Medium)
	if err != nil {
		return fmt.Errorf("make QR code: %w", err)
	}
	code.DisableBorder = true
	bits := code.Bitmap()
	modules := len(bits) + 2*quietZone
	module := min(s.width/modules, most)
	if module < least {
		return fmt.Errorf("make QR code: %d dots are too few for %d modules", s.width, modules)
	}
	left := along(0, s.width, modules*module, align)
	area := image.Rect(left, s.y, left+modules*module, s.y+modules*module)
	s.fill(area, white)
	s.keep = append(s.keep, area)
	for y, row := range bits {
		for x, dark := range row {
			if dark {
				at := area.Min.Add(image.Pt((x+quietZone)*module, (y+quietZone)*module))
				s.fill(image.Rectangle{at, at.Add(image.Pt(module, module))}, black)
			}
		}
	}
	s.y = area.Max.Y
	return nil
}
