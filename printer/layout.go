package printer

import (
	"fmt"
	"image"
	"strings"

	"authenkiosk/visit"
)

// Sizes in dots. Letters are of the 80 mm slip; the narrow one takes 5/6.
const (
	margin = 12

	pxUnit  = 34
	pxTitle = 36
	pxBig   = 110 // at most; shrinks until it fits the width
	pxValue = 28
	pxLabel = 24
	pxSmall = 20
	pxNext  = 32

	// twoColumns is the width from which labels stand beside values.
	twoColumns = 500
)

// Render draws a slip that many dots wide (Width80mm, Width58mm) as black on
// white with smoothed edges; a threshold at one half makes it a picture of one
// bit. It may be called from several goroutines.
func Render(s Slip, width int) (*image.Gray, error) {
	if width < minWidth || width > maxWidth {
		return nil, ErrWidth
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	pen, err := newPen()
	if err != nil {
		return nil, fmt.Errorf("load fonts: %w", err)
	}
	l := &layout{sheet: sheet{pen: pen, width: width}, slip: s, primary: thaiWords, secondary: englishWords}
	if n := len(s.Languages); n > 0 {
		l.primary, l.secondary = s.Languages[0], ""
		if n > 1 {
			l.secondary = s.Languages[1]
		}
	}
	l.banner()
	l.head()
	if err := l.number(); err != nil {
		return nil, err
	}
	l.rows()
	l.foot()
	l.banner()
	l.watermark()
	return l.picture(), nil
}

type layout struct {
	sheet
	slip               Slip
	primary, secondary string // languages; the second may be empty
}

// size fits a size of letters to the paper.
func (l *layout) size(px int) int {
	if l.width < twoColumns {
		px = px * 5 / 6
	}
	return px
}

// centred sets a text in the middle of the paper.
func (l *layout) centred(text string, bold bool, px int) {
	l.lines(l.pen.paragraph(text, style{bold, l.size(px)}, l.width-2*margin, maxLines), -1)
}

// both sets a text in the first language, and small in the second.
func (l *layout) both(w word, bold bool, px int) {
	l.centred(w.in(l.primary), bold, px)
	if l.secondary != "" {
		l.gap(6)
		l.centred(w.in(l.secondary), false, pxSmall+2)
	}
}

func (l *layout) head() {
	l.gap(14)
	l.centred(l.slip.UnitName, true, pxUnit)
	if !l.slip.UnitPhone.IsZero() {
		l.gap(6)
		// The unit's own number: no secret, so it is not masked.
		l.centred(wordPhone.in(l.primary)+" "+visit.GroupPhone(l.slip.UnitPhone.Digits()), false, pxLabel)
	}
	l.rule()
}

// number draws title, number and QR code.
func (l *layout) number() error {
	title, number := wordTitleCode, l.slip.Code.Grouped()
	if l.slip.Kind == KindQueued {
		title, number = wordTitleQueued, l.slip.Visit.Number()
		if number == "" {
			number = string(l.slip.Visit)
		}
	}
	l.both(title, true, pxTitle)
	if l.slip.Reprint {
		l.gap(10)
		l.badge(wordReprint)
	}
	l.gap(14)
	l.lines(l.pen.paragraph(number, style{true, pxBig}, l.width-2*margin, 1), -1)
	if l.slip.Kind == KindQueued {
		l.gap(8)
		l.both(wordNotACode, false, pxLabel)
	}
	l.gap(4)
	return l.qr(l.slip.QR())
}

// badge draws white letters in a black box.
func (l *layout) badge(text string) {
	const pad = 8
	t := l.pen.paragraph(text, style{true, l.size(pxLabel)}, l.width-2*margin-4*pad, 1)[0]
	x, h := (l.width-t.width())/2, t.ascent()+t.descent()
	l.fill(image.Rect(x-2*pad, l.y, x+t.width()+2*pad, l.y+h+2*pad), black)
	l.text(t, x, l.y+pad, white)
	l.y += h + 2*pad
}

func (l *layout) foot() {
	if l.slip.Kind == KindQueued {
		l.rule()
		l.both(wordFollows, true, pxNext)
	}
	if strings.Trim(l.slip.Next, " "+zw) != "" {
		l.rule()
		l.centred(l.slip.Next, true, pxNext)
	}
	l.gap(20)
}
