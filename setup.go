package main

import (
	"context"
	"reflect"

	"fyne.io/fyne/v2"

	"authenkiosk/app/setup"
	"authenkiosk/cli/kioskcmd"
	ui "authenkiosk/ui/setup"
	"authenkiosk/ui/station"
)

// wizard is the setting up of the machine in a window, before its face begins there.
type wizard struct {
	screen     *ui.Screen
	layoutFile string
	layout     map[string]any
}

// newWizard shows it. begin is called on the goroutine of the window when it has ended;
// ended hears that the program ends before that.
func newWizard(ctx context.Context, o *kioskcmd.Setup, window fyne.Window, layoutFile string, begin func(), ended chan<- error) (*wizard, error) {
	fyne.CurrentApp().Settings().SetTheme(station.NewTheme(false)) // the staff sit before it
	shown, over := context.WithCancel(ctx)
	begun := make(chan struct{})
	screen, err := ui.New(ui.Options{
		Model: o.Model, Keyboard: o.Model.Face == setup.Kiosk,
		Do: func(e setup.Effect, tell func(setup.Event)) {
			go o.Do(shown, e, func(told setup.Event) { fyne.Do(func() { tell(told) }) })
		},
		Begin: func(demo bool) {
			over()
			close(begun)
			if demo {
				o.Demo()
			}
			begin()
		},
	})
	if err != nil {
		over()
		return nil, err
	}
	window.SetContent(screen.Content())
	screen.Attach(window)
	go func() {
		select {
		case <-begun:
		case <-ctx.Done():
			ended <- nil
		}
	}()
	return &wizard{screen: screen, layoutFile: layoutFile}, nil
}

// leave gives the keyboard of the window back.
func (w *wizard) leave(window fyne.Window) {
	window.Canvas().Unfocus()
	window.Canvas().SetOnTypedKey(nil)
}

// writeLayout tells tests what is shown.
func (w *wizard) writeLayout() {
	if w.layoutFile == "" {
		return
	}
	widgets, texts := w.screen.Layout()
	now := map[string]any{"screen": w.screen.ScreenName(), "widgets": widgets, "texts": texts, "focused": w.screen.Focused()}
	if !reflect.DeepEqual(now, w.layout) {
		w.layout = now
		writeLayout(w.layoutFile, now)
	}
}
