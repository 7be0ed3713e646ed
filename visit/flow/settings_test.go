package flow

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"authenkiosk/visit"
)

// The settings of a patient are a machine of their own beside the way: with them
// the walk would have many times as many models. What holds the two together is
// checked: no step of the way looks at the settings (checkOpaque, on every pair of
// model and event), and in each scene every value of the settings is followed
// through every event (followSettings).

// marked are settings that differ from those of the start in everything.
var marked = Prefs{Language: "en", TextSize: TextLarger, Contrast: ContrastBlackYellow}

// checkOpaque does a step again with other settings and demands that nothing else
// comes of it. The settings stay, or end with the session, or are what was tapped.
func checkOpaque(w *world, e Event, next *world, effects []Effect) error {
	other := *w
	other.m.Prefs, other.m.Help, other.m.Coming = marked, true, true
	then, too := advance(other, e)
	kept := then.m.Prefs == marked && next.m.Prefs == w.m.Prefs
	ended := then.m.Prefs == Prefs{} && next.m.Prefs == Prefs{}
	if !kept && !ended && !isSetting(e) {
		return errors.New("a step sets a patient's settings")
	}
	if !slices.EqualFunc(too, effects, alikeButWords) {
		return errors.New("what is done depends on the settings")
	}
	then.m.Prefs, then.m.Help, then.m.Coming = next.m.Prefs, next.m.Help, next.m.Coming
	if !then.same(next) && then.whole() != next.whole() {
		return errors.New("a step depends on the settings")
	}
	return nil
}

// alikeButWords reports whether two effects are the same, but for the language of a slip.
func alikeButWords(a, b Effect) bool {
	if save, is := a.(SaveVisit); is {
		return reflect.DeepEqual(save, b)
	}
	p, is := a.(PrintSlip)
	q, too := b.(PrintSlip)
	if !is || !too {
		return a == b
	}
	p.Slip.Language, q.Slip.Language = "", ""
	return p == q
}

// settings are the taps that change the patient's settings and nothing else.
var settings = []Event{TapHelp{}, TapLanguage{"en"}, TapLanguage{"th"}, TapTextSize{}, TapContrast{}}

func isSetting(e Event) bool {
	switch e.(type) {
	case TapHelp, HelpComing, TapLanguage, TapTextSize, TapContrast:
		return true
	}
	return false
}

// The settings alone: two languages and the unit's first one, four sizes, three themes,
// each reached from every other one, and nothing but its own touch changes one.
func TestEveryTouchOfTheSettingsChangesOneOfThem(t *testing.T) {
	seen, queue, pairs := map[Prefs]bool{{}: true}, []Prefs{{}}, 0
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		for _, e := range append([]Event{Touched{}, TapConfirm{}, TapClose{}, CardRemoved{}}, settings...) {
			pairs++
			next := p.Step(e)
			want := p
			switch e := e.(type) {
			case TapLanguage:
				want.Language = e.Language
			case TapTextSize:
				want.TextSize = next.TextSize
			case TapContrast:
				want.Contrast = next.Contrast
			}
			if next != want || next.TextSize >= textSizeCount || next.Contrast >= contrastCount {
				t.Fatalf("%+v, event %T%+v: %+v", p, e, e, next)
			}
			if !seen[next] {
				seen[next] = true
				queue = append(queue, next)
			}
		}
	}
	if want := 3 * int(textSizeCount) * int(contrastCount); len(seen) != want {
		t.Errorf("%d settings, want %d", len(seen), want)
	}
	t.Logf("%d settings, %d pairs of settings and event", len(seen), pairs)
}

// scene is what of a world could bear on how settings begin and end: all that
// keeps time, and who is there.
type scene struct {
	state                             State
	method                            visit.Method
	timers                            [timerCount]bool
	warning, cardIn, waiting, session bool
	forgotten                         bool
	certifier                         bool
}

func sceneOf(w *world) scene {
	return scene{
		w.m.State, w.m.Session.Method, w.timers, w.m.Warning, w.m.CardIn, !w.m.Waiting.IsZero(), !w.m.Session.Insertion.IsZero(),
		w.m.Forgotten, !w.m.Session.Certifier.Insertion.IsZero(),
	}
}

// followSettings goes through every event of a scene with every value of the
// settings that taps can make.
func followSettings(w world, events []Event) (pairs int, err error) {
	w.timers[TimerPrefs] = w.timers[TimerPrefs] || w.m.State == Welcome
	begin := w
	begin.m.Prefs, begin.m.Help, begin.m.Coming = Prefs{}, false, false
	type value struct {
		p            Prefs
		help, coming bool
	}
	known := map[value]bool{{}: true}
	queue := []value{{}}
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		at := begin
		at.m.Prefs, at.m.Help, at.m.Coming = v.p, v.help, v.coming
		for _, e := range events {
			pairs++
			next, effects := advance(at, e)
			if err := errors.Join(checkStep(&at.m, e, &next.m, effects), checkTimeLimit(&next)); err != nil {
				return pairs, fmt.Errorf("%v with %+v, event %T%+v: %w", at.m.State, v, e, e, err)
			}
		}
		for _, e := range append([]Event{HelpComing{}}, settings...) {
			pairs++
			next, _ := advance(at, e)
			if err := checkSetting(&at, e, &next); err != nil {
				return pairs, fmt.Errorf("%v with %+v, event %T%+v: %w", at.m.State, v, e, e, err)
			}
			if n := (value{next.m.Prefs, next.m.Help, next.m.Coming}); !known[n] {
				known[n] = true
				queue = append(queue, n)
			}
		}
	}
	return pairs, nil
}

func checkSetting(w *world, e Event, next *world) error {
	if err := checkTimeLimit(next); err != nil {
		return err
	}
	if w.m.Warning && (next.m.Prefs != w.m.Prefs || next.m.Help != w.m.Help) {
		return errors.New("a tap on the warning changes what lies under it")
	}
	then := *next
	then.m.Prefs, then.m.Help, then.m.Coming, then.m.Warning, then.timers = w.m.Prefs, w.m.Help, w.m.Coming, w.m.Warning, w.timers
	if !then.same(w) && then.whole() != w.whole() {
		return errors.New("a setting changes more than itself")
	}
	return nil
}
