package app

import (
	"context"
	"errors"

	"authenkiosk/agent/secureagent"
	"authenkiosk/app/cards"
	"authenkiosk/cardreader"
	"authenkiosk/visit"
)

// agentCards are the cards as programs of the hospital see them.
type agentCards struct{ *cards.Watcher }

var _ secureagent.Cards = agentCards{}

// errNoCardService says that there is no card service on this machine.
var errNoCardService = errors.New("the card service is not running")

// Slot implements secureagent.Cards, from memory.
func (a agentCards) Slot() (s secureagent.Slot, err error) {
	readers, lost := a.Service()
	if lost != visit.NoProblem {
		err = errNoCardService
		readers = nil
	}
	for _, r := range readers {
		if r.State == cardreader.StatusUnavailable {
			continue
		}
		present := r.State != cardreader.StatusEmpty
		s.Terminals = append(s.Terminals, secureagent.Terminal{Name: r.Name, Present: present})
		if s.Default == "" && r.Role == cardreader.RolePatient {
			s.Default = r.Name
		}
	}
	s.Insertion, s.Inside = a.Insertion(), a.Patients()
	return s, err
}

// Text implements secureagent.Cards.
func (a agentCards) Text(ctx context.Context, insertion uint64) (secureagent.Card, error) {
	in, err := a.at(insertion)
	if err != nil {
		return secureagent.Card{}, err
	}
	doc, err := a.Program(ctx, in)
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
	return a.Watcher.Photo(ctx, in)
}

// at returns the card of an insertion while it is in the patient's reader.
func (a agentCards) at(insertion uint64) (cardreader.Inserted, error) {
	in, mute := a.Patient()
	switch {
	case in.Insertion != insertion || insertion == 0:
		return in, &cardreader.Fault{Problem: visit.CardRemovedEarly, Err: cardreader.ErrRemoved}
	case mute:
		return in, &cardreader.Fault{Problem: visit.CardMute, Err: cardreader.ErrMute}
	}
	return in, nil
}
