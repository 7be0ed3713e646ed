// Package station is the face for the front desk without its screen: who is signed in, whose
// card was put in, and the visits that are made at the desk, on the core that every face has,
// the agent included.
package station

import (
	"context"
	"image"
	"sync"
	"sync/atomic"

	"authenkiosk/app"
	"authenkiosk/app/patient"
	"authenkiosk/app/records"
	"authenkiosk/desk"
	"authenkiosk/desk/session"
	"authenkiosk/outbox"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

// Station is a whole station without its screen.
type Station struct {
	*app.Core
	Machine string // its name in holds and in the audit
	Others  []*Other

	runner   *patient.Runner[flow.Station]
	devices  *patient.Devices
	sessions *session.Sessions
	signed   atomic.Pointer[maker] // who makes visits; nil: nobody
	came     chan struct{}         // a card has come or gone
	screen   Screen
	shows    atomic.Pointer[string]
	turns    func(answer func()) // has the loop of the screen answer; nil: no screen

	settingOperators sync.Mutex
}

// maker is an operator who is signed in and makes visits.
type maker struct {
	token string
	by    string // "station/operator"
}

// Screen is told what happens around the desk.
type Screen struct {
	// Devices and Card may be called by any goroutine.
	Devices func(visit.Devices)
	// Card hears whose card is in the reader, or nobody's when it is out.
	Card func(visit.PID)
	// Visit draws the visit that is made. It is called from one goroutine.
	Visit func(flow.Station)
	// Changed hears that something is not any more as it was shown, on another machine.
	Changed func()
	// Calls hears who calls for help at another machine, which is named by its place in Others.
	Calls func(other int, calls []desk.Call)
}

// New opens the store and makes everything ready; nothing runs before Run. The agent is
// enabled whatever the configuration says: the software of the desk asks it.
func New(o app.Options) (*Station, error) {
	o.Config.Agent.Enabled = true
	types, err := app.ProgramTypes(o.Config) // the staff know what all of them are
	if err != nil {
		return nil, err
	}
	s := &Station{Machine: records.Machine(), came: make(chan struct{}, 1)}
	s.Shows("sign-in")
	if s.devices, err = patient.NewDevices(o, 0, 0); err != nil {
		return nil, err
	}
	face := app.NoScreen()
	face.Mode, face.Send, face.Lights, face.Erase = "station", s.hear, s.devices.Lights, s.devices.Erase
	face.Screen = func() string { return *s.shows.Load() }
	face.Free = s.freeForPrograms
	face.Settled = func(id visit.ID, o outbox.Outcome) { s.runner.Settled(id, o) }
	if s.Core, err = app.New(o, face); err != nil {
		s.devices.Close()
		return nil, err
	}
	s.sessions = session.New(s.Store)
	s.Others = others(o, s.Visits)
	ports := s.devices.Attach(s.Core, anybody)
	ports.Keep = s.keep
	way := patient.WayOf(s.Core, types)
	s.runner = patient.NewRunner(patient.Options[flow.Station]{
		Ports: ports, Model: flow.Station{Way: way}, Step: flow.Station.Step,
		Way: func(m flow.Station) flow.Way { return m.Way }, Log: o.Log,
	})
	return s, nil
}

// anybody says that no slip waits until its patient is on the screen: whoever stands at the
// printer of a desk hands it out.
func anybody() uint64 { return 0 }

// Shows notes the name of what is on the screen, for the local status.
func (s *Station) Shows(screen string) { s.shows.Store(&screen) }

// Turns has the function called, from any goroutine, to find out whether the loop of the
// screen still turns: that loop must then call answer. It must be set before Run.
func (s *Station) Turns(ask func(answer func())) { s.turns = ask }

// Send hands a tap to the flow.
func (s *Station) Send(e flow.Event) { s.runner.Send(e) }

// Frames has the function called, from any goroutine, whenever Preview has something new. It
// must be set before Run.
func (s *Station) Frames(notify func()) { s.devices.OnFrames(notify) }

// Preview returns the camera's picture for the screen, nil without one, and whether it is
// new. It is for the screen's goroutine and never waits.
func (s *Station) Preview() (image.Image, bool) { return s.devices.Preview() }

// Run works until ctx ends.
func (s *Station) Run(ctx context.Context, screen Screen) error {
	defer s.devices.Close()
	s.screen = screen
	s.runner.OnShow(screen.Visit)
	loops := []app.Loop{{Name: "flow", Ask: s.runner.Ask}}
	if s.turns != nil {
		loops = append(loops, app.Loop{Name: "screen", Ask: func(_ context.Context, answer func()) { s.turns(answer) }})
	}
	parts := []func(context.Context){s.runner.Run, s.devices.Run, s.followCards, func(ctx context.Context) {
		s.Ready()
		if s.Demo != nil {
			s.Demo.FollowDesk(ctx)
		}
	}}
	for n, o := range s.Others {
		if o.owner == nil {
			continue
		}
		parts = append(parts,
			func(ctx context.Context) { o.run(ctx, screen.Changed) },
			func(ctx context.Context) {
				o.watch(ctx, screen.Changed, func(list []desk.Call) { screen.Calls(n, list) })
			}, o.tell)
	}
	parts = append(parts, s.hearEnds)
	return s.Core.Run(ctx, loops, parts...)
}

// hear takes what the core tells a face.
func (s *Station) hear(e flow.Event) {
	switch e := e.(type) {
	case flow.DevicesChanged:
		s.screen.Devices(e.Devices)
	case flow.CardInserted, flow.CardRemoved:
		if s.Config.Station.OnCard == visit.OnCardOff {
			break // it is read for a new visit alone
		}
		select {
		case s.came <- struct{}{}:
		default: // it is looked for anyway
		}
	}
	s.runner.Send(e)
}

// followCards reads whose card is in the reader, as programs do: hospital software that
// reads it, too, is not disturbed. A card that only vouches is nobody's visit.
func (s *Station) followCards(ctx context.Context) {
	var last visit.PID
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.came:
		}
		var of visit.PID
		if in, mute := s.Cards.Patient(); in.Insertion != 0 && !mute {
			if doc, err := s.Cards.Program(ctx, in); err == nil {
				of = doc.Identity.PID
			}
		}
		if of != last {
			last = of
			s.screen.Card(of)
		}
	}
}

