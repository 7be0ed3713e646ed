//go:build pcscd

package cardreader_test

import (
	"slices"
	"testing"
	"time"

	"authenkiosk/cardreader"
	"authenkiosk/cardreader/virtualcard"
)

// TestPCSCDPlan measures this package and the plan that reads field by field on
// the real card service, and prints the ratios with -v.
func TestPCSCDPlan(t *testing.T) {
	r := newOverVpcd(t)
	m := watchEmpty(t, r, cardreader.Options{})
	for _, s := range []speed{{name: "no line time", atr: virtualcard.ATRFast}, speeds[0], speeds[3]} {
		card := makeCard(t, virtualcard.Adult(), virtualcard.WithATR(s.atr), virtualcard.WithProfile(s.profile))
		r.insert(t, vpcdFirst, card)
		expect[cardreader.Inserted](t, m)
		line, err := r.service().Connect(vpcdFirst)
		must(t, err)
		must(t, line.Begin())
		began := time.Now()
		c := clocked{card, line, func() time.Duration { return time.Since(began) }}
		var ratios [3][]float64
		var got, plan times
		repeats := 3
		if s.profile.PerByte == 0 {
			repeats = 101 // times of a millisecond scatter
		}
		for range repeats {
			plan, _ = c.fieldByField(t)
			got, _ = c.ours(t)
			ratios[0] = append(ratios[0], ratio(got.identity, plan.identity))
			ratios[1] = append(ratios[1], ratio(got.text, plan.text))
			ratios[2] = append(ratios[2], ratio(got.all, plan.all))
		}
		for _, r := range ratios {
			slices.Sort(r)
		}
		t.Logf("%-12s identity %.2f, text %.2f, all %.2f (medians of %d)", s.name,
			ratios[0][repeats/2], ratios[1][repeats/2], ratios[2][repeats/2], repeats)
		t.Log(row("plan", plan), row("ours", got))
		must(t, line.End())
		must(t, line.Close())
		r.remove(t, vpcdFirst)
		expect[cardreader.Removed](t, m)
	}
}
