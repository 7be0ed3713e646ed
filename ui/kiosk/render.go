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
	return render(o, m, nil, width, height)
}

// RenderPhoto is Render with a picture of the camera at its place; nil is none.
func RenderPhoto(o Options, m flow.Model, photo image.Image, width, height int) (image.Image, error) {
	return render(o, m, photo, width, height)
}

func render(o Options, m flow.Model, photo image.Image, width, height int) (image.Image, error) {
	k, err := New(o)
	if err != nil {
		return nil, err
	}
	k.Show(m)
	if photo != nil {
		k.Frame(photo)
	}
	return capture(k.Content(), width, height), nil
}

func capture(content fyne.CanvasObject, width, height int) image.Image {
	c := software.NewCanvas()
	c.SetPadded(false)
	c.Resize(fyne.NewSize(float32(width), float32(height)))
	c.SetContent(content)
	return c.Capture()
}
