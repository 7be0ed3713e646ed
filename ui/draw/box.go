package draw

import (
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// BoxStyle says how a rectangle looks.
type BoxStyle struct {
	Fill, Stroke color.NRGBA
	Width        float32 // of the stroke
	Radius       float32
}

// Box is a rectangle.
//
// Without a graphics card most of a repaint goes into large boxes: by measurement a pixel
// of a rectangle costs twice as much as one of a line, and four times as much when it has
// round corners. So the inside of a large box is a thick line, with what is round above
// and below it, and its border at the sides. The painter without a window draws borders
// half outside of their box, so that its pictures have every box whole.
type Box struct {
	*canvas.Rectangle // the whole; hidden when its parts are painted
	parts             *parts
}

// parts are painted in this order.
type parts struct {
	top, bottom canvas.Rectangle // what is above and below the line
	inside      canvas.Line
	left, right canvas.Rectangle // border
}

// largeBox is how many pixels the line has at least: below that, more calls cost what they
// save.
const largeBox = 20_000

// Fyne draws the rim of a rectangle with round corners softly, so wide. A radius that is
// no pixel makes a straight border as soft.
const (
	softRim = 1
	soft    = 0.1
)

func newBox() Box { return Box{&canvas.Rectangle{}, &parts{}} }

// Objects implements Piece. The whole is there also when its parts are painted, hidden,
// for whoever looks for the box of something.
func (b Box) Objects() []fyne.CanvasObject {
	objects := []fyne.CanvasObject{b.Rectangle}
	if b.Visible() {
		return objects
	}
	p := b.parts
	for _, o := range []fyne.CanvasObject{&p.top, &p.bottom, &p.inside, &p.left, &p.right} {
		if size := o.Size(); o == fyne.CanvasObject(&p.inside) || size.Width > 0 && size.Height > 0 {
			objects = append(objects, o)
		}
	}
	return objects
}

// Empty implements Piece.
func (b Box) Empty() {}

// Box draws a rectangle.
func (s *Sheet) Box(name string, at Area, st BoxStyle) {
	b := named(s, "box", name, newBox)
	pos, size := s.Geo.Pixels(at)
	r := canvas.Rectangle{
		FillColor: st.Fill, StrokeColor: st.Stroke, StrokeWidth: round(st.Width * s.Geo.Unit), CornerRadius: round(st.Radius * s.Geo.Unit),
	}
	if st.Width > 0 {
		r.StrokeWidth = max(r.StrokeWidth, 1)
	}
	if give(b.Rectangle, &r, pos, size) {
		b.Hidden = s.Parts && st.opaque() && b.parts.lay(b.Rectangle, s.Density)
	}
	s.put(b)
}

// opaque reports whether what is painted twice looks as what is painted once.
func (st BoxStyle) opaque() bool {
	return st.Fill.A == 0xFF && (st.Width == 0 || st.Stroke.A == 0xFF)
}

// give gives a rectangle a look and a place, and reports whether it had others.
func give(r, look *canvas.Rectangle, pos fyne.Position, size fyne.Size) bool {
	moved, resized := r.Position() != pos, r.Size() != size
	if moved {
		r.Move(pos)
	}
	if resized {
		r.Resize(size)
	}
	changed := r.FillColor != look.FillColor || r.StrokeColor != look.StrokeColor || r.StrokeWidth != look.StrokeWidth ||
		r.CornerRadius != look.CornerRadius || r.TopLeftCornerRadius != look.TopLeftCornerRadius ||
		r.BottomLeftCornerRadius != look.BottomLeftCornerRadius
	if changed {
		r.FillColor, r.StrokeColor, r.StrokeWidth, r.CornerRadius = look.FillColor, look.StrokeColor, look.StrokeWidth, look.CornerRadius
		r.TopLeftCornerRadius, r.TopRightCornerRadius = look.TopLeftCornerRadius, look.TopRightCornerRadius
		r.BottomLeftCornerRadius, r.BottomRightCornerRadius = look.BottomLeftCornerRadius, look.BottomRightCornerRadius
		r.Refresh()
	}
	return moved || resized || changed
}

// lay lays the parts out, and reports whether there is something to save by them. A line
// is as high as it should be when that is an even number of pixels.
func (p *parts) lay(whole *canvas.Rectangle, density float32) bool {
	at, size, edge := whole.Position(), whole.Size(), whole.StrokeWidth
	above := max(whole.CornerRadius, edge)
	height := size.Height - 2*above
	odd := float32(math.Mod(float64(height), 2))
	height -= odd
	if density != round(density) || height*size.Width*density*density < largeBox {
		return false
	}
	// The borders of both at the side of the line are under the line, with their soft rim.
	ends := canvas.Rectangle{FillColor: whole.FillColor, StrokeColor: whole.StrokeColor, StrokeWidth: edge}
	top, bottom, under := ends, ends, float32(0)
	if above > 0 {
		under = edge + softRim
	}
	top.TopLeftCornerRadius, top.TopRightCornerRadius = whole.CornerRadius, whole.CornerRadius
	bottom.BottomLeftCornerRadius, bottom.BottomRightCornerRadius = whole.CornerRadius, whole.CornerRadius
	give(&p.top, &top, at, fyne.NewSize(size.Width, above+under))
	give(&p.bottom, &bottom, at.AddXY(0, above+height-under), fyne.NewSize(size.Width, above+under+odd))

	// Under the rim of the border is what is under the box.
	rim := min(edge, softRim)
	left, right := at.AddXY(rim, above+height/2), at.AddXY(size.Width-rim, above+height/2)
	p.inside = canvas.Line{StrokeColor: whole.FillColor, StrokeWidth: height, Position1: left, Position2: right}
	p.inside.Refresh()

	side := canvas.Rectangle{FillColor: whole.StrokeColor, CornerRadius: soft}
	give(&p.left, &side, at.AddXY(0, above-rim), fyne.NewSize(edge, height+2*rim))
	give(&p.right, &side, at.AddXY(size.Width-edge, above-rim), fyne.NewSize(edge, height+2*rim))
	return true
}
