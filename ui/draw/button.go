package draw

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
)

// Weight is how much a button asks to be touched.
type Weight int

const (
	Primary   Weight = iota // the one thing to do
	Secondary               // what else can be done
	Quiet                   // always there
	Chosen                  // the one of several that is set
)

// Button is something to touch: a word, mostly with a picture.
type Button struct {
	Name  string // of the target
	Label string
	Icon  string // of the pictures; may be empty
	Kind  Weight
	Size  float32 // of the label; 0: 36
	most  float32 // as in textStyle
	Stack bool    // the picture above the word instead of before it
	Off   bool    // visible, but not to be touched now
	Left  bool    // the label begins at the left edge
	Act   func()
}

// Edge is the width of the border. What cannot be touched now has a thin one and
// words in another colour and weight.
func (b Button) Edge() float32 {
	if b.Off {
		return 1
	}
	return Border + 1
}

// buttonColors are those of a button at rest or under the finger.
type buttonColors struct{ Fill, Stroke, Label color.NRGBA }

// ButtonColors are those of a button in the present contrast, pressed or not.
func (s *Sheet) ButtonColors(b Button) buttonColors {
	p := s.Colors
	down := s.isPressed(b.Name)
	switch {
	case b.Off:
		return buttonColors{p.Ground, p.Off, p.Off}
	case b.Kind == Primary && down:
		return buttonColors{p.Pressed, p.Pressed, p.OnAccent}
	case b.Kind == Primary, b.Kind == Chosen, down:
		return buttonColors{p.Accent, p.Accent, p.OnAccent}
	case b.Kind == Secondary:
		return buttonColors{p.Panel, p.Accent, p.Accent}
	}
	return buttonColors{p.Panel, p.edge, p.Ink}
}

// Button draws a button and lays its target over it.
func (s *Sheet) Button(at Area, b Button) {
	b = b.sized()
	c := s.ButtonColors(b)
	s.Box("button-"+b.Name, at, BoxStyle{Fill: c.Fill, Stroke: c.Stroke, Width: b.Edge(), Radius: Radius})
	s.buttonFace(at.Inset(buttonMargin, buttonRim), b, c.Label)
	if !b.Off && b.Act != nil {
		s.Target(b.Name, b.Name, at, b.Label, b.Act)
	}
}

// Distances of the face of a button from its edges.
const (
	buttonMargin = 16
	buttonRim    = 8
)

func (b Button) sized() Button {
	if b.Size == 0 {
		b.Size = 36
	}
	return b
}

// AlikeButtons gives the labels of buttons that stand together one size. One that
// cannot be touched now makes none of the others smaller.
func (s *Sheet) AlikeButtons(at []Area, list []Button) []Button {
	list = slices.Clone(list)
	var words []string
	var rooms []Area
	var st TextStyle
	for i := range list {
		list[i] = list[i].sized()
		list[i].Size = min(list[i].Size, list[0].Size)
		if list[i].Off {
			continue
		}
		st = list[i].style()
		_, room := list[i].parts(at[i].Inset(buttonMargin, buttonRim))
		words, rooms = append(words, list[i].Label), append(rooms, room)
	}
	most := s.Alike(st, words, rooms).most
	for i := range list {
		list[i].most = most
	}
	return list
}

// style is that of the label, but for its colour.
func (b Button) style() TextStyle {
	st := TextStyle{Size: b.Size, most: b.most, Bold: !b.Off, Align: fyne.TextAlignCenter, Least: 26}
	if b.Left {
		st.Align = fyne.TextAlignLeading
	}
	return st
}

// parts are the side of the picture and the most room for the words.
func (b Button) parts(in Area) (side float32, words Area) {
	side = min(b.Size*1.25, in.H)
	switch {
	case b.Icon == "":
		return 0, in
	case b.Stack:
		side = 52
		_, words = in.Centered(in.W, min(in.H, side+62*Roomy)).CutTop(side, 0)
	case b.Left:
		_, words = in.CutLeft(side, 18)
	default:
		_, words = in.CutLeft(side, 16)
	}
	return side, words
}

// buttonFace draws picture and word, together in the middle.
func (s *Sheet) buttonFace(in Area, b Button, c color.NRGBA) {
	st := b.style()
	st.Color = c
	side, words := b.parts(in)
	switch {
	case b.Icon == "":
	case b.Stack:
		s.Picture("button-"+b.Name, Area{words.X, words.Y - side, words.W, side}.Centered(side, side), b.Icon, c)
	case b.Left:
		strip, _ := in.CutLeft(side, 0)
		s.Picture("button-"+b.Name, strip.Centered(side, side), b.Icon, c)
	default:
		wide := min(s.widthWithin(b.Label, st, words), words.W)
		left := in.X + (words.W-wide)/2
		s.Picture("button-"+b.Name, Area{left, in.Y + (in.H-side)/2, side, side}, b.Icon, c)
		words = Area{left + side + 16, in.Y, wide + 2, in.H}
	}
	s.Text("button-"+b.Name, words, b.Label, st)
}

// widthWithin is the width of the longest line of the words in an area.
func (s *Sheet) widthWithin(words string, st TextStyle, at Area) float32 {
	lines, size, _ := fitText(textInput{Words: words, At: at, Style: st, Geo: s.Geo})
	wide := float32(0)
	for _, l := range lines {
		wide = max(wide, measure(l, size, st.Bold).Width)
	}
	return wide/s.Geo.Unit + 4
}

// WidthOf is the width in design units that words take on one line at their
// wanted size.
func (s *Sheet) WidthOf(words string, st TextStyle) float32 {
	return measure(Plain(words), st.Size*s.Geo.Text*s.Geo.Unit, st.Bold).Width/s.Geo.Unit + 4
}

// Widest is widthOf for whatever size of text the patient chooses: places do not
// depend on that.
func (s *Sheet) Widest(words string, st TextStyle) float32 {
	return measure(Plain(words), st.Size*Roomy*s.Geo.Unit, st.Bold).Width/s.Geo.Unit + 4
}

// Choice draws one of several buttons of which one is set, with a mark that does
// not depend on colour.
func (s *Sheet) Choice(at Area, b Button, set bool) {
	b.Kind, b.Icon = Secondary, "ring"
	if set {
		b.Kind, b.Icon = Chosen, "check"
	}
	s.Button(at, b)
}
