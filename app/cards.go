package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/google/uuid"

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
	lost    bool                           // there is no card service
	inside  map[uint64]cardreader.Inserted // cards of patients
	mute    map[uint64]bool
}

var _ CardReader = (*cards)(nil)

func newCards(service cardreader.Service, patient, certifier string, log *slog.Logger) *cards {
	return &cards{
		monitor: cardreader.New(cardreader.Options{Service: service, Logger: log, Patient: patient, Officer: certifier}),
		log:     log, inside: map[uint64]cardreader.Inserted{}, mute: map[uint64]bool{},
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
		changed()
	case cardreader.ServiceLost:
		c.log.Warn("card service lost", "err", e.Err)
		c.set(func() { c.readers, c.lost = nil, true })
		changed()
	case cardreader.ServiceBack:
		c.log.Info("card service back")
		c.set(func() { c.lost = false })
		changed()
	case cardreader.Inserted:
		if e.Role == cardreader.RolePatient {
			c.set(func() { c.inside[e.Insertion] = e })
			send(flow.CardInserted{Insertion: newInsertion(e.Insertion)})
		}
	case cardreader.Mute:
		if e.Role == cardreader.RolePatient {
			c.set(func() { c.mute[e.Insertion] = true })
			send(flow.CardInserted{Insertion: newInsertion(e.Insertion)})
		}
	case cardreader.Removed:
		if e.Role == cardreader.RolePatient {
			c.set(func() {
				delete(c.inside, e.Insertion)
				delete(c.mute, e.Insertion)
			})
			send(flow.CardRemoved{})
		}
	}
}

func (c *cards) set(f func()) {
	c.mu.Lock()
	f()
	c.mu.Unlock()
}

// newInsertion gives an insertion the id of the visit that may come of it.
func newInsertion(number uint64) flow.Insertion {
	return flow.Insertion{Number: number, VisitID: visit.ID(uuid.Must(uuid.NewV7()).String())}
}

// Read implements CardReader.
func (c *cards) Read(ctx context.Context, number uint64, identified func(flow.Person)) (flow.CardRead, error) {
	c.mu.Lock()
	in, ok := c.inside[number]
	mute := c.mute[number]
	c.mu.Unlock()
	switch {
	case mute:
		return flow.CardRead{}, &cardreader.Fault{Problem: visit.CardMute, Err: cardreader.ErrMute}
	case !ok:
		return flow.CardRead{}, &cardreader.Fault{Problem: visit.CardRemovedEarly, Err: cardreader.ErrRemoved}
	}
	doc, err := c.monitor.Read(ctx, in, cardreader.Receiver{Identity: func(id cardreader.Identity) {
		identified(flow.Person{PID: id.PID, Name: id.Name, Latin: id.English, Sex: id.Sex, Birth: id.Birth})
	}})
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
