package ui

import (
	"image/color"
	"slices"

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
	most  float32 // as in textStyle
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
	b = b.sized()
	c := s.buttonColors(b)
	s.box("button-"+b.name, at, boxStyle{fill: c.fill, stroke: c.stroke, width: b.edge(), radius: radius})
	s.buttonFace(at.inset(buttonMargin, buttonRim), b, c.label)
	if !b.off && b.act != nil {
		s.target(b.name, b.name, at, b.label, b.act)
	}
}

// Distances of the face of a button from its edges.
const (
	buttonMargin = 16
	buttonRim    = 8
)

func (b button) sized() button {
	if b.size == 0 {
		b.size = 36
	}
	return b
}

// alikeButtons gives the labels of buttons that stand together one size. One that
// cannot be touched now makes none of the others smaller.
func (s *sheet) alikeButtons(at []area, list []button) []button {
	list = slices.Clone(list)
	var words []string
	var rooms []area
	var st textStyle
	for i := range list {
		list[i] = list[i].sized()
		list[i].size = min(list[i].size, list[0].size)
		if list[i].off {
			continue
		}
		st = list[i].style()
		_, room := list[i].parts(at[i].inset(buttonMargin, buttonRim))
		words, rooms = append(words, list[i].label), append(rooms, room)
	}
	most := s.alike(st, words, rooms).most
	for i := range list {
		list[i].most = most
	}
	return list
}

// style is that of the label, but for its colour.
func (b button) style() textStyle {
	st := textStyle{size: b.size, most: b.most, bold: !b.off, align: fyne.TextAlignCenter, least: 26}
	if b.left {
		st.align = fyne.TextAlignLeading
	}
	return st
}

// parts are the side of the picture and the most room for the words.
func (b button) parts(in area) (side float32, words area) {
	side = min(b.size*1.25, in.h)
	switch {
	case b.icon == "":
		return 0, in
	case b.stack:
		side = 52
		_, words = in.centered(in.w, min(in.h, side+62*roomy)).cutTop(side, 0)
	case b.left:
		_, words = in.cutLeft(side, 18)
	default:
		_, words = in.cutLeft(side, 16)
	}
	return side, words
}

// buttonFace draws picture and word, together in the middle.
func (s *sheet) buttonFace(in area, b button, c color.NRGBA) {
	st := b.style()
	st.color = c
	side, words := b.parts(in)
	switch {
	case b.icon == "":
	case b.stack:
		s.picture("button-"+b.name, area{words.x, words.y - side, words.w, side}.centered(side, side), b.icon, c)
	case b.left:
		strip, _ := in.cutLeft(side, 0)
		s.picture("button-"+b.name, strip.centered(side, side), b.icon, c)
	default:
		wide := min(s.widthWithin(b.label, st, words), words.w)
		left := in.x + (words.w-wide)/2
		s.picture("button-"+b.name, area{left, in.y + (in.h-side)/2, side, side}, b.icon, c)
		words = area{left + side + 16, in.y, wide + 2, in.h}
	}
	s.text("button-"+b.name, words, b.label, st)
}

// widthWithin is the width of the longest line of the words in an area.
func (s *sheet) widthWithin(words string, st textStyle, at area) float32 {
	lines, size, _ := fitText(textInput{words: words, at: at, style: st, geo: s.geo})
	wide := float32(0)
	for _, l := range lines {
		wide = max(wide, measure(l, size, st.bold).Width)
	}
	return wide/s.geo.unit + 4
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
