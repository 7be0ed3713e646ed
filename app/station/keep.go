package station

import (
	"context"
	"errors"
	"time"

	"authenkiosk/desk"
	"authenkiosk/desk/session"
	"authenkiosk/storage"
	"authenkiosk/visit/flow"
)

// askOwner bounds the question to another machine whether its item may be completed: the
// patient waits.
const askOwner = 10 * time.Second

// errOtherPerson says that the card of somebody else than the item's person was put in.
var errOtherPerson = errors.New("the visit is of another person than the item that it would complete")

// keep saves the visit that an operator has confirmed: under their name, and for the item
// that it completes.
func (s *Station) keep(ctx context.Context, e flow.SaveVisit, jpeg []byte) error {
	now, v := s.signed.Load(), e.Visit
	if now == nil || now.by != e.By {
		return session.ErrOver
	}
	if _, err := s.Of(now.token); err != nil {
		return err
	}
	if e.Item == "" {
		return s.Visits.SaveAtDesk(v, e.By, jpeg, v.CreatedAt)
	}
	item, err := s.Store.Visit(e.Item)
	switch {
	case err == nil && item.Visit.PID != v.PID && item.Opened.By == "":
		return errOtherPerson
	case err == nil:
		return s.Visits.Complete(e.Item, e.By, v, jpeg, v.CreatedAt)
	case !errors.Is(err, storage.ErrNotFound):
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, askOwner)
	defer cancel()
	for _, o := range s.Others { // one of them has it
		switch failed := o.complete(ctx, now.token, e.Item, v, jpeg); {
		case failed == nil:
			return nil
		case !errors.Is(failed, desk.NotFound):
			err = failed
		}
	}
	return err
}
