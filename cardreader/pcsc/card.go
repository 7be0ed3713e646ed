package pcsc

import (
	"errors"

	"github.com/ebfe/scard"
)

type card struct {
	ctx        *scard.Context
	connection *scard.Card
	atr        []byte
}

// Transmit sends a command. The answer may be empty: some drivers report success
// when the card was pulled out meanwhile.
func (c *card) Transmit(apdu []byte) ([]byte, error) {
	answer, err := c.connection.Transmit(apdu)
	return answer, translate("transmit", err)
}

// ATR returns the answer to reset as it was when the connection was made.
func (c *card) ATR() []byte { return c.atr }

// Begin waits until no other program has a transaction on the card.
func (c *card) Begin() error { return translate("begin transaction", c.connection.BeginTransaction()) }

// End leaves the card as it is for the next program.
func (c *card) End() error {
	return translate("end transaction", c.connection.EndTransaction(scard.LeaveCard))
}

// Close gives the card and the context back. The card stays powered.
func (c *card) Close() error {
	return errors.Join(translate("disconnect", c.connection.Disconnect(scard.LeaveCard)), release(c.ctx))
}
