package document

import (
	"iter"

	"authenkiosk/printer/device"
)

// raster draws the picture on the page at a resolution in dots per inch: width and
// height in dots, and lines of grey from the top, 255 being white, each with how
// often it stands there. A line is valid until the next.
func (g Page) raster(p device.Picture, dpi int) (page Page, width, height int, rows iter.Seq2[[]byte, int]) {
	page, x, y, w, h := g.place(p)
	dots := func(mm float64) int { return int(mm*float64(dpi)/mmPerInch + 0.5) }
	width, height = dots(page.Width), dots(page.Height)
	left, top, right, bottom := dots(x), dots(y), dots(x+w), dots(y+h)
	return page, width, height, func(yield func([]byte, int) bool) {
		line := make([]byte, width)
		for row := 0; row < height; {
			from := source(row, top, bottom, p.Height)
			repeat := 1
			for row+repeat < height && source(row+repeat, top, bottom, p.Height) == from {
				repeat++
			}
			for i := range line {
				line[i] = 0xFF
				if column := source(i, left, right, p.Width); from >= 0 && column >= 0 && p.Black(column, from) {
					line[i] = 0
				}
			}
			if !yield(line, repeat) {
				return
			}
			row += repeat
		}
	}
}

// source returns which of n dots lies at a place between two edges, -1 outside.
func source(at, from, to, n int) int {
	if at < from || at >= to {
		return -1
	}
	return (2*(at-from) + 1) * n / (2 * (to - from)) // the middle of the dot
}
