package ui

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// veil lies in front of everything. It hides the mouse cursor, which stock
// objects below could not, and follows the finger; touches fall through it.
type veil struct {
	pos   fyne.Position
	size  fyne.Size
	hide  bool
	moved func(fyne.Position)
}

var (
	_ desktop.Cursorable = (*veil)(nil)
	_ desktop.Hoverable  = (*veil)(nil)
)

// Cursor implements desktop.Cursorable.
func (v *veil) Cursor() desktop.Cursor {
	if v.hide {
		return desktop.HiddenCursor
	}
	return desktop.DefaultCursor
}

// MouseIn implements desktop.Hoverable.
func (v *veil) MouseIn(e *desktop.MouseEvent) { v.moved(e.Position) }

// MouseMoved implements desktop.Hoverable.
func (v *veil) MouseMoved(e *desktop.MouseEvent) { v.moved(e.Position) }

// MouseOut implements desktop.Hoverable.
func (v *veil) MouseOut() { v.moved(fyne.NewPos(-1, -1)) }

// MinSize implements fyne.CanvasObject.
func (v *veil) MinSize() fyne.Size { return fyne.NewSize(1, 1) }

// Move implements fyne.CanvasObject.
func (v *veil) Move(p fyne.Position) { v.pos = p }

// Position implements fyne.CanvasObject.
func (v *veil) Position() fyne.Position { return v.pos }

// Resize implements fyne.CanvasObject.
func (v *veil) Resize(s fyne.Size) { v.size = s }

// Size implements fyne.CanvasObject.
func (v *veil) Size() fyne.Size { return v.size }

// Hide implements fyne.CanvasObject; the veil is always there.
func (v *veil) Hide() {}

// Show implements fyne.CanvasObject.
func (v *veil) Show() {}

// Visible implements fyne.CanvasObject.
func (v *veil) Visible() bool { return true }

// Refresh implements fyne.CanvasObject; there is nothing to draw.
func (v *veil) Refresh() {}

func itoa(n int) string { return strconv.Itoa(n) }
