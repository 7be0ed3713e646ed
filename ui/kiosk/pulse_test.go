package kiosk

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"authenkiosk/ui/draw"
	"authenkiosk/visit/flow"
)

func TestAScreenOnWhichThePatientWaitsMovesEverySecond(t *testing.T) {
	var tried []flow.State
	for _, s := range samples(t) {
		k := shown(t, sampleOptions(), s.model, panels[0])
		if !k.working() || s.model.Help || s.model.Warning {
			continue
		}
		tried = append(tried, s.model.State)
		lit := func() (n []int) {
			for i := range pictureSteps {
				if k.s.Pool[fmt.Sprintf("%s/box/pulse-%d", s.model.State, i)].Piece.(draw.Box).FillColor == k.s.Colors.Accent {
					n = append(n, i)
				}
			}
			return n
		}
		for second := range 40 {
			before := lit()
			k.Tick(noon.Add(time.Duration(second+1) * time.Second))
			if slices.Equal(before, lit()) {
				t.Fatalf("%s: nothing has moved after %d s", s.name, second+1)
			}
		}
	}
	for _, want := range []flow.State{flow.Reading, flow.Sending, flow.CertifierCard} {
		if !slices.Contains(tried, want) {
			t.Errorf("%s was not tried", want)
		}
	}
}

func TestTheSecondsOfAWaitAreSaidFromTheThirdOn(t *testing.T) {
	k := shown(t, sampleOptions(), modelOf(t, "sending"), panels[0])
	said := func() bool {
		return slices.Contains(k.Texts(), draw.Plain("ผ่าน\u200bไป 3 วินาที"))
	}
	k.Tick(noon.Add(2 * time.Second))
	if said() {
		t.Error("said too soon")
	}
	k.Tick(noon.Add(3 * time.Second))
	if !said() {
		t.Errorf("not said among %q", k.Texts())
	}
	m := modelOf(t, "sending")
	m.Help = true
	k.Show(m)
	m.Help = false
	k.Show(m)
	if k.Tick(noon.Add(4 * time.Second)); k.waited() != 4 {
		t.Errorf("the help has set the wait to %d s", k.waited())
	}
}
