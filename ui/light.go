package ui

import (
	"image/color"

	"authenkiosk/visit/flow"
)

// light draws the health of a device: a shape, a colour and two words, so that
// it can be read without seeing colours.
// A flat one has both words on one line.
func (s *sheet) light(name string, at area, label, state string, d flow.DeviceState, flat bool) {
	shape, c := s.lightLook(d)
	left, right := at.cutLeft(40, 10)
	if flat {
		s.picture("light-"+name, left.centered(34, 34), shape, c)
		st := textStyle{size: 24, color: s.p.ink, bold: true, lines: 1}
		words, more := right.cutLeft(min(s.widthOf(label, st), right.w*0.52), 12)
		s.text("light-"+name, words, label, st)
		st.bold, st.color = false, s.p.muted
		s.text("light-state-"+name, more, state, st)
		return
	}
	s.picture("light-"+name, left.centered(40, 40), shape, c)
	st := textStyle{size: 24, color: s.p.ink, bold: true, lines: 1}
	upper, lower := right.centered(right.w, 76).cutTop(38, 0)
	s.text("light-"+name, upper, label, st.from(bottom))
	st.bold, st.color = false, s.p.muted
	s.text("light-state-"+name, lower, state, st.from(top))
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
