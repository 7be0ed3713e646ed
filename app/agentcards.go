package app

import (
	"context"
	"errors"

	"authenkiosk/agent"
	"authenkiosk/agent/secureagent"
	"authenkiosk/cardreader"
	"authenkiosk/visit"
)

// agentCards are the cards as programs of the hospital see them.
type agentCards struct{ *cards }

var _ secureagent.Cards = agentCards{}

// errNoCardService says that there is no card service on this machine.
var errNoCardService = errors.New("the card service is not running")

// Slot implements secureagent.Cards, from memory.
func (a agentCards) Slot() (s secureagent.Slot, err error) {
	in, _ := a.patient()
	a.set(func() {
		if a.lost != visit.NoProblem {
			err = errNoCardService
			return
		}
		for _, r := range a.readers {
			if r.State == cardreader.StatusUnavailable {
				continue
			}
			present := r.State != cardreader.StatusEmpty
			s.Terminals = append(s.Terminals, secureagent.Terminal{Name: r.Name, Present: present})
			if s.Default == "" && r.Role == cardreader.RolePatient {
				s.Default = r.Name
			}
		}
	})
	s.Insertion, s.Inside = in.Insertion, a.patients()
	return s, err
}

// Text implements secureagent.Cards.
func (a agentCards) Text(ctx context.Context, insertion uint64) (secureagent.Card, error) {
	in, err := a.at(insertion)
	if err != nil {
		return secureagent.Card{}, err
	}
	doc, err := a.program(ctx, in)
	if err != nil {
		return secureagent.Card{}, err
	}
	id := doc.Identity
	return secureagent.Card{PID: id.PID, Name: id.Name, Sex: id.Sex, Birth: id.Birth, Address: doc.Rest.Address}, nil
}

// Photo implements secureagent.Cards.
func (a agentCards) Photo(ctx context.Context, insertion uint64) ([]byte, error) {
	in, err := a.at(insertion)
	if err != nil {
		return nil, err
	}
	return a.photo(ctx, in)
}

// at returns the card of an insertion while it is in the patient's reader.
func (a agentCards) at(insertion uint64) (cardreader.Inserted, error) {
	in, mute := a.patient()
	switch {
	case in.Insertion != insertion || insertion == 0:
		return in, &cardreader.Fault{Problem: visit.CardRemovedEarly, Err: cardreader.ErrRemoved}
	case mute:
		return in, &cardreader.Fault{Problem: visit.CardMute, Err: cardreader.ErrMute}
	}
	return in, nil
}

// cardEvent hands what happens at the readers to those outside of the flow, before
// the flow hears of it. It is called by one goroutine.
func (c *core) cardEvent(e cardreader.Event) {
	c.cardForAgent(e)
	if c.face == nil {
		return
	}
	switch e := e.(type) {
	case cardreader.Readers:
		c.face.readers(e.List)
		c.statusChanged()
	case cardreader.ServiceLost:
		c.face.readers(nil)
		c.statusChanged()
	case cardreader.Inserted:
		c.face.hub.Publish(agent.Event{Type: agent.CardInserted, Reader: e.Reader})
	case cardreader.Mute:
		c.face.hub.Publish(agent.Event{Type: agent.CardInserted, Reader: e.Reader})
	case cardreader.Removed:
		if e.Role == cardreader.RolePatient { // programs read the cards of patients only
			c.face.compat.Removed(e.Insertion)
		}
		c.face.hub.Publish(agent.Event{Type: agent.CardRemoved, Reader: e.Reader})
	}
}

// cardRead tells that a card was read, by whomever, and whose it is. The number of
// an officer who vouches for a patient is nothing for programs.
func (c *core) cardRead(in cardreader.Inserted, pid visit.PID) {
	if in.Role != cardreader.RolePatient {
		pid = visit.PID{}
	}
	if c.face != nil {
		c.face.hub.Publish(agent.Event{Type: agent.CardRead, Reader: in.Reader, PID: pid})
	}
}
