package station

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"authenkiosk/desk"
	rules "authenkiosk/visit/desk"
)

// Changed hears that something is not any more as it was shown, at another machine.
func (s *Station) Changed() { s.behind = true }

// Calls hears who calls for help at another machine. It is shown whoever is signed in, and
// when nobody is; it takes no focus.
func (s *Station) Calls(other int, calls []desk.Call) {
	at := s.owners[other+1]
	if slices.Equal(at.calls, calls) {
		return
	}
	at.calls, at.answer = calls, nil
	s.steady.Do(s.showCalls)
}

// showCalls brings the lines about calls up to date.
func (s *Station) showCalls() {
	if s.page != nil {
		s.frame.refresh()
	} else {
		s.signIn.showCalls()
	}
}

// callLines are those who call, one a line, with the way to answer.
func (s *Station) callLines() (lines []fyne.CanvasObject) {
	for _, at := range s.owners {
		for _, c := range at.calls {
			words := bold(wrapped(s.say.Say("station.call", "Machine", c.Machine, "Screen", s.screenName(c.Screen), "Time", s.clock(c.Since))))
			words.Importance = widget.HighImportance
			line := container.NewBorder(nil, nil, nil, nil, words)
			if s.page != nil && s.mayAt(at, rules.AnswerCall) {
				line = container.NewBorder(nil, nil, nil, s.button("coming-"+c.ID, s.say.Say("station.coming"), func() { s.coming(at, c) }).strong(), words)
			}
			lines = append(lines, line)
		}
		if at.answer != nil {
			lines = append(lines, container.NewHBox(wide(400, wrapped(at.answer.words())), layout.NewSpacer()))
		}
	}
	return lines
}

// screenName is what a screen of a kiosk is called; a newer kiosk has others.
func (s *Station) screenName(screen string) string {
	if key := "station.screen." + screen; s.say.Knows(key) {
		return s.say.Say(key)
	}
	return screen
}

// coming says that whoever is signed in goes there.
func (s *Station) coming(at *owner, c desk.Call) {
	s.ask(at, func(ctx context.Context, d desk.Desk, o desk.Operator) error { return d.Coming(ctx, o, c.ID) }, func(err error) {
		at.calls = slices.DeleteFunc(slices.Clone(at.calls), func(one desk.Call) bool { return one.ID == c.ID })
		if at.answer = nil; err != nil {
			at.answer = func() string { return c.Machine + ": " + s.words(err) }
		}
		s.showCalls()
	})
}
