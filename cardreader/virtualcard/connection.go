package virtualcard

import (
	"context"
	"fmt"

	"authenkiosk/cardreader"
)

// connection is a shared connection to one stay of a card.
type connection struct {
	stay    *stay
	holding bool
}

// Connect connects to the card in the reader.
func (s *Service) Connect(reader string) (cardreader.Card, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.running {
		return nil, cardreader.ErrServiceDown
	}
	r := s.find(reader)
	switch {
	case r == nil:
		return nil, fmt.Errorf("%s: %w", reader, cardreader.ErrNoReader)
	case r.stay == nil:
		return nil, cardreader.ErrNoCard
	case r.stay.card.Mute():
		return nil, cardreader.ErrMute
	case r.busy:
		return nil, cardreader.ErrBusy
	}
	return &connection{stay: r.stay}, nil
}

// Transmit sends a command.
func (c *connection) Transmit(apdu []byte) ([]byte, error) {
	if err := context.Cause(c.stay.ctx); err != nil {
		return nil, err
	}
	return c.stay.card.Respond(c.stay.ctx, apdu)
}

// ATR returns the answer to reset.
func (c *connection) ATR() []byte { return c.stay.card.ATR() }

// Begin waits for other transactions on the card to end.
func (c *connection) Begin() error {
	if err := context.Cause(c.stay.ctx); err != nil {
		return err
	}
	select {
	case c.stay.lock <- struct{}{}:
		c.holding = true
		return nil
	case <-c.stay.ctx.Done():
		return context.Cause(c.stay.ctx)
	}
}

// End ends the transaction; without one it does nothing.
func (c *connection) End() error {
	if c.holding {
		c.holding = false
		<-c.stay.lock
	}
	return nil
}

// Close gives the card back as it is.
func (c *connection) Close() error { return c.End() }
