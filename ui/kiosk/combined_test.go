package kiosk

import (
	"slices"
	"testing"

	"authenkiosk/ui/draw"
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
				if k := (&scene{Kiosk: k, m: s.model}); cancels && k.endsByDone() {
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
