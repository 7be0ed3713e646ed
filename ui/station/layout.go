package station

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"authenkiosk/ui/draw"
)

// Layout is what can be worked and read now, for tests that click from outside: no system
// interface shows it.
func (s *Station) Layout() (widgets []draw.Widget, texts []string) {
	driver := fyne.CurrentApp().Driver()
	each(s.root, func(o fyne.CanvasObject) {
		name, words := "", ""
		switch o := o.(type) {
		case *button:
			name, words = o.name, o.Text
			if o.Disabled() {
				name = ""
			}
		case *entry:
			name, words = o.name, o.Text
			if o.Password {
				words = ""
			}
		case *widget.Label:
			words = strings.ReplaceAll(o.Text, "\u200a", "\u200b") // as the words have it
		case *canvas.Text:
			words = o.Text
		}
		if words != "" {
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
		widgets = append(widgets, draw.Widget{
			Name: name, Text: words, X: int(at.X * scale), Y: int(at.Y * scale), W: int(size.Width * scale), H: int(size.Height * scale),
		})
	})
	if s.set != nil && s.page == page(s.set) && s.set.screen != nil {
		more, said := s.set.screen.Layout()
		widgets, texts = append(widgets, more...), append(texts, said...)
	}
	if t := s.rowsShown(); t != nil {
		for _, i := range t.items {
			texts = append(texts, rowOf(i))
		}
	}
	return widgets, texts
}

// rowsShown is the table of the page; nil: nobody is signed in.
func (s *Station) rowsShown() *table {
	switch s.page {
	case page(s.today):
		return s.today.rows
	case page(s.work):
		return s.work.rows
	}
	return nil
}

// each calls for every object that is shown, but for the parts of widgets.
func each(o fyne.CanvasObject, call func(fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	call(o)
	switch o := o.(type) {
	case *fyne.Container:
		for _, inside := range o.Objects {
			each(inside, call)
		}
	case *container.Scroll:
		each(o.Content, call)
	}
}
