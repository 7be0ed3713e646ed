package ui

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// target is a place to touch. It is invisible: what can be seen is drawn below
// it. It acts when the finger is lifted inside; sliding off cancels.
type target struct {
	pos   fyne.Position
	size  fyne.Size
	name  string // stable, for tests that click from outside
	label string
	act   func()
	sheet *sheet
}

var (
	_ fyne.Tappable     = (*target)(nil)
	_ desktop.Mouseable = (*target)(nil)
)

// target lays a place to touch over what was drawn before.
func (s *sheet) target(slot, name string, at area, label string, act func()) {
	t := named(s, "target", slot, func() *target { return &target{sheet: s} })
	t.pos, t.size = s.geo.pixels(at)
	t.name, t.label, t.act = name, plain(label), act
	s.active = append(s.active, t)
	s.put(t)
}

// cover makes everything drawn so far untouchable: a layer lies over it.
func (s *sheet) cover() { s.active = nil }

// coverWithin makes what was drawn in that area so far untouchable, and the rest
// not: a layer lies over the area.
func (s *sheet) coverWithin(at area) {
	pos, size := s.geo.pixels(at)
	s.active = slices.DeleteFunc(s.active, func(t *target) bool {
		return t.pos.X < pos.X+size.Width && pos.X < t.pos.X+t.size.Width && t.pos.Y < pos.Y+size.Height && pos.Y < t.pos.Y+t.size.Height
	})
}

// isPressed reports whether the finger is on that target.
func (s *sheet) isPressed(slot string) bool {
	p := s.pool[s.page+"/target/"+slot]
	return p != nil && s.pressed != nil && p.piece == piece(s.pressed)
}

func (t *target) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{t} }

func (t *target) Empty() { t.name, t.label, t.act = "", "", nil }

// MouseDown shows at once that the touch was felt.
func (t *target) MouseDown(*desktop.MouseEvent) {
	s := t.sheet
	s.refused = nil
	if !s.accept() {
		s.refused = t
		return
	}
	s.press(t)
}

// MouseUp comes to whatever is under the finger when it is lifted.
func (t *target) MouseUp(*desktop.MouseEvent) { t.sheet.lift() }

// liftedAfter is when the pressed look goes at the latest.
const liftedAfter = 150 * time.Millisecond

// lift ends the pressed look. In a window it goes with the answer to the touch, which
// comes within milliseconds: painting the screen twice would make that wait.
func (s *sheet) lift() {
	if s.later == nil || s.pressed == nil {
		s.press(nil)
		return
	}
	s.pressed, s.lifted = nil, true
	time.AfterFunc(liftedAfter, func() {
		s.later(func() {
			if s.lifted {
				s.redraw()
			}
		})
	})
}

// Tapped comes when the finger is lifted where it was put down.
func (t *target) Tapped(*fyne.PointEvent) {
	s := t.sheet
	if s.refused == t {
		s.refused = nil
		return
	}
	if t.act != nil && s.accept() {
		t.act()
	}
}

func (s *sheet) press(t *target) {
	if s.pressed != t {
		s.pressed = t
		s.redraw()
	}
}

// moved takes the pressed look away as soon as the finger slides off.
func (s *sheet) moved(pos fyne.Position) {
	if t := s.pressed; t != nil {
		inside := pos.X >= t.pos.X && pos.Y >= t.pos.Y && pos.X < t.pos.X+t.size.Width && pos.Y < t.pos.Y+t.size.Height
		if !inside {
			s.press(nil)
		}
	}
}

// MinSize, Move, Position, Resize, Size, Hide, Show, Visible and Refresh
// implement fyne.CanvasObject.
func (t *target) MinSize() fyne.Size { return fyne.NewSize(1, 1) }

// Move implements fyne.CanvasObject.
func (t *target) Move(p fyne.Position) { t.pos = p }

// Position implements fyne.CanvasObject.
func (t *target) Position() fyne.Position { return t.pos }

// Resize implements fyne.CanvasObject.
func (t *target) Resize(s fyne.Size) { t.size = s }

// Size implements fyne.CanvasObject.
func (t *target) Size() fyne.Size { return t.size }

// Hide implements fyne.CanvasObject; a target is taken off instead.
func (t *target) Hide() {}

// Show implements fyne.CanvasObject.
func (t *target) Show() {}

// Visible implements fyne.CanvasObject.
func (t *target) Visible() bool { return true }

// Refresh implements fyne.CanvasObject; there is nothing to draw.
func (t *target) Refresh() {}
