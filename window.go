package main

import (
	"context"
	"encoding/json"
	"errors"
	"image"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/kiosk"
	"authenkiosk/cli/kioskcmd"
	"authenkiosk/ui/draw"
	ui "authenkiosk/ui/kiosk"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// drawing keeps Fyne to one picture at a time.
var drawing sync.Mutex

// drawScreen draws a screen without a display.
func drawScreen(k *kiosk.Kiosk, m flow.Model, width, height int) (image.Image, error) {
	drawing.Lock()
	defer drawing.Unlock()
	return ui.Render(screenOptions(k), m, width, height)
}

func screenOptions(k *kiosk.Kiosk) ui.Options {
	c := k.Config
	o := ui.Options{
		Unit: ui.Unit{Name: c.Unit.Name, HCode: c.Unit.HCode}, Zone: c.NHSO.Zone,
		Languages: c.Kiosk.Languages, Orientation: c.Kiosk.Orientation, Send: k.Send,
		Machine: machineName(), Version: programVersion(),
	}
	// The unit's own number is no secret: it is there to be called.
	o.PhotoDays = c.Storage.KeepPhotoDays
	o.Next = c.Kiosk.NextAfter
	o.Unit.Phone = c.Unit.Phone.String()
	return o
}

// machineName is how the staff call the machine, as far as the system knows.
func machineName() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

func programVersion() string { return "v" + strings.TrimPrefix(app.Version(), "v") }

// openWindow shows the kiosk until ctx ends, or why there is none.
func openWindow(ctx context.Context, o kioskcmd.Opening) error {
	s := &theatre{
		o: o, config: o.Rough,
		faceWindow: faceWindow[*kiosk.Kiosk]{
			name: "kiosk", log: o.Log, setup: o.Setup, layoutFile: o.LayoutFile, try: o.Try,
			theme: func() fyne.Theme { return draw.NewTheme(draw.ContrastLight) },
		},
	}
	s.faceWindow.play, s.faceWindow.say = s.play, s.say
	s.tick = func(now time.Time) {
		if s.screen != nil {
			s.screen.Tick(now)
		}
	}
	err := s.run(ctx, func() {
		s.open("th.authenkiosk")
		keepOpen(s.window, o.Log)
	}, func() { show(s.window, s.config, o.WindowOptions) })
	if s.lost {
		err = errors.Join(errScreenLost, err)
	}
	return err
}

// errScreenLost ends the program with a status that has the service manager start it
// again.
var errScreenLost = errors.New("the screen is lost: the window is no longer where a patient sees it")

// theatre is the window and what plays in it: the kiosk, or the screen that says why
// there is none.
type theatre struct {
	faceWindow[*kiosk.Kiosk]
	o      kioskcmd.Opening
	config config.Config // as far as it is known
	screen *ui.Kiosk     // of the goroutine of the user interface, as is lost
	lost   bool
}

// lose ends the program when its screen does not come back; the service manager
// starts it again.
func (s *theatre) lose() {
	s.lost = true
	s.app.Driver().Quit()
}

// keepOpen lets nobody at the screen end the kiosk: neither Alt-F4 nor a button of
// the window. Whoever runs it ends it by a signal, as the service manager does.
func keepOpen(w fyne.Window, log *slog.Logger) {
	w.SetCloseIntercept(func() {
		log.Warn("somebody tried to close the window; the kiosk goes on (Ctrl-C or its service ends it)")
	})
}

// play shows a kiosk that is ready, and runs it.
func (s *theatre) play(ctx context.Context, k *kiosk.Kiosk) error {
	s.config = k.Config
	options := screenOptions(k)
	options.ScreenLost = s.lose
	options.HideCursor = k.Config.Kiosk.Fullscreen && s.o.Width == 0 && k.Dock() == nil
	screen, err := ui.New(options)
	if err != nil {
		return err
	}
	content := screen.Content()
	if hands := k.Dock(); hands != nil {
		dock, err := newDock(ctx, hands, k.Config.Kiosk.Languages[0])
		if err != nil {
			return err
		}
		content = dock.Beside(content)
	}
	s.put(screen, content)
	layout := layoutFile{path: s.o.LayoutFile, screen: screen}
	k.Frames(newFrames(func() {
		if picture, fresh := k.Preview(); fresh {
			screen.Frame(picture)
		}
	}))
	k.Turns(fyne.Do)
	var ready sync.Once
	go func() {
		err := k.Run(ctx, func(m flow.Model) {
			fyne.Do(func() {
				screen.Show(m)
				ready.Do(k.Ready)
				layout.write(m)
			})
		})
		s.end(err)
	}()
	return nil
}

// say shows why there is no kiosk.
func (s *theatre) say(why error) error {
	c := s.o.Rough
	screen, err := closedScreen(ui.Options{
		Unit:      ui.Unit{Name: c.Unit.Name, Phone: c.Unit.Phone.String()},
		Zone:      visit.ZoneProduction, // in whatever zone: nothing here could be taken for real
		Languages: c.Kiosk.Languages, HideCursor: c.Kiosk.Fullscreen && s.o.Width == 0,
		Closed: app.StartProblem(why), ScreenLost: s.lose, Machine: machineName(), Version: programVersion(),
	})
	if err != nil {
		return err
	}
	s.put(screen, screen.Content())
	layoutFile{path: s.o.LayoutFile, screen: screen}.write(flow.Model{})
	return nil
}

// closedScreen is the screen of a program that could not start. Its settings can be
// changed as on any other; nothing else is taken.
func closedScreen(o ui.Options) (screen *ui.Kiosk, err error) {
	o.Send = closedTaps(func(m flow.Model) { screen.Show(m) }, func(d time.Duration, do func()) { time.AfterFunc(d, func() { fyne.Do(do) }) })
	if screen, err = ui.New(o); err == nil {
		screen.Show(flow.Model{})
	}
	return screen, err
}

// closedTaps takes the taps on that screen. Settings end as on the welcome screen,
// when nobody has touched them for a while; after calls on the goroutine of the user
// interface.
func closedTaps(show func(flow.Model), after func(time.Duration, func())) func(flow.Event) {
	var m flow.Model
	taps := 0
	step := func(e flow.Event) {
		m, _ = flow.Step(m, e)
		show(m)
	}
	return func(e flow.Event) {
		switch e.(type) {
		case flow.TapLanguage, flow.TapTextSize, flow.TapContrast:
			step(e)
			taps++
			last := taps
			after(flow.PrefsHold, func() {
				if taps == last {
					step(flow.TimerFired{Timer: flow.TimerPrefs})
				}
			})
		}
	}
}

// put puts a screen into the window.
func (s *theatre) put(screen *ui.Kiosk, content fyne.CanvasObject) {
	s.screen = screen
	s.window.SetContent(content)
	screen.Attach(s.window)
}

// show opens the window over the whole screen, or in the size that was asked for.
func show(w fyne.Window, c config.Config, o kioskcmd.WindowOptions) {
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

// layoutFile is where tests find the buttons and texts, which no system interface
// shows.
type layoutFile struct {
	path   string
	screen *ui.Kiosk
}

func (l layoutFile) write(m flow.Model) {
	if l.path != "" {
		writeLayout(l.path, map[string]any{
			"screen": m.State.String(), "warning": m.Warning, "settled_at": l.screen.SettledAt(), "widgets": l.screen.Layout(), "texts": l.screen.Texts(),
		})
	}
}

// writeLayout replaces the file at once, so that no half of it is read. Nobody reads it
// after a power cut: it is not synced, which would keep the screen waiting.
func writeLayout(path string, layout map[string]any) {
	data, err := json.Marshal(layout)
	if err == nil {
		temp := path + ".new"
		if os.WriteFile(temp, data, 0o600) == nil {
			_ = os.Rename(temp, path)
		}
	}
}

// newFrames returns what is to be called when the camera has a new picture. One
// call waits for the screen at a time: a slow screen sees fewer pictures, and its
// touches never stand in a queue behind them.
func newFrames(draw func()) func() {
	var waiting atomic.Bool
	return func() {
		if !waiting.CompareAndSwap(false, true) {
			return
		}
		fyne.Do(func() {
			waiting.Store(false)
			draw()
		})
	}
}
