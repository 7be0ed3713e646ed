package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
)

// weight is how much a button asks to be touched.
type weight int

const (
	primary   weight = iota // the one thing to do
	secondary               // what else can be done
	quiet                   // always there
	chosen                  // the one of several that is set
)

// button is something to touch: a word, mostly with a picture.
type button struct {
	name  string // of the target
	label string
	icon  string // of the pictures; may be empty
	kind  weight
	size  float32 // of the label; 0: 36
	stack bool    // the picture above the word instead of before it
	off   bool    // visible, but not to be touched now
	left  bool    // the label begins at the left edge
	act   func()
}

// edge is the width of the border. What cannot be touched now has a thin one and
// words in another colour and weight.
func (b button) edge() float32 {
	if b.off {
		return 1
	}
	return border + 1
}

// buttonColors are those of a button at rest or under the finger.
type buttonColors struct{ fill, stroke, label color.NRGBA }

func (s *sheet) buttonColors(b button) buttonColors {
	p := s.p
	down := s.isPressed(b.name)
	switch {
	case b.off:
		return buttonColors{p.ground, p.off, p.off}
	case b.kind == primary && down:
		return buttonColors{p.pressed, p.pressed, p.onAccent}
	case b.kind == primary, b.kind == chosen, down:
		return buttonColors{p.accent, p.accent, p.onAccent}
	case b.kind == secondary:
		return buttonColors{p.panel, p.accent, p.accent}
	}
	return buttonColors{p.panel, p.edge, p.ink}
}

// button draws a button and lays its target over it.
func (s *sheet) button(at area, b button) {
	if b.size == 0 {
		b.size = 36
	}
	c := s.buttonColors(b)
	s.box("button-"+b.name, at, boxStyle{fill: c.fill, stroke: c.stroke, width: b.edge(), radius: radius})
	s.buttonFace(at.inset(16, 8), b, c.label)
	if !b.off && b.act != nil {
		s.target(b.name, b.name, at, b.label, b.act)
	}
}

// buttonFace draws picture and word, together in the middle.
func (s *sheet) buttonFace(in area, b button, c color.NRGBA) {
	st := textStyle{size: b.size, bold: !b.off, color: c, align: fyne.TextAlignCenter, least: 26}
	if b.left {
		st.align = fyne.TextAlignLeading
	}
	side := min(b.size*1.25, in.h)
	switch {
	case b.icon == "":
	case b.stack:
		side = 52
		in = in.centered(in.w, min(in.h, side+62*roomy))
		strip, rest := in.cutTop(side, 0)
		s.picture("button-"+b.name, strip.centered(side, side), b.icon, c)
		in = rest
	case b.left:
		strip, rest := in.cutLeft(side, 18)
		s.picture("button-"+b.name, strip.centered(side, side), b.icon, c)
		in = rest
	default:
		words := s.widthOf(b.label, st)
		room := in.w - side - 16
		words = min(words, room)
		left := in.x + (in.w-side-16-words)/2
		s.picture("button-"+b.name, area{left, in.y + (in.h-side)/2, side, side}, b.icon, c)
		in = area{left + side + 16, in.y, words + 2, in.h}
	}
	s.text("button-"+b.name, in, b.label, st)
}

// widthOf is the width in design units that words take on one line at their
// wanted size.
func (s *sheet) widthOf(words string, st textStyle) float32 {
	return measure(plain(words), st.size*s.geo.text*s.geo.unit, st.bold).Width/s.geo.unit + 4
}

// widest is widthOf for whatever size of text the patient chooses: places do not
// depend on that.
func (s *sheet) widest(words string, st textStyle) float32 {
	return measure(plain(words), st.size*roomy*s.geo.unit, st.bold).Width/s.geo.unit + 4
}

// choice draws one of several buttons of which one is set, with a mark that does
// not depend on colour.
func (s *sheet) choice(at area, b button, set bool) {
	b.kind, b.icon = secondary, "ring"
	if set {
		b.kind, b.icon = chosen, "check"
	}
	s.button(at, b)
}
