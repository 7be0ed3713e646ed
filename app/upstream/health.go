package upstream

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"authenkiosk/nhso"
	"authenkiosk/visit"
)

// Times and limits of the health checks.
const (
	// slowAnswer is from when on NHSO counts as slow.
	slowAnswer = 4 * time.Second
)

// Health remembers how NHSO answered last.
type Health struct {
	mu       sync.Mutex
	asked    time.Time
	answered time.Time // like asked, but only when NHSO itself answered
	latency  time.Duration
	state    visit.DeviceState
	problem  visit.Problem // why state is Down, where the staff can do something about it
	failures int           // answers in a row that left it Down

	changed func()        // called when the light changes; nil: nobody cares
	turned  chan struct{} // holds one: the light has changed since the prober looked
}

// NewHealth returns the memory of how NHSO answers. changed is called when the light
// is another one; nil: nobody cares.
func NewHealth(changed func()) *Health {
	return &Health{changed: changed, turned: make(chan struct{}, 1)}
}

// Note takes in an answer, or what came instead. A refusal is an answer, and so is
// what cannot be read of one person: NHSO is there for the others.
func (h *Health) Note(latency time.Duration, err error) {
	state := visit.DeviceReady
	if latency > slowAnswer {
		state = visit.DeviceImpaired
	}
	switch kind := nhso.KindOf(err); {
	case err == nil, nhso.OfOnePerson(err), kind == nhso.NoCard:
	case kind == nhso.TooMany:
		state = visit.DeviceImpaired
	default:
		state = visit.DeviceDown
	}
	problem := visit.NoProblem
	if nhso.KindOf(err) == nhso.Unauthorised && err != nil {
		problem = visit.NHSORefusedToken
	}
	if h.set(latency, state, problem, err == nil) {
		if h.changed != nil {
			h.changed()
		}
		select {
		case h.turned <- struct{}{}:
		default:
		}
	}
}

// set keeps what was noted, and reports whether the light is another one now.
func (h *Health) set(latency time.Duration, state visit.DeviceState, problem visit.Problem, answered bool) (other bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	other = h.state != state || h.problem != problem
	h.asked, h.latency, h.state, h.problem = time.Now(), latency, state, problem
	h.failures++
	if state != visit.DeviceDown {
		h.failures = 0
	}
	if answered {
		h.answered = h.asked
	}
	return other
}

// Why returns what is the matter with NHSO, where the staff can do something.
func (h *Health) Why() visit.Problem {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.problem
}

// pause is how long NHSO is left alone before the next probe. Right after it has
// failed it is asked soon: one lost answer must not close the way for a minute.
func (h *Health) pause() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.state != visit.DeviceDown {
		return nhso.ProbeInterval
	}
	return min(probeFirst<<min(max(h.failures-1, 0), 8), probeWhenDown)
}

// LastAnswer tells one answer of NHSO from the next.
func (h *Health) LastAnswer() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.answered
}

// Read returns the light, how long the last answer took, and when it was asked for.
func (h *Health) Read() (visit.DeviceState, time.Duration, time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.state, h.latency, h.asked
}

// prober asks NHSO something that concerns nobody when nobody else has asked for
// a while, so that the light is true before the first patient comes, and wakes
// the outbox when NHSO is back.
type prober struct {
	nhso   nhso.Upstream
	health *Health
	back   func()
	log    *slog.Logger
}

// Pauses between probes while NHSO is not reached. They are shorter than
// nhso.ProbeInterval because patients wait for it, and cost a server that is down
// nothing.
const (
	probeFirst    = 2 * time.Second // after the first failure; twice as long after each
	probeWhenDown = 10 * time.Second
)

// Run probes until ctx ends.
func (p *prober) Run(ctx context.Context) {
	for ctx.Err() == nil {
		state, _, asked := p.health.Read()
		wait := p.health.pause() - time.Since(asked)
		if asked.IsZero() || wait <= 0 {
			p.probe(ctx, state)
			continue
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-p.health.turned: // it may be time for the next one sooner
		case <-t.C:
		}
		t.Stop()
	}
}

func (p *prober) probe(ctx context.Context, before visit.DeviceState) {
	began := time.Now()
	_, err := p.nhso.Probe(ctx)
	if ctx.Err() != nil {
		return // the program ends: that says nothing about NHSO
	}
	p.health.Note(time.Since(began), err)
	after, _, _ := p.health.Read()
	if p.health.Why() == visit.NHSORefusedToken && before != after {
		p.log.Error("NHSO refuses the token of this unit: no code can be had until it is renewed", "err", err)
	} else if before != after {
		said := p.log.With("state", after.String())
		if err != nil {
			said = said.With("err", err)
		}
		said.Info("NHSO")
	}
	if before != visit.DeviceReady && after == visit.DeviceReady {
		p.back()
	}
}

// NewProber returns a prober. back is called when NHSO is there again.
func NewProber(way nhso.Upstream, h *Health, back func(), log *slog.Logger) *prober {
	return &prober{nhso: way, health: h, back: back, log: log}
}
