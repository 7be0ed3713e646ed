package flow

import (
	"math/rand/v2"

	"authenkiosk/visit"
)

// RandomSessions lets patients come and go from a model on, as
// TestRandomEventsKeepTheInvariants does, and shows each step.
func RandomSessions(begin Model, seed uint64, events int, seen func(before Model, e Event, after Model)) error {
	l := lives{
		random: rand.New(rand.NewPCG(seed, 2)), w: world{m: begin}, number: 100, seen: seen,
		saved: map[visit.ID]visit.Method{}, submitted: map[visit.ID]bool{}, whole: map[visit.Method]int{},
	}
	for range events {
		if err := l.next(); err != nil {
			return err
		}
	}
	return nil
}

// Begin is the model with which they begin: every way is open.
func Begin() Model {
	m := start().m
	m.Unit.Upstream = m.Unit.Methods
	return m
}
