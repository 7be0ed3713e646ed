package ui

import "testing"

func TestBackIsAlwaysAtTheBottomLeft(t *testing.T) {
	for _, size := range displays {
		k := shown(t, sampleOptions(), welcomeModel(), size)
		for _, s := range samples(t) {
			k.Show(s.model)
			left, _ := k.s.geo.pixels(area{margin, 0, 1, 1})
			bottom := float32(0)
			for _, x := range k.s.active {
				if x.name != "" && x.pos.Y < k.s.geo.unit*(k.s.geo.h-200) {
					bottom = max(bottom, x.pos.Y+x.size.Height)
				}
			}
			for _, x := range k.s.active {
				if x.name == "back" && (x.pos.X > left.X+1 || x.pos.Y+x.size.Height < bottom-1) {
					t.Errorf("%s on %v: back is at %v, %v", s.name, size, x.pos, x.size)
				}
			}
		}
	}
}
