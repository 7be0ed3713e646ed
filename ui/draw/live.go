package draw

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// live is a picture whose pixels change while it stands on the screen.
type live struct{ *canvas.Image }

// Objects implements Piece.
func (l live) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{l.Image} }

// Empty implements Piece.
func (l live) Empty() {
	l.Image.Image = image.NewGray(image.Rect(0, 0, 1, 1))
	l.Refresh()
}

// Live draws the camera's picture into the whole area. The graphics card scales
// it.
func (s *Sheet) Live(at Area, pix *image.RGBA) {
	l := named(s, "live", "picture", func() live {
		return live{&canvas.Image{FillMode: canvas.ImageFillStretch, ScaleMode: canvas.ImageScaleFastest}}
	})
	pos, size := s.Geo.Pixels(at)
	if l.Position() != pos {
		l.Move(pos)
	}
	changed := l.Image.Image != image.Image(pix)
	l.Image.Image = pix
	if l.Size() != size {
		l.Resize(size)
	}
	if changed {
		l.Refresh()
	}
	s.put(l)
}

// LiveNow is the live picture of the present drawing, or nil.
func (s *Sheet) LiveNow() *canvas.Image {
	for _, p := range s.Pool {
		if l, ok := p.Piece.(live); ok && p.Drawing == s.Drawing {
			return l.Image
		}
	}
	return nil
}
