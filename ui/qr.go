package ui

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"github.com/skip2/go-qrcode"
)

// quietZone is the white border of a QR code, in modules.
const quietZone = 4

// qr is a QR code on its own white ground. A module is a whole number of pixels.
type qr struct {
	content string
	modules int // with the quiet zone
	image   *canvas.Image
}

func newQR() *qr {
	return &qr{image: &canvas.Image{FillMode: canvas.ImageFillStretch, ScaleMode: canvas.ImageScalePixels}}
}

func (q *qr) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{q.image} }

func (q *qr) Empty() {
	q.content, q.modules = "", 0
	q.image.Image = image.NewGray(image.Rect(0, 0, 1, 1))
	q.image.Refresh()
}

// set makes the picture, one pixel a module.
func (q *qr) set(content string) error {
	if q.content == content {
		return nil
	}
	code, err := qrcode.New(content, qrcode.Medium)
	if err != nil {
		return err
	}
	code.DisableBorder = true
	bits := code.Bitmap()
	n := len(bits) + 2*quietZone
	img := image.NewGray(image.Rect(0, 0, n, n))
	for i := range img.Pix {
		img.Pix[i] = 0xff
	}
	for y, row := range bits {
		for x, dark := range row {
			if dark {
				img.Pix[img.PixOffset(x+quietZone, y+quietZone)] = 0
			}
		}
	}
	q.content, q.modules, q.image.Image = content, n, img
	q.image.Refresh()
	return nil
}

// qr draws a QR code as large as fits into the area, on its middle.
func (s *sheet) qr(name string, at area, content string) {
	if content == "" {
		return
	}
	q := named(s, "qr", name, newQR)
	if err := q.set(content); err != nil {
		s.faults = append(s.faults, name+": "+err.Error())
		return
	}
	pos, size := s.geo.pixels(at)
	side := float32(int(min(size.Width, size.Height))/q.modules) * float32(q.modules)
	if side == 0 {
		s.faults = append(s.faults, name+": no room for the QR code")
		return
	}
	q.image.Move(fyne.NewPos(round(pos.X+(size.Width-side)/2), round(pos.Y+(size.Height-side)/2)))
	q.image.Resize(fyne.NewSize(side, side))
	s.put(q)
}
