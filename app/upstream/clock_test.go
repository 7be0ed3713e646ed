package upstream

import (
	"testing"
	"time"

	"authenkiosk/visit"
)

func TestTheClockIsBelievedAsFarAsItsTwoWitnessesBearItOut(t *testing.T) {
	base := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	first, second, third := base.Add(-time.Second), base.Add(time.Hour), base.Add(2*time.Hour)
	type look struct {
		wall     time.Duration // since base
		elapsed  time.Duration
		skew     time.Duration
		known    bool
		answered time.Time
		want     visit.DeviceState
	}
	for _, c := range []struct {
		name  string
		looks []look
	}{
		{"NHSO has not answered and nothing jumps", []look{
			{0, 0, 0, false, time.Time{}, visit.DeviceUnknown},
			{time.Hour, time.Hour, 0, false, time.Time{}, visit.DeviceUnknown},
		}},
		{"NHSO agrees", []look{{0, 0, 20 * time.Second, true, first, visit.DeviceReady}}},
		{"NHSO is ten minutes ahead", []look{{0, 0, 10 * time.Minute, true, first, visit.DeviceDown}}},
		{"NHSO is a day behind", []look{{0, 0, -24 * time.Hour, true, first, visit.DeviceDown}}},
		{"somebody sets the clock to tomorrow while NHSO is away", []look{
			{0, 0, 0, false, time.Time{}, visit.DeviceUnknown},
			{24 * time.Hour, time.Second, 0, false, time.Time{}, visit.DeviceDown},
			{time.Second, 2 * time.Second, 0, false, time.Time{}, visit.DeviceUnknown},
		}},
		{"the clock is set wrong after NHSO's answer, and NHSO says so", []look{
			{0, 0, 0, true, first, visit.DeviceReady},
			{time.Hour, time.Second, 0, true, first, visit.DeviceDown},
			{time.Hour, time.Minute, -time.Hour, true, second, visit.DeviceDown},
		}},
		{"a wrong clock is set right, and NHSO bears it out", []look{
			{0, 0, time.Hour, true, first, visit.DeviceDown},
			{time.Hour, time.Second, time.Hour, true, first, visit.DeviceReady},
			{time.Hour, time.Minute, 0, true, second, visit.DeviceReady},
		}},
		{"a clock that woke up wrong is set right, and nobody can bear it out", []look{
			{0, 0, 0, false, time.Time{}, visit.DeviceUnknown},
			{24 * time.Hour, time.Second, 0, false, time.Time{}, visit.DeviceDown},
			{24*time.Hour + 4*time.Minute, 4 * time.Minute, 0, false, time.Time{}, visit.DeviceDown},
			{24*time.Hour + 6*time.Minute, 6 * time.Minute, 0, false, time.Time{}, visit.DeviceUnknown},
			{24*time.Hour + 7*time.Minute, 7 * time.Minute, 0, false, time.Time{}, visit.DeviceUnknown},
		}},
		{"the clock is set wrong between NHSO's answer and the look at it", []look{
			{0, 0, 0, true, first, visit.DeviceReady},
			{24 * time.Hour, time.Minute, 0, true, second, visit.DeviceDown},
			{24*time.Hour + time.Minute, 2 * time.Minute, 0, true, second, visit.DeviceDown},
			{24*time.Hour + 2*time.Minute, 3 * time.Minute, -24 * time.Hour, true, third, visit.DeviceDown},
		}},
		{"a wrong clock is set right between NHSO's answer and the look at it", []look{
			{0, 0, 24 * time.Hour, true, first, visit.DeviceDown},
			{24 * time.Hour, time.Minute, 24 * time.Hour, true, second, visit.DeviceDown},
			{24*time.Hour + time.Minute, 2 * time.Minute, 0, true, third, visit.DeviceReady},
		}},
		{"a small correction of the clock is nothing", []look{
			{0, 0, 0, true, first, visit.DeviceReady},
			{4 * time.Minute, time.Second, 0, true, first, visit.DeviceReady},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var g ClockGuard
			for i, l := range c.looks {
				if got := g.Look(base.Add(l.wall), l.elapsed, Witness{Ahead: l.skew, Known: l.known, answered: l.answered}); got != l.want {
					t.Errorf("look %d: %v, want %v", i, got, l.want)
				}
			}
		})
	}
}

func TestATimeThatCannotBeIsNotBelieved(t *testing.T) {
	base := time.Date(2026, 11, 22, 9, 0, 0, 0, visit.Bangkok)
	built := base.AddDate(0, -2, 0)
	started := base.AddDate(0, -1, 0) // of the certificate
	for _, c := range []struct {
		name string
		wall time.Time
		w    Witness
		want visit.DeviceState
	}{
		{"nothing speaks against it", base, Witness{}, visit.DeviceUnknown},
		{"the battery was dead: 2000", time.Date(2000, 1, 1, 0, 0, 9, 0, visit.Bangkok), Witness{}, visit.DeviceDown},
		{"the battery was dead: 2015", time.Date(2015, 1, 1, 0, 0, 9, 0, visit.Bangkok), Witness{}, visit.DeviceDown},
		{"the year of the Buddhist era", base.AddDate(543, 0, 0), Witness{}, visit.DeviceDown},
		{"before the build, and NHSO agrees", built.AddDate(-1, 0, 0), Witness{Known: true}, visit.DeviceReady},
		{"before NHSO's certificate", started.AddDate(0, 0, -3), Witness{After: started}, visit.DeviceDown},
		{"minutes before NHSO's certificate", started.Add(-time.Minute), Witness{After: started}, visit.DeviceUnknown},
		{"the clock was set since", base, Witness{After: started}, visit.DeviceUnknown},
		{"after NHSO's certificate", base.AddDate(1, 0, 0), Witness{before: base.AddDate(0, 6, 0)}, visit.DeviceDown},
	} {
		g := ClockGuard{built: built}
		if got := g.Look(c.wall, time.Second, c.w); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestSinceWhenTheClockGoesEvenlyIsKnown(t *testing.T) {
	base := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	var g ClockGuard
	for i, l := range []struct {
		wall, elapsed time.Duration
		stood         time.Duration
		set           bool
	}{
		{0, time.Hour, 0, false},
		{time.Hour, 2 * time.Hour, time.Hour, false},
		{time.Hour + 2*time.Minute, 2 * time.Hour, time.Hour, false}, // a small correction
		{25 * time.Hour, 3 * time.Hour, 0, true},
		{26 * time.Hour, 4 * time.Hour, time.Hour, true}, // believed again
		{27 * time.Hour, 5 * time.Hour, 2 * time.Hour, true},
		{3 * time.Hour, 6 * time.Hour, 0, true}, // back
	} {
		g.Look(base.Add(l.wall), l.elapsed, Witness{})
		if stood, set := g.Stood(l.elapsed); stood != l.stood || set != l.set {
			t.Errorf("look %d: %v, set %v, want %v, %v", i, stood, set, l.stood, l.set)
		}
	}
}
