// Package kioskcmd is what the program with a screen has beside the commands of every
// program: the kiosk, the demo without a display, slips, and doctor's checks of camera and
// printer. The program without a screen must not hold it.
package kioskcmd

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/demo"
	"authenkiosk/app/kiosk"
	"authenkiosk/app/setup"
	"authenkiosk/app/station"
	"authenkiosk/cli"
	"authenkiosk/visit"
)

// Opening is how a window gets its kiosk.
type Opening struct {
	WindowOptions
	// Try makes the kiosk ready. An error with a StartProblem is for the screen, and
	// Try may be called again later; any other one ends the program.
	Try func() (*kiosk.Kiosk, error)
	// Setup is the wizard that is shown first; nil: the machine is set up.
	Setup *Setup
	// Rough is what is known of the configuration when it has mistakes.
	Rough config.Config
	Log   *slog.Logger
}

// StationOpening is how a window gets its station; see Opening.
type StationOpening struct {
	WindowOptions
	Try   func() (*station.Station, error)
	Setup *Setup
	// Settings are those of the station that Try has made.
	Settings Settings
	Rough    config.Config
	Log      *slog.Logger
}

// WindowOptions are flags that concern the window.
type WindowOptions struct {
	// LayoutFile, if set, gets the places of all buttons and the texts in JSON at
	// each change of the model, for tests that click from outside.
	LayoutFile string
	// Size is the size of the window in pixels when it is not full-screen.
	Width, Height int
}

// Faces are what the user interface hands in. Windows are opened on the main goroutine,
// and open until ctx ends.
type Faces struct {
	Kiosk   func(ctx context.Context, o Opening) error
	Station func(ctx context.Context, o StationOpening) error
	Draw    Draw
}

// flags are those of the commands here, and what they need of the user interface.
type flags struct {
	Faces

	size, layoutFile string
	out              string // of pictures
	kind, paper      string // of the preview of a slip
	template         string
	dpi              int
	asDemo, again    bool // the demo, whatever is set up; the wizard, though that was done
	gone             bool // the machine was set up, and its settings are lost
}

// Commands are those of the program with a screen; the kiosk is the first.
func Commands(faces Faces) []cli.Command {
	f := &flags{Faces: faces}
	sized := func(set *flag.FlagSet, _ *cli.Settings) {
		set.StringVar(&f.size, "size", "", "open a window of `WIDTHxHEIGHT` pixels in place of the usual one")
		set.StringVar(&f.layoutFile, "test-layout", "", "write the places of the buttons to this `file`, for tests")
	}
	window := func(set *flag.FlagSet, s *cli.Settings) {
		sized(set, s)
		set.BoolVar(&f.asDemo, "demo", false, "made-up patients in the demo zone, whatever is set up on this machine")
	}
	return []cli.Command{
		{
			Name: "kiosk", Help: "the full-screen kiosk for patients", Run: f.kiosk, Flags: window,
		},
		{Name: "station", Help: "the front desk's station, with the HTTP agent in it", Run: f.station, Flags: window},
		{
			Name: "setup", Args: "[kiosk|station]", Help: "sets the machine up, step by step, and then opens the kiosk or the station", Words: true,
			Run: f.setup, Flags: sized,
		},
		{
			Name: "demo", Args: "-out DIR", Help: "one whole visit without a display, a reader or a network", Run: f.demo,
			Flags: func(set *flag.FlagSet, _ *cli.Settings) {
				set.StringVar(&f.out, "out", "", "the `directory` for the pictures")
				set.StringVar(&f.size, "size", "1080x1920", "the size of the screens, `WIDTHxHEIGHT` in pixels")
			},
		},
		{
			Name: "slip", Args: "template|preview|test", Help: "prints the built-in template of slips, draws a sample, or prints a test page", Words: true, Run: f.slip,
			Flags: func(set *flag.FlagSet, _ *cli.Settings) {
				set.StringVar(&f.out, "out", "", "preview: the PNG `file`")
				set.StringVar(&f.kind, "kind", "code", "preview: the `kind` of slip: code, queued, desk, test")
				set.StringVar(&f.paper, "paper", "", "preview: the `paper`: 58, 80, a5, a4; without: that of the configuration")
				set.IntVar(&f.dpi, "dpi", 0, "preview: dots per inch of a4 and a5: 203 or 300")
				set.StringVar(&f.template, "template", "", "preview: the template `file`; without: that of the configuration")
			},
		},
	}
}

