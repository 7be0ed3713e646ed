package kiosk

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"authenkiosk/app/patient"
	"authenkiosk/visit/flow"
)

// TestTheWatchdogAsksRunnerAndScreenAlone lets one of them stand still, and asks as the
// watchdog does.
func TestTheWatchdogAsksRunnerAndScreenAlone(t *testing.T) {
	for stops, want := range map[string][]string{"": {"flow", "screen"}, "screen": {"flow"}, "flow": {"screen"}} {
		t.Run("it stands still: "+stops, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				var parts sync.WaitGroup
				defer parts.Wait()
				defer cancel()
				screen, goOn := make(chan func()), make(chan struct{})
				show := func(flow.Model) {}
				switch stops {
				case "screen":
					parts.Go(func() { screen <- func() { <-goOn } })
				case "flow":
					show = func(flow.Model) { <-goOn }
				}
				k := &Kiosk{runner: patient.NewRunner(patient.Options[flow.Model]{
					Step: flow.Step, Way: func(m flow.Model) flow.Way { return m.Way }, Show: show, Log: slog.New(slog.DiscardHandler),
				})}
				k.Turns(func(answer func()) { screen <- answer })
				parts.Go(func() { screenLoop(ctx, screen) })
				parts.Go(func() { k.runner.Run(ctx) })
				synctest.Wait() // what stands still does so now
				var mu sync.Mutex
				var turn []string
				for _, l := range k.loops() {
					parts.Go(func() {
						l.Ask(ctx, func() { mu.Lock(); defer mu.Unlock(); turn = append(turn, l.Name) })
					})
				}
				synctest.Wait()
				mu.Lock()
				slices.Sort(turn)
				if !slices.Equal(turn, want) {
					t.Errorf("%q turn, want %q", turn, want)
				}
				mu.Unlock()
				close(goOn)
				synctest.Wait()
			})
		})
	}
}

// screenLoop is a loop like that of Fyne: it does what it is handed, in order.
func screenLoop(ctx context.Context, work <-chan func()) {
	for {
		select {
		case f := <-work:
			f()
		case <-ctx.Done():
			return
		}
	}
}
