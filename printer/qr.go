package printer

import (
	"errors"
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

// errNoRoom says that a QR code would be too small to be read.
var errNoRoom = errors.New("a shorter content makes fewer modules")

// qr draws a QR code of level M with modules of at most that many dots. It returns
// how many modules there are on a side, margins too, and how large they became.
func (s *sheet) qr(content string, most, least int, align template.Align) (modules, module int, err error) {
	code, err := qrcode.New(content, qrcode.Medium)
	if err != nil {
		return 0, 0, fmt.Errorf("make QR code: %w", err)
	}
	code.DisableBorder = true
	bits := code.Bitmap()
	modules = len(bits) + 2*quietZone
	module = min(s.width/modules, most)
	if module < least {
		return modules, module, fmt.Errorf("make QR code: the paper is %d dots wide, too few for %d modules of at least %d: %w", s.width, modules, least, errNoRoom)
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
	return modules, module, nil
}
