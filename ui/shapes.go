package ui

import (
	"image/color"

	"fyne.io/fyne/v2/canvas"
)

// Radius of corners and width of borders, in design units.
const (
	radius = 22
	border = 3
)

// boxStyle says how a rectangle looks.
type boxStyle struct {
	fill, stroke color.NRGBA
	width        float32 // of the stroke
	radius       float32
}

// box draws a rectangle.
func (s *sheet) box(name string, at area, st boxStyle) {
	b := named(s, "box", name, func() box { return box{&canvas.Rectangle{}} })
	pos, size := s.geo.pixels(at)
	r := canvas.Rectangle{
		FillColor: st.fill, StrokeColor: st.stroke, StrokeWidth: round(st.width * s.geo.unit), CornerRadius: round(st.radius * s.geo.unit),
	}
	if st.width > 0 {
		r.StrokeWidth = max(r.StrokeWidth, 1)
	}
	changed := b.FillColor != r.FillColor || b.StrokeColor != r.StrokeColor || b.StrokeWidth != r.StrokeWidth || b.CornerRadius != r.CornerRadius
	if b.Position() != pos {
		b.Move(pos)
	}
	if b.Size() != size {
		b.Resize(size)
	}
	if changed {
		b.FillColor, b.StrokeColor, b.StrokeWidth, b.CornerRadius = r.FillColor, r.StrokeColor, r.StrokeWidth, r.CornerRadius
		b.Refresh()
	}
	s.put(b)
}

// fill draws a rectangle without border and corners.
func (s *sheet) fill(name string, at area, c color.NRGBA) { s.box(name, at, boxStyle{fill: c}) }

// panel draws the white card on which things belong together.
func (s *sheet) panel(name string, at area) {
	s.box(name, at, boxStyle{fill: s.p.panel, stroke: s.p.line, width: border, radius: radius})
}

// noticeHeight is what a notice with these words needs, one line or two.
func (s *sheet) noticeHeight(words string, width float32) float32 {
	if s.widest(words, s.body()) < width-48-98 {
		return 92 * roomy
	}
	return 122 * roomy
}

// notice draws a panel with a picture and words that are to be noticed.
func (s *sheet) notice(name string, at area, pic string, words string) {
	if words == "" {
		return
	}
	s.noticeIn(name, at, pic, words, boxStyle{fill: s.p.soft, stroke: s.p.accent, width: border, radius: radius}, s.body())
}

// urgent draws a notice of something that people have to do now, or lose what the
// screen shows.
func (s *sheet) urgent(name string, at area, pic string, words string) {
	s.noticeIn(name, at, pic, words, boxStyle{fill: s.p.panel, stroke: s.p.warn, width: border + 3, radius: radius}, s.body().strong())
}

func (s *sheet) noticeIn(name string, at area, pic, words string, box boxStyle, st textStyle) {
	s.box(name, at, box)
	in := at.inset(24, 10)
	side := min(in.h, 76)
	left, right := in.cutLeft(side, 22)
	s.picture(name, left.centered(side, side), pic, box.stroke)
	s.text(name, right, words, st.elided())
}