// kiosk opens the kiosk and works until ctx ends. Without a kiosk the window says
// that there is none, and whom to call.
func (f *flags) kiosk(p *cli.Program, ctx context.Context, s *cli.Settings) error {
	window, err := f.place(s)
	if err != nil {
		return err
	}
	o := Opening{WindowOptions: window, Rough: config.Rough(s.ConfigFile, config.SettingsFile(s.Data)), Log: s.Log}
	if o.Setup, err = f.wizard(s, setup.Kiosk); err != nil {
		return err
	}
	trial, err := s.OnTrial()
	if err != nil {
		return err
	}
	watched := s.WatchCrashes() // its reports lie beside the data
	defer watched.End()
	o.Try = func() (k *kiosk.Kiosk, err error) {
		err = f.open(p, s, trial, true, func(options app.Options) (err error) {
			k, err = kiosk.New(kiosk.Options{Options: options, Lifeline: watched.Lifeline()})
			return err
		})
		return k, err
	}
	return f.Kiosk(ctx, o)
}

// place settles where the window and the data are.
func (f *flags) place(s *cli.Settings) (o WindowOptions, err error) {
	o.LayoutFile = f.layoutFile
	if f.size != "" {
		if o.Width, o.Height, err = parseSize(f.size); err != nil {
			return o, err
		}
	}
	return o, s.Place()
}

// station opens the station of the desk and works until ctx ends.
func (f *flags) station(p *cli.Program, ctx context.Context, s *cli.Settings) error {
	window, err := f.place(s)
	if err != nil {
		return err
	}
	o := StationOpening{WindowOptions: window, Settings: settingsOf(s), Rough: config.Rough(s.ConfigFile, config.SettingsFile(s.Data)), Log: s.Log}
	if o.Setup, err = f.wizard(s, setup.Station); err != nil {
		return err
	}
	trial, err := s.OnTrial()
	if err != nil {
		return err
	}
	defer s.WatchCrashes().End() // its reports lie beside the data
	o.Try = func() (made *station.Station, err error) {
		err = f.open(p, s, trial, false, func(options app.Options) (err error) {
			if made, err = station.New(options); err == nil {
				err = demoStaff(made)
			}
			return err
		})
		return made, err
	}
	return f.Station(ctx, o)
}

// open makes a face ready, before which patients stand or not. It may be called again after
// an error.
func (f *flags) open(p *cli.Program, s *cli.Settings, trial *app.Trial, patients bool, face func(app.Options) error) error {
	c, err := config.Default(), error(nil)
	if !f.asDemo {
		c, err = s.Load()
	}
	if err == nil && f.gone {
		if l, again := s.LoadWhole(); again == nil && !l.IsSetUp() {
			err = errGone
		}
	}
	if err != nil {
		return app.NotStarted(visit.ConfigWrong, err)
	}
	if f.layoutFile != "" && c.NHSO.Zone == visit.ZoneProduction {
		return errors.New("-test-layout shows what is on the screen: it is not for the production zone")
	}
	options := app.Options{Config: c, Data: s.Data, Log: s.Log, Findings: p.Findings(c, s, patients), Trial: trial}
	var page net.Listener
	if c.NHSO.Zone == visit.ZoneDemo {
		// A port that is taken only means that nobody can look at the simulator.
		if page, err = net.Listen("tcp", demo.PageAddress); err != nil {
			s.Log.Warn("the simulator has no page", "err", err)
			page = nil
		}
		if options.Demo, err = demo.New(page); err != nil {
			return errors.Join(err, closeAny(page))
		}
	}
	if err := face(options); err != nil {
		return errors.Join(app.NotStarted(app.ProblemOfStart(err), err), closeAny(page))
	}
	return nil
}

func closeAny(l net.Listener) error {
	if l == nil {
		return nil
	}
	return l.Close()
}

func parseSize(text string) (width, height int, err error) {
	if n, scanErr := fmt.Sscanf(text, "%dx%d", &width, &height); scanErr != nil || n != 2 || width < 320 || height < 240 || width > 7680 || height > 7680 {
		return 0, 0, fmt.Errorf("-size %q: write WIDTHxHEIGHT in pixels, for example 1080x1920", text)
	}
	return width, height, nil
}

func (f *flags) demo(p *cli.Program, ctx context.Context, s *cli.Settings) error {
	if f.out == "" {
		return errors.New("say where the pictures go: -out DIR")
	}
	width, height, err := parseSize(f.size)
	if err != nil {
		return err
	}
	c, err := s.Load()
	if err != nil {
		return err
	}
	// The demo stands alone: nothing of a real unit's devices is used.
	c.NHSO, c.Agent, c.CardReader = config.Default().NHSO, config.Default().Agent, config.CardReader{}
	c.NHSO.Zone = visit.ZoneDemo
	return playDemo(ctx, p.Stdout, &demoPlay{out: f.out, width: width, height: height, draw: f.Draw, log: s.Log}, c)
}
