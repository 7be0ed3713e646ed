package draw

import (
	"image/color"
)

// StatusLight tells of something how it is.
type StatusLight struct {
	Name         string
	Label, Words string
	Health       Health
	Outside      bool // the words are a name that others gave: it may be cut
}

// Light draws a status light: a shape, a colour and two words, so that
// it can be read without seeing colours.
// A flat one has both words on one line.
func (s *Sheet) Light(at Area, l StatusLight, flat bool) {
	shape, c := s.lightLook(l.Health)
	left, right := at.CutLeft(40, 10)
	if flat {
		s.Picture("light-"+l.Name, left.Centered(34, 34), shape, c)
		st := TextStyle{Size: 24, Color: s.Colors.Ink, Bold: true, Lines: 1}
		words, more := right.CutLeft(min(s.Widest(l.Label, st), right.W*0.52), 12)
		s.Text("light-"+l.Name, words, l.Label, st)
		st.Bold, st.Color, st.Cut = false, s.Colors.Muted, l.Outside
		s.Text("light-state-"+l.Name, more, l.Words, st)
		return
	}
	s.Picture("light-"+l.Name, left.Centered(40, 40), shape, c)
	st := TextStyle{Size: 24, Color: s.Colors.Ink, Bold: true, Lines: 1}
	upper, lower := right.Centered(right.W, 76).CutTop(38, 0)
	s.Text("light-"+l.Name, upper, l.Label, st.From(Bottom))
	st.Bold, st.Color, st.Cut = false, s.Colors.Muted, l.Outside
	s.Text("light-state-"+l.Name, lower, l.Words, st.From(Top))
}

func (s *Sheet) lightLook(h Health) (shape string, c color.NRGBA) {
	switch h {
	case HealthGood:
		return "light-ready", s.Colors.Ok
	case HealthImpaired:
		return "light-impaired", s.Colors.Warn
	case HealthBad:
		return "light-down", s.Colors.Bad
	}
	return "light-unknown", s.Colors.Muted
}
