package printer

import (
	"fmt"
	"math"

	"authenkiosk/printer/template"
)

// Paper is what a slip is drawn on.
type Paper struct {
	Size          template.Paper
	Width, Height int // dots; a roll has no height
	DPI           int
}

const (
	rollDPI   = 203 // 8 dots per millimetre
	pageFine  = 300
	pageEdge  = 10   // mm left free on each side of a page; office printers need 5
	maxRoll   = 8000 // dots: a metre of paper for one slip is a mistake
	inchMM    = 25.4
	leastZoom = 0.5 // of the letters of a page that is too full
)

// Roll returns a roll of paper that many dots wide.
func Roll(width int) Paper {
	size := template.Roll80
	if width < twoColumns {
		size = template.Roll58
	}
	return Paper{Size: size, Width: width, DPI: rollDPI}
}

// PaperOf returns a paper by its name. Pages have 203 or 300 dots per inch;
// rolls always 203.
func PaperOf(size template.Paper, dpi int) (Paper, error) {
	if dpi != rollDPI && dpi != pageFine {
		return Paper{}, fmt.Errorf("%d dots per inch: allowed are %d and %d", dpi, rollDPI, pageFine)
	}
	p := Paper{Size: size, DPI: dpi}
	switch size {
	case template.Roll58:
		return Roll(Width58mm), nil
	case template.Roll80:
		return Roll(Width80mm), nil
	case template.A5:
		p.Width, p.Height = p.mm(148), p.mm(210)
	case template.A4:
		p.Width, p.Height = p.mm(210), p.mm(297)
	default:
		return Paper{}, fmt.Errorf("paper %q is not known", size)
	}
	return p, nil
}

// dots is the exact length of so many millimetres in dots.
func (p Paper) dots(n float64) float64 {
	if p.DPI == rollDPI {
		return n * 8
	}
	return n * float64(p.DPI) / inchMM
}

// mm turns millimetres into dots; a roll has 8 to the millimetre.
func (p Paper) mm(n float64) int {
	return int(math.Round(p.dots(n)))
}

// zoom is how much larger than on a roll of 80 mm letters are.
func (p Paper) zoom() float64 {
	return float64(p.mm(100)) / 800 * p.enlarged()
}

// enlarged is how much larger in millimetres.
func (p Paper) enlarged() float64 {
	switch p.Size {
	case template.A5:
		return 1.1
	case template.A4:
		return 1.6
	default:
		return 1
	}
}
