package station

import (
	"context"
	"testing"

	"fyne.io/fyne/v2"

	"authenkiosk/app/setup"
	rules "authenkiosk/visit/desk"
)

// setting is what the page asks of the machine.
type setting struct {
	done []setup.Effect
	who  func() (rules.OperatorID, error)
	tell func(setup.Event)
	ctx  context.Context // of what was asked last
}

func withSettings(w *world) *setting {
	s := &setting{}
	w.o.Settings = &Settings{
		Open: func(who func() (rules.OperatorID, error)) (setup.Model, func(context.Context, setup.Effect, func(setup.Event)), error) {
			s.who = who
			values := map[string]string{"unit.hcode": "12345", "unit.name": "โรงพยาบาล", "nhso.zone": "test", "kiosk.languages": "th,en"}
			return setup.New(setup.Station, true, values, setup.Known{}), func(ctx context.Context, e setup.Effect, tell func(setup.Event)) {
				s.done, s.tell, s.ctx = append(s.done, e), tell, ctx
			}, nil
		},
		Restart: func() {},
	}
	w.set = &settings{s: w.Station}
	w.pages = append(w.pages, w.set)
	return s
}

func TestSettingsAreForAdministratorsAlone(t *testing.T) {
	for _, c := range []struct {
		role rules.Role
		may  bool
	}{{rules.Staff, false}, {rules.Lead, false}, {rules.Administrator, true}} {
		w := newWorld(t, "notice", rules.Staff, rules.Lead, rules.Administrator)
		withSettings(w)
		w.signInAs(c.role)
		if w.has("page-settings") != c.may {
			t.Errorf("%s: %q", c.role, w.texts())
		}
	}
}

func TestASettingIsSavedForWhoeverIsSignedInAndNobodyElse(t *testing.T) {
	w := newWorld(t, "notice", rules.Administrator)
	s := withSettings(w)
	w.signInAs(rules.Administrator)
	w.tap("page-settings")
	if w.ScreenName() != "settings" {
		t.Fatal(w.ScreenName())
	}
	if id, err := s.who(); err != nil || id != w.ids[string(rules.Administrator)] {
		t.Errorf("%v, %v", id, err)
	}
	w.set.screen.First().TypedRune('9') // 912345 is no code
	w.signOut("")
	if _, err := s.who(); err == nil {
		t.Error("somebody who has signed out is still named")
	}
	before := len(s.done)
	w.signInAs(rules.Administrator)
	w.tap("page-settings")
	widgets, _ := w.Layout()
	for _, o := range widgets {
		if o.Name == "restart" {
			t.Error("something was saved")
		}
	}
	if len(s.done) <= before {
		t.Error("the page was not opened anew")
	}
}

// A reader that is tried waits for cards: those of patients, once nobody looks at it any more.
func TestWhatIsTriedAtASettingEndsWithItsPage(t *testing.T) {
	for name, leave := range map[string]func(*world){
		"signed out":   func(w *world) { w.signOut("") },
		"another page": func(w *world) { w.key(fyne.KeyF2) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "notice", rules.Administrator)
			s := withSettings(w)
			w.signInAs(rules.Administrator)
			w.tap("page-settings")
			w.key(fyne.KeyF10) // the language is no other page
			if s.ctx.Err() != nil {
				t.Fatal("it has ended already")
			}
			leave(w)
			<-s.ctx.Done() // by a goroutine of its own
			w.signOut("")
			w.signInAs(rules.Administrator)
			w.tap("page-settings")
			if s.ctx.Err() != nil {
				t.Error("nothing can be tried the next time")
			}
		})
	}
}

func TestAScanLeadsNotAwayFromWhatIsTypedAtASetting(t *testing.T) {
	w := newWorld(t, "notice", rules.Administrator)
	withSettings(w)
	w.signInAs(rules.Administrator)
	w.tap("page-settings")
	w.set.screen.First().TypedRune('9')
	screen := w.set.screen
	w.window.Canvas().Unfocus()
	w.scanner("V-ABC-123-456")
	if w.ScreenName() != "settings" || w.set.screen != screen {
		t.Errorf("the page is %q", w.ScreenName())
	}
}
