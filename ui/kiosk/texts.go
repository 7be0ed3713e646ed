package kiosk

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Texts lists the lines of text on the screen, for tests that look from outside.
// They may be personal data.
func (k *Kiosk) Texts() []string { return texts(k.root, nil) }

func texts(o fyne.CanvasObject, found []string) []string {
	if !o.Visible() {
		return found
	}
	switch o := o.(type) {
	case *fyne.Container:
		for _, inner := range o.Objects {
			found = texts(inner, found)
		}
	case *canvas.Text:
		if o.Text != "" {
			found = append(found, o.Text)
		}
	}
	return found
}
