package draw

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// CursorOverlay lies in front of everything. It hides the mouse cursor, which stock
// objects below could not, and follows the finger; touches fall through it.
type CursorOverlay struct {
	pos   fyne.Position
	size  fyne.Size
	Off   bool
	Moved func(fyne.Position)
}

var (
	_ desktop.Cursorable = (*CursorOverlay)(nil)
	_ desktop.Hoverable  = (*CursorOverlay)(nil)
)

// Cursor implements desktop.Cursorable.
func (v *CursorOverlay) Cursor() desktop.Cursor {
	if v.Off {
		return desktop.HiddenCursor
	}
	return desktop.DefaultCursor
}

// MouseIn implements desktop.Hoverable.
func (v *CursorOverlay) MouseIn(e *desktop.MouseEvent) { v.Moved(e.Position) }

// MouseMoved implements desktop.Hoverable.
func (v *CursorOverlay) MouseMoved(e *desktop.MouseEvent) { v.Moved(e.Position) }

// MouseOut implements desktop.Hoverable.
func (v *CursorOverlay) MouseOut() { v.Moved(fyne.NewPos(-1, -1)) }

// MinSize implements fyne.CanvasObject.
func (v *CursorOverlay) MinSize() fyne.Size { return fyne.NewSize(1, 1) }

// Move implements fyne.CanvasObject.
func (v *CursorOverlay) Move(p fyne.Position) { v.pos = p }

// Position implements fyne.CanvasObject.
func (v *CursorOverlay) Position() fyne.Position { return v.pos }

// Resize implements fyne.CanvasObject.
func (v *CursorOverlay) Resize(s fyne.Size) { v.size = s }

// Size implements fyne.CanvasObject.
func (v *CursorOverlay) Size() fyne.Size { return v.size }

// Hide implements fyne.CanvasObject; the veil is always there.
func (v *CursorOverlay) Hide() {}

// Show implements fyne.CanvasObject.
func (v *CursorOverlay) Show() {}

// Visible implements fyne.CanvasObject.
func (v *CursorOverlay) Visible() bool { return true }

// Refresh implements fyne.CanvasObject; there is nothing to draw.
func (v *CursorOverlay) Refresh() {}
