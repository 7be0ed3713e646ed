package ui

import (
	"strings"
	"testing"

	"authenkiosk/visit/flow"
)

// inputs are the pieces into which something is put on a screen, and hints those that
// say what is missing or wrong with it.
var inputs = map[flow.State]struct{ kind, input, hint string }{
	flow.PhoneEntry: {"box", "number", "hint"}, flow.PIDEntry: {"box", "number", "hint"},
	flow.PhotoAim: {"live", "", "hint"}, flow.CertifierCard: {"picture", "picture", "text"},
}

func TestAHintIsAlwaysUnderTheInputOrAtItsLeft(t *testing.T) {
	for _, size := range displays {
		seen := map[flow.State]int{}
		k := shown(t, sampleOptions(), welcomeModel(), size)
		for _, s := range samples(t) {
			want, ok := inputs[s.model.State]
			if !ok {
				continue
			}
			k.Show(s.model)
			page := s.model.State.String()
			p := k.s.pool[page+"/text/"+want.hint]
			if p == nil || p.drawing != k.s.drawing {
				continue // nothing is missing, or the place of the picture says it
			}
			seen[s.model.State]++
			at, work := p.piece.(*text).in.at, k.s.geo
			if at.x+at.w > work.w*0.6 && !work.portrait || at.x > margin+120 {
				t.Errorf("%s on %v: the hint is at %.0f to %.0f of %.0f", s.name, size, at.x, at.x+at.w, work.w)
			}
			if p.piece.(*text).in.style.align != 0 && s.model.State != flow.CertifierCard {
				t.Errorf("%s on %v: the hint is not at the left", s.name, size)
			}
			if b := k.s.pool[page+"/"+want.kind+"/"+want.input]; b != nil && strings.HasPrefix(want.kind, "box") {
				pos, d := b.piece.(box).Position(), b.piece.(box).Size()
				if gap := at.y*work.unit - pos.Y - d.Height; gap < 0 || gap > 30*work.unit {
					t.Errorf("%s on %v: the hint is %.0f px under the input", s.name, size, gap)
				}
			}
		}
		if len(seen) != len(inputs) {
			t.Errorf("%v: hints on %v only", size, seen)
		}
	}
}
