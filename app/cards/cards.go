package cards

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"

	"github.com/google/uuid"

	"authenkiosk/app/config"
	"authenkiosk/cardreader"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// Watcher turns what happens at the patient's reader into events of the flow, and
// reads the card of an insertion when the flow asks.
type Watcher struct {
	monitor *cardreader.Monitor
	log     *slog.Logger

	mu      sync.Mutex
	readers []cardreader.ReaderState
	lost    visit.Problem                  // why there is no card service; NoProblem: there is one
	inside  map[uint64]cardreader.Inserted // that answer
	mute    map[uint64]struct{}            // that do not
	seat    seat                           // of the patient
	texts   map[uint64]cardreader.Document // of cards that are inside; only with keep
	pids    map[uint64]visit.PID           // of cards that are inside
	session readPriority                   // the patient's session goes before programs

	roles  map[uint64]flow.Role // of cards that are inside; used by handle alone
	judged chan judged          // what is found out about cards
	look   func(cardreader.Inserted)

	keep bool // see cardsOptions
	told func(cardreader.Event)
	seen func(cardreader.Inserted, visit.PID)
}

// Options are what the cards stand on. Service, Config and Log are needed.
type Options struct {
	Service cardreader.Service
	Config  config.CardReader
	Log     *slog.Logger
	// Keep keeps the text of a card until it goes, for programs that ask.
	Keep bool
	// Told hears every event before the flow does; nil: nobody.
	Told func(cardreader.Event)
	// Seen hears whose card was read; nil: nobody.
	Seen func(cardreader.Inserted, visit.PID)
}

// New makes the cards; nothing is read before run.
func New(o Options) *Watcher {
	if o.Told == nil {
		o.Told = func(cardreader.Event) {}
	}
	if o.Seen == nil {
		o.Seen = func(cardreader.Inserted, visit.PID) {}
	}
	return &Watcher{
		monitor: cardreader.New(cardreader.Options{
			Service: o.Service, Logger: o.Log, Patient: o.Config.Patient, Officer: o.Config.Certifier, LongReads: o.Config.LongReads,
		}),
		log: o.Log, inside: map[uint64]cardreader.Inserted{}, mute: map[uint64]struct{}{}, seat: newSeat(),
		judged: make(chan judged, judgedRoom), look: func(cardreader.Inserted) {},
		texts: map[uint64]cardreader.Document{}, pids: map[uint64]visit.PID{}, session: newReadPriority(), roles: map[uint64]flow.Role{},
		keep: o.Keep, told: o.Told, seen: o.Seen,
	}
}

// judged is what was found out about the card of an insertion.
type judged struct {
	insertion uint64
	is        judgement
}

// judgedRoom is more cards than readers hold at a time.
const judgedRoom = 64

// Run hands events on until ctx ends. changed is called when the list of readers
// or a state in it has changed.
func (c *Watcher) Run(ctx context.Context, send func(flow.Event), changed func()) {
	var working sync.WaitGroup
	defer working.Wait()
	working.Go(func() { c.monitor.Run(ctx) })
	c.look = func(in cardreader.Inserted) { working.Go(func() { c.lookAt(ctx, in) }) }
	events := c.monitor.Events()
	for {
		select {
		case e, ok := <-events:
			if !ok {
				return
			}
			c.handle(e, send, changed)
		case j := <-c.judged:
			c.judge(j, send)
		}
	}
}

// lookAt finds out whether a card is Thai. One that another program holds for longer
// than a reading may take is looked at until that program lets it go, or it is out.
func (c *Watcher) lookAt(ctx context.Context, in cardreader.Inserted) {
	err := c.monitor.Thai(ctx, in)
	for cardreader.ProblemOf(err) == visit.CardBusy && ctx.Err() == nil {
		err = c.monitor.Thai(ctx, in)
	}
	switch {
	case err == nil:
		c.found(ctx, in.Insertion, thaiCard)
	case cardreader.ProblemOf(err) != visit.CardRemovedEarly && ctx.Err() == nil:
		c.log.Info("card that is no Thai ID card", "reader", in.Reader, "err", err)
		c.found(ctx, in.Insertion, uselessCard)
	}
}

// found hands on what a card is.
func (c *Watcher) found(ctx context.Context, insertion uint64, is judgement) {
	select {
	case c.judged <- judged{insertion, is}:
		return
	default:
	}
	select {
	case c.judged <- judged{insertion, is}:
	case <-ctx.Done():
	}
}

func (c *Watcher) judge(j judged, send func(flow.Event)) {
	before, _ := c.Patient()
	c.set(func() { c.seat.judge(j.insertion, j.is) })
	if after, _ := c.Patient(); after != before {
		c.told(cardreader.Readers{List: c.List()})
	}
	c.seatChanged(send)
}

// seatChanged tells the flow when the patient's card is another.
func (c *Watcher) seatChanged(send func(flow.Event)) {
	var gone bool
	var come *seatedCard
	c.set(func() { gone, come = c.seat.change() })
	if gone {
		send(flow.CardRemoved{Role: flow.PatientReader})
	}
	if come != nil {
		send(flow.CardInserted{Insertion: NewInsertion(come.in.Insertion, flow.PatientReader)})
	}
}

