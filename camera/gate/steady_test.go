package gate

import (
	"testing"
	"time"
)

func TestSteady(t *testing.T) {
	const step = 200 * time.Millisecond
	ok := func(n int) []Verdict {
		all := make([]Verdict, n)
		return all
	}
	for _, c := range []struct {
		name     string
		verdicts []Verdict
		step     time.Duration
		ready    bool
		hint     Verdict
	}{
		{"nothing yet", nil, step, false, NoFace},
		{"good for less than a second", ok(5), step, false, OK},
		{"good for a second", ok(6), step, true, OK},
		{"a slow camera needs some pictures all the same", ok(3), 900 * time.Millisecond, false, OK},
		{"a slow camera with enough pictures", ok(4), 900 * time.Millisecond, true, OK},
		{"one lost picture in between is forgiven", append(ok(3), append([]Verdict{NoFace}, ok(3)...)...), step, true, OK},
		{"two lost pictures begin it anew", append(ok(5), append([]Verdict{NoFace, NoFace}, ok(2)...)...), step, false, OK},
		{"ready stays over one bad picture", append(ok(6), TooDark), step, true, OK},
		{"ready ends with two", append(ok(6), TooDark, TooDark), step, false, TooDark},
		{"two different bad ones end it too, and leave the hint", append(ok(6), TooDark, Blurred), step, false, OK},
		{"every second picture is bad", []Verdict{OK, Blurred, OK, Blurred, OK, Blurred}, step, false, NoFace},
		{"off centre is not counted", []Verdict{OffCentre, OffCentre, OffCentre, OffCentre, OffCentre, OffCentre, OffCentre}, step, false, OffCentre},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, at := NewSteady(time.Second), time.Unix(1000, 0)
			for _, v := range c.verdicts {
				s = s.Next(v, at)
				at = at.Add(c.step)
			}
			if s.Ready() != c.ready || s.Hint() != c.hint {
				t.Errorf("ready %v, hint %v; wanted %v, %v", s.Ready(), s.Hint(), c.ready, c.hint)
			}
		})
	}
}

func TestAGapOrAClockThatGoesBackBeginsItAnew(t *testing.T) {
	for _, jump := range []time.Duration{4 * time.Second, -time.Second} {
		s, at := NewSteady(time.Second), time.Unix(1000, 0)
		for range 10 {
			s = s.Next(OK, at)
			at = at.Add(200 * time.Millisecond)
		}
		if !s.Ready() {
			t.Fatal("not ready")
		}
		if s = s.Next(OK, at.Add(jump)); s.Ready() {
			t.Errorf("still ready after %v", jump)
		}
	}
}

func TestNextLeavesTheOldValueAsItWas(t *testing.T) {
	old := NewSteady(time.Second)
	_ = old.Next(OK, time.Unix(1000, 0))
	if old != NewSteady(time.Second) {
		t.Error("it changed")
	}
}
