package printer

import (
	"errors"
	"fmt"
	"image"
	"math"

	"authenkiosk/assets/slipwords"
	"authenkiosk/printer/template"
)

// Sizes in dots of the 80 mm slip; letters of the narrow one take 5/6.
const (
	margin = 12
	pxHuge = 110 // at most; shrinks until it fits the width

	// twoColumns is the width from which labels stand beside values.
	twoColumns = 500
)

// letters are the sizes of a text, of the label beside it and of what the second
// language says below it.
var letters = map[template.Size]struct{ text, label, second int }{
	template.Small:  {22, 20, 18},
	template.Normal: {28, 24, 20},
	template.Large:  {34, 28, 22},
	template.Huge:   {pxHuge, 28, 22},
}

// ErrTooLong says that a slip does not fit its page, or is longer than a roll
// may be.
var ErrTooLong = errors.New("the slip is too long for the paper")

// Render draws a slip of the built-in template that many dots wide (Width80mm,
// Width58mm), see Draw.
func Render(s Slip, width int) (*image.Gray, error) {
	if width < minWidth || width > maxWidth {
		return nil, ErrWidth
	}
	return Draw(template.Default(), s, Roll(width))
}

// Draw draws a slip as black on white with smoothed edges; a threshold at one
// half makes it a picture of one bit. The picture of a page has its full size.
// It may be called from several goroutines.
func Draw(t *template.Template, s Slip, p Paper) (*image.Gray, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	l, err := arrange(t, s, p)
	if err != nil {
		return nil, err
	}
	if p.Height > 0 {
		return l.onPage(p, p.mm(pageEdge)), nil
	}
	l.watermark()
	return l.picture(), nil
}

// arrange sets a slip on its paper: a page that is too full gets smaller letters.
func arrange(t *template.Template, s Slip, p Paper) (*layout, error) {
	if p.Height == 0 {
		l, err := lay(t, s, p, p.Width, 1)
		if err == nil && l.y > maxRoll {
			err = ErrTooLong
		}
		return l, err
	}
	edge := p.mm(pageEdge)
	for shrink := 1.0; shrink >= leastZoom; shrink -= 0.05 {
		l, err := lay(t, s, p, p.Width-2*edge, p.zoom()*shrink)
		if err != nil || l.y <= p.Height-2*edge {
			return l, err
		}
	}
	return nil, ErrTooLong
}

type layout struct {
	sheet
	slip          Slip
	template      *template.Template
	paper         Paper
	first, second string // languages; the second may be empty
	zoom          float64
	ruled         bool // a rule is due before the next thing
	notes         []*template.Problem
}

// lay sets all blocks on a strip of paper, without the watermark.
func lay(t *template.Template, s Slip, p Paper, width int, zoom float64) (*layout, error) {
	pen, err := newPen()
	if err != nil {
		return nil, fmt.Errorf("load fonts: %w", err)
	}
	l := &layout{sheet: sheet{pen: pen, width: width}, slip: s, template: t, paper: p, first: slipwords.Thai, second: "en", zoom: zoom}
	l.edge, l.thick = l.dots(margin), l.dots(2)
	if n := len(s.Languages); n > 0 {
		l.first, l.second = s.Languages[0], ""
		if n > 1 && s.Languages[1] != l.first {
			l.second = s.Languages[1]
		}
	}
	l.banner()
	l.gap(l.dots(14))
	marked := false
	for _, b := range t.Blocks[s.Kind] {
		marked = marked || b.Show == "reprint" && b.On(p.Size)
	}
	if !marked {
		l.badge(template.Normal) // no template can hide that it is a reprint
	}
	for _, b := range t.Blocks[s.Kind] {
		if b.On(p.Size) {
			if err := l.block(b); err != nil {
				return nil, b.Problem("", fmt.Sprintf(": show = %q cannot be printed on paper %q: %v", b.Show, p.Size, err))
			}
		}
	}
	l.gap(l.dots(20))
	l.banner()
	return l, nil
}

// onPage puts the strip on its page and marks the whole page.
func (l *layout) onPage(p Paper, edge int) *image.Gray {
	page := &layout{sheet: sheet{pen: l.pen, width: p.Width}, slip: l.slip, zoom: l.zoom}
	page.grow(p.Height)
	for y := range l.y {
		l.grow(l.y)
		copy(page.pix[(y+edge)*p.Width+edge:], l.pix[y*l.width:(y+1)*l.width])
	}
	for _, r := range l.keep {
		page.keep = append(page.keep, r.Add(image.Pt(edge, edge)))
	}
	for _, t := range l.texts {
		t.at = t.at.Add(image.Pt(edge, edge))
		page.texts = append(page.texts, t)
	}
	page.y = p.Height
	page.watermark()
	return page.picture()
}

// dots fits a distance to the paper, letters a size of letters.
func (l *layout) dots(n int) int { return max(1, int(math.Round(float64(n)*l.zoom))) }

func (l *layout) letters(px int) int {
	if l.width < twoColumns {
		px = px * 5 / 6
	}
	return l.dots(px)
}

// before draws the rule that is due, and leaves room above.
func (l *layout) before(gap int) {
	if l.ruled {
		l.rule()
		l.ruled = false
	} else {
		l.gap(l.dots(gap))
	}
}

// both sets a text in the first language, and small in the second.
func (l *layout) both(b template.Block, first, second string, gap, most int) {
	if first == "" {
		return
	}
	l.before(gap)
	size, width := letters[b.Size], l.width-2*l.edge
	ll := l.pen.paragraph(first, style{b.Bold, l.letters(size.text)}, width, most)
	l.judge(b, ll, l.letters(size.text))
	l.lines(ll, l.edge, width, b.Align)
	if second != "" && second != first {
		l.gap(l.dots(6))
		l.lines(l.pen.paragraph(second, style{false, l.letters(size.second)}, width, maxLines), l.edge, width, b.Align)
	}
}

// badge draws the mark of a reprint: white letters in a black box.
func (l *layout) badge(size template.Size) {
	if !l.slip.Reprint && l.slip.ReprintCount <= 0 {
		return
	}
	l.before(10)
	text := reprintText(l.slip, l.first)
	if l.second != "" {
		text += " · " + reprintText(l.slip, l.second)
	}
	pad := l.dots(8)
	ll := l.pen.paragraph(text, style{true, l.letters(letters[size].label)}, l.width-2*l.edge-4*pad, 1)
	if len(ll) == 0 {
		return
	}
	t := ll[0]
	x, h := (l.width-t.width())/2, t.ascent()+t.descent()
	l.fill(image.Rect(x-2*pad, l.y, x+t.width()+2*pad, l.y+h+2*pad), black)
	l.text(t, x, l.y+pad, white)
	l.y += h + 2*pad
}
