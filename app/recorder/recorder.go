// Package recorder keeps the last steps of a kiosk for reports of faults, and has them
// in another process when this one dies. What it keeps holds nothing of a person: see
// visit/flow/record.
package recorder

import (
	"context"
	"io"
	"sync"
	"time"

	"authenkiosk/visit/flow"
	"authenkiosk/visit/flow/record"
)

// Recorder takes the steps of a flow and keeps the last of them. Step is for the
// goroutine of the flow, everything else for any. A nil Recorder keeps nothing.
type Recorder struct {
	mu   sync.Mutex
	tail *record.Tail
	wake chan struct{}
}

// New makes a recorder of a flow that begins with that model. The program is the
// version that stands in the record.
func New(program string, start flow.Model) *Recorder {
	return &Recorder{tail: record.NewTail(program, start), wake: make(chan struct{}, 1)}
}

// Step is flow.Step.
func (r *Recorder) Step(m flow.Model, e flow.Event) (flow.Model, []flow.Effect) {
	if r == nil {
		return flow.Step(m, e)
	}
	r.mu.Lock()
	r.tail.Begin(time.Now(), &m, e)
	r.mu.Unlock()
	next, effects := flow.Step(m, e)
	r.mu.Lock()
	r.tail.End(&m, &next)
	r.mu.Unlock()
	select {
	case r.wake <- struct{}{}:
	default:
	}
	return next, effects
}

// Record returns what is kept now.
func (r *Recorder) Record() record.Record { return r.since(0) }

func (r *Recorder) since(n uint64) record.Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tail.Since(n)
}

// Print writes the record, a line of JSON each step.
func (r *Recorder) Print(w io.Writer) error {
	lines, err := r.Record().Lines()
	if err != nil {
		return err
	}
	for _, line := range lines {
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// Mark begins each line that Follow writes, so that it is not taken for what a dying
// program says.
const Mark = '\x1e'

// Follow writes each step to w as soon as it has ended, until ctx ends or w takes no
// more. From time to time it writes anew where the record begins: lines of steps before
// that can be forgotten (see Gather). When ctx ends, a step that has not ended is
// written as well: it may be why.
func (r *Recorder) Follow(ctx context.Context, w io.Writer) {
	var began, sent uint64
	for running := true; running; {
		select {
		case <-r.wake:
		case <-ctx.Done():
			running = false
		}
		now := r.since(sent + 1)
		steps := now.Steps
		if n := len(steps); running && n > 0 && steps[n-1].After == nil {
			steps = steps[:n-1]
		}
		var lines [][]byte
		if began == 0 || now.From >= began+record.Kept || now.From > sent+1 {
			if head, err := now.Head(); err == nil {
				lines, began = append(lines, head), now.From
			}
		}
		for _, s := range steps {
			if line, err := s.Line(); err == nil {
				lines = append(lines, line)
			}
			sent = s.N
		}
		for _, line := range lines {
			if _, err := w.Write(append(append([]byte{Mark}, line...), '\n')); err != nil {
				return // nobody is there any more
			}
		}
	}
}
