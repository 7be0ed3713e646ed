package printer

import (
	"image"
	"image/draw"
	"math"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
)

// affine maps a point in dots, y downwards: x' = a*x + b*y + e, y' = c*x + d*y + f.
type affine struct{ a, b, c, d, e, f float32 }

func shift(x, y float32) affine { return affine{a: 1, d: 1, e: x, f: y} }

// turned rotates by so many degrees, clockwise on paper, around a point.
func turned(degrees float64, x, y float32) affine {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	return affine{float32(cos), -float32(sin), float32(sin), float32(cos), x, y}
}

func (m affine) apply(x, y float32) (float32, float32) {
	return m.a*x + m.b*y + m.e, m.c*x + m.d*y + m.f
}

// ink draws a line of text into a mask of that size; to says where its baseline
// begins.
func (p *pen) ink(l line, w, h int, to affine) *image.Alpha {
	p.raster.Reset(w, h)
	face := p.face(l.style)
	scale := float32(l.style.px) / float32(face.Upem())
	for _, g := range l.glyphs {
		outline, ok := face.GlyphData(g.id).(font.GlyphOutline)
		if !ok {
			continue
		}
		point := func(s opentype.SegmentPoint) (float32, float32) {
			return to.apply(g.x+s.X*scale, -(g.y + s.Y*scale))
		}
		p.trace(outline.Segments, point)
	}
	if n := w * h; cap(p.mask.Pix) < n {
		p.mask.Pix = make([]uint8, n)
	} else {
		p.mask.Pix = p.mask.Pix[:n]
	}
	p.mask.Stride, p.mask.Rect = w, image.Rect(0, 0, w, h)
	p.raster.DrawOp = draw.Src
	p.raster.Draw(&p.mask, p.mask.Rect, image.Opaque, image.Point{})
	return &p.mask
}

func (p *pen) trace(segments []opentype.Segment, point func(opentype.SegmentPoint) (float32, float32)) {
	open := false
	for _, s := range segments {
		x1, y1 := point(s.Args[0])
		x2, y2 := point(s.Args[1])
		x3, y3 := point(s.Args[2])
		switch s.Op {
		case opentype.SegmentOpMoveTo:
			if open {
				p.raster.ClosePath()
			}
			p.raster.MoveTo(x1, y1)
			open = true
		case opentype.SegmentOpLineTo:
			p.raster.LineTo(x1, y1)
		case opentype.SegmentOpQuadTo:
			p.raster.QuadTo(x1, y1, x2, y2)
		case opentype.SegmentOpCubeTo:
			p.raster.CubeTo(x1, y1, x2, y2, x3, y3)
		}
	}
	if open {
		p.raster.ClosePath()
	}
}
