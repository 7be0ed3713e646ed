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

	mu sync.Mutex // between the owner's yes and the saving nothing is told
}

// Complete saves a visit for an item that the operator holds. After an error nothing is saved
// here, and nothing is sent.
func (c *Completer) Complete(ctx context.Context, o desk.Operator, item visit.ID, v visit.Visit, jpeg []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.Owner.Complete(ctx, o, item, v.ID); err != nil {
		return err
	}
	err := c.Machine.Complete(item, o.Name, v, jpeg, c.Now())
	if err != nil {
		_ = c.end(ctx, desk.Completion{Item: item, Made: v.ID}) // or Tell does it
	}
	return Coded(err)
}

// Tell tells the owner the ends that it has not heard of.
func (c *Completer) Tell(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	list, err := c.Owner.Completions(ctx, c.Station)
	if err != nil {
		return err
	}
	var unkept []error
	for _, one := range list {
		unkept = append(unkept, c.end(ctx, one))
	}
	return errors.Join(unkept...)
}

// end tells the end of one visit, if it has come. One without a code is given back first, so
// that it can never get one once the owner is free to send the item.
func (c *Completer) end(ctx context.Context, one desk.Completion) error {
	r, err := c.Machine.Visit(one.Made)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		// It was not saved in the end, or it was erased before the owner could hear of it.
		past, gone := c.Machine.PastOf(one.Made)
		if gone != nil && !errors.Is(gone, storage.ErrNotFound) {
			return Coded(gone)
		}
		one.Code = past.Code
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
