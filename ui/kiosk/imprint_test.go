package kiosk

import (
	"slices"
	"testing"

	"authenkiosk/visit"
)

func TestEveryScreenNamesTheMachineAndTheProgram(t *testing.T) {
	for _, closed := range []visit.Problem{visit.NoProblem, visit.ConfigWrong} {
		o := sampleOptions()
		o.Closed = closed
		k := shown(t, o, welcomeModel(), panels[0])
		for _, s := range samples(t) {
			k.Show(s.model)
			if !slices.Contains(k.Texts(), "kiosk-opd-1 v1.0.0") {
				t.Errorf("%s: %q", s.name, k.Texts())
			}
		}
	}
	o := sampleOptions()
	o.Machine, o.Version = "", ""
	if k := shown(t, o, welcomeModel(), panels[0]); k.s.Pool["frame/text/imprint"] != nil {
		t.Error("an imprint of nothing")
	}
}