// Operators returns who there is. One whose record cannot be read is left out.
func (s *Station) Operators() ([]rules.Operator, error) {
	all, err := s.Store.Operators()
	if len(all) > 0 {
		return all, nil
	}
	return nil, err
}

// SignIn looks at a PIN. Whose role allows it makes visits from then on.
func (s *Station) SignIn(id rules.OperatorID, pin rules.PIN) (token string, o rules.Operator, err error) {
	if token, o, err = s.sessions.SignIn(id, pin, s.Machine); err != nil {
		return "", o, err
	}
	if rules.Allowed(o.Role, rules.NewVisit) {
		by := desk.OperatorAt(s.Machine, o).Name
		s.signed.Store(&maker{token, by})
		s.runner.Send(flow.SignedIn{By: by})
	}
	for _, other := range s.Others {
		other.come(token, o, pin)
	}
	return token, o, nil
}

// Of returns who works with that token now.
func (s *Station) Of(token string) (rules.Operator, error) { return s.sessions.Of(token, s.Machine) }

// SignOut ends a session, here and at the other machines.
func (s *Station) SignOut(token string) {
	s.sessions.SignOut(token)
	if now := s.signed.Load(); now != nil && now.token == token && s.signed.CompareAndSwap(now, nil) {
		s.runner.Send(flow.SignedOut{})
	}
	for _, other := range s.Others {
		other.leave(token)
	}
}

// OfCard returns whom a card names.
func (s *Station) OfCard(holder visit.PID) (rules.Operator, error) {
	return s.Store.OperatorOfCard(holder)
}
