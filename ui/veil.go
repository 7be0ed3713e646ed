package ui

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// cursorOverlay lies in front of everything. It hides the mouse cursor, which stock
// objects below could not, and follows the finger; touches fall through it.
type cursorOverlay struct {
	pos   fyne.Position
	size  fyne.Size
	hide  bool
	moved func(fyne.Position)
}

var (
	_ desktop.Cursorable = (*cursorOverlay)(nil)
	_ desktop.Hoverable  = (*cursorOverlay)(nil)
)

// Cursor implements desktop.Cursorable.
func (v *cursorOverlay) Cursor() desktop.Cursor {
	if v.hide {
		return desktop.HiddenCursor
	}
	return desktop.DefaultCursor
}

// MouseIn implements desktop.Hoverable.
func (v *cursorOverlay) MouseIn(e *desktop.MouseEvent) { v.moved(e.Position) }

// MouseMoved implements desktop.Hoverable.
func (v *cursorOverlay) MouseMoved(e *desktop.MouseEvent) { v.moved(e.Position) }

// MouseOut implements desktop.Hoverable.
func (v *cursorOverlay) MouseOut() { v.moved(fyne.NewPos(-1, -1)) }

// MinSize implements fyne.CanvasObject.
func (v *cursorOverlay) MinSize() fyne.Size { return fyne.NewSize(1, 1) }

// Move implements fyne.CanvasObject.
func (v *cursorOverlay) Move(p fyne.Position) { v.pos = p }

// Position implements fyne.CanvasObject.
func (v *cursorOverlay) Position() fyne.Position { return v.pos }

// Resize implements fyne.CanvasObject.
func (v *cursorOverlay) Resize(s fyne.Size) { v.size = s }

// Size implements fyne.CanvasObject.
func (v *cursorOverlay) Size() fyne.Size { return v.size }

// Hide implements fyne.CanvasObject; the veil is always there.
func (v *cursorOverlay) Hide() {}

// Show implements fyne.CanvasObject.
func (v *cursorOverlay) Show() {}

// Visible implements fyne.CanvasObject.
func (v *cursorOverlay) Visible() bool { return true }

// Refresh implements fyne.CanvasObject; there is nothing to draw.
func (v *cursorOverlay) Refresh() {}

func itoa(n int) string { return strconv.Itoa(n) }
