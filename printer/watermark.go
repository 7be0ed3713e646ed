package printer

import (
	"image"

	"authenkiosk/visit"
)

// The watermark: big slanted words made of single dots, so that it stays light
// on a printer that knows black only, and no particular becomes illegible.
const (
	markPx     = 84  // size of its letters in dots
	markSlope  = -28 // degrees
	markEvery  = 330 // dots from one to the next, downwards
	dotSpacing = 4   // one dot in a square of that many
)

// zoneWords are the watermark and the banner of each zone. A zone that is not
// here and not production gets those of the test zone.
var zoneWords = map[visit.Zone]struct{ mark, banner string }{
	visit.ZoneDemo: {"ตัวอย่าง DEMO", "ตัวอย่าง DEMO · ใช้ไม่ได้ NOT VALID"},
	visit.ZoneTest: {"ทดสอบ TEST", "ทดสอบ TEST · ใช้ไม่ได้ NOT VALID"},
}

func (l *layout) zoneWords() (mark, banner string, real bool) {
	if l.slip.Zone == visit.ZoneProduction {
		return "", "", true
	}
	w, ok := zoneWords[l.slip.Zone]
	if !ok {
		w = zoneWords[visit.ZoneTest]
	}
	return w.mark, w.banner, false
}

// banner draws the black bar of a zone that is not real, and nothing in
// production.
func (l *layout) banner() {
	_, text, real := l.zoneWords()
	if real {
		return
	}
	pad := l.dots(10)
	t := l.pen.paragraph(text, style{true, l.letters(28)}, l.width-2*l.edge, 1)[0]
	h := t.ascent() + t.descent()
	bar := image.Rect(0, l.y, l.width, l.y+h+2*pad)
	l.fill(bar, black)
	l.text(t, (l.width-t.width())/2, l.y+pad, white)
	l.keep = append(l.keep, bar)
	l.y = bar.Max.Y
}

// watermark strews the words over the whole slip, and keeps clear of texts,
// QR code and bars: what a patient or a scanner reads stays clean.
func (l *layout) watermark() {
	text, _, real := l.zoneWords()
	if real {
		return
	}
	t := l.pen.paragraph(text, style{true, l.dots(markPx)}, l.width, 1)[0]
	box := t.width() // a square that holds the turned words
	half := float32(box) / 2
	to := turned(markSlope, half, half)
	// The middle of the words comes to the middle of the square.
	up := -usualAscent * float32(t.style.px) / 2
	to.e, to.f = half-to.a*half-to.b*up, half-to.c*half-to.d*up
	mask := l.pen.ink(t, box, box, to)
	var dots []image.Point
	for top := -box / 4; top < l.y; top += l.dots(markEvery) {
		dots = append(dots, l.strew(mask, (l.width-box)/2, top)...)
	}
	for _, p := range dots {
		l.pix[p.Y*l.width+p.X] = black
	}
}

// textRim is what stays free around letters, in dots of a roll: a dot of the
// watermark must never pass for a tone mark or a full stop.
const textRim = 6

// strew returns a dot wherever the mask is dark, on a grid of the sheet.
func (l *layout) strew(mask *image.Alpha, left, top int) (dots []image.Point) {
	rim := l.dots(textRim)
	for y := max(top, 0); y < min(top+mask.Rect.Dy(), l.y); y++ {
		for x := max(left, 0); x < min(left+mask.Rect.Dx(), l.width); x++ {
			onGrid := y%dotSpacing == 0 && x%dotSpacing == y/dotSpacing%2*dotSpacing/2
			if p := image.Pt(x, y); onGrid && mask.Pix[(y-top)*mask.Stride+x-left] > 0x80 && !l.kept(p) && !l.inked(p, rim) {
				dots = append(dots, p)
			}
		}
	}
	return dots
}

func (l *layout) kept(p image.Point) bool {
	for _, r := range l.keep {
		if p.In(r) {
			return true
		}
	}
	return false
}

// inked reports whether anything is drawn that near a point.
func (l *layout) inked(p image.Point, rim int) bool {
	for y := max(p.Y-rim, 0); y <= min(p.Y+rim, l.y-1); y++ {
		row := l.pix[y*l.width : (y+1)*l.width]
		for _, v := range row[max(p.X-rim, 0):min(p.X+rim+1, l.width)] {
			if v < 0x80 {
				return true
			}
		}
	}
	return false
}
