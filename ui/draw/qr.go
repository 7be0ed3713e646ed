package draw

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"github.com/skip2/go-qrcode"
)

// quietZone is the white border of a QR code, in modules.
const quietZone = 4

// QR is a QR code on its own white ground. A module is a whole number of pixels.
type QR struct {
	Content string
	Modules int // with the quiet zone
	Image   *canvas.Image
}

func newQR() *QR {
	return &QR{Image: &canvas.Image{FillMode: canvas.ImageFillStretch, ScaleMode: canvas.ImageScalePixels}}
}

// Objects implements Piece.
func (q *QR) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{q.Image} }

func (q *QR) Empty() {
	q.Content, q.Modules = "", 0
	q.Image.Image = image.NewGray(image.Rect(0, 0, 1, 1))
	q.Image.Refresh()
}

// set makes the picture, one pixel a module.
func (q *QR) set(content string) error {
	if q.Content == content {
		return nil
	}
	img, err := QRPicture(content)
	if err != nil {
		return err
	}
	q.Content, q.Modules, q.Image.Image = content, img.Bounds().Dx(), img
	q.Image.Refresh()
	return nil
}

// QRPicture is a QR code on its white ground, one pixel a module.
func QRPicture(content string) (*image.Gray, error) {
	code, err := qrcode.New(content, qrcode.Medium)
	if err != nil {
		return nil, err
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
	return img, nil
}

// QR draws a QR code as large as fits into the area, on its middle.
func (s *Sheet) QR(name string, at Area, content string) {
	if content == "" {
		return
	}
	q := named(s, "qr", name, newQR)
	if err := q.set(content); err != nil {
		s.Faults = append(s.Faults, name+": "+err.Error())
		return
	}
	pos, size := s.Geo.Pixels(at)
	side := float32(int(min(size.Width, size.Height))/q.Modules) * float32(q.Modules)
	if side == 0 {
		s.Faults = append(s.Faults, name+": no room for the QR code")
		return
	}
	q.Image.Move(fyne.NewPos(round(pos.X+(size.Width-side)/2), round(pos.Y+(size.Height-side)/2)))
	q.Image.Resize(fyne.NewSize(side, side))
	s.put(q)
}
