package kiosk

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"authenkiosk/ui/draw"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// A warning that nobody sees lets the screen vanish from under somebody's eyes.
func TestAWarningIsSeenAndAnsweredWhateverElseIsOnTheScreen(t *testing.T) {
	for _, size := range displays {
		k := shown(t, sampleOptions(), welcomeModel(), size)
		for _, s := range samples(t) {
			if !hasWarning(s.model.State) {
				continue
			}
			for _, help := range []bool{false, true} {
				s.model.Warning, s.model.Help = true, help
				k.Show(s.model)
				if !slices.ContainsFunc(k.s.Active, func(x *draw.Target) bool { return x.Name == "more-time" }) {
					t.Errorf("%s on %v, help %t: nothing gives more time", s.name, size, help)
				}
				cancels := slices.Contains(k.Texts(), draw.Plain(k.speaker().Say("idle.stop")))
				if cancels && endsByDone(s.model.State) {
					t.Errorf("%s on %v, help %t: cancel reads as if it took back what is over", s.name, size, help)
				}
				checkLayout(t, s.name+" with a warning", k, size)
			}
		}
	}
}

// hasWarning reports whether the flow warns in that state.
func hasWarning(s flow.State) bool {
	m, _ := flow.Step(flow.Model{Way: flow.Way{State: s}}, flow.TimerFired{Timer: flow.TimerIdle})
	return m.Warning
}

func TestWhatComesWhileTheHelpIsOpenIsNotHiddenByIt(t *testing.T) {
	n := fullSession(t).Insertion.Number
	sent := func(p *patient) {
		p.insert(fullSession(t).Phone)
		p.tap("confirm")
		p.tell(flow.VisitSaved{Number: n})
	}
	for _, c := range []struct {
		name   string
		before func(*patient)
		comes  flow.Event
		want   flow.State
	}{
		{"the code", sent, flow.VisitDone{Number: n, Code: sampleCode, IssuedAt: noon}, flow.Result},
		{"the receipt", sent, flow.VisitQueued{Number: n}, flow.Queued},
		{"a refusal", sent, flow.VisitRefused{Number: n, Problem: visit.NHSORefusedVisit}, flow.Desk},
		{"the card is pulled", func(p *patient) { p.insert(visit.Phone{}) }, flow.CardRemoved{}, flow.CardFault},
	} {
		p := atKiosk(t, panels[0])
		p.m.Unit.Upstream = []visit.Method{visit.MethodCard}
		c.before(p)
		p.tap("help")
		p.tell(c.comes)
		if p.m.State != c.want {
			t.Fatalf("%s: state %v", c.name, p.m.State)
		}
		if p.m.Help {
			t.Errorf("%s comes under the help", c.name)
		}
	}
}

func TestNobodyIsBlamedForACardThatWentWithTheReader(t *testing.T) {
	for _, screen := range []string{"card-fault-reader-gone", "certifier-reader-gone", "certifier-no-reader"} {
		k := shown(t, sampleOptions(), modelOf(t, screen), panels[0])
		said := map[string]bool{}
		k.words.Said = func(key string) { said[key] = true }
		k.draw()
		if !said["problem.reader-missing.title"] || !said["problem.reader-missing.text"] {
			t.Errorf("%s does not say that the reader has gone: %q", screen, k.Texts())
		}
		for key := range said {
			if strings.Contains(key, "card-removed-early") || key == "card-fault.kept" || strings.HasPrefix(key, "certifier.title") {
				t.Errorf("%s says %s", screen, key)
			}
		}
	}
}

func TestACardThatVouchesIsAskedForWhereThereIsAReaderForIt(t *testing.T) {
	for _, screen := range []string{"certifier-no-reader", "certifier-reader-gone"} {
		m := modelOf(t, screen)
		m.Devices.SecondReader = true // the patient's is gone, which nobody needs now
		k := shown(t, sampleOptions(), m, panels[0])
		said := map[string]bool{}
		k.words.Said = func(key string) { said[key] = true }
		k.draw()
		if said["problem.reader-missing.title"] {
			t.Errorf("%s: %q", screen, k.Texts())
		}
	}
}

// A button that changes nothing reads as a kiosk that has stopped.
func TestAUnitOfOneLanguageHasNoButtonForAnother(t *testing.T) {
	for languages, want := range map[string]bool{"th": false, "en": false, "th en": true, "en th": true} {
		for _, closed := range []visit.Problem{visit.NoProblem, visit.ConfigWrong} {
			o := sampleOptions()
			o.Languages, o.Closed = strings.Fields(languages), closed
			for _, size := range displays {
				k := shown(t, o, welcomeModel(), size)
				checkLayout(t, languages, k, size)
				if got := slices.ContainsFunc(k.s.Active, func(x *draw.Target) bool { return x.Name == "language" }); got != want {
					t.Errorf("%s, closed because of %v: a button for the language: %t", languages, closed, got)
				}
			}
		}
	}
}

func TestTheButtonsOfEveryScreenWorkBesideAWarningThatHidesNothing(t *testing.T) {
	n := fullSession(t).Insertion.Number
	for button, works := range map[string]func(flow.Model) bool{
		"language":  func(m flow.Model) bool { return m.Prefs.Language == "en" },
		"text-size": func(m flow.Model) bool { return m.Prefs.TextSize == flow.TextLarge },
		"contrast":  func(m flow.Model) bool { return m.Prefs.Contrast == flow.ContrastDark },
		"help":      func(m flow.Model) bool { return m.Help },
	} {
		p := atKiosk(t, panels[0])
		p.insert(fullSession(t).Phone)
		p.tap("confirm")
		p.tell(flow.VisitSaved{Number: n})
		p.tell(flow.VisitDone{Number: n, Code: sampleCode, IssuedAt: noon})
		p.tell(flow.TimerFired{Timer: flow.TimerIdle})
		if p.m.State != flow.Result || !p.m.Warning {
			t.Fatalf("state %v, warning %t", p.m.State, p.m.Warning)
		}
		p.tap(button)
		if p.m.Warning || !works(p.m) {
			t.Errorf("%s: warning %t, settings %+v, help %t", button, p.m.Warning, p.m.Prefs, p.m.Help)
		}
	}
}

