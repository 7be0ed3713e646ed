package upstream

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/nhso"
	"authenkiosk/visit"
)

// probed is an NHSO that counts what it is asked.
type probed struct {
	nhso.Upstream

	mu     sync.Mutex
	err    error
	probes []time.Time
}

func (p *probed) Probe(context.Context) (nhso.Health, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.probes = append(p.probes, time.Now())
	return nhso.Health{}, p.err
}

// fail has every probe from now on end with that error.
func (p *probed) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = err
}

func (p *probed) made() []time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.probes)
}

func TestAnAnswerThatFailsTurnsTheLightAtOnceAndProbesFollowQuickly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var looks atomic.Int64
		h := NewHealth(func() { looks.Add(1) })
		up := &probed{}
		p := &prober{nhso: up, health: h, back: func() {}, log: slog.New(slog.DiscardHandler)}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); p.Run(ctx) }()
		time.Sleep(5 * time.Second)
		if state, _, _ := h.Read(); state != visit.DeviceReady || looks.Load() != 1 || len(up.made()) != 1 {
			t.Fatalf("state %v, %d looks, %d probes", state, looks.Load(), len(up.made()))
		}
		// A patient's question fails.
		fault := &nhso.Error{Kind: nhso.NotSent, Err: errors.New("no route")}
		up.fail(fault)
		failed := time.Now()
		h.Note(time.Second, fault)
		if state, _, _ := h.Read(); state != visit.DeviceDown || looks.Load() != 2 {
			t.Errorf("state %v, %d looks when an answer has failed", state, looks.Load())
		}
		time.Sleep(30 * time.Second)
		up.fail(nil)
		var after []time.Duration
		for _, at := range up.made()[1:] {
			after = append(after, at.Sub(failed))
		}
		want := []time.Duration{2 * time.Second, 6 * time.Second, 14 * time.Second, 24 * time.Second}
		if len(after) != len(want) {
			t.Fatalf("probes %v after the failure, want %v", after, want)
		}
		for i := range want {
			if after[i] != want[i] {
				t.Errorf("probes %v after the failure, want %v", after, want)
			}
		}
		time.Sleep(10 * time.Second)
		if state, _, _ := h.Read(); state != visit.DeviceReady || looks.Load() != 3 {
			t.Errorf("state %v, %d looks when it answers again", state, looks.Load())
		}
		stop()
		<-ended
	})
}

func TestARefusedTokenIsNotTakenForTrouble(t *testing.T) {
	h := NewHealth(func() {})
	h.Note(0, &nhso.Error{Kind: nhso.Unauthorised, Status: 401})
	if h.Why() != visit.NHSORefusedToken {
		t.Errorf("the light says %v", h.Why())
	}
	h.Note(0, &nhso.Error{Kind: nhso.NotSent})
	if h.Why() != visit.NoProblem {
		t.Errorf("without a network the light says %v", h.Why())
	}
	h.Note(0, nil)
	if state, _, _ := h.Read(); state != visit.DeviceReady || h.Why() != visit.NoProblem {
		t.Errorf("state %v, problem %v", state, h.Why())
	}
}
