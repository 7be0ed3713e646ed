package camera

import (
	"image"
	"sync"

	"golang.org/x/image/draw"
)

// preview holds the pictures that go to the screen: one that the screen shows, one
// that is ready, one to draw into. Neither side ever waits for the other, and
// nothing is allocated while the sizes stay.
type preview struct {
	mu    sync.Mutex
	front *image.RGBA // belongs to the screen
	ready *image.RGBA // the newest, or nil
	spare []*image.RGBA
}

// paint draws a picture into a free buffer, as large as it gets inside of fit, and
// makes it the one that is ready. It is for one goroutine.
func (p *preview) paint(src *image.YCbCr, fit image.Point, mirror bool) {
	size := inside(src.Rect.Size(), fit)
	p.mu.Lock()
	var dst *image.RGBA
	if n := len(p.spare); n > 0 {
		dst, p.spare = p.spare[n-1], p.spare[:n-1]
	}
	p.mu.Unlock()
	if dst == nil || dst.Rect.Size() != size {
		blacken(dst)
		dst = image.NewRGBA(image.Rectangle{Max: size})
	}
	draw.ApproxBiLinear.Scale(dst, dst.Rect, src, src.Rect, draw.Src, nil)
	if mirror {
		flip(dst)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keep(p.ready)
	p.ready = dst
}

// keep makes a buffer a spare one. There are never more than three in all: the
// screen's, the one that is ready, and the one that is drawn into or waits for it.
func (p *preview) keep(img *image.RGBA) {
	if img != nil {
		p.spare = append(p.spare, img)
	}
}

// swap gives the screen the newest picture, and takes back the one it had. Without
// a new one it gives the same again, and false.
func (p *preview) swap() (*image.RGBA, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ready == nil {
		return p.front, false
	}
	p.keep(p.front)
	p.front, p.ready = p.ready, nil
	return p.front, true
}

// drop overwrites all pictures, the one on the screen as well.
func (p *preview) drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, img := range append(p.spare, p.front, p.ready) {
		blacken(img)
	}
	p.front, p.ready, p.spare = nil, nil, nil
}

func blacken(img *image.RGBA) {
	if img != nil {
		clear(img.Pix)
	}
}

// inside returns the largest size with the proportions of size that fits.
func inside(size, fit image.Point) image.Point {
	if size.X*fit.Y > size.Y*fit.X {
		return image.Pt(max(fit.X, 1), max(size.Y*fit.X/size.X, 1))
	}
	return image.Pt(max(size.X*fit.Y/size.Y, 1), max(fit.Y, 1))
}

// flip mirrors a picture, so that people see themselves as they are used to.
func flip(img *image.RGBA) {
	for y := range img.Rect.Dy() {
		line := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
		for l, r := 0, len(line)-4; l < r; l, r = l+4, r-4 {
			left, right := [4]byte(line[l:]), [4]byte(line[r:])
			copy(line[l:], right[:])
			copy(line[r:], left[:])
		}
	}
}
