package scene

import (
	"image"
	"math"
)

// tint is a colour with components from 0 to 255.
type tint struct{ r, g, b float64 }

func (t tint) times(f float64) tint { return tint{t.r * f, t.g * f, t.b * f} }

func (t tint) mixed(o tint, share float64) tint {
	return tint{t.r + (o.r-t.r)*share, t.g + (o.g-t.g)*share, t.b + (o.b-t.b)*share}
}

// canvas is what the scenes are drawn on.
type canvas struct {
	w, h int
	clip image.Rectangle // nothing is drawn outside of it
	pix  []tint
}

func newCanvas(size image.Point) *canvas {
	return &canvas{w: size.X, h: size.Y, clip: image.Rectangle{Max: size}, pix: make([]tint, size.X*size.Y)}
}

// fill colours the pixels of a box, cut to the clip, with what shade says:
// a colour and how much of it covers what was there, from 0 to 1.
func (c *canvas) fill(x0, y0, x1, y1 float64, shade func(x, y float64) (tint, float64)) {
	for y := max(c.clip.Min.Y, int(y0)); y <= min(c.clip.Max.Y-1, int(y1)); y++ {
		for x := max(c.clip.Min.X, int(x0)); x <= min(c.clip.Max.X-1, int(x1)); x++ {
			if t, cover := shade(float64(x)+0.5, float64(y)+0.5); cover > 0 {
				p := &c.pix[y*c.w+x]
				*p = p.mixed(t, min(cover, 1))
			}
		}
	}
}

// ellipse draws a filled ellipse with an edge that fades over soft pixels.
func (c *canvas) ellipse(cx, cy, rx, ry, soft float64, shade func(x, y float64) tint) {
	c.fill(cx-rx-soft, cy-ry-soft, cx+rx+soft, cy+ry+soft, func(x, y float64) (tint, float64) {
		d := math.Hypot((x-cx)/rx, (y-cy)/ry)
		if cover := (1-d)*min(rx, ry)/soft + 0.5; cover > 0 {
			return shade((x-cx)/rx, (y-cy)/ry), cover
		}
		return tint{}, 0
	})
}

// box draws a filled rectangle.
func (c *canvas) box(x0, y0, x1, y1 float64, t tint) {
	c.fill(x0, y0, x1-1, y1-1, func(_, _ float64) (tint, float64) { return t, 1 })
}

func plain(t tint) func(x, y float64) tint { return func(_, _ float64) tint { return t } }

// grain adds the fine noise of a camera, the same in every run.
func (c *canvas) grain(strength float64) {
	for i := range c.pix {
		n := (hash(uint32(i)) - 0.5) * 2 * strength
		p := &c.pix[i]
		*p = tint{p.r + n, p.g + n, p.b + n}
	}
}

// hash gives a number from 0 to 1 for a place, without any generator's state.
func hash(n uint32) float64 {
	n ^= n >> 16
	n *= 0x7feb352d
	n ^= n >> 15
	n *= 0x846ca68b
	n ^= n >> 16
	return float64(n) / math.MaxUint32
}

// picture converts the canvas to what cameras deliver.
func (c *canvas) picture() *image.YCbCr {
	img := image.NewYCbCr(image.Rect(0, 0, c.w, c.h), image.YCbCrSubsampleRatio420)
	for y := range c.h {
		for x := range c.w {
			t := c.pix[y*c.w+x]
			img.Y[y*img.YStride+x] = level(0.299*t.r + 0.587*t.g + 0.114*t.b)
			if x&1 == 0 && y&1 == 0 {
				o := img.COffset(x, y)
				img.Cb[o] = level(128 - 0.168736*t.r - 0.331264*t.g + 0.5*t.b)
				img.Cr[o] = level(128 + 0.5*t.r - 0.418688*t.g - 0.081312*t.b)
			}
		}
	}
	return img
}

func level(v float64) uint8 { return uint8(min(max(v+0.5, 0), 255)) }