func (c *Watcher) handle(e cardreader.Event, send func(flow.Event), changed func()) {
	switch e := e.(type) {
	case cardreader.Readers:
		c.set(func() { c.readers = e.List }) // an empty list comes after ServiceLost, too
		c.told(e)
		changed()
	case cardreader.ServiceLost:
		c.log.Warn("card service lost", "err", e.Err)
		c.set(func() { c.readers, c.lost = nil, e.Problem() })
		c.told(e)
		changed()
	case cardreader.ServiceBack:
		c.log.Info("card service back")
		c.set(func() { c.lost = visit.NoProblem })
		changed()
	case cardreader.Inserted:
		c.comes(e, false, e, send)
	case cardreader.Mute:
		c.comes(cardreader.Inserted(e), true, e, send)
	case cardreader.Removed:
		if role, ok := c.roles[e.Insertion]; ok {
			delete(c.roles, e.Insertion)
			c.set(func() {
				delete(c.inside, e.Insertion)
				delete(c.mute, e.Insertion)
				delete(c.texts, e.Insertion)
				delete(c.pids, e.Insertion)
				c.seat.leave(e.Insertion)
			})
			c.told(e)
			changed()
			if role == flow.PatientReader {
				c.seatChanged(send)
			} else {
				send(flow.CardRemoved{Role: role})
			}
		}
	}
}

// comes takes a card in; in a reader with no role it is nobody's. The only reader is
// the patient's, even while the card of somebody who vouches is in it: left behind
// there, it is in the next patient's way.
func (c *Watcher) comes(in cardreader.Inserted, mute bool, e cardreader.Event, send func(flow.Event)) {
	role := flow.CertifierReader
	switch {
	case in.Role == cardreader.RolePatient, in.Role == cardreader.RoleOfficer && c.only(in.Reader):
		role = flow.PatientReader
	case in.Role != cardreader.RoleOfficer:
		return
	}
	c.roles[in.Insertion] = role
	look := false
	c.set(func() {
		if mute {
			c.mute[in.Insertion] = struct{}{}
		} else {
			c.inside[in.Insertion] = in
		}
		if role == flow.PatientReader {
			look = c.seat.arrive(in, mute, c.ofPatients())
		}
	})
	c.told(e)
	switch {
	case look:
		c.look(in)
	case role == flow.PatientReader:
		c.seatChanged(send)
	default:
		send(flow.CardInserted{Insertion: NewInsertion(in.Insertion, role)})
	}
}

// ofPatients returns the readers that patients use. The mutex must be held.
func (c *Watcher) ofPatients() []string {
	var names []string
	for _, r := range c.readers {
		if r.Role == cardreader.RolePatient {
			names = append(names, r.Name)
		}
	}
	return names
}

// only reports whether the patient's reader is the only one of use, and this is it.
func (c *Watcher) only(reader string) bool {
	use := slices.DeleteFunc(c.List(), func(r cardreader.ReaderState) bool { return r.Role == cardreader.RoleNone })
	return len(use) == 1 && use[0].Name == reader && use[0].Role == cardreader.RolePatient
}

// ExpectCertifier implements CardReader.
func (c *Watcher) ExpectCertifier(expected bool) {
	role := cardreader.RoleNone
	if expected {
		role = cardreader.RoleOfficer
	}
	c.monitor.NextIs(role)
}

func (c *Watcher) set(f func()) {
	c.mu.Lock()
	f()
	c.mu.Unlock()
}

// NewInsertion gives an insertion the id of the visit that may come of it.
func NewInsertion(number uint64, role flow.Role) flow.Insertion {
	return flow.Insertion{Number: number, VisitID: visit.ID(uuid.Must(uuid.NewV7()).String()), Role: role}
}

// Read implements CardReader.
func (c *Watcher) Read(ctx context.Context, number uint64, identified func(flow.Person)) (flow.CardRead, error) {
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
		c.mayBeUseless(ctx, number, err)
		if errors.Is(err, cardreader.ErrCalledOff) {
			err = errors.Join(err, context.Canceled)
		}
		return flow.CardRead{}, err
	}
	return flow.CardRead{Expiry: doc.Rest.Expires, Address: doc.Rest.Address}, nil
}

// mayBeUseless takes note of a card that could not be read, so that a Thai card in
// another reader need not wait for it.
func (c *Watcher) mayBeUseless(ctx context.Context, insertion uint64, err error) {
	switch cardreader.ProblemOf(err) {
	case visit.CardNotThai, visit.CardUnreadable, visit.CardMute:
		c.found(ctx, insertion, uselessCard)
	}
}

// ProblemOf implements CardReader.
func (c *Watcher) ProblemOf(err error) visit.Problem { return cardreader.ProblemOf(err) }

// Light is the status light of the readers, and why it is red.
func (c *Watcher) Light() (visit.DeviceState, visit.Problem) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lost != visit.NoProblem {
		return visit.DeviceDown, c.lost
	}
	for _, r := range c.readers {
		if r.Role == cardreader.RolePatient && r.State != cardreader.StatusUnavailable {
			return visit.DeviceReady, visit.NoProblem
		}
	}
	return visit.DeviceDown, visit.ReaderMissing
}

// Second reports whether there is a reader of its own for the card that vouches.
func (c *Watcher) Second() bool {
	for _, r := range c.List() {
		if r.Role == cardreader.RoleOfficer {
			return true
		}
	}
	return false
}

// List returns the readers as the monitor told them last.
func (c *Watcher) List() []cardreader.ReaderState {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]cardreader.ReaderState(nil), c.readers...)
}

// Service returns the readers as the monitor told them last, and why there is no card
// service; NoProblem: there is one.
func (c *Watcher) Service() (readers []cardreader.ReaderState, lost visit.Problem) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]cardreader.ReaderState(nil), c.readers...), c.lost
}

// In returns the card in a reader that answers; insertion 0: none.
func (c *Watcher) In(reader string) (card cardreader.Inserted) {
	c.set(func() {
		for _, i := range c.inside {
			if i.Reader == reader {
				card = i
			}
		}
	})
	return card
}
