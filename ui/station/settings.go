package station

import (
	"context"

	"fyne.io/fyne/v2"

	"authenkiosk/app/setup"
	"authenkiosk/desk/session"
	ui "authenkiosk/ui/setup"
	rules "authenkiosk/visit/desk"
)

// settings is the page on which an administrator changes what the machine stands on. It is
// the wizard of the first start without its beginning and its end.
type settings struct {
	s      *Station
	screen *ui.Screen         // nil: the page was not opened yet
	leave  context.CancelFunc // ends what is tried there; nil: as screen
}

func (p *settings) name() string            { return "settings" }
func (p *settings) key() shortcut           { return shortcut{fyne.Key3, true} }
func (p *settings) badge() int              { return 0 }
func (p *settings) typed(fyne.KeyName) bool { return false }
func (p *settings) look()                   {}
func (p *settings) back()                   {}

// forget drops what was typed, and ends what is tried: a reader waits for cards, which would
// be those of patients.
func (p *settings) forget() {
	if p.leave != nil {
		p.leave()
	}
	p.screen, p.leave = nil, nil
}

func (p *settings) first() fyne.Focusable {
	if p.screen == nil {
		return nil
	}
	return p.screen.First()
}

func (p *settings) build() fyne.CanvasObject {
	if p.screen == nil {
		p.open()
	}
	if p.screen == nil {
		return wrapped(p.s.say.Say("station.error.failed"))
	}
	p.screen.Language(p.s.say.Lang)
	return p.screen.Content()
}

// open begins with what holds now, for whoever is signed in now.
func (p *settings) open() {
	s, token, turn := p.s, p.s.token, p.s.turn
	who := func() (rules.OperatorID, error) {
		o, err := s.o.Door.Of(token)
		if err == nil && !rules.Allowed(o.Role, rules.SetMachine) {
			err = session.ErrOver
		}
		return o.ID, err
	}
	m, do, err := s.o.Settings.Open(who)
	if err != nil {
		return
	}
	shown, leave := context.WithCancel(context.Background())
	p.leave = leave
	p.screen, err = ui.New(ui.Options{
		Model: m, Language: s.say.Lang, Key: s.typedKey, Shortcut: s.withCtrl, Held: &s.held, Touched: s.touched, Later: s.o.Later,
		Do: func(e setup.Effect, tell func(setup.Event)) {
			s.o.Beside(func(ctx context.Context) {
				if _, err := who(); err != nil {
					return // they have left meanwhile
				}
				ctx, end := context.WithCancel(ctx)
				context.AfterFunc(shown, end)
				do(ctx, e, func(told setup.Event) {
					s.o.Later(0, func() {
						if turn == s.turn {
							tell(told)
						}
					})
				})
			}, func() {})
		},
		Begin: func(bool) { s.o.Settings.Restart() },
	})
	if err == nil && s.window != nil {
		p.screen.Within(s.window)
	}
}
