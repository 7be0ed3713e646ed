package station

import (
	"context"
	"errors"
	"slices"
	"time"

	"authenkiosk/desk"
	"authenkiosk/desk/session"
	"authenkiosk/storage"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

// askOwner bounds the question to another machine whether its item may be completed: the
// patient waits.
const askOwner = 10 * time.Second

// errOtherPerson says that the card of somebody else than the item's person was put in.
var errOtherPerson = errors.New("the visit is of another person than the item that it would complete")

// errDayOver says that no code of today is one of the item's.
var errDayOver = errors.New("the day of the item is over")

// keep saves the visit that an operator has confirmed: under their name, and for the item
// that it completes.
func (s *Station) keep(ctx context.Context, e flow.SaveVisit, jpeg []byte) error {
	now, v := s.signed.Load(), e.Visit
	if now == nil || now.by != e.By {
		return session.ErrOver
	}
	who, err := s.Of(now.token)
	if err != nil {
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
		// Its day may have ended since the page was opened. Another machine looks by itself.
		of, err := s.Desk.Visit(ctx, desk.OperatorAt(s.Machine, who), e.Item)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(of.Steps, rules.Step.MakesCode) {
			return &desk.Error{Code: desk.NotOpen, Err: errDayOver}
		}
		return s.Visits.Complete(e.Item, e.By, v, jpeg, v.CreatedAt)
	case !errors.Is(err, storage.ErrNotFound):
		return err
	}
	return s.keepFor(ctx, now.token, e.Item, v, jpeg)
}

// keepFor saves a visit for an item of another machine: one of them has it. Each has its own
// time, so that one which does not answer keeps nobody from the item of the next.
func (s *Station) keepFor(ctx context.Context, token string, item visit.ID, v visit.Visit, jpeg []byte) error {
	var err error = &desk.Error{Code: desk.NotFound}
	for _, o := range s.Others {
		limited, cancel := context.WithTimeout(ctx, askOwner)
		failed := o.complete(limited, token, item, v, jpeg)
		cancel()
		switch {
		case failed == nil:
			return nil
		case !errors.Is(failed, desk.NotFound):
			err = failed
		}
	}
	return err
}
