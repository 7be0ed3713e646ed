// Command barewindow opens a window of 1080x1920 pixels with one line of text:
// what Fyne itself costs, beside which the benchmark of the screens puts the
// kiosk.
package main

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/widget"
)

func main() {
	w := app.NewWithID("th.authenkiosk.barewindow").NewWindow("bare")
	w.SetPadded(false)
	w.SetContent(widget.NewLabel("bare"))
	w.Resize(fyne.NewSize(1080, 1920))
	w.SetFixedSize(true)
	w.ShowAndRun()
}
