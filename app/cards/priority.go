package cards

import (
	"context"
	"errors"
	"sync"

	"authenkiosk/cardreader"
	"authenkiosk/visit"
)

// readPriority lets the patient's session go before programs at the card: while the
// session reads, no program does, and a program's reading that is under way is
// called off when the session begins to read.
type readPriority struct {
	mu       sync.Mutex
	sessions int           // that read now
	free     chan struct{} // closed when sessions comes to 0
	callOff  context.CancelCauseFunc
}

// errSession ends a program's reading for the patient's session.
var errSession = errors.New("the patient's session reads the card")

func newReadPriority() readPriority { return readPriority{callOff: func(error) {}} }

// enter begins a session's reading and returns what ends it.
func (t *readPriority) enter() (leave func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.sessions++; t.sessions == 1 {
		t.free = make(chan struct{})
	}
	t.callOff(errSession)
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.sessions--; t.sessions == 0 {
			close(t.free)
		}
	}
}

// wait returns a context for a program's reading once no session reads. The
// context ends when one begins.
func (t *readPriority) wait(ctx context.Context) (context.Context, func(), error) {
	for {
		t.mu.Lock()
		if t.sessions == 0 {
			ctx, cancel := context.WithCancelCause(ctx)
			t.callOff = cancel
			t.mu.Unlock()
			return ctx, func() { cancel(nil) }, nil
		}
		free := t.free
		t.mu.Unlock()
		select {
		case <-free:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}

// text reads the card for the patient's session, unless a program has had it
// read already.
func (c *Watcher) text(ctx context.Context, in cardreader.Inserted, identified func(cardreader.Identity)) (cardreader.Document, error) {
	if doc, ok := c.known(in.Insertion); ok {
		identified(doc.Identity)
		return doc, nil
	}
	defer c.session.enter()()
	doc, err := c.monitor.Read(ctx, in, cardreader.Receiver{Identity: identified})
	if err == nil {
		c.remember(ctx, in, doc)
	}
	return doc, err
}

// Program reads the card for a program: with the text that is known already, or
// when no session reads.
func (c *Watcher) Program(ctx context.Context, in cardreader.Inserted) (cardreader.Document, error) {
	for {
		if doc, ok := c.known(in.Insertion); ok {
			return doc, nil
		}
		var doc cardreader.Document
		err := c.withoutPriority(ctx, func(ctx context.Context) (err error) {
			if known, ok := c.known(in.Insertion); ok { // the session before has read it
				doc = known
				return nil
			}
			doc, err = c.monitor.Read(ctx, in, cardreader.Receiver{})
			if err == nil {
				c.remember(ctx, in, doc)
			} else if cardreader.ProblemOf(err) == visit.CardNotThai {
				c.found(ctx, in.Insertion, uselessCard)
			}
			return err
		})
		if !errors.Is(err, errSession) {
			return doc, err
		}
	}
}

// Photo reads the photo for a program. A card without one gives none.
func (c *Watcher) Photo(ctx context.Context, in cardreader.Inserted) (jpeg []byte, err error) {
	doc, err := c.Program(ctx, in)
	if err != nil {
		return nil, err
	}
	for {
		err = c.withoutPriority(ctx, func(ctx context.Context) (err error) {
			jpeg, err = c.monitor.Photo(ctx, in, doc, nil)
			return err
		})
		switch {
		case errors.Is(err, cardreader.ErrNoPhoto):
			return nil, nil
		case !errors.Is(err, errSession):
			return jpeg, err
		}
	}
}

// withoutPriority reads when no session does. It returns errSession when one took the
// card.
func (c *Watcher) withoutPriority(ctx context.Context, read func(context.Context) error) error {
	mine, done, err := c.session.wait(ctx)
	if err != nil {
		return err
	}
	defer done()
	if err := read(mine); err != nil {
		if context.Cause(mine) == errSession && ctx.Err() == nil {
			return errSession
		}
		return err
	}
	return nil
}

func (c *Watcher) known(insertion uint64) (doc cardreader.Document, ok bool) {
	c.set(func() { doc, ok = c.texts[insertion] })
	return doc, ok
}

// remember keeps whose card is inside, and its text if programs may ask, until
// the card goes.
func (c *Watcher) remember(ctx context.Context, in cardreader.Inserted, doc cardreader.Document) {
	stays := false
	c.set(func() {
		if in, stays = c.inside[in.Insertion]; !stays {
			return
		}
		c.pids[in.Insertion] = doc.Identity.PID
		if c.keep {
			c.texts[in.Insertion] = doc
		}
	})
	if stays {
		c.found(ctx, in.Insertion, thaiCard)
		c.seen(in, doc.Identity.PID)
	}
}

// Holds reports whether that person's card is in the patient's reader.
func (c *Watcher) Holds(pid visit.PID) (is bool) {
	c.set(func() {
		for n, p := range c.pids {
			is = is || p == pid && c.inside[n].Role == cardreader.RolePatient
		}
	})
	return is
}

// Patients are the insertions of all cards in readers of patients, mute ones too.
func (c *Watcher) Patients() (all []uint64) {
	c.set(func() {
		for n, card := range c.seat.cards {
			if card.in.Role == cardreader.RolePatient {
				all = append(all, n)
			}
		}
	})
	return all
}

// Patient returns the card in the patient's reader, which may be mute; insertion 0:
// there is none. With cards in several readers see seat.forPrograms.
func (c *Watcher) Patient() (in cardreader.Inserted, mute bool) {
	c.set(func() {
		if card := c.seat.forPrograms(); card != nil {
			in, mute = card.in, card.mute
		}
	})
	return in, mute
}

// HasPatient reports whether a card is in the patient's reader.
func (c *Watcher) HasPatient() bool {
	return c.Insertion() != 0
}

// Readable returns the insertion of the card in the patient's reader; false: there is
// none, or it is mute.
func (c *Watcher) Readable() (insertion uint64, ok bool) {
	in, mute := c.Patient()
	return in.Insertion, in.Insertion != 0 && !mute
}

// Insertion returns that of the card in the patient's reader, mute or not; 0: none.
func (c *Watcher) Insertion() uint64 {
	in, _ := c.Patient()
	return in.Insertion
}
