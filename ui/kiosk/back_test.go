package kiosk

import (
	"testing"

	"authenkiosk/ui/draw"
)

func TestBackIsAlwaysAtTheBottomLeft(t *testing.T) {
	for _, size := range displays {
		k := shown(t, sampleOptions(), welcomeModel(), size)
		for _, s := range samples(t) {
			k.Show(s.model)
			left, _ := k.s.Geo.Pixels(draw.Area{X: draw.Margin, Y: 0, W: 1, H: 1})
			bottom := float32(0)
			for _, x := range k.s.Active {
				if x.Name != "" && x.Origin.Y < k.s.Geo.Unit*(k.s.Geo.H-200) {
					bottom = max(bottom, x.Origin.Y+x.Extent.Height)
				}
			}
			for _, x := range k.s.Active {
				if x.Name == "back" && (x.Origin.X > left.X+1 || x.Origin.Y+x.Extent.Height < bottom-1) {
					t.Errorf("%s on %v: back is at %v, %v", s.name, size, x.Origin, x.Extent)
				}
			}
		}
	}
}
