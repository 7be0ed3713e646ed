package draw

import "image/color"

// Radius of corners and width of borders, in design units.
const (
	Radius = 22
	Border = 3
)

// Fill draws a rectangle without border and corners.
func (s *Sheet) Fill(name string, at Area, c color.NRGBA) { s.Box(name, at, BoxStyle{Fill: c}) }

// Panel draws the white card on which things belong together.
func (s *Sheet) Panel(name string, at Area) {
	s.Box(name, at, BoxStyle{Fill: s.Colors.Panel, Stroke: s.Colors.Line, Width: Border, Radius: Radius})
}

// NoticeHeight is what a notice with these words needs, one line or two.
func (s *Sheet) NoticeHeight(words string, width float32) float32 {
	if s.Widest(words, s.Body()) < width-48-98 {
		return 92 * Roomy
	}
	return 122 * Roomy
}

// Notice draws a panel with a picture and words that are to be noticed.
func (s *Sheet) Notice(name string, at Area, pic string, words string) {
	if words == "" {
		return
	}
	s.noticeIn(name, at, pic, words, BoxStyle{Fill: s.Colors.Soft, Stroke: s.Colors.Accent, Width: Border, Radius: Radius}, s.Body())
}

// Urgent draws a notice of something that people have to do now, or lose what the
// screen shows.
func (s *Sheet) Urgent(name string, at Area, pic string, words string) {
	s.noticeIn(name, at, pic, words, BoxStyle{Fill: s.Colors.Panel, Stroke: s.Colors.Warn, Width: Border + 3, Radius: Radius}, s.Body().Strong())
}

func (s *Sheet) noticeIn(name string, at Area, pic, words string, box BoxStyle, st TextStyle) {
	s.Box(name, at, box)
	in := at.Inset(24, 10)
	side := min(in.H, 76)
	left, right := in.CutLeft(side, 22)
	s.Picture(name, left.Centered(side, side), pic, box.Stroke)
	s.Text(name, right, words, st.Elided())
}
