package setup

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"authenkiosk/ui/draw"
)

// Layout is what can be worked and read now, for tests that click from outside: no system
// interface shows it. What was typed is not among it.
func (s *Screen) Layout() (widgets []draw.Widget, texts []string) {
	driver := fyne.CurrentApp().Driver()
	s.each(func(name string, o fyne.CanvasObject) {
		words := ""
		switch o := o.(type) {
		case *button:
			if words = o.Text; o.Disabled() {
				name = ""
			}
		case *widget.Label:
			words = o.Text
		}
		if words = strings.ReplaceAll(words, "\u200a", "\u200b"); words != "" { // as the words have it
			texts = append(texts, words)
		}
		if name == "" {
			return
		}
		c := driver.CanvasForObject(o)
		if c == nil {
			return // Fyne knows no place of what it has not painted yet
		}
		at, size, scale := driver.AbsolutePositionForObject(o), o.Size(), c.Scale()
		widgets = append(widgets, draw.Widget{Name: name, Text: words, X: int(at.X * scale), Y: int(at.Y * scale), W: int(size.Width * scale), H: int(size.Height * scale)})
	})
	return widgets, texts
}

// Focused is the name of what has the keyboard, for tests.
func (s *Screen) Focused() string { return s.focusedName() }

// each calls for everything that is shown, with the name of what can be worked.
func (s *Screen) each(call func(name string, o fyne.CanvasObject)) { visitAll(s.root, call) }

func visitAll(o fyne.CanvasObject, call func(string, fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	switch o := o.(type) {
	case *button:
		call(o.name, o)
	case *entry:
		call(o.name, o)
	default:
		call("", o)
	}
	switch o := o.(type) {
	case *fyne.Container:
		for _, inside := range o.Objects {
			visitAll(inside, call)
		}
	case *container.Scroll:
		visitAll(o.Content, call)
	}
}
