package app

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

const (
	// beatEvery is how often the loops are asked. A service manager's watchdog needs
	// three times that.
	beatEvery = 5 * time.Second
	// beatLate is how long a loop may take to answer before the log says so.
	beatLate = 10 * time.Second
)

// Loop is a goroutine that must turn: all it does is short. Ask has it call answer;
// it gives up when ctx ends, and may itself wait for the loop.
type Loop struct {
	Name string
	Ask  func(ctx context.Context, answer func())
}

// pulse feeds the watchdog of the service manager for as long as every loop turns.
// Each must answer by itself: a timer of its own would go on while the program
// stands still.
type pulse struct {
	loops []Loop
	tell  func(state string)
	log   *slog.Logger
}

// run asks until ctx ends.
func (p *pulse) run(ctx context.Context) {
	ticker := time.NewTicker(beatEvery)
	defer ticker.Stop()
	for p.all(ctx) {
		p.tell("WATCHDOG=1")
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// all asks every loop and waits until the last has answered; false when ctx ends.
// Nobody is asked again before that, so that nothing piles up before a loop that
// stands still.
func (p *pulse) all(ctx context.Context) bool {
	answered := make([]atomic.Bool, len(p.loops))
	answers := make(chan struct{}, len(p.loops))
	for i, l := range p.loops {
		go l.Ask(ctx, func() {
			if !answered[i].Swap(true) {
				answers <- struct{}{}
			}
		})
	}
	late := time.NewTimer(beatLate)
	defer late.Stop()
	for n := 0; n < len(p.loops); {
		select {
		case <-ctx.Done():
			return false
		case <-answers:
			n++
		case <-late.C:
			for i, l := range p.loops {
				if !answered[i].Load() {
					p.log.Error("a loop of the program does not turn; the watchdog is not fed", "loop", l.Name)
				}
			}
		}
	}
	return true
}
