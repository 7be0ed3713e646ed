package pcsc

import (
	"errors"
	"fmt"
	"sync"

	"github.com/ebfe/scard"

	"authenkiosk/cardreader"
)

// Service is the card service of the machine. A program needs one; it opens
// nothing before it is used.
type Service struct {
	// waiting lets one Watcher wait at a time. The binding pins the names of the
	// readers for the system call in a map by name, so that two waits at once for
	// the same reader could see the memory of a name freed.
	waiting sync.Mutex
}

var (
	_ cardreader.Service = (*Service)(nil)
	_ cardreader.Watcher = (*watcher)(nil)
	_ cardreader.Card    = (*card)(nil)
)

// New returns the card service.
func New() *Service { return &Service{} }

// Watch opens a context for listing and waiting.
func (s *Service) Watch() (cardreader.Watcher, error) {
	ctx, err := establish()
	if err != nil {
		return nil, err
	}
	return &watcher{ctx: ctx, waiting: &s.waiting}, nil
}

// Connect opens a shared connection in a context of its own. Protocols T=0 and
// T=1 are accepted: Thai ID cards speak T=0, but a card that does not must still
// be told apart from a broken one.
func (s *Service) Connect(reader string) (cardreader.Card, error) {
	ctx, err := establish()
	if err != nil {
		return nil, err
	}
	connection, err := ctx.Connect(reader, scard.ShareShared, scard.ProtocolAny)
	if err != nil {
		return nil, errors.Join(translate("connect", err), release(ctx))
	}
	c := &card{ctx: ctx, connection: connection}
	// The binding panics on a transmission without a protocol.
	if p := connection.ActiveProtocol(); p != scard.ProtocolT0 && p != scard.ProtocolT1 {
		return nil, errors.Join(fmt.Errorf("%w: protocol %d", cardreader.ErrComm, p), c.Close())
	}
	status, err := connection.Status()
	if err != nil {
		return nil, errors.Join(translate("status", err), c.Close())
	}
	c.atr = status.Atr
	return c, nil
}

// establish opens a context. The binding returns no context with an error.
func establish() (*scard.Context, error) {
	ctx, err := scard.EstablishContext()
	if err != nil {
		return nil, translate("establish context", err)
	}
	return ctx, nil
}

func release(ctx *scard.Context) error { return translate("release context", ctx.Release()) }
