// Package feedtest has the ports of a receiver of visits in memory, for tests.
package feedtest

import (
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"authenkiosk/agent"
	"authenkiosk/visit"
)

// Visits are changes that a receiver is told, in their order.
type Visits []agent.VisitChange

// Three are changes of visits of one person, each done, with the numbers 1 to 3.
func Three(t testing.TB) Visits {
	t.Helper()
	pid, err := visit.ParsePID("9000000000004")
	if err != nil {
		t.Fatal(err)
	}
	var v Visits
	for i := range uint64(3) {
		v = append(v, agent.VisitChange{
			Seq: i + 1, ID: "01900000-0000-7000-8000-000000000001", HCode: "99999", PID: pid, ClaimType: "PG0060001",
			State: agent.VisitDone, Code: "PP1200000001",
		})
	}
	return v
}

// Visits returns at most limit changes behind after, and the place behind them.
func (v Visits) Visits(after uint64, limit int) ([]agent.VisitChange, uint64, error) {
	var found []agent.VisitChange
	for _, c := range v {
		if c.Seq > after && len(found) < limit {
			found = append(found, c)
			after = c.Seq
		}
	}
	return found, after, nil
}

// Places keeps how far each receiver is, and which changes were set aside.
type Places struct {
	mu    sync.Mutex
	at    map[string]uint64
	aside map[uint64]string
}

// NewPlaces returns places of receivers that have got nothing yet.
func NewPlaces() *Places { return &Places{at: map[string]uint64{}, aside: map[uint64]string{}} }

// Cursor returns how far a receiver is.
func (p *Places) Cursor(name string) (uint64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at[name], nil
}

// SetCursor keeps how far a receiver is.
func (p *Places) SetCursor(name string, n uint64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at[name] = n
	return nil
}

// SetAside keeps a change that a receiver refuses.
func (p *Places) SetAside(_ string, c agent.VisitChange, reason string, tries int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.aside[c.Seq] = fmt.Sprintf("%s, %d tries", reason, tries)
	return nil
}

// Aside returns why changes were set aside, by their numbers.
func (p *Places) Aside() map[uint64]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.aside)
}

// Count returns how many changes were set aside.
func (p *Places) Count(string) (int, error) { return len(p.Aside()), nil }

// Due returns nothing: nobody has asked for a change once more.
func (p *Places) Due(string, time.Time) ([]agent.VisitChange, error) { return nil, nil }

// Taken does nothing.
func (p *Places) Taken(string, agent.VisitChange) error { return nil }
