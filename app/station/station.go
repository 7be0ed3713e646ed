// Package station is the face for the front desk without its screen: who is signed in, and
// whose card was put in, on the core that every face has, the agent included.
package station

import (
	"context"
	"sync/atomic"

	"authenkiosk/app"
	"authenkiosk/app/records"
	"authenkiosk/desk/session"
	"authenkiosk/visit"
	"authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

// Station is a whole station without its screen.
type Station struct {
	*app.Core
	Machine string // its name in holds and in the audit

	sessions *session.Sessions
	came     chan struct{} // a card has come or gone
	screen   Screen
	shows    atomic.Pointer[string]
	turns    func(answer func()) // has the loop of the screen answer; nil: no screen
}

// Screen is told what happens around the desk, by any goroutine.
type Screen struct {
	Devices func(visit.Devices)
	// Card hears whose card is in the reader, or nobody's when it is out.
	Card func(visit.PID)
}

// New opens the store and makes everything ready; nothing runs before Run. The agent is
// enabled whatever the configuration says: the software of the desk asks it.
func New(o app.Options) (*Station, error) {
	o.Config.Agent.Enabled = true
	s := &Station{Machine: records.Machine(), came: make(chan struct{}, 1)}
	s.Shows("sign-in")
	face := app.NoScreen()
	face.Mode, face.Send = "station", s.hear
	face.Screen = func() string { return *s.shows.Load() }
	var err error
	if s.Core, err = app.New(o, face); err != nil {
		return nil, err
	}
	s.sessions = session.New(s.Store)
	return s, nil
}

// Shows notes the name of what is on the screen, for the local status.
func (s *Station) Shows(screen string) { s.shows.Store(&screen) }

// Turns has the function called, from any goroutine, to find out whether the loop of the
// screen still turns: that loop must then call answer. It must be set before Run.
func (s *Station) Turns(ask func(answer func())) { s.turns = ask }

// Run works until ctx ends.
func (s *Station) Run(ctx context.Context, screen Screen) error {
	s.screen = screen
	var loops []app.Loop
	if s.turns != nil {
		loops = []app.Loop{{Name: "screen", Ask: func(_ context.Context, answer func()) { s.turns(answer) }}}
	}
	return s.Core.Run(ctx, loops, func(ctx context.Context) {
		s.Ready()
		if s.Demo != nil {
			s.Demo.FollowDesk(ctx)
		}
	}, s.followCards)
}

// hear takes what the core tells a face. A card that only vouches is nobody's visit.
func (s *Station) hear(e flow.Event) {
	switch e := e.(type) {
	case flow.DevicesChanged:
		s.screen.Devices(e.Devices)
	case flow.CardInserted, flow.CardRemoved:
		select {
		case s.came <- struct{}{}:
		default: // it is looked for anyway
		}
	}
}

// followCards reads whose card is in the reader, as programs do: hospital software that
// reads it, too, is not disturbed.
func (s *Station) followCards(ctx context.Context) {
	var last visit.PID
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.came:
		}
		var of visit.PID
		if in, mute := s.Cards.Patient(); in.Insertion != 0 && !mute && s.Config.Station.OnCard != visit.OnCardOff {
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
func (s *Station) Operators() ([]desk.Operator, error) {
	all, err := s.Store.Operators()
	if len(all) > 0 {
		return all, nil
	}
	return nil, err
}

// SignIn looks at a PIN.
func (s *Station) SignIn(id desk.OperatorID, pin desk.PIN) (token string, o desk.Operator, err error) {
	return s.sessions.SignIn(id, pin, s.Machine)
}

// Of returns who works with that token now.
func (s *Station) Of(token string) (desk.Operator, error) { return s.sessions.Of(token, s.Machine) }

// SignOut ends a session.
func (s *Station) SignOut(token string) { s.sessions.SignOut(token) }

// OfCard returns whom a card names.
func (s *Station) OfCard(holder visit.PID) (desk.Operator, error) {
	return s.Store.OperatorOfCard(holder)
}
