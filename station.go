package main

import (
	"context"
	"os"
	"reflect"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	"github.com/google/uuid"

	"authenkiosk/app"
	"authenkiosk/app/demo"
	"authenkiosk/app/setup"
	"authenkiosk/app/station"
	"authenkiosk/cli/kioskcmd"
	"authenkiosk/desk"
	"authenkiosk/desk/session"
	ui "authenkiosk/ui/station"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

// deskWindow is the window of a station and what plays in it, as theatre is of a kiosk.
// Whoever closes the window ends the program.
type deskWindow struct {
	faceWindow[*station.Station]
	o      kioskcmd.StationOpening
	screen *ui.Station // nil: there is none yet
	layout map[string]any
}

// openStation shows the station until ctx ends or the window is closed, or why there is
// none.
func openStation(ctx context.Context, o kioskcmd.StationOpening) error {
	w := &deskWindow{o: o, faceWindow: faceWindow[*station.Station]{
		name: "station", log: o.Log, setup: o.Setup, layoutFile: o.LayoutFile, try: o.Try,
		theme: func() fyne.Theme { return ui.NewTheme(false) },
	}}
	w.faceWindow.play, w.faceWindow.say, w.faceWindow.tick = w.play, w.say, w.tick
	return w.run(ctx, func() {
		// Desks have displays of every size, and their widgets are Fyne's: it makes them larger
		// where the dots are small. A kiosk, which measures its own, has that switched off.
		_ = os.Unsetenv("FYNE_DISABLE_DPI_DETECTION")
		w.open("th.authenkiosk.station")
	}, w.show)
}

// show opens the window once. Nothing raises it afterwards, or takes the focus from the
// programs beside it.
func (w *deskWindow) show() {
	width, height := w.o.Width, w.o.Height
	if width == 0 {
		width, height = 1280, 720
	}
	w.window.Resize(fyne.NewSize(float32(width), float32(height)))
	w.window.SetFixedSize(w.o.Width != 0)
	w.window.Show()
}

// play shows a station that is ready, and runs it.
func (w *deskWindow) play(ctx context.Context, made *station.Station) error {
	c := made.Config
	running, stop := context.WithCancel(ctx)
	var again atomic.Bool // somebody has changed its settings
	var settings *ui.Settings
	if c.NHSO.Zone != visit.ZoneDemo {
		settings = &ui.Settings{
			Open: func(who func() (rules.OperatorID, error)) (setup.Model, func(context.Context, setup.Effect, func(setup.Event)), error) {
				return w.o.Settings(made.Core, who)
			},
			Restart: func() { again.Store(true); stop() },
		}
	}
	o := ui.Options{
		Unit: c.Unit.Name, HCode: c.Unit.HCode, Zone: c.NHSO.Zone, Version: programVersion(), Machine: made.Machine, Languages: c.Kiosk.Languages,
		OnCard: c.Station.OnCard, Desk: made.Counter(), Door: made, Idle: session.Idle, Now: time.Now,
		Beside: func(work func(context.Context), then func()) {
			go func() {
				work(ctx)
				fyne.Do(then)
			}()
		},
		Later:  func(d time.Duration, do func()) { time.AfterFunc(d, func() { fyne.Do(do) }) },
		Copy:   func(text string) { w.app.Clipboard().SetContent(text) },
		Copied: func() string { return w.app.Clipboard().Content() },
		Save:   saveFile,
		PDF:    station.PDF,
		Shows:  made.Shows, Settings: settings, Send: made.Send, Preview: made.Preview,
		NewID: func() visit.ID { return visit.ID(uuid.Must(uuid.NewV7()).String()) },
	}
	if made.Demo != nil {
		o.DemoOperator, o.DemoPIN = demo.Operator, demo.PIN
	}
	if made.Prints() {
		o.PrintPage, o.TestPrint = made.PrintPage, made.PrintTest
	}
	for _, other := range made.Others {
		o.Others = append(o.Others, ui.Other{Machine: other.Machine, Desk: other.Desk, Who: other.Who})
	}
	screen, err := ui.New(o)
	if err != nil {
		stop()
		made.Close()
		return err
	}
	content := screen.Content()
	if made.Demo != nil {
		cards, err := newDeskDock(made.Demo, c.Kiosk.Languages[0])
		if err != nil {
			stop()
			made.Close()
			return err
		}
		content = cards.Beside(content)
	}
	w.screen = screen
	w.window.SetOnClosed(screen.Close)
	w.window.SetContent(content)
	screen.Attach(w.window)
	made.Frames(newFrames(screen.Frame))
	made.Turns(fyne.Do)
	go func() {
		err := made.Run(running, station.Screen{
			Devices: func(d visit.Devices) { fyne.Do(func() { screen.Devices(d) }) },
			Card:    func(p visit.PID) { fyne.Do(func() { screen.Card(p) }) },
			Visit:   func(m flow.Station) { fyne.Do(func() { screen.Visit(m) }) },
			Changed: func() { fyne.Do(screen.Changed) },
			Calls:   func(other int, list []desk.Call) { fyne.Do(func() { screen.Calls(other, list) }) },
		})
		stop()
		if err == nil && again.Load() && ctx.Err() == nil {
			fyne.Do(func() { w.begin(ctx) })
			return
		}
		w.end(err)
	}()
	return nil
}

// say shows why there is no station.
func (w *deskWindow) say(why error) error {
	content, err := ui.Closed(w.o.Rough.Unit.Name, w.o.Rough.Kiosk.Languages, app.StartProblem(why))
	if err == nil {
		if w.screen != nil { // it was started anew, and came to this
			w.screen.Leave()
			w.screen = nil
		}
		w.window.SetContent(content)
	}
	return err
}

// tick tells the screen the time, and tests what is on it.
func (w *deskWindow) tick(now time.Time) {
	if w.screen != nil {
		w.screen.Tick(now)
		w.writeLayout()
	}
}

func (w *deskWindow) writeLayout() {
	if w.o.LayoutFile == "" {
		return
	}
	widgets, texts := w.screen.Layout()
	now := map[string]any{"screen": w.screen.ScreenName(), "widgets": widgets, "texts": texts, "focused": w.screen.Focused()}
	if !reflect.DeepEqual(now, w.layout) {
		w.layout = now
		writeLayout(w.o.LayoutFile, now)
	}
}
