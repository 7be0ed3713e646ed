package main

import (
	"context"
	"encoding/json"
	"errors"
	"image"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/ui"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// tickEvery is how often the screen is told the time.
const tickEvery = 250 * time.Millisecond

// drawScreen draws a screen without a display.
func drawScreen(k *app.Kiosk, m flow.Model, width, height int) (image.Image, error) {
	return ui.Render(screenOptions(k), m, width, height)
}

func screenOptions(k *app.Kiosk) ui.Options {
	c := k.Config
	o := ui.Options{
		Unit: ui.Unit{Name: c.Unit.Name, HCode: c.Unit.HCode}, Zone: c.NHSO.Zone,
		Languages: c.Kiosk.Languages, Orientation: ui.Orientation(c.Kiosk.Orientation), Send: k.Send,
	}
	// The unit's own number is no secret: it is there to be called.
	o.PhotoDays = c.Storage.KeepPhotoDays
	o.Unit.Phone = visit.GroupPhone(c.Unit.Phone.Digits())
	return o
}

var errNoDisplay = errors.New("there is no display (DISPLAY is not set); to see one visit without a display: authenkiosk demo -out DIR")

// errScreenLost ends the program with a status that has the service manager start it
// again.
var errScreenLost = errors.New("the screen is lost: the window is no longer where a patient sees it")

// openWindow shows the kiosk until its window is closed or ctx ends.
func openWindow(ctx context.Context, k *app.Kiosk, o app.WindowOptions) error {
	if runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return errNoDisplay // Fyne would crash
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	a := fyneapp.NewWithID("th.authenkiosk")
	w := a.NewWindow("AuthenKiosk")
	options := screenOptions(k)
	lost := false // set and read by Fyne's goroutine, which is this one
	options.ScreenLost = func() {
		lost = true
		a.Driver().Quit()
	}
	options.HideCursor = k.Config.Kiosk.Fullscreen && o.Width == 0 && k.Dock() == nil
	screen, err := ui.New(options)
	if err != nil {
		return err
	}
	a.Settings().SetTheme(ui.NewTheme(flow.ContrastLight))
	content := screen.Content()
	if hands := k.Dock(); hands != nil {
		dock, err := newDock(ctx, hands, k.Config.Kiosk.Languages[0])
		if err != nil {
			return err
		}
		content = dock.Beside(content)
	}
	w.SetPadded(false)
	w.SetContent(content)
	screen.Attach(w)
	show(w, k.Config, o)

	layout := layoutFile{path: o.LayoutFile, screen: screen}
	k.Frames(newFrames(k, screen))
	k.Turns(fyne.Do)
	ended := make(chan error, 1)
	var ready sync.Once
	go func() {
		ended <- k.Run(ctx, func(m flow.Model) {
			fyne.Do(func() {
				screen.Show(m)
				layout.write(m)
				ready.Do(k.Ready)
			})
		})
		// Fyne ends by itself on a signal. The driver may be told again after that; the
		// application would close windows that are gone, and crash.
		fyne.Do(a.Driver().Quit)
	}()
	go tick(ctx, screen)
	a.Run()
	stop()
	err = <-ended
	if lost {
		err = errors.Join(errScreenLost, err)
	}
	return err
}

// show opens the window over the whole screen, or in the size that was asked for.
func show(w fyne.Window, c config.Config, o app.WindowOptions) {
	width, height := o.Width, o.Height
	if width == 0 {
		width, height = 540, 960
		w.SetFullScreen(c.Kiosk.Fullscreen)
	}
	// A window without a size before it is shown is an error of X.
	w.Resize(fyne.NewSize(float32(width), float32(height)))
	w.SetFixedSize(o.Width != 0)
	w.Show()
}

func tick(ctx context.Context, screen *ui.Kiosk) {
	t := time.NewTicker(tickEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-t.C:
			fyne.Do(func() { screen.Tick(now) })
		}
	}
}

// layoutFile is where tests find the buttons and texts, which no system interface
// shows.
type layoutFile struct {
	path   string
	screen *ui.Kiosk
}

func (l layoutFile) write(m flow.Model) {
	if l.path == "" {
		return
	}
	data, err := json.Marshal(map[string]any{"screen": m.State.String(), "warning": m.Warning, "widgets": l.screen.Layout(), "texts": l.screen.Texts()})
	if err == nil {
		temp := l.path + ".new"
		if os.WriteFile(temp, data, 0o600) == nil {
			_ = os.Rename(temp, l.path)
		}
	}
}

// newFrames returns what is to be called when the camera has a new picture. One
// call waits for the screen at a time: a slow screen sees fewer pictures, and its
// touches never stand in a queue behind them.
func newFrames(k *app.Kiosk, screen *ui.Kiosk) func() {
	var waiting atomic.Bool
	return func() {
		if !waiting.CompareAndSwap(false, true) {
			return
		}
		fyne.Do(func() {
			waiting.Store(false)
			if picture, fresh := k.Preview(); fresh {
				screen.Frame(picture)
			}
		})
	}
}
