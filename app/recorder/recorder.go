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
	dies chan chan struct{} // the program dies: the channel is closed when all is written
	step func(flow.Model, flow.Event) (flow.Model, []flow.Effect)
}

// New makes a recorder of a flow that begins with that model. The program is the
// version that stands in the record.
func New(program string, start flow.Model) *Recorder {
	return &Recorder{tail: record.NewTail(program, start), wake: make(chan struct{}, 1), dies: make(chan chan struct{}), step: flow.Step}
}

// Step is flow.Step.
func (r *Recorder) Step(m flow.Model, e flow.Event) (flow.Model, []flow.Effect) {
	if r == nil {
		return flow.Step(m, e)
	}
	r.mu.Lock()
	r.tail.Begin(time.Now(), &m, e)
	r.mu.Unlock()
	ended := false
	defer func() {
		if !ended { // it panics: nobody writes anything after this
			r.last()
		}
	}()
	next, effects := r.step(m, e)
	ended = true
	r.mu.Lock()
	r.tail.End(&m, &next)
	r.mu.Unlock()
	select {
	case r.wake <- struct{}{}:
	default:
	}
	return next, effects
}

// lastWait bounds how long the end of the program, or its death, waits for the other end.
const lastWait = 2 * time.Second

// last has Follow write all that there is, the step that has not ended included.
func (r *Recorder) last() {
	late := time.After(lastWait)
	written := make(chan struct{})
	select {
	case r.dies <- written:
	case <-late: // nobody follows, or the other end takes nothing
		return
	}
	select {
	case <-written:
	case <-late:
	}
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
// that can be forgotten (see Gather). When ctx ends, or a step panics, a step that has not
// ended is written as well: it may be why. A w that blocks keeps nobody: Follow returns
// soon after the end of ctx, whatever becomes of the writing.
func (r *Recorder) Follow(ctx context.Context, w io.Writer) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.follow(ctx, w)
	}()
	select {
	case <-ended:
		return
	case <-ctx.Done():
	}
	select {
	case <-ended:
	case <-time.After(lastWait):
	}
}

func (r *Recorder) follow(ctx context.Context, w io.Writer) {
	var began, sent uint64
	for running := true; running; {
		var written chan struct{}
		select {
		case <-r.wake:
		case written = <-r.dies:
			running = false
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
		if written != nil {
			close(written)
		}
	}
}
