// Package machine runs a pure step function in the world: it takes events one by one,
// lets the step make the next model, shows it, and has the effects done. Whose model
// that is, a patient's at a kiosk or that of a desk, it does not know.
package machine

import (
	"context"
	"sync"
	"time"
)

// Machine owns a model of type M, which events of type E change and from which
// effects of type F follow. Nothing else changes the model. Send, Snapshot, Ask and the
// functions that effects are done with may be called from any goroutine, the timers'
// from Do alone.
type Machine[M, E, F any] struct {
	o Options[M, E, F]

	events *queue[E]
	fired  chan firing[E]
	writes *queue[func()]
	asked  chan func()   // whether the machine still turns
	ended  chan struct{} // closed when no event is taken any more

	model  M // owned by Run
	timers map[any]*runningTimer
	epoch  uint64

	session       context.Context
	cancelSession context.CancelFunc
	work          sync.WaitGroup

	mu   sync.Mutex
	last M // what Snapshot returns
}

// Options are what a machine is made of. All are needed but Stepped.
type Options[M, E, F any] struct {
	// Model is the one with which it begins.
	Model M
	// Step makes the next model; it is pure.
	Step func(M, E) (M, []F)
	// Do starts an effect, and must not wait. It is called from the machine's goroutine
	// with the context of Run.
	Do func(ctx context.Context, effect F)
	// Show draws a model. It is called from the machine's goroutine.
	Show func(M)
	// Stepped hears of each step before its model is shown.
	Stepped func(before M, e E, after M)
}

type runningTimer struct {
	epoch uint64
	timer *time.Timer
}

type firing[E any] struct {
	timer any
	epoch uint64
	event E
}

// New returns a machine that does nothing before Run.
func New[M, E, F any](o Options[M, E, F]) *Machine[M, E, F] {
	if o.Stepped == nil {
		o.Stepped = func(M, E, M) {}
	}
	return &Machine[M, E, F]{
		o: o, model: o.Model, last: o.Model,
		events: newQueue[E](),
		fired:  make(chan firing[E]),
		writes: newQueue[func()](),
		asked:  make(chan func()),
		ended:  make(chan struct{}),
		timers: map[any]*runningTimer{},
	}
}

// Send hands an event to the machine. It never waits, and does nothing once Run has
// ended.
func (r *Machine[M, E, F]) Send(e E) { r.events.put(e) }

// Ask has the machine call answer between two events, if it still turns; it gives up
// when ctx ends.
func (r *Machine[M, E, F]) Ask(ctx context.Context, answer func()) {
	select {
	case r.asked <- answer:
	case <-ctx.Done():
	}
}

// Snapshot returns the newest model.
func (r *Machine[M, E, F]) Snapshot() M {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

// Run works until ctx ends, then waits for what is under way: a request that has
// left is never abandoned before its outcome is written down.
func (r *Machine[M, E, F]) Run(ctx context.Context) {
	r.session, r.cancelSession = context.WithCancel(ctx)
	written := make(chan struct{})
	go func() {
		defer close(written)
		for write, ok := r.writes.wait(); ok; write, ok = r.writes.wait() {
			write()
		}
	}()
	r.o.Show(r.model)
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-r.events.ready:
			if e, ok := r.events.take(); ok {
				r.step(ctx, e)
			}
		case answer := <-r.asked:
			answer()
		case f := <-r.fired:
			// A timer that was cleared or set again after it ran out is void.
			if t := r.timers[f.timer]; t != nil && t.epoch == f.epoch {
				delete(r.timers, f.timer)
				r.step(ctx, f.event)
			}
		}
	}
	r.cancelSession()
	r.ClearTimers()
	r.events.end()
	close(r.ended)
	r.writes.end()
	<-written
	r.work.Wait()
}

func (r *Machine[M, E, F]) step(ctx context.Context, e E) {
	before := r.model
	next, effects := r.o.Step(before, e)
	r.model = next
	r.mu.Lock()
	r.last = next
	r.mu.Unlock()
	r.o.Stepped(before, e, next)
	r.o.Show(next)
	for _, effect := range effects {
		r.o.Do(ctx, effect)
	}
}

// Session is a context that ends with the session: see EndSession. It is for Do.
func (r *Machine[M, E, F]) Session() context.Context { return r.session }

// EndSession ends what belongs to the session and begins the next. It is for Do, with
// the context that Do was given.
func (r *Machine[M, E, F]) EndSession(ctx context.Context) {
	r.cancelSession()
	r.session, r.cancelSession = context.WithCancel(ctx)
}

// Spawn runs work that may take long beside the machine. Run waits for it.
func (r *Machine[M, E, F]) Spawn(work func()) { r.work.Go(work) }

// Write runs work behind all that was handed over before, one piece at a time: taking
// something back must come after saving it. Run waits for it.
func (r *Machine[M, E, F]) Write(work func()) {
	r.work.Add(1)
	r.writes.put(func() {
		defer r.work.Done()
		work()
	})
}

// SetTimer has the event come after that time, unless the timer is set again or
// cleared before. It is for Do.
func (r *Machine[M, E, F]) SetTimer(timer any, after time.Duration, e E) {
	if old := r.timers[timer]; old != nil {
		old.timer.Stop()
	}
	r.epoch++
	f := firing[E]{timer, r.epoch, e}
	r.timers[timer] = &runningTimer{r.epoch, time.AfterFunc(after, func() { r.ring(f) })}
}

func (r *Machine[M, E, F]) ring(f firing[E]) {
	select {
	case r.fired <- f:
	case <-r.ended:
	}
}

// ClearTimer stops a timer that may be set. It is for Do.
func (r *Machine[M, E, F]) ClearTimer(timer any) {
	if running := r.timers[timer]; running != nil {
		running.timer.Stop()
		delete(r.timers, timer)
	}
}

// ClearTimers stops all timers. It is for Do.
func (r *Machine[M, E, F]) ClearTimers() {
	for timer := range r.timers {
		r.ClearTimer(timer)
	}
}
