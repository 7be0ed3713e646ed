package kioskcmd

import (
	"context"
	"errors"

	"authenkiosk/app"
	"authenkiosk/app/setup"
	"authenkiosk/app/setup/live"
	"authenkiosk/cli"
	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

// Setup is how a window has the machine set up before its face begins.
type Setup struct {
	Model setup.Model
	Do    func(ctx context.Context, e setup.Effect, tell func(setup.Event))
	Demo  func() // has the face be that of the demo
}

// Settings open what an administrator changes while the station runs.
type Settings func(c *app.Core, who func() (desk.OperatorID, error)) (setup.Model, func(context.Context, setup.Effect, func(setup.Event)), error)

// setup opens the wizard, and then the face.
func (f *flags) setup(p *cli.Program, ctx context.Context, s *cli.Settings) error {
	f.again = true
	switch {
	case f.asDemo:
		return errors.New("-demo needs no setting up")
	case len(s.Args) == 0, len(s.Args) == 1 && s.Args[0] == string(setup.Kiosk):
		return f.kiosk(p, ctx, s)
	case len(s.Args) == 1 && s.Args[0] == string(setup.Station):
		return f.station(p, ctx, s)
	}
	return errors.New("write: setup, setup kiosk, or setup station")
}

// errGone says that nobody may set the machine up by standing before it.
var errGone = errors.New("an administrator looks after this machine, and its unit is said nowhere any more (settings.toml in the data, unit.hcode): put the file back, or let the administrator set it up again: authenkiosk setup")

// wizard returns what a window needs to set the machine up; nil: it is set up already, or
// its configuration has mistakes, which the window tells.
func (f *flags) wizard(s *cli.Settings, face setup.Face) (*Setup, error) {
	if f.asDemo {
		if s.ConfigFile != "" {
			return nil, errors.New("-demo has a configuration of its own: leave out -config")
		}
		return nil, nil //nolint:nilnil // there is nothing to set up, which is no error
	}
	l, err := s.LoadWhole()
	if err != nil || l.IsSetUp() && !f.again {
		return nil, nil //nolint:nilerr,nilnil // the face finds the same mistakes, and shows them
	}
	wizard := live.New(liveOptions(s))
	m, err := wizard.Begin(face, false)
	if err != nil {
		return nil, err
	}
	if f.gone = !f.again && (m.Known.Admin[visit.ZoneTest] || m.Known.Admin[visit.ZoneProduction]); f.gone {
		return nil, nil //nolint:nilnil // the face says so
	}
	return &Setup{m, wizard.Do, func() { f.asDemo = true }}, nil
}

func liveOptions(s *cli.Settings) live.Options {
	return live.Options{
		ConfigFile: s.ConfigFile, Data: s.Data, Log: s.Log, UserAgent: app.UserAgent(), Program: "AuthenKiosk " + app.Version(), BuiltOn: app.BuiltOn(),
	}
}

// settingsOf are those of a station that runs.
func settingsOf(s *cli.Settings) Settings {
	return func(c *app.Core, who func() (desk.OperatorID, error)) (setup.Model, func(context.Context, setup.Effect, func(setup.Event)), error) {
		o := liveOptions(s)
		o.Store, o.Who = c.Store, who
		l := live.New(o)
		m, err := l.Begin(setup.Station, true)
		return m, l.Do, err
	}
}
