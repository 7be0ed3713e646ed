package printer

import (
	"context"
	"fmt"
	"image"

	"authenkiosk/printer/device"
	"authenkiosk/printer/document"
	"authenkiosk/printer/template"
)

// Line is a line of a page that is no slip: words, a bar if there is one, and a value at
// the right.
type Line struct {
	Text, Value string
	Bar         bool
	Share       float64 // of the bar, from 0 to 1
	Large, Bold bool
}

// Sizes of a page of lines, in dots of a roll of 80 mm.
const (
	lineLetters  = 22
	largeLetters = 34
	lineGap      = 7
	emptyLine    = 16

	leastShrink = 0.4 // of the letters of a sheet that is too full
)

// DrawLines draws a page of lines: a whole sheet, or as much of a roll as they take. On a
// sheet the letters shrink until all is there.
func DrawLines(lines []Line, p Paper) (*image.Gray, error) {
	edge := 0
	if p.Height > 0 {
		edge = p.mm(pageEdge)
	}
	for shrink := 1.0; shrink >= leastShrink; shrink -= 0.1 {
		s, err := setLines(lines, p, p.Width-2*edge, p.zoom()*shrink)
		switch {
		case err != nil:
			return nil, err
		case p.Height == 0 && s.y <= maxRoll:
			return s.picture(), nil
		case p.Height > 0 && s.y <= p.Height-2*edge:
			return s.onSheet(p, edge), nil
		}
	}
	return nil, ErrTooLong
}

// setLines sets lines one below the other.
func setLines(lines []Line, p Paper, width int, zoom float64) (*sheet, error) {
	pen, err := newPen()
	if err != nil {
		return nil, fmt.Errorf("load fonts: %w", err)
	}
	dots := func(n int) int { return max(1, int(float64(n)*zoom+0.5)) }
	s := &sheet{pen: pen, width: width}
	if p.Height == 0 {
		s.edge = dots(margin)
	}
	s.gap(dots(emptyLine))
	room := s.width - 2*s.edge
	for _, l := range lines {
		if l == (Line{}) {
			s.gap(dots(emptyLine))
			continue
		}
		style := style{l.Bold, dots(lineLetters)}
		if l.Large {
			style.px = dots(largeLetters)
		}
		words := room
		if l.Value != "" || l.Bar {
			words = room * 55 / 100
		}
		top := s.y
		ll := pen.paragraph(l.Text, style, words-dots(lineGap), maxLines)
		s.lines(ll, s.edge, words, template.Left)
		bottom, base := s.y, top+style.px
		if len(ll) > 0 {
			base = top + ll[0].ascent() // all of the line stands on that of its first words
		}
		if l.Value != "" {
			for _, value := range pen.paragraph(l.Value, style, room*20/100, 1) {
				s.text(value, s.edge+room-value.width(), base-value.ascent(), black)
				bottom = max(bottom, base+value.descent())
			}
		}
		if l.Bar {
			long := int(float64(room*25/100) * min(max(l.Share, 0), 1))
			s.fill(image.Rect(s.edge+words, base-style.px*2/3, s.edge+words+long, base), black)
		}
		s.y = bottom
		s.gap(dots(lineGap))
		if p.Height == 0 && s.y > maxRoll || p.Height > 0 && s.y > p.Height {
			break // it is too long in any case
		}
	}
	s.gap(dots(emptyLine))
	return s, nil
}

// onSheet puts what was set on its sheet.
func (s *sheet) onSheet(p Paper, edge int) *image.Gray {
	page := &sheet{width: p.Width, y: p.Height}
	page.grow(p.Height)
	s.grow(s.y)
	for y := range s.y {
		copy(page.pix[(y+edge)*p.Width+edge:], s.pix[y*s.width:(y+1)*s.width])
	}
	return page.picture()
}

// LinesPDF returns a document with a page of lines on A4.
func LinesPDF(lines []Line) ([]byte, error) {
	p, err := PaperOf(template.A4, pageFine)
	if err != nil {
		return nil, err
	}
	m, err := DrawLines(lines, p)
	if err != nil {
		return nil, err
	}
	picture, err := device.Pack(m)
	if err != nil {
		return nil, err
	}
	picture.PerInch = p.perInch()
	return document.PDF(picture, pageOf(p.Size))
}

// PrintLines prints a page of lines on whatever paper the printer has. Its end is that of
// Print.
func (d *Device) PrintLines(ctx context.Context, lines []Line) error {
	paper, err := d.Paper(ctx)
	if err != nil {
		return &NotPrintedError{Condition: Offline, Err: fmt.Errorf("print page: %w", err)}
	}
	m, err := DrawLines(lines, paper)
	if err != nil {
		return &NotPrintedError{Err: fmt.Errorf("draw page: %w", err)}
	}
	return d.out.print(ctx, pictureName(), m, paper.perInch())
}
