package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/google/uuid"

	"authenkiosk/app/config"
	"authenkiosk/cardreader"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// cards turns what happens at the patient's reader into events of the flow, and
// reads the card of an insertion when the flow asks.
type cards struct {
	monitor *cardreader.Monitor
	log     *slog.Logger

	mu      sync.Mutex
	readers []cardreader.ReaderState
	lost    bool // there is no card service
	inside  map[uint64]cardreader.Inserted
	mute    map[uint64]cardreader.Role
	texts   map[uint64]cardreader.Document // of cards that are inside; only with keep
	pids    map[uint64]visit.PID           // of cards that are inside
	session turn                           // the patient's session goes before programs

	roles map[uint64]flow.Role // of cards that are inside; used by handle alone

	// What is set before run and not changed after it.
	keep bool                                 // keep the text of a card until it goes, for programs that ask
	told func(cardreader.Event)               // hears every event before the flow does; nil: nobody
	seen func(cardreader.Inserted, visit.PID) // hears whose card was read; nil: nobody
}

var _ CardReader = (*cards)(nil)

func newCards(service cardreader.Service, c config.CardReader, log *slog.Logger) *cards {
	return &cards{
		monitor: cardreader.New(cardreader.Options{
			Service: service, Logger: log, Patient: c.Patient, Officer: c.Certifier, LongReads: c.LongReads,
		}),
		log: log, inside: map[uint64]cardreader.Inserted{}, mute: map[uint64]cardreader.Role{},
		texts: map[uint64]cardreader.Document{}, pids: map[uint64]visit.PID{}, session: newTurn(), roles: map[uint64]flow.Role{},
		told: func(cardreader.Event) {}, seen: func(cardreader.Inserted, visit.PID) {},
	}
}

// run hands events on until ctx ends. changed is called when the list of readers
// or a state in it has changed.
func (c *cards) run(ctx context.Context, send func(flow.Event), changed func()) {
	var watching sync.WaitGroup
	watching.Go(func() { c.monitor.Run(ctx) })
	defer watching.Wait()
	for e := range c.monitor.Events() {
		c.handle(e, send, changed)
	}
}

func (c *cards) handle(e cardreader.Event, send func(flow.Event), changed func()) {
	switch e := e.(type) {
	case cardreader.Readers:
		c.set(func() { c.readers, c.lost = e.List, false })
		c.told(e)
		changed()
	case cardreader.ServiceLost:
		c.log.Warn("card service lost", "err", e.Err)
		c.set(func() { c.readers, c.lost = nil, true })
		c.told(e)
		changed()
	case cardreader.ServiceBack:
		c.log.Info("card service back")
		c.set(func() { c.lost = false })
		changed()
	case cardreader.Inserted:
		if role, ok := c.comes(e.Insertion, e.Reader, e.Role); ok {
			c.set(func() { c.inside[e.Insertion] = e })
			c.told(e)
			send(flow.CardInserted{Insertion: newInsertion(e.Insertion, role)})
		}
	case cardreader.Mute:
		if role, ok := c.comes(e.Insertion, e.Reader, e.Role); ok {
			c.set(func() { c.mute[e.Insertion] = e.Role })
			c.told(e)
			send(flow.CardInserted{Insertion: newInsertion(e.Insertion, role)})
		}
	case cardreader.Removed:
		if role, ok := c.roles[e.Insertion]; ok {
			delete(c.roles, e.Insertion)
			c.set(func() {
				delete(c.inside, e.Insertion)
				delete(c.mute, e.Insertion)
				delete(c.texts, e.Insertion)
				delete(c.pids, e.Insertion)
			})
			c.told(e)
			changed()
			send(flow.CardRemoved{Role: role})
		}
	}
}

// comes tells the flow whose reader a card came into; a reader with no role is
// nobody's. The only reader is the patient's, even while the card of somebody who
// vouches is in it: left behind there, it is in the next patient's way.
func (c *cards) comes(insertion uint64, reader string, of cardreader.Role) (role flow.Role, ok bool) {
	switch {
	case of == cardreader.RolePatient, of == cardreader.RoleOfficer && c.only(reader):
		role = flow.PatientReader
	case of == cardreader.RoleOfficer:
		role = flow.CertifierReader
	default:
		return 0, false
	}
	c.roles[insertion] = role
	return role, true
}

// only tells whether the patient's reader is the only one, and this is it.
func (c *cards) only(reader string) bool {
	list := c.list()
	return len(list) == 1 && list[0].Name == reader && list[0].Role == cardreader.RolePatient
}

// ExpectCertifier implements CardReader.
func (c *cards) ExpectCertifier(expected bool) {
	role := cardreader.RoleNone
	if expected {
		role = cardreader.RoleOfficer
	}
	c.monitor.NextIs(role)
}

func (c *cards) set(f func()) {
	c.mu.Lock()
	f()
	c.mu.Unlock()
}

// newInsertion gives an insertion the id of the visit that may come of it.
func newInsertion(number uint64, role flow.Role) flow.Insertion {
	return flow.Insertion{Number: number, VisitID: visit.ID(uuid.Must(uuid.NewV7()).String()), Role: role}
}

// Read implements CardReader.
func (c *cards) Read(ctx context.Context, number uint64, identified func(flow.Person)) (flow.CardRead, error) {
	c.mu.Lock()
	in, ok := c.inside[number]
	_, mute := c.mute[number]
	c.mu.Unlock()
	switch {
	case mute:
		return flow.CardRead{}, &cardreader.Fault{Problem: visit.CardMute, Err: cardreader.ErrMute}
	case !ok:
		return flow.CardRead{}, &cardreader.Fault{Problem: visit.CardRemovedEarly, Err: cardreader.ErrRemoved}
	}
	doc, err := c.text(ctx, in, func(id cardreader.Identity) {
		identified(flow.Person{PID: id.PID, Name: id.Name, Latin: id.English, Sex: id.Sex, Birth: id.Birth})
	})
	if err != nil {
		if errors.Is(err, cardreader.ErrCalledOff) {
			err = errors.Join(err, context.Canceled)
		}
		return flow.CardRead{}, err
	}
	return flow.CardRead{Expiry: doc.Rest.Expires, Address: doc.Rest.Address}, nil
}

// ProblemOf implements CardReader.
func (c *cards) ProblemOf(err error) visit.Problem { return cardreader.ProblemOf(err) }

// state is the status light of the readers.
func (c *cards) state() flow.DeviceState {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lost {
		return flow.DeviceDown
	}
	for _, r := range c.readers {
		if r.Role == cardreader.RolePatient && r.State != cardreader.StatusUnavailable {
			return flow.DeviceReady
		}
	}
	return flow.DeviceDown
}

// list returns the readers as the monitor told them last.
func (c *cards) list() []cardreader.ReaderState {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]cardreader.ReaderState(nil), c.readers...)
}
