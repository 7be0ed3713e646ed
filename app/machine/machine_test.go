package machine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// diary is a machine whose model is what happened, in words, and whose effects are
// words as well.
type diary = Machine[[]string, string, string]

// play runs a machine in its own time; each word that begins with "do " is an effect.
func play(t *testing.T, do func(m *diary, ctx context.Context, effect string), drive func(m *diary)) (happened []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var m *diary
		m = New(Options[[]string, string, string]{
			Step: func(before []string, e string) (after []string, effects []string) {
				after = append(slices.Clone(before), e)
				if effect, ok := strings.CutPrefix(e, "do "); ok {
					effects = []string{effect}
				}
				return after, effects
			},
			Do:   func(ctx context.Context, effect string) { do(m, ctx, effect) },
			Show: func([]string) {},
		})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			m.Run(ctx)
		}()
		drive(m)
		synctest.Wait()
		stop()
		<-ended
		happened = m.Snapshot()
	})
	return happened
}

func TestATimerRingsOnceUnlessItIsSetAgainOrCleared(t *testing.T) {
	got := play(t, func(m *diary, _ context.Context, effect string) {
		switch effect {
		case "clear":
			m.ClearTimer("a")
		case "clear all":
			m.ClearTimers()
		default:
			timer, event, _ := strings.Cut(effect, " ")
			m.SetTimer(timer, 10*time.Second, event)
		}
	}, func(m *diary) {
		for _, e := range []string{"do a first", "5", "do a second", "5", "5", "do a third", "do clear", "20", "do a fourth", "do b fifth", "do clear all", "20", "do b sixth", "10"} {
			var seconds int
			if n, err := fmt.Sscan(e, &seconds); n == 1 && err == nil {
				time.Sleep(time.Duration(seconds) * time.Second)
				synctest.Wait()
				continue
			}
			m.Send(e)
			synctest.Wait()
		}
	})
	rung := slices.DeleteFunc(got, func(e string) bool { return strings.HasPrefix(e, "do ") })
	if !slices.Equal(rung, []string{"second", "sixth"}) {
		t.Errorf("the timers %q rang", rung)
	}
}

func TestWhatIsWrittenKeepsItsOrderAndIsWaitedFor(t *testing.T) {
	var written []string
	play(t, func(m *diary, _ context.Context, effect string) {
		m.Write(func() {
			time.Sleep(time.Minute)
			written = append(written, effect)
		})
	}, func(m *diary) {
		for _, e := range []string{"do 1", "do 2", "do 3"} {
			m.Send(e)
		}
	})
	if !slices.Equal(written, []string{"1", "2", "3"}) {
		t.Errorf("at the end %q is written", written)
	}
}

func TestTheEndOfASessionEndsWhatBelongsToItAndNothingElse(t *testing.T) {
	var ends []string
	got := play(t, func(m *diary, ctx context.Context, effect string) {
		if effect == "end" {
			m.EndSession(ctx)
			return
		}
		session := m.Session()
		m.Spawn(func() {
			select {
			case <-session.Done():
				ends = append(ends, effect)
			case <-time.After(time.Minute):
				m.Send(effect + " done")
			}
		})
	}, func(m *diary) {
		m.Send("do first")
		synctest.Wait()
		m.Send("do end")
		synctest.Wait()
		m.Send("do second")
		time.Sleep(2 * time.Minute)
	})
	if !slices.Equal(ends, []string{"first"}) || !slices.Contains(got, "second done") {
		t.Errorf("%q ended with the session; %q", ends, got)
	}
}

func TestAMachineAnswersBetweenTwoEventsAndNoMoreWhenItHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Options[int, int, string]{
			Step: func(before, e int) (int, []string) { return before + e, nil },
			Do:   func(context.Context, string) {}, Show: func(int) {},
		})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			m.Run(ctx)
		}()
		m.Send(1)
		answers := make(chan struct{}, 2)
		m.Ask(ctx, func() { answers <- struct{}{} })
		synctest.Wait()
		stop()
		<-ended
		m.Ask(ctx, func() { answers <- struct{}{} })
		m.Send(1)
		if len(answers) != 1 || m.Snapshot() != 1 {
			t.Errorf("it answered %d times, and has taken %d events", len(answers), m.Snapshot())
		}
	})
}
