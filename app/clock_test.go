package app

import (
	"testing"
	"time"

	"authenkiosk/visit/flow"
)

func TestTheClockIsBelievedAsFarAsItsTwoWitnessesBearItOut(t *testing.T) {
	base := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	first, second := base.Add(-time.Second), base.Add(time.Hour)
	type look struct {
		wall     time.Duration // since base
		elapsed  time.Duration
		skew     time.Duration
		known    bool
		answered time.Time
		want     flow.DeviceState
	}
	for _, c := range []struct {
		name  string
		looks []look
	}{
		{"NHSO has not answered and nothing jumps", []look{
			{0, 0, 0, false, time.Time{}, flow.DeviceUnknown},
			{time.Hour, time.Hour, 0, false, time.Time{}, flow.DeviceUnknown},
		}},
		{"NHSO agrees", []look{{0, 0, 20 * time.Second, true, first, flow.DeviceReady}}},
		{"NHSO is ten minutes ahead", []look{{0, 0, 10 * time.Minute, true, first, flow.DeviceDown}}},
		{"NHSO is a day behind", []look{{0, 0, -24 * time.Hour, true, first, flow.DeviceDown}}},
		{"somebody sets the clock to tomorrow while NHSO is away", []look{
			{0, 0, 0, false, time.Time{}, flow.DeviceUnknown},
			{24 * time.Hour, time.Second, 0, false, time.Time{}, flow.DeviceDown},
			{time.Second, 2 * time.Second, 0, false, time.Time{}, flow.DeviceUnknown},
		}},
		{"the clock is set wrong after NHSO's answer, and NHSO says so", []look{
			{0, 0, 0, true, first, flow.DeviceReady},
			{time.Hour, time.Second, 0, true, first, flow.DeviceDown},
			{time.Hour, time.Minute, -time.Hour, true, second, flow.DeviceDown},
		}},
		{"a wrong clock is set right, and NHSO bears it out", []look{
			{0, 0, time.Hour, true, first, flow.DeviceDown},
			{time.Hour, time.Second, time.Hour, true, first, flow.DeviceReady},
			{time.Hour, time.Minute, 0, true, second, flow.DeviceReady},
		}},
		{"a clock that woke up wrong is set right, and nobody can bear it out", []look{
			{0, 0, 0, false, time.Time{}, flow.DeviceUnknown},
			{24 * time.Hour, time.Second, 0, false, time.Time{}, flow.DeviceDown},
			{24*time.Hour + 4*time.Minute, 4 * time.Minute, 0, false, time.Time{}, flow.DeviceDown},
			{24*time.Hour + 6*time.Minute, 6 * time.Minute, 0, false, time.Time{}, flow.DeviceUnknown},
			{24*time.Hour + 7*time.Minute, 7 * time.Minute, 0, false, time.Time{}, flow.DeviceUnknown},
		}},
		{"a small correction of the clock is nothing", []look{
			{0, 0, 0, true, first, flow.DeviceReady},
			{4 * time.Minute, time.Second, 0, true, first, flow.DeviceReady},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var g clockGuard
			for i, l := range c.looks {
				if got := g.look(base.Add(l.wall), l.elapsed, l.skew, l.known, l.answered); got != l.want {
					t.Errorf("look %d: %v, want %v", i, got, l.want)
				}
			}
		})
	}
}
