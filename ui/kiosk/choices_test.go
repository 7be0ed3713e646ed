package kiosk

import (
	"testing"

	"authenkiosk/ui/draw"
	"authenkiosk/visit/flow"
)

// The flow counts what a patient can choose, and so do the screens, which do not know
// the flow.
func TestWhatAPatientChoosesIsWhatIsDrawn(t *testing.T) {
	for got, want := range map[draw.Contrast]flow.Contrast{
		draw.ContrastLight: flow.ContrastLight, draw.ContrastDark: flow.ContrastDark, draw.ContrastBlackYellow: flow.ContrastBlackYellow,
	} {
		if int(got) != int(want) {
			t.Errorf("contrast %v is drawn as %v", want, got)
		}
	}
	for got, want := range map[draw.TextSize]flow.TextSize{
		draw.TextNormal: flow.TextNormal, draw.TextLarge: flow.TextLarge, draw.TextLarger: flow.TextLarger, draw.TextLargest: flow.TextLargest,
	} {
		if int(got) != int(want) {
			t.Errorf("size %v is drawn as %v", want, got)
		}
	}
}
