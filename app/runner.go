package app

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"authenkiosk/app/cards"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// Runner owns the model: it takes events one by one, lets the flow make the next
// model, shows it, and does the effects. Nothing else changes the model.
type Runner struct {
	ports Ports
	log   *slog.Logger

	events *queue[flow.Event]
	fired  chan firedTimer
	writes *queue[func()]
	asked  chan func()   // whether the runner still turns
	ended  chan struct{} // closed when no event is taken any more

	model  flow.Model // owned by Run
	timers map[flow.Timer]*runningTimer
	epoch  uint64
	starts uint64 // sessions that no card began

	session       context.Context
	cancelSession context.CancelFunc
	work          sync.WaitGroup

	mu   sync.Mutex
	last flow.Model // what Snapshot returns
}

// Ports are what the effects are done with.
type Ports struct {
	Card    CardReader
	Camera  Camera
	NHSO    NHSO
	Store   Store
	Outbox  Submitter
	Printer Printer
	// Show draws a model. It is called from the runner's goroutine.
	Show func(flow.Model)
	// RememberPhone is how long a number of an earlier visit is offered again;
	// 0: never.
	RememberPhone time.Duration
}

type runningTimer struct {
	epoch uint64
	timer *time.Timer
}

type firedTimer struct {
	timer flow.Timer
	epoch uint64
}

// NewRunner makes a runner that begins with that model.
func NewRunner(model flow.Model, ports Ports, log *slog.Logger) *Runner {
	return &Runner{
		ports: ports, log: log, model: model, last: model,
		events: newQueue[flow.Event](),
		fired:  make(chan firedTimer),
		writes: newQueue[func()](),
		asked:  make(chan func()),
		ended:  make(chan struct{}),
		timers: map[flow.Timer]*runningTimer{},
	}
}

// Send hands an event to the flow. It may be called from any goroutine, never waits,
// and does nothing once Run has ended.
func (r *Runner) Send(e flow.Event) { r.events.put(e) }

// ask has the runner call answer between two events, if it still turns.
func (r *Runner) ask(ctx context.Context, answer func()) { hand(ctx, r.asked, answer) }

// Snapshot returns the newest model.
func (r *Runner) Snapshot() flow.Model {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

// Run works until ctx ends, then waits for what is under way: a request that has
// left is never abandoned before its outcome is written down.
func (r *Runner) Run(ctx context.Context) {
	r.session, r.cancelSession = context.WithCancel(ctx)
	written := make(chan struct{})
	go func() {
		defer close(written)
		for write, ok := r.writes.wait(); ok; write, ok = r.writes.wait() {
			write()
		}
	}()
	r.ports.Show(r.model)
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
				r.step(ctx, flow.TimerFired{Timer: f.timer})
			}
		}
	}
	r.cancelSession()
	r.clearTimers()
	r.events.end()
	close(r.ended)
	r.writes.end()
	<-written
	r.work.Wait()
}

func (r *Runner) step(ctx context.Context, e flow.Event) {
	before := r.model.State
	next, effects := flow.Step(r.model, r.numbered(e))
	r.model = next
	r.mu.Lock()
	r.last = next
	r.mu.Unlock()
	if before != next.State {
		r.log.Info("screen", "from", before.String(), "to", next.State.String(), "problem", next.Session.Problem.String())
	}
	r.ports.Show(next)
	for _, effect := range effects {
		r.do(ctx, effect)
	}
}

// withoutCard is where the numbers of sessions without a card begin, far from
// those that the card reader gives to insertions.
const withoutCard = 1 << 62

// numbered fills in the beginning of a session that no card begins.
func (r *Runner) numbered(e flow.Event) flow.Event {
	switch tap := e.(type) {
	case flow.TapMethod:
		tap.Start = r.newStart()
		return tap
	case flow.TapNoNumber:
		tap.Start = r.newStart()
		return tap
	}
	return e
}

func (r *Runner) newStart() flow.Insertion {
	r.starts++
	return cards.NewInsertion(withoutCard+r.starts, flow.PatientReader)
}

