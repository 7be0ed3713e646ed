package cli

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// check looks at one thing that the machine stands on.
type check struct {
	name string // of the finding, when the check does not come back
	uses string // what it needs for itself: such checks follow one another; empty: nothing
	look func(ctx context.Context) []finding
}

// Check is one that a program adds to those of doctor. It tells a state, FindingOK for
// example, and what there is to say.
type Check struct {
	Name string // of the finding
	Uses string // what it needs for itself: such checks follow one another; empty: nothing
	Look func(ctx context.Context) (state, detail string)
}

const (
	// checkLimit is the time for one check, from its own beginning: what hangs must
	// not take the time of another, which would then be blamed.
	checkLimit = 15 * time.Second
	// checkGrace is for a check that was told to end to say why it did not get on.
	checkGrace = 2 * time.Second
)

// examine makes the checks side by side, and returns their findings in the order of
// the checks. It ends by itself also when a check hangs in a call of the system.
func examine(ctx context.Context, checks []check) []finding {
	results := make([][]finding, len(checks))
	var lanes sync.WaitGroup
	for _, lane := range lanesOf(checks) {
		lanes.Go(func() {
			for n, i := range lane {
				var late bool
				if results[i], late = checks[i].within(ctx); !late {
					continue
				}
				for _, next := range lane[n+1:] {
					results[next] = []finding{{checks[next].name, FindingSkipped, fmt.Sprintf("not looked at: %s does not come back", checks[i].name)}}
				}
				return
			}
		})
	}
	lanes.Wait()
	return slices.Concat(results...)
}

// lanesOf returns the places of checks that follow one another.
func lanesOf(checks []check) [][]int {
	var lanes [][]int
	used := map[string]int{} // the lane of what is used
	for i, c := range checks {
		at, ok := used[c.uses]
		if !ok || c.uses == "" {
			at = len(lanes)
			lanes = append(lanes, nil)
			used[c.uses] = at
		}
		lanes[at] = append(lanes[at], i)
	}
	return lanes
}

// within makes one check in its time. A check that does not come back, because a
// driver or a service hangs, is left behind.
func (c check) within(ctx context.Context) (findings []finding, late bool) {
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	found := make(chan []finding, 1)
	go func() { found <- c.look(ctx) }()
	select {
	case findings = <-found:
		return findings, false
	case <-ctx.Done():
	}
	select {
	case findings = <-found:
		return findings, false
	case <-time.After(checkGrace):
		return []finding{{c.name, FindingFailed, fmt.Sprintf("it hangs: no answer in %s, from the device or from its driver or service", checkLimit)}}, true
	}
}

// shared is a look whose result several checks need. It is made once, when the first
// of them asks.
type shared[T any] struct {
	look  func() T
	begin sync.Once
	done  chan struct{}
	value T
}

func newShared[T any](look func() T) *shared[T] {
	return &shared[T]{look: look, done: make(chan struct{})}
}

// get waits for the result until ctx ends, so that each check has its own patience.
func (s *shared[T]) get(ctx context.Context) (value T, err error) {
	s.begin.Do(func() {
		go func() {
			defer close(s.done)
			s.value = s.look()
		}()
	})
	select {
	case <-s.done:
		return s.value, nil
	case <-ctx.Done():
		return value, ctx.Err()
	}
}
