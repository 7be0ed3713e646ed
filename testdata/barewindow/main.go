// Command barewindow opens a window of 1080x1920 pixels with one line of text, which
// changes at a touch: what Fyne itself costs, beside which the benchmark of the screens
// puts the kiosk.
package main

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/widget"
)

// line is text that can be touched anywhere in the window.
type line struct{ widget.Label }

// Tapped implements fyne.Tappable.
func (l *line) Tapped(*fyne.PointEvent) {
	if l.Text == "bare" {
		l.SetText("touched")
	} else {
		l.SetText("bare")
	}
}

func main() {
	w := app.NewWithID("th.authenkiosk.barewindow").NewWindow("bare")
	w.SetPadded(false)
	l := &line{}
	l.ExtendBaseWidget(l)
	l.SetText("bare")
	w.SetContent(l)
	w.Resize(fyne.NewSize(1080, 1920))
	w.SetFixedSize(true)
	w.ShowAndRun()
}
