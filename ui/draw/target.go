package draw

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// Target is a place to touch. It is invisible: what can be seen is drawn below
// it. It acts when the finger is lifted inside; sliding off cancels.
type Target struct {
	Origin fyne.Position
	Extent fyne.Size
	Name   string // stable, for tests that click from outside
	Label  string
	act    func()
	sheet  *Sheet
}

var (
	_ fyne.Tappable     = (*Target)(nil)
	_ desktop.Mouseable = (*Target)(nil)
)

// Target lays a place to touch over what was drawn before.
func (s *Sheet) Target(slot, name string, at Area, label string, act func()) {
	t := named(s, "target", slot, func() *Target { return &Target{sheet: s} })
	t.Origin, t.Extent = s.Geo.Pixels(at)
	t.Name, t.Label, t.act = name, Plain(label), act
	s.Active = append(s.Active, t)
	s.put(t)
}

// Cover makes everything drawn so far untouchable: a layer lies over it.
func (s *Sheet) Cover() { s.Active = nil }

// CoverWithin makes what was drawn in that area so far untouchable, and the rest
// not: a layer lies over the area.
func (s *Sheet) CoverWithin(at Area) {
	pos, size := s.Geo.Pixels(at)
	s.Active = slices.DeleteFunc(s.Active, func(t *Target) bool {
		return t.Origin.X < pos.X+size.Width && pos.X < t.Origin.X+t.Extent.Width && t.Origin.Y < pos.Y+size.Height && pos.Y < t.Origin.Y+t.Extent.Height
	})
}

// isPressed reports whether the finger is on that target.
func (s *Sheet) isPressed(slot string) bool {
	p := s.Pool[s.Page+"/target/"+slot]
	return p != nil && s.Pressed != nil && p.Piece == Piece(s.Pressed)
}

// Objects implements Piece.
func (t *Target) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{t} }

// Empty implements Piece.
func (t *Target) Empty() { t.Name, t.Label, t.act = "", "", nil }

// MouseDown shows at once that the touch was felt.
func (t *Target) MouseDown(*desktop.MouseEvent) {
	s := t.sheet
	s.refused = nil
	if !s.Accept() {
		s.refused = t
		return
	}
	s.press(t)
}

// MouseUp comes to whatever is under the finger when it is lifted.
func (t *Target) MouseUp(*desktop.MouseEvent) { t.sheet.lift() }

// liftedAfter is when the pressed look goes at the latest.
const liftedAfter = 150 * time.Millisecond

// lift ends the pressed look. In a window it goes with the answer to the touch, which
// comes within milliseconds: painting the screen twice would make that wait.
func (s *Sheet) lift() {
	if s.Later == nil || s.Pressed == nil {
		s.press(nil)
		return
	}
	s.Pressed, s.lifted = nil, true
	time.AfterFunc(liftedAfter, func() {
		s.Later(func() {
			if s.lifted {
				s.Redraw()
			}
		})
	})
}

// Tapped comes when the finger is lifted where it was put down.
func (t *Target) Tapped(*fyne.PointEvent) {
	s := t.sheet
	if s.refused == t {
		s.refused = nil
		return
	}
	if t.act != nil && s.Accept() {
		t.act()
	}
}

func (s *Sheet) press(t *Target) {
	if s.Pressed != t {
		s.Pressed = t
		s.Redraw()
	}
}

// Moved takes the pressed look away as soon as the finger slides off.
func (s *Sheet) Moved(pos fyne.Position) {
	if t := s.Pressed; t != nil {
		inside := pos.X >= t.Origin.X && pos.Y >= t.Origin.Y && pos.X < t.Origin.X+t.Extent.Width && pos.Y < t.Origin.Y+t.Extent.Height
		if !inside {
			s.press(nil)
		}
	}
}

// MinSize, Move, Position, Resize, Size, Hide, Show, Visible and Refresh
// implement fyne.CanvasObject.
func (t *Target) MinSize() fyne.Size { return fyne.NewSize(1, 1) }

// Move implements fyne.CanvasObject.
func (t *Target) Move(p fyne.Position) { t.Origin = p }

// Position implements fyne.CanvasObject.
func (t *Target) Position() fyne.Position { return t.Origin }

// Resize implements fyne.CanvasObject.
func (t *Target) Resize(s fyne.Size) { t.Extent = s }

// Size implements fyne.CanvasObject.
func (t *Target) Size() fyne.Size { return t.Extent }

// Hide implements fyne.CanvasObject; a target is taken off instead.
func (t *Target) Hide() {}

// Show implements fyne.CanvasObject.
func (t *Target) Show() {}

// Visible implements fyne.CanvasObject.
func (t *Target) Visible() bool { return true }

// Refresh implements fyne.CanvasObject; there is nothing to draw.
func (t *Target) Refresh() {}
