package printer

import (
	"fmt"
	"math"

	"authenkiosk/printer/document"
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

	a5Width, a5Height = 148, 210 // mm
	a4Width, a4Height = 210, 297
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
		p.Width, p.Height = p.mm(a5Width), p.mm(a5Height)
	case template.A4:
		p.Width, p.Height = p.mm(a4Width), p.mm(a4Height)
	default:
		return Paper{}, fmt.Errorf("paper %q is not known", size)
	}
	return p, nil
}

// perInch is how a driver is told of a sheet: rolls have the dots of slip printers.
func (p Paper) perInch() int {
	if p.Height == 0 {
		return 0
	}
	return p.DPI
}

// widestRoll tells sheets from rolls: those of slips are at most 112 mm wide.
const widestRoll = 115 // mm

// sheetOf is the paper for a sheet of any size: those of about A5 and smaller are set
// like A5, larger ones like A4. It reports false for rolls and for no size.
func sheetOf(g document.Page) (Paper, bool) {
	if g.Width <= widestRoll || g.Height <= widestRoll {
		return Paper{}, false
	}
	p := Paper{Size: template.A4, DPI: pageFine}
	if min(g.Width, g.Height) < a5Like {
		p.Size = template.A5
	}
	p.Width, p.Height = p.mm(g.Width), p.mm(g.Height)
	return p, true
}

// a5Like is between the widths of A5 and A4.
const a5Like = 180 // mm

// pageOf is the size of a sheet that the configuration names, zero for rolls.
func pageOf(size template.Paper) document.Page {
	switch size {
	case template.A5:
		return document.Page{Width: a5Width, Height: a5Height}
	case template.A4:
		return document.Page{Width: a4Width, Height: a4Height}
	}
	return document.Page{}
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
