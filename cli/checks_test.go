package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/cardreader"
)

// takes is a check that comes back after that time, or says that it was told to end.
func takes(name, uses string, d time.Duration) check {
	return check{name, uses, func(ctx context.Context) []finding {
		select {
		case <-time.After(d):
			return []finding{{name, FindingOK, "fine"}}
		case <-ctx.Done():
			return []finding{{name, FindingFailed, ctx.Err().Error()}}
		}
	}}
}

// hangs is a check that nobody can end, until the test does.
func hangs(name, uses string, until <-chan struct{}) check {
	return check{name, uses, func(context.Context) []finding {
		<-until
		return []finding{{name, FindingOK, "too late"}}
	}}
}

func TestWhatHangsIsBlamedAloneAndTakesNobodysTime(t *testing.T) {
	for _, c := range []struct {
		name   string
		checks func(until <-chan struct{}) []check
		want   []string // states, in the order of the checks
		after  time.Duration
	}{
		{
			"all is well",
			func(<-chan struct{}) []check {
				return []check{takes("reader", "", time.Second), takes("printer", "printer", 2*time.Second), takes("NHSO", "", 3*time.Second)}
			},
			[]string{FindingOK, FindingOK, FindingOK},
			3 * time.Second,
		},
		{
			"a printer that answers nothing, before an NHSO that takes its time",
			func(<-chan struct{}) []check {
				return []check{takes("printer", "", time.Hour), takes("camera", "", time.Hour), takes("NHSO", "", 14*time.Second)}
			},
			[]string{FindingFailed, FindingFailed, FindingOK},
			checkLimit,
		},
		{
			"a driver that hangs for ever",
			func(until <-chan struct{}) []check {
				return []check{hangs("reader", "", until), takes("NHSO", "", time.Second)}
			},
			[]string{FindingFailed, FindingOK},
			checkLimit + checkGrace,
		},
		{
			"checks of one device, each with its own time",
			func(<-chan struct{}) []check {
				return []check{takes("printer", "printer", 10*time.Second), takes("NHSO", "", time.Second), takes("slips", "printer", 10*time.Second)}
			},
			[]string{FindingOK, FindingOK, FindingOK},
			20 * time.Second,
		},
		{
			"nothing is tried on a device that hangs",
			func(until <-chan struct{}) []check {
				return []check{hangs("printer", "printer", until), takes("NHSO", "", time.Second), takes("slips", "printer", 0), takes("paper", "printer", 0)}
			},
			[]string{FindingFailed, FindingOK, FindingSkipped, FindingSkipped},
			checkLimit + checkGrace,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				until := make(chan struct{})
				defer close(until)
				checks := c.checks(until)
				began := time.Now()
				found := examine(t.Context(), checks)
				var names, states []string
				for _, f := range found {
					names, states = append(names, f.Check), append(states, f.State)
				}
				if !slices.Equal(states, c.want) {
					t.Errorf("%v, want %v: %+v", states, c.want, found)
				}
				if !slices.EqualFunc(names, checks, func(name string, c check) bool { return name == c.name }) {
					t.Errorf("the order is %v", names)
				}
				if took := time.Since(began); took != c.after {
					t.Errorf("it took %s, want %s", took, c.after)
				}
			})
		})
	}
}

func TestAnEndOfTheProgramEndsTheChecks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		until := make(chan struct{})
		defer close(until)
		began := time.Now()
		examine(ctx, []check{takes("NHSO", "", time.Hour), hangs("reader", "", until)})
		if took := time.Since(began); took != time.Second+checkGrace {
			t.Errorf("it took %s", took)
		}
	})
}

func TestALookThatChecksShareIsMadeOnceAndHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		s := newShared(func() int { looks++; time.Sleep(time.Minute); return 7 })
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.get(short); err == nil {
			t.Error("a check waited for more than its time")
		}
		for range 2 {
			if n, err := s.get(t.Context()); n != 7 || err != nil {
				t.Errorf("%d, %v", n, err)
			}
		}
		if looks != 1 {
			t.Errorf("%d looks", looks)
		}
	})
}

func TestDoctorSaysWhatToInstallForTheCardService(t *testing.T) {
	denied := fmt.Errorf("establish context: %w (8010006A)", cardreader.ErrDenied)
	down := fmt.Errorf("establish context: %w (8010001D)", cardreader.ErrServiceDown)
	for _, c := range []struct {
		err          error
		system, want string
	}{
		{denied, "linux", "apt-get install polkitd"},
		{denied, "linux", "50-authenkiosk.rules"},
		{denied, "windows", "refuses"},
		{down, "linux", "apt-get install pcscd"},
		{down, "windows", "SCardSvr"},
		{cardreader.ErrComm, "linux", "does not answer"},
	} {
		if got := serviceAdvice(c.err, c.system); !strings.Contains(got, c.want) {
			t.Errorf("%v on %s: %q, want %q", c.err, c.system, got, c.want)
		}
	}
}

func TestAStoreThatOpensSlowlyIsNotSaidToBeInUse(t *testing.T) {
	for opens, want := range map[time.Duration]string{20 * time.Second: FindingOK, time.Hour: FindingSkipped} {
		synctest.Test(t, func(t *testing.T) {
			opening := true
			visits := newShared(func() visitCount {
				time.Sleep(opens)
				opening = false
				return visitCount{}
			})
			got := examine(t.Context(), []check{
				{"visits", usesData, func(ctx context.Context) []finding { return []finding{visitsFinding(visits.get(ctx))} }},
				{"agent", usesData, whenCounted(visits, func(context.Context) []finding {
					if opening {
						return []finding{{"agent", FindingFailed, "in use"}}
					}
					return []finding{{"agent", FindingOK, "fine"}}
				})},
			})
			if len(got) != 2 || got[0].State != FindingFailed || got[1].State != want {
				t.Errorf("%s: %+v, want the agent %s", opens, got, want)
			}
			time.Sleep(opens)
		})
	}
}
