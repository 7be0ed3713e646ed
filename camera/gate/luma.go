package gate

import (
	"image"
)

// luma is a picture in shades of grey.
type luma struct {
	w, h int
	pix  []uint8
}

func (l *luma) resize(w, h int) {
	l.w, l.h = w, h
	if cap(l.pix) < w*h {
		l.pix = make([]uint8, w*h)
	}
	l.pix = l.pix[:w*h]
}

func (l *luma) wipe() { clear(l.pix[:cap(l.pix)]) }

// shrink fills l with a part of a picture's brightness, w by h pixels large. Each
// pixel is the mean of those it stands for; where the part is smaller than that,
// pixels repeat.
func (l *luma) shrink(img *image.YCbCr, part image.Rectangle, w, h int) {
	l.resize(w, h)
	part = part.Intersect(img.Rect)
	pw, ph := part.Dx(), part.Dy()
	for y := range h {
		y0 := part.Min.Y + y*ph/h
		y1 := max(part.Min.Y+(y+1)*ph/h, y0+1)
		out := l.pix[y*w : (y+1)*w]
		if pw == w && y1 == y0+1 {
			copy(out, img.Y[img.YOffset(part.Min.X, y0):])
			continue
		}
		for x := range out {
			x0 := x * pw / w
			x1 := max((x+1)*pw/w, x0+1)
			sum := 0
			for sy := y0; sy < y1; sy++ {
				for _, v := range img.Y[img.YOffset(part.Min.X+x0, sy):][:x1-x0] {
					sum += int(v)
				}
			}
			out[x] = uint8(sum / ((x1 - x0) * (y1 - y0)))
		}
	}
}

// quarterTurned fills l with src turned clockwise by 90 degrees.
func (l *luma) quarterTurned(src *luma) {
	l.resize(src.h, src.w)
	for y := range src.h {
		for x, v := range src.pix[y*src.w : (y+1)*src.w] {
			l.pix[x*l.w+l.w-1-y] = v
		}
	}
}

// middleSquare fills l with the largest square in the middle of src.
func (l *luma) middleSquare(src *luma) {
	n := min(src.w, src.h)
	x, y := (src.w-n)/2, (src.h-n)/2
	l.resize(n, n)
	for row := range n {
		copy(l.pix[row*n:(row+1)*n], src.pix[(y+row)*src.w+x:])
	}
}

// exposure returns the mean and the shares of pixels below dark and above bright.
func (l *luma) exposure(dark, bright uint8) (mean, below, above float64) {
	var histogram [256]int
	for _, v := range l.pix {
		histogram[v]++
	}
	sum, lo, hi := 0, 0, 0
	for v, n := range histogram {
		sum += v * n
		if v < int(dark) {
			lo += n
		}
		if v > int(bright) {
			hi += n
		}
	}
	n := float64(max(len(l.pix), 1))
	return float64(sum) / n, float64(lo) / n, float64(hi) / n
}

// laplacian returns the variance of the second derivative (4-neighbour kernel):
// high where there are fine edges.
func (l *luma) laplacian() float64 {
	sum, squares, n := 0, 0, 0
	for y := 1; y < l.h-1; y++ {
		above, row, below := l.pix[(y-1)*l.w:][:l.w], l.pix[y*l.w:][:l.w], l.pix[(y+1)*l.w:][:l.w]
		for x := 1; x < len(row)-1; x++ {
			d := int(above[x]) + int(below[x]) + int(row[x-1]) + int(row[x+1]) - 4*int(row[x])
			sum += d
			squares += d * d
		}
		n += l.w - 2
	}
	if n <= 0 {
		return 0
	}
	mean := float64(sum) / float64(n)
	return float64(squares)/float64(n) - mean*mean
}