// do starts an effect. Writing is done in order by one goroutine, because taking
// a visit back must come after saving it.
func (r *Runner) do(ctx context.Context, effect flow.Effect) {
	switch e := effect.(type) {
	case flow.SetTimer:
		r.setTimer(e.Timer, e.After)
	case flow.ClearTimers:
		r.clearTimers()
	case flow.Wipe:
		r.cancelSession()
		r.session, r.cancelSession = context.WithCancel(ctx)
		r.ports.Card.ExpectCertifier(false)
		if r.ports.Camera != nil {
			r.ports.Camera.Forget()
		}
	case flow.ExpectCertifier:
		r.ports.Card.ExpectCertifier(true)
	case flow.StartCamera:
		if r.ports.Camera == nil {
			r.Send(flow.CameraChanged{Number: e.Number, State: flow.DeviceAbsent})
			return
		}
		r.ports.Camera.Start(e.Number, r.Send)
	case flow.TakePhoto:
		if r.ports.Camera != nil {
			r.ports.Camera.Take(e.Number)
		}
	case flow.LookAgain:
		if r.ports.Camera != nil {
			r.ports.Camera.Again(e.Number)
		}
	case flow.StopCamera:
		if r.ports.Camera != nil {
			r.ports.Camera.Stop()
		}
	case flow.ClearTimer:
		r.clearTimer(e.Timer)
	case flow.ReadCard:
		session := r.session
		r.spawn(func() { r.readCard(session, e) })
	case flow.CheckRight:
		session, today := r.session, r.model.Today
		r.spawn(func() { r.checkRight(session, e, today) })
	case flow.CheckStatus:
		session := r.session
		r.spawn(func() { r.checkStatus(session, e) })
	case flow.RecallPhone:
		r.recallPhone(e)
	case flow.SaveVisit:
		photo := r.photoOf(e.Visit) // now: the next patient's must never be taken for it
		r.write(func() { r.save(e, photo) })
	case flow.RecordVisit:
		r.write(func() { r.record(e) })
	case flow.DropVisit:
		r.write(func() { r.logged("drop visit", e.ID, r.ports.Store.Drop(e.ID, time.Now())) })
	case flow.HandToStaff:
		r.write(func() { r.logged("hand visit to the staff", e.ID, r.ports.Store.Staff(e.ID, e.Problem, time.Now())) })
	case flow.SubmitVisit:
		r.spawn(func() { r.submit(ctx, e) })
	case flow.PrintSlip:
		r.write(func() { r.print(e) })
	case flow.Chime: // no machine has a sound yet: the screen says the same
	default:
		r.log.Error("nobody does this effect", "effect", fmt.Sprintf("%T", effect))
	}
}

// spawn runs work that may take long beside the flow.
func (r *Runner) spawn(work func()) {
	r.work.Add(1)
	go func() {
		defer r.work.Done()
		work()
	}()
}

func (r *Runner) write(work func()) {
	r.work.Add(1)
	r.writes.put(func() {
		defer r.work.Done()
		work()
	})
}

func (r *Runner) setTimer(t flow.Timer, after time.Duration) {
	if old := r.timers[t]; old != nil {
		old.timer.Stop()
	}
	r.epoch++
	epoch := r.epoch
	r.timers[t] = &runningTimer{epoch, time.AfterFunc(after, func() { r.ring(firedTimer{t, epoch}) })}
}

func (r *Runner) ring(f firedTimer) {
	select {
	case r.fired <- f:
	case <-r.ended:
	}
}

func (r *Runner) clearTimer(t flow.Timer) {
	if running := r.timers[t]; running != nil {
		running.timer.Stop()
		delete(r.timers, t)
	}
}

func (r *Runner) clearTimers() {
	for t, running := range r.timers {
		running.timer.Stop()
		delete(r.timers, t)
	}
}

func (r *Runner) logged(what string, id visit.ID, err error) {
	if err != nil {
		r.log.Error(what, "visit", id, "err", err)
	}
}
