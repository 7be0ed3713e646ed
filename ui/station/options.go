package station

import (
	"context"
	"image"
	"time"

	"authenkiosk/app/setup"
	"authenkiosk/desk"
	"authenkiosk/desk/sheet"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

// Options are what a station shows and stands on. All are needed, but those that say
// otherwise.
type Options struct {
	Unit, HCode string
	Zone        visit.Zone
	Version     string   // of the program
	Machine     string   // as holds and the audit name it
	Languages   []string // the first is shown first
	OnCard      visit.OnCard

	Desk   desk.Desk
	Others []Other // machines whose visits are shown beside those of this one
	Door   Door
	// DemoOperator is somebody made up who may sign in with DemoPIN; empty: nobody is.
	DemoOperator, DemoPIN string
	Idle                  time.Duration // nobody has touched the station: the operator is signed out

	// Send tells the flow what the operator does at the page for a new visit.
	Send func(flow.Event)
	// Preview returns the picture of the camera, nil without one, and whether it is new.
	Preview func() (image.Image, bool)

	Now   func() time.Time
	NewID func() visit.ID // of an item
	// Beside does work away from the window, and calls then on the goroutine of the window
	// when it is done.
	Beside func(work func(context.Context), then func())
	// Later calls on the goroutine of the window after a while.
	Later  func(time.Duration, func())
	Copy   func(text string) // to the clipboard
	Copied func() string     // what is in the clipboard
	// Save keeps a file where the operator finds it, and returns where; nil: no file can be
	// kept.
	Save func(name string, data []byte) (path string, err error)
	// PDF makes a page of those lines; PrintPage prints it, and is nil where nothing prints.
	PDF       func([]sheet.Line) ([]byte, error)
	PrintPage func(context.Context, []sheet.Line) error
	TestPrint func(context.Context) error // prints a test page; nil where nothing prints
	Shows     func(page string)           // hears the name of the page that is shown

	Settings *Settings // of this machine; nil: they are not changed here
}

// Other is another machine that has visits.
type Other struct {
	Machine string    // its name
	Desk    desk.Desk // not asked while Who returns an error
	// Who returns who works there with a token of this station, without waiting for anybody, or
	// an error with desk.NotSignedIn.
	Who func(token string) (desk.Operator, error)
}

// Settings let an administrator change what the machine stands on.
type Settings struct {
	// Open begins with what holds now. who names the administrator for as long as they are
	// signed in; do does the effects, on any goroutine.
	Open func(who func() (rules.OperatorID, error)) (m setup.Model, do func(context.Context, setup.Effect, func(setup.Event)), err error)
	// Restart starts the station anew, with what was set.
	Restart func()
}

// Door lets operators in at this machine, and has who they are. It is safe for concurrent use.
type Door interface {
	// Operators returns who there is.
	Operators() ([]rules.Operator, error)
	// SignIn looks at a PIN. It returns rules.ErrSignIn or a *rules.LockedError when
	// nobody is let in.
	SignIn(id rules.OperatorID, pin rules.PIN) (token string, o rules.Operator, err error)
	// Of returns who works with that token now, or session.ErrOver.
	Of(token string) (rules.Operator, error)
	// SignOut ends a session.
	SignOut(token string)
	// AddOperator, ResetOperator and DisableOperator change who may sign in, for the administrator
	// who works with that token. They return session.ErrOver, rules.ErrOperatorTaken or a *desk.Error
	// when nothing was changed.
	AddOperator(token string, name visit.Name, role rules.Role, pin rules.PIN) error
	ResetOperator(token string, id rules.OperatorID, pin rules.PIN) error
	DisableOperator(token string, id rules.OperatorID) error
	// OfCard returns whom a card names, which proves nothing.
	OfCard(holder visit.PID) (rules.Operator, error)
}
