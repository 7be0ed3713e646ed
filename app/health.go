package app

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"authenkiosk/nhso"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// Times and limits of the health checks.
const (
	// lookAtDevices is how often the lights are brought up to date. What the
	// card reader says comes at once, besides.
	lookAtDevices = 2 * time.Second
	// slowAnswer is from when on NHSO counts as slow.
	slowAnswer = 4 * time.Second
	// lookAtDisk is how often the room on the disk is measured.
	lookAtDisk = 30 * time.Second
)

// nhsoHealth remembers how NHSO answered last.
type nhsoHealth struct {
	mu       sync.Mutex
	asked    time.Time
	answered time.Time // like asked, but only when NHSO itself answered
	latency  time.Duration
	state    flow.DeviceState
}

// note takes in an answer, or what came instead. A refusal is an answer, and so is
// what cannot be read of one person: NHSO is there for the others.
func (h *nhsoHealth) note(latency time.Duration, err error) {
	state := flow.DeviceReady
	if latency > slowAnswer {
		state = flow.DeviceImpaired
	}
	switch kind := nhso.KindOf(err); {
	case err == nil, nhso.OfOnePerson(err), kind == nhso.NoCard:
	case kind == nhso.TooMany:
		state = flow.DeviceImpaired
	default:
		state = flow.DeviceDown
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked, h.latency, h.state = time.Now(), latency, state
	if err == nil {
		h.answered = h.asked
	}
}

// lastAnswer tells one answer of NHSO from the next.
func (h *nhsoHealth) lastAnswer() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.answered
}

func (h *nhsoHealth) read() (flow.DeviceState, time.Duration, time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.state, h.latency, h.asked
}

// prober asks NHSO something that concerns nobody when nobody else has asked for
// a while, so that the light is true before the first patient comes, and wakes
// the outbox when NHSO is back.
type prober struct {
	nhso   nhso.Upstream
	health *nhsoHealth
	back   func()
	log    *slog.Logger
}

// probeWhenDown is the pause between probes while NHSO is not reached. It is
// shorter than nhso.ProbeInterval because patients wait for it, and costs a
// server that is down nothing.
const probeWhenDown = 10 * time.Second

func (p *prober) run(ctx context.Context) {
	for ctx.Err() == nil {
		state, _, asked := p.health.read()
		pause := nhso.ProbeInterval
		if state == flow.DeviceDown {
			pause = probeWhenDown
		}
		if wait := pause - time.Since(asked); asked.IsZero() || wait <= 0 {
			p.probe(ctx, state)
			continue
		} else if !sleep(ctx, min(wait, probeWhenDown)) { // NHSO may go down meanwhile
			return
		}
	}
}

func (p *prober) probe(ctx context.Context, before flow.DeviceState) {
	began := time.Now()
	_, err := p.nhso.Probe(ctx)
	if ctx.Err() != nil {
		return // the program ends: that says nothing about NHSO
	}
	p.health.note(time.Since(began), err)
	after, _, _ := p.health.read()
	if before != after {
		p.log.Info("NHSO", "state", after.String(), "err", err)
	}
	if before != flow.DeviceReady && after == flow.DeviceReady {
		p.back()
	}
}

// sleep waits and tells whether the time passed, rather than the context ended.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// watchDay sends the service date whenever it changes, also when somebody sets
// the clock.
func watchDay(ctx context.Context, send func(flow.Event)) {
	last := visit.Date{}
	for {
		if today := visit.ServiceDateOf(time.Now()); today != last {
			last = today
			send(flow.DayChanged{Today: today})
		}
		untilMidnight := time.Until(last.Next().Midnight())
		if !sleep(ctx, max(min(untilMidnight, lookAtDevices), time.Millisecond)) {
			return
		}
	}
}

// diskWatch measures the room on the disk now and then.
type diskWatch struct {
	check func() error
	at    time.Time
	state flow.DeviceState
}

func (d *diskWatch) look(log *slog.Logger) flow.DeviceState {
	if time.Since(d.at) < lookAtDisk {
		return d.state
	}
	d.at = time.Now()
	before := d.state
	d.state = flow.DeviceReady
	if err := d.check(); err != nil {
		d.state = flow.DeviceDown
		if before != flow.DeviceDown {
			log.Error("no visits can be kept", "err", err)
		}
	}
	return d.state
}
