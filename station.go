package main

import (
	"context"
	"os"
	"reflect"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"
	"github.com/google/uuid"

	"authenkiosk/app"
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
	o      kioskcmd.StationOpening
	app    fyne.App
	window fyne.Window
	screen *ui.Station // nil: there is none yet
	wizard *wizard     // nil: there is none, or it has ended
	ended  chan error
	layout map[string]any
}

// openStation shows the station until ctx ends or the window is closed, or why there is
// none.
func openStation(ctx context.Context, o kioskcmd.StationOpening) error {
	release, err := checkDisplay()
	if err != nil {
		return err // Fyne would crash
	}
	defer release()
	var made *station.Station
	if o.Setup == nil {
		made, err = o.Try()
	}
	if err != nil && app.StartProblem(err) == visit.NoProblem {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	w := &deskWindow{o: o, ended: make(chan error, 1)}
	if err := guarded(w.open); err != nil {
		return err
	}
	switch {
	case o.Setup != nil:
		w.wizard, err = newWizard(ctx, o.Setup, w.window, o.LayoutFile, func() { w.begin(ctx) }, w.ended)
	case made != nil:
		err = w.play(ctx, made)
	default:
		err = w.closed(ctx, err)
	}
	if err == nil {
		err = guarded(w.show)
	}
	if err != nil {
		return err
	}
	release()
	go w.tick(ctx)
	go func() {
		<-ctx.Done()
		fyne.Do(w.app.Driver().Quit)
	}()
	w.app.Run()
	stop()
	return <-w.ended
}

func (w *deskWindow) open() {
	// Desks have displays of every size, and their widgets are Fyne's: it makes them larger
	// where the dots are small. A kiosk, which measures its own, has that switched off.
	_ = os.Unsetenv("FYNE_DISABLE_DPI_DETECTION")
	w.app = fyneapp.NewWithID("th.authenkiosk.station")
	w.window = w.app.NewWindow("AuthenKiosk")
	w.app.Settings().SetTheme(ui.NewTheme(false))
	w.window.SetPadded(false)
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

// begin lets the station follow the wizard, or the station before. The data may take a
// while to open.
func (w *deskWindow) begin(ctx context.Context) {
	go func() {
		made, err := w.o.Try()
		if ctx.Err() != nil { // the window has gone meanwhile
			if err == nil {
				made.Close()
			}
			w.ended <- nil
			return
		}
		fyne.Do(func() {
			if w.wizard != nil {
				w.wizard.leave(w.window)
				w.wizard = nil
			}
			switch {
			case err == nil:
				err = w.play(ctx, made)
			case app.StartProblem(err) != visit.NoProblem:
				err = w.closed(ctx, err)
			}
			if err != nil {
				w.ended <- err
				w.app.Driver().Quit()
			}
		})
	}()
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
	w.screen = screen
	w.window.SetContent(screen.Content())
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
		w.ended <- err
		fyne.Do(w.app.Driver().Quit)
	}()
	return nil
}

// closed says why there is no station, and tries again until there is.
func (w *deskWindow) closed(ctx context.Context, why error) error {
	w.o.Log.Error("the station cannot start; it is tried again", "err", why, "every", retryEvery)
	say := func(why error) error {
		content, err := ui.Closed(w.o.Rough.Unit.Name, w.o.Rough.Kiosk.Languages, app.StartProblem(why))
		if err == nil {
			w.window.SetContent(content)
		}
		return err
	}
	if err := say(why); err != nil {
		return err
	}
	go func() {
		if err := w.retry(ctx, why, say); err != nil {
			w.ended <- err
			fyne.Do(w.app.Driver().Quit)
		}
	}()
	return nil
}

// retry tries until there is a station; an error ends the program.
func (w *deskWindow) retry(ctx context.Context, why error, say func(error) error) error {
	t := time.NewTicker(retryEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return why
		case <-t.C:
		}
		made, err := w.o.Try()
		switch {
		case err == nil:
			fyne.DoAndWait(func() { err = w.play(ctx, made) })
			return err
		case app.StartProblem(err) == visit.NoProblem:
			return err
		case err.Error() != why.Error():
			w.o.Log.Error("the station cannot start", "err", err)
			why = err
			fyne.DoAndWait(func() { err = say(why) })
			if err != nil {
				return err
			}
		}
	}
}

// tick tells the screen the time, and tests what is on it.
func (w *deskWindow) tick(ctx context.Context) {
	t, pages := time.NewTicker(tickEvery), time.NewTicker(returnEvery)
	defer t.Stop()
	defer pages.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-t.C:
			fyne.Do(func() {
				switch {
				case w.wizard != nil:
					w.wizard.writeLayout()
					return
				case w.screen == nil:
					return
				}
				w.screen.Tick(now)
				w.writeLayout()
			})
		case <-pages.C:
			returnFreePages()
		}
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
