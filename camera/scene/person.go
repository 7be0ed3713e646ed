package scene

import (
	"image"
	"math"
)

// look is what makes one drawn person different from another.
type look struct{ skin, hair, cloth tint }

var (
	first  = look{skin: tint{214, 168, 132}, hair: tint{34, 28, 26}, cloth: tint{70, 110, 150}}
	second = look{skin: tint{196, 146, 110}, hair: tint{60, 58, 56}, cloth: tint{150, 90, 80}}
)

// person draws head and shoulders. The head is at cx, cy; u is half the height
// of the face in pixels, the unit of everything else.
func (c *canvas) person(cx, cy, u float64, l look) {
	soft := max(u*0.02, 0.7)
	// Shoulders and neck.
	shirt := func(x, _ float64) tint {
		return l.cloth.times(0.95 - 0.3*math.Abs(x) + 0.08*math.Sin(60*x))
	}
	c.fill(cx-1.9*u, cy+2.75*u, cx+1.9*u, float64(c.h), func(x, _ float64) (tint, float64) {
		return shirt((x-cx)/(1.95*u), 0), 1
	})
	c.ellipse(cx, cy+2.75*u, 1.95*u, 1.45*u, soft, shirt)
	c.ellipse(cx, cy+1.05*u, 0.42*u, 0.62*u, soft, plain(l.skin.times(0.74)))
	// Hair behind the head, ears, face.
	c.ellipse(cx, cy-0.22*u, 0.92*u, 1.06*u, soft, func(x, y float64) tint {
		return l.hair.times(1 + 0.35*math.Sin(90*x+8*y))
	})
	for _, side := range []float64{-1, 1} {
		c.ellipse(cx+side*0.76*u, cy+0.08*u, 0.13*u, 0.22*u, soft, plain(l.skin.times(0.8)))
	}
	c.ellipse(cx, cy+0.06*u, 0.76*u, 0.98*u, soft, func(x, y float64) tint {
		// Light from the front: the forehead, the nose and the cheeks catch it.
		return l.skin.times(1.1 - 0.32*x*x - 0.12*y*y)
	})
	c.ellipse(cx, cy-0.86*u, 0.62*u, 0.28*u, soft*6, plain(l.hair))
	for _, side := range []float64{-1, 1} {
		c.half(cx, cy, u, side, l, soft)
	}
	// Nose: shadow below the tip and nostrils.
	c.ellipse(cx, cy+0.2*u, 0.1*u, 0.3*u, soft*5, plain(l.skin.times(1.14)))
	c.ellipse(cx, cy+0.37*u, 0.19*u, 0.06*u, soft*3, plain(l.skin.times(0.66)))
	c.mouth(cx, cy+0.58*u, u, l)
}

// mouth draws lips that smile a little, and the shadow below them.
func (c *canvas) mouth(cx, cy, u float64, l look) {
	c.ellipse(cx, cy+0.19*u, 0.18*u, 0.04*u, max(u*0.08, 2), plain(l.skin.times(0.8)))
	c.fill(cx-0.34*u, cy-0.2*u, cx+0.34*u, cy+0.2*u, func(x, y float64) (tint, float64) {
		dx, dy := (x-cx)/(0.32*u), (y-cy)/u
		if math.Abs(dx) >= 1 {
			return tint{}, 0
		}
		// The corners lie higher than the middle; the lips grow thin towards them.
		off := math.Abs(dy - 0.05*(1-2*dx*dx))
		thick := 0.075 * (1 - dx*dx)
		switch {
		case off < 0.016:
			return tint{92, 40, 38}, 1
		case off < thick:
			return tint{176, 98, 88}, (thick - off) * u / 2
		}
		return tint{}, 0
	})
}

// half draws what a face has twice; side is -1 or 1.
func (c *canvas) half(cx, cy, u, side float64, l look, soft float64) {
	x := cx + side*0.32*u
	dark := tint{28, 20, 18}
	c.ellipse(x, cy-0.1*u, 0.25*u, 0.17*u, soft*6, plain(l.skin.times(0.68)))
	c.ellipse(x, cy-0.07*u, 0.17*u, 0.075*u, soft, plain(tint{228, 224, 218}))
	c.ellipse(x, cy-0.07*u, 0.075*u, 0.08*u, soft, plain(dark))
	c.ellipse(x-0.02*u, cy-0.1*u, 0.02*u, 0.02*u, soft, plain(tint{250, 250, 250}))
	c.ellipse(x, cy-0.14*u, 0.19*u, 0.03*u, soft, plain(dark))
	c.ellipse(x, cy-0.31*u, 0.21*u, 0.038*u, soft*2, func(bx, by float64) tint {
		return l.hair.times(1 + 0.3*math.Sin(40*bx))
	})
	c.ellipse(cx+side*0.42*u, cy+0.32*u, 0.2*u, 0.16*u, soft*8, plain(l.skin.mixed(tint{222, 140, 120}, 0.35)))
}

// card draws a made-up card, w pixels wide, with its left upper corner at x, y:
// a portrait and bars where a real one has print. It shows no text at all.
func (c *canvas) card(x, y, w float64) {
	h := w * 54 / 86 // ISO 7810 ID-1: 85.6 x 54 mm
	c.box(x-1, y-1, x+w+1, y+h+1, tint{120, 120, 124})
	c.box(x, y, x+w, y+h, tint{196, 214, 232})
	c.box(x, y, x+w, y+h*0.16, tint{104, 136, 188})
	c.box(x+w*0.06, y+h*0.3, x+w*0.2, y+h*0.5, tint{206, 176, 96})
	for i := range 4 {
		top := y + h*(0.28+0.12*float64(i))
		c.box(x+w*0.27, top, x+w*(0.66-0.04*float64(i%2)), top+h*0.035, tint{70, 78, 96})
	}
	c.box(x+w*0.73, y+h*0.36, x+w*0.97, y+h*0.97, tint{226, 228, 232})
	c.clip = image.Rect(int(x+w*0.73), int(y+h*0.36), int(x+w*0.97), int(y+h*0.97))
	c.person(x+w*0.85, y+h*0.6, w*0.085, second)
	c.clip = image.Rect(0, 0, c.w, c.h)
	// What hangs over the lower edge of the card belongs to the hand that holds it.
	c.ellipse(x+w*0.3, y+h*1.16, w*0.3, h*0.3, 2, plain(first.skin.times(0.9)))
}
