package printer

import (
	"bytes"
	"image"

	"authenkiosk/printer/template"
)

const (
	white = 0xFF
	black = 0x00
)

// sheet is paper that grows downwards. y is where the next thing goes.
type sheet struct {
	pen   *pen
	width int
	edge  int // dots left free on each side
	thick int // dots of a rule
	pix   []uint8
	y     int
	keep  []image.Rectangle // areas that the watermark must not touch
	texts []written
}

// written is a line of text and the upper left corner of its box.
type written struct {
	line
	at     image.Point
	colour uint8
}

// grow makes sure that the sheet is that many dots long.
func (s *sheet) grow(height int) {
	if more := height*s.width - len(s.pix); more > 0 {
		s.pix = append(s.pix, bytes.Repeat([]byte{white}, more)...)
	}
}

// text draws a line so that its box begins at x, top.
func (s *sheet) text(l line, x, top int, colour uint8) {
	w, h := l.width(), l.ascent()+l.descent()
	mask := s.pen.ink(l, w, h, shift(-l.left, float32(l.ascent())))
	s.texts = append(s.texts, written{l, image.Pt(x, top), colour})
	s.grow(top + h)
	for row := range h {
		for col := range w {
			a := uint32(mask.Pix[row*mask.Stride+col])
			if at := x + col; a != 0 && at >= 0 && at < s.width {
				dst := &s.pix[(top+row)*s.width+at]
				*dst = uint8((uint32(*dst)*(0xFF-a) + uint32(colour)*a) / 0xFF)
			}
		}
	}
}

func (s *sheet) fill(r image.Rectangle, colour uint8) {
	r = r.Intersect(image.Rect(0, 0, s.width, r.Max.Y))
	s.grow(r.Max.Y)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := s.pix[y*s.width:]
		for x := r.Min.X; x < r.Max.X; x++ {
			row[x] = colour
		}
	}
}

func (s *sheet) gap(dots int) { s.y += dots }

func (s *sheet) rule() {
	s.gap(5 * s.thick)
	s.fill(image.Rect(s.edge, s.y, s.width-s.edge, s.y+s.thick), black)
	s.gap(6 * s.thick)
}

// lines draws lines one below the other from the present y, in a column.
func (s *sheet) lines(ll []line, x, width int, align template.Align) {
	for i, l := range ll {
		if i > 0 {
			s.gap(l.style.px / 6)
		}
		s.text(l, along(x, width, l.width(), align), s.y, black)
		s.y += l.ascent() + l.descent()
	}
}

// picture returns the paper used so far.
func (s *sheet) picture() *image.Gray {
	s.grow(s.y)
	return &image.Gray{Pix: s.pix[:s.y*s.width], Stride: s.width, Rect: image.Rect(0, 0, s.width, s.y)}
}

// along returns where something of that size begins in a column.
func along(x, width, size int, align template.Align) int {
	switch align {
	case template.Center:
		return x + (width-size)/2
	case template.Right:
		return x + width - size
	default:
		return x
	}
}