func TestTheWelcomeScreenHasRoomForWhateverIsOutOfOrder(t *testing.T) {
	for _, size := range slices.Concat(panels, turned) {
		k := shown(t, sampleOptions(), welcomeModel(), size)
		for _, lang := range []string{"th", "en"} {
			for text := flow.TextNormal; text <= flow.TextLargest; text += flow.TextLargest {
				for _, nhso := range []visit.DeviceState{visit.DeviceReady, visit.DeviceDown} {
					for _, printer := range []visit.Problem{visit.NoProblem, visit.PrinterNoPaper, visit.PrinterCoverOpen, visit.PrinterUnavailable} {
						for _, left := range []bool{false, true} {
							m := welcomeModel()
							anyWay(&m)
							m.Devices.NHSO, m.Devices.PrinterProblem, m.Left = nhso, printer, left
							if printer != visit.NoProblem {
								m.Devices.Printer = visit.DeviceDown
							}
							m.Prefs = flow.Prefs{Language: lang, TextSize: text}
							said := map[string]bool{}
							k.words.Said = func(key string) { said[key] = true }
							k.Show(m)
							name := fmt.Sprintf("%v, %s, size %d, NHSO %v, printer %v, a card left %t", size, lang, text, nhso, printer, left)
							checkLayout(t, name, k, size)
							if said["welcome.left"] != left || said["welcome.nhso"] != (nhso == visit.DeviceDown) {
								t.Errorf("%s: %q", name, k.Texts())
							}
						}
					}
				}
			}
		}
	}
}

func TestTheLightsHaveRoomWhateverFails(t *testing.T) {
	fails := func(bad bool) visit.DeviceState {
		if bad {
			return visit.DeviceDown
		}
		return visit.DeviceReady
	}
	for _, size := range append(displays[:2:2], turned[0]) {
		k := shown(t, sampleOptions(), welcomeModel(), size)
		for _, lang := range []string{"th", "en"} {
			for n := range 1 << 6 {
				m := modelOf(t, "take-card")
				m.Prefs = flow.Prefs{Language: lang, TextSize: flow.TextLargest}
				states := []*visit.DeviceState{&m.Devices.Storage, &m.Devices.Clock, &m.Devices.NHSO, &m.Devices.Reader, &m.Devices.Printer, &m.Devices.Camera}
				for i, s := range states {
					*s = fails(n>>i&1 == 1)
				}
				k.Show(m)
				name := fmt.Sprintf("%v, %s, %+v", size, lang, m.Devices)
				checkLayout(t, name, k, size)
				for i, light := range []string{"storage", "clock", "nhso", "reader"} {
					p := k.s.Pool["frame/text/light-"+light]
					if there := p != nil && p.Drawing == k.s.Drawing; n>>i&1 == 1 && !there {
						t.Errorf("%s: no light says that %s fails", name, light)
					}
				}
			}
		}
	}
}

// A hand that types looks at the keys, and one that waits touches again.
func TestATouchTooManySendsNothingAndClosesNoCode(t *testing.T) {
	n := fullSession(t).Insertion.Number
	for _, size := range panels {
		typing := atKiosk(t, size)
		typing.insert(visit.Phone{})
		for _, key := range []string{"backspace", "digit-0", "digit-4"} {
			find(t, typing.k, key)
		}
		keys := slices.Clone(typing.k.s.Active)
		for _, d := range samplePhone {
			typing.tap("digit-" + string(d))
		}
		for _, key := range keys {
			if key.Name != "start-again" && key.Name != "help" {
				typing.touch(key, 600*time.Millisecond)
			}
			if typing.m.State != flow.Confirm {
				t.Fatalf("%v: a touch where %s was leads to %v", size, key.Name, typing.m.State)
			}
			typing.k.arrived, typing.k.since = typing.now, typing.now
		}

		waiting := atKiosk(t, size)
		waiting.insert(fullSession(t).Phone)
		waiting.tap("confirm")
		confirm := find(t, shown(t, sampleOptions(), modelOf(t, "confirm"), size), "confirm")
		waiting.tell(flow.VisitSaved{Number: n})
		waiting.tell(flow.VisitDone{Number: n, Code: sampleCode, IssuedAt: noon})
		waiting.touch(confirm, 600*time.Millisecond)
		if waiting.m.State != flow.Result {
			t.Errorf("%v: a touch where \"confirm\" was leads to %v", size, waiting.m.State)
		}
		waiting.tap("done")
		if waiting.m.State != flow.TakeCard {
			t.Errorf("%v: who has seen the code cannot close it: %v", size, waiting.m.State)
		}
	}
}

// touch puts a finger where something was before, so long after the screen has changed.
func (p *patient) touch(was *draw.Target, after time.Duration) {
	p.now = p.now.Add(after)
	x, y := was.Origin.X+was.Extent.Width/2, was.Origin.Y+was.Extent.Height/2
	for _, now := range slices.Backward(p.k.s.Active) {
		if now.Origin.X <= x && x < now.Origin.X+now.Extent.Width && now.Origin.Y <= y && y < now.Origin.Y+now.Extent.Height {
			touchIt(now)
			return
		}
	}
}
