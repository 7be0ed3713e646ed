package kiosk

import (
	"strings"
	"testing"

	"authenkiosk/ui/draw"
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
			p := k.s.Pool[page+"/text/"+want.hint]
			if p == nil || p.Drawing != k.s.Drawing {
				continue // nothing is missing, or the place of the picture says it
			}
			seen[s.model.State]++
			at, work := p.Piece.(*draw.Text).In.At, k.s.Geo
			if at.X+at.W > work.W*0.6 && !work.Portrait || at.X > draw.Margin+120 {
				t.Errorf("%s on %v: the hint is at %.0f to %.0f of %.0f", s.name, size, at.X, at.X+at.W, work.W)
			}
			if p.Piece.(*draw.Text).In.Style.Align != 0 && s.model.State != flow.CertifierCard {
				t.Errorf("%s on %v: the hint is not at the left", s.name, size)
			}
			if b := k.s.Pool[page+"/"+want.kind+"/"+want.input]; b != nil && strings.HasPrefix(want.kind, "box") {
				pos, d := b.Piece.(draw.Box).Position(), b.Piece.(draw.Box).Size()
				if gap := at.Y*work.Unit - pos.Y - d.Height; gap < 0 || gap > 30*work.Unit {
					t.Errorf("%s on %v: the hint is %.0f px under the input", s.name, size, gap)
				}
			}
		}
		if len(seen) != len(inputs) {
			t.Errorf("%v: hints on %v only", size, seen)
		}
	}
}
