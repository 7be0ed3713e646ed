package drawtest

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
)

// Touch puts a finger on an object and lifts it at the same place, as Fyne's driver for
// windows does: what is under the finger then is told of it, and tapped if it was there
// before. Between the two something else happens. It reports whether the object was in sight.
func Touch(w fyne.Window, o fyne.CanvasObject, between func()) bool {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o).AddXY(o.Size().Width/2, o.Size().Height/2)
	down := under(w.Canvas().Content(), at)
	if down != o {
		return false
	}
	if m, is := down.(desktop.Mouseable); is {
		m.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary})
	}
	if f, can := down.(fyne.Focusable); !can || f != w.Canvas().Focused() {
		w.Canvas().Unfocus()
	}
	between()
	up := under(w.Canvas().Content(), at)
	if m, is := up.(desktop.Mouseable); is {
		m.MouseUp(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary})
	}
	if tapped, is := up.(fyne.Tappable); is && up == down {
		tapped.Tapped(&fyne.PointEvent{AbsolutePosition: at})
	}
	return true
}

// under is the last object at a place that can be touched; nil: there is none.
func under(o fyne.CanvasObject, at fyne.Position) (found fyne.CanvasObject) {
	pos, size := fyne.CurrentApp().Driver().AbsolutePositionForObject(o), o.Size()
	if !o.Visible() || at.X < pos.X || at.Y < pos.Y || at.X >= pos.X+size.Width || at.Y >= pos.Y+size.Height {
		return nil
	}
	switch o.(type) {
	case fyne.Tappable, fyne.Focusable, desktop.Mouseable:
		found = o
	}
	var inside []fyne.CanvasObject
	switch o := o.(type) {
	case *fyne.Container:
		inside = o.Objects
	case *container.Scroll:
		inside = []fyne.CanvasObject{o.Content}
	}
	for _, one := range inside {
		if f := under(one, at); f != nil {
			found = f
		}
	}
	return found
}
