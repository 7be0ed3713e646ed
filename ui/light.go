package ui

import (
	"image/color"

	"authenkiosk/visit/flow"
)

// statusLight is the health of a device.
type statusLight struct {
	name         string
	label, words string
	state        flow.DeviceState
	outside      bool // the words are a name that others gave: it may be cut
}

// light draws the health of a device: a shape, a colour and two words, so that
// it can be read without seeing colours.
// A flat one has both words on one line.
func (s *sheet) light(at area, l statusLight, flat bool) {
	shape, c := s.lightLook(l.state)
	left, right := at.cutLeft(40, 10)
	if flat {
		s.picture("light-"+l.name, left.centered(34, 34), shape, c)
		st := textStyle{size: 24, color: s.p.ink, bold: true, lines: 1}
		words, more := right.cutLeft(min(s.widest(l.label, st), right.w*0.52), 12)
		s.text("light-"+l.name, words, l.label, st)
		st.bold, st.color, st.cut = false, s.p.muted, l.outside
		s.text("light-state-"+l.name, more, l.words, st)
		return
	}
	s.picture("light-"+l.name, left.centered(40, 40), shape, c)
	st := textStyle{size: 24, color: s.p.ink, bold: true, lines: 1}
	upper, lower := right.centered(right.w, 76).cutTop(38, 0)
	s.text("light-"+l.name, upper, l.label, st.from(bottom))
	st.bold, st.color, st.cut = false, s.p.muted, l.outside
	s.text("light-state-"+l.name, lower, l.words, st.from(top))
}

func (s *sheet) lightLook(d flow.DeviceState) (shape string, c color.NRGBA) {
	switch d {
	case flow.DeviceReady:
		return "light-ready", s.p.ok
	case flow.DeviceImpaired:
		return "light-impaired", s.p.warn
	case flow.DeviceDown:
		return "light-down", s.p.bad
	}
	return "light-unknown", s.p.muted
}
