package local

import (
	"context"
	"errors"
	"sync"
	"time"

	"authenkiosk/desk"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// Machine are the visits of this machine, which its own outbox sends.
type Machine interface {
	Complete(item visit.ID, by string, v visit.Visit, jpeg []byte, at time.Time) error
	Visit(id visit.ID) (storage.Record, error)
	PastOf(id visit.ID) (storage.PastVisit, error)
	Knows(id visit.ID) (bool, error)
	GiveBack(made visit.ID, at time.Time) error
}

// Completer makes visits on this machine for items of another one. The owner knows of each
// before it is saved here, and hears its end by Tell, which has to be called when the
// program starts, when a visit is settled, and now and then: whatever ends this program
// or the way to the owner meanwhile, the item stays held until then.
type Completer struct {
	Machine Machine
	Owner   desk.Desk // of the items, on the other machine
	Station string    // as the owner calls this machine
	Now     func() time.Time

	// Since is when the owner let this machine in. Visits that are older, and not here, may be those of
	// a machine that had its name before; zero: there was none.
	Since time.Time

	mu     sync.Mutex            // is never held while the owner is asked, which may not answer
	making map[visit.ID]struct{} // visits of which nothing is told yet: the owner may have said yes, and they are not saved
}

// Complete saves a visit for an item that the operator holds. After an error nothing is saved
// here, and nothing is sent. Without a code of desk, it is this machine that cannot save.
func (c *Completer) Complete(ctx context.Context, o desk.Operator, item visit.ID, v visit.Visit, jpeg []byte) error {
	c.makes(v.ID)
	defer c.made(v.ID)
	if err := c.Owner.Complete(ctx, o, item, v.ID); err != nil {
		return err
	}
	err := c.Machine.Complete(item, o.Name, v, jpeg, c.Now())
	if err != nil {
		_ = c.end(ctx, desk.Completion{Item: item, Made: v.ID}) // or Tell does it
	}
	return err
}

func (c *Completer) makes(id visit.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.making == nil {
		c.making = map[visit.ID]struct{}{}
	}
	c.making[id] = struct{}{}
}

func (c *Completer) made(id visit.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.making, id)
}

// isMade reports whether a visit that the owner waits for is saved, or never will be.
func (c *Completer) isMade(id visit.ID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, making := c.making[id]
	return !making
}

// Tell tells the owner the ends that it has not heard of.
func (c *Completer) Tell(ctx context.Context) error {
	list, err := c.Owner.Completions(ctx, c.Station)
	if err != nil {
		return err
	}
	var unkept []error
	for _, one := range list {
		if c.isMade(one.Made) {
			unkept = append(unkept, c.end(ctx, one))
		}
	}
	return errors.Join(unkept...)
}

// end tells the end of one visit, if it has come. One without a code is given back first, so
// that it can never get one once the owner is free to send the item.
func (c *Completer) end(ctx context.Context, one desk.Completion) error {
	r, err := c.Machine.Visit(one.Made)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		code, sure, err := c.gone(one.Made)
		if err != nil || !sure {
			return Coded(err) // the owner waits as for a machine that never comes back
		}
		one.Code = code
	case err != nil:
		return Coded(err)
	case r.State == visit.StateDone:
		one.Code, one.Issued = r.Code, r.IssuedAt
	case r.State.Unsettled() || r.Held():
		return nil
	default:
		if err := c.Machine.GiveBack(one.Made, c.Now()); err != nil {
			return Coded(err)
		}
	}
	return c.Owner.Completed(ctx, c.Station, one)
}

// gone returns the code of a visit that is not here any more, or none of one that was not saved in
// the end. It is not sure of one that is older than what is here, or than the right to be
// here: that may have been sent.
func (c *Completer) gone(made visit.ID) (code visit.AuthenCode, sure bool, err error) {
	past, err := c.Machine.PastOf(made) // it may be erased by now
	if errors.Is(err, storage.ErrNotFound) {
		sure, err = c.Machine.Knows(made)
		return "", sure && !made.MadeAt().Before(c.Since.Truncate(time.Millisecond)), err
	}
	return past.Code, true, err
}
