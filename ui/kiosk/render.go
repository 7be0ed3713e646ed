package kiosk

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"
	_ "fyne.io/fyne/v2/test" // gives an application to a program that has none

	"authenkiosk/visit/flow"
)

// Render draws the screen of a model into a picture of that many pixels. It
// needs no display. It must not be used beside a running window, nor beside itself:
// Fyne draws one picture at a time.
func Render(o Options, m flow.Model, width, height int) (image.Image, error) {
	k, err := New(o)
	if err != nil {
		return nil, err
	}
	k.Show(m)
	return capture(k.Content(), width, height), nil
}

func capture(content fyne.CanvasObject, width, height int) image.Image {
	c := software.NewCanvas()
	c.SetPadded(false)
	c.Resize(fyne.NewSize(float32(width), float32(height)))
	c.SetContent(content)
	return c.Capture()
}
