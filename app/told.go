package app

import (
	"context"
	"io"

	"authenkiosk/agent"
	"authenkiosk/app/control"
	"authenkiosk/cardreader"
	"authenkiosk/visit"
)

// cardEvent hands what happens at the readers to those outside of the flow, before
// the flow hears of it. It is called by one goroutine.
func (c *Core) cardEvent(e cardreader.Event) {
	c.cardForAgent(e)
	if c.Agent == nil {
		return
	}
	switch e := e.(type) {
	case cardreader.Readers:
		c.Agent.Readers(present(e.List))
		c.statusChanged()
	case cardreader.ServiceLost:
		c.Agent.Readers(nil)
		c.statusChanged()
	case cardreader.Inserted:
		c.Agent.Publish(agent.Event{Type: agent.CardInserted, Reader: e.Reader})
	case cardreader.Mute:
		c.Agent.Publish(agent.Event{Type: agent.CardInserted, Reader: e.Reader})
	case cardreader.Removed:
		if e.Role == cardreader.RolePatient { // programs read the cards of patients only
			c.Agent.Removed(e.Insertion)
		}
		c.Agent.Publish(agent.Event{Type: agent.CardRemoved, Reader: e.Reader})
	}
}

// cardRead tells that a card was read, by whomever, and whose it is. The number of
// an officer who vouches for a patient is nothing for programs.
func (c *Core) cardRead(in cardreader.Inserted, pid visit.PID) {
	c.served.Store(true)
	if in.Role != cardreader.RolePatient {
		pid = visit.PID{}
	}
	if c.Agent != nil {
		c.Agent.Publish(agent.Event{Type: agent.CardRead, Reader: in.Reader, PID: pid})
	}
}

// cardForAgent tells the installed agent's client whose reading is whose, and the
// outbox that a visit may have lost its card.
func (c *Core) cardForAgent(e cardreader.Event) {
	if c.installed == nil {
		return
	}
	insertion, ok := c.Cards.Readable()
	if !ok {
		insertion = 0
	}
	c.installed.CardInside(insertion)
	if _, out := e.(cardreader.Removed); out {
		c.Outbox.Wake()
	}
}

// visitChanged tells those outside of a change that is on the disk.
func (c *Core) visitChanged(id visit.ID, to visit.State) {
	c.receivers.Wake()
	if c.Agent == nil {
		return
	}
	if to == visit.StateDone {
		if r, err := c.Store.Visit(id); err == nil && !r.Visit.PID.IsZero() { // whose number nobody knew is told with what completed it
			c.Agent.Publish(agent.Event{
				Type: agent.CodeIssued, Visit: id, ClaimType: r.Visit.ClaimType.Code, PID: r.Visit.PID, Code: r.Code,
			})
		}
	}
	c.statusChanged()
}

// changedAtDesk is visitChanged for what the staff do: a visit that is given back waits for
// the outbox again.
func (c *Core) changedAtDesk(id visit.ID, to visit.State) {
	c.visitChanged(id, to)
	c.Outbox.Wake()
}

// statusChanged tells that the local status is worth a look.
func (c *Core) statusChanged() {
	if c.Agent != nil {
		c.Agent.Publish(agent.Event{Type: agent.StatusChanged})
	}
}

// takeCommands lets commands work on the data of this program until ctx ends.
func (c *Core) takeCommands(ctx context.Context, l *control.Listener) {
	r := c.Records()
	control.Serve(ctx, l, func(ctx context.Context, words []string, input io.Reader, output io.Writer) error {
		c.Log.Info("a command works on the records", "command", words[0])
		return r.CarryOut(ctx, words, input, output)
	}, c.Log)
}

// present are the names of the readers that can be used.
func present(list []cardreader.ReaderState) (names []string) {
	for _, r := range list {
		if r.State != cardreader.StatusUnavailable {
			names = append(names, r.Name)
		}
	}
	return names
}
