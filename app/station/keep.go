package station

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"authenkiosk/app/patient"
	"authenkiosk/desk"
	"authenkiosk/desk/local"
	"authenkiosk/desk/session"
	"authenkiosk/storage"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

// askOwner bounds the question to another machine whether its item may be completed: the
// patient waits.
const askOwner = 10 * time.Second

// askWaiting bounds the question whether another machine has a visit of the patient, who waits.
const askWaiting = 2 * time.Second

// errOtherPerson says that the card of somebody else was put in.
var errOtherPerson = errors.New("the visit is of another person than the one that it is made for")

// errDayOver says that no code of today is one of the item's.
var errDayOver = errors.New("the day of the item is over")

// errWaits says that another machine may send for the same person, or somebody works on it there:
// NHSO makes a code for each.
var errWaits = errors.New("the same person's visit waits at another machine")

// errElsewhere says that another machine has not carried it out, or that its answer did not
// come: this one can save visits.
var errElsewhere = errors.New("another machine was asked")

// OtherPerson names errOtherPerson for the screen, and WaitsElsewhere errWaits. Everything else is
// named by a desk.Code.
const (
	OtherPerson    = "other-person"
	WaitsElsewhere = "waits-elsewhere"
)

// keep saves the visit that an operator has confirmed, or says why it must not be made.
func (s *Station) keep(ctx context.Context, e flow.SaveVisit, jpeg []byte) error {
	err := s.save(ctx, e, jpeg)
	if why := whyNot(err); why != "" {
		return &patient.NotKept{Why: why, Err: err}
	}
	return err
}

// whyNot names what stands against a visit; empty: nothing does, or the machine cannot save
// it.
func whyNot(err error) string {
	var refused *desk.Error
	switch {
	case err == nil:
		return ""
	case errors.Is(err, errOtherPerson):
		return OtherPerson
	case errors.Is(err, errWaits):
		return WaitsElsewhere
	case errors.Is(err, session.ErrOver):
		return string(desk.NotSignedIn)
	case errors.Is(err, errElsewhere):
		return string(desk.Failed)
	case !errors.As(err, &refused):
		errors.As(local.Coded(err), &refused)
	}
	if refused.Code == desk.Failed {
		return ""
	}
	return string(refused.Code)
}

// save saves it under the name of the operator, and for what it is made: an item that it
// completes, or a second code.
func (s *Station) save(ctx context.Context, e flow.SaveVisit, jpeg []byte) error {
	now, v := s.signed.Load(), e.Visit
	if now == nil || now.by != e.By {
		return session.ErrOver
	}
	who, err := s.Of(now.token)
	if err != nil {
		return err
	}
	if e.Second.Of != "" {
		return s.saveSecond(ctx, now.token, e, jpeg)
	}
	if e.Item == "" {
		if err := s.free(ctx, now.token, v, nil, nil); err != nil {
			return err
		}
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
		if err := s.free(ctx, now.token, v, item.Second.Besides, nil); err != nil {
			return err
		}
		return s.Visits.Complete(e.Item, e.By, v, jpeg, v.CreatedAt)
	case !errors.Is(err, storage.ErrNotFound):
		return err
	}
	return s.keepFor(ctx, now.token, e.Item, v, jpeg)
}

// free refuses a visit while a machine that this desk sees has one of the same person, day and claim
// type that is not ended: it may be sent at any moment, or be at work at NHSO, which shows
// nothing of that yet. One that cannot be asked keeps nobody waiting, and several no longer than
// one: all are asked at once. The codes besides are known
// and not the visit's; but is a machine that looks by itself, nil: none does.
func (s *Station) free(ctx context.Context, token string, v visit.Visit, besides []visit.AuthenCode, but *Other) error {
	limited, cancel := context.WithTimeout(ctx, askWaiting)
	defer cancel()
	against := make([]error, len(s.Others))
	var asked sync.WaitGroup
	for i, o := range s.Others {
		if o != but {
			asked.Go(func() { against[i] = o.free(limited, token, v, besides) })
		}
	}
	asked.Wait()
	return cmp.Or(against...)
}

// freeForPrograms is free for a visit that a program of the hospital asks for, by the right of
// whoever is signed in: without them no other machine can be asked.
func (s *Station) freeForPrograms(ctx context.Context, v visit.Visit) error {
	now := s.signed.Load()
	if now == nil {
		return nil
	}
	return s.free(ctx, now.token, v, nil, nil)
}

// keepFor saves a visit for an item of another machine.
func (s *Station) keepFor(ctx context.Context, token string, item visit.ID, v visit.Visit, jpeg []byte) error {
	return s.elsewhere(ctx, func(limited context.Context, o *Other) error {
		return o.complete(limited, token, item, v, jpeg, func(is desk.Details) error {
			// The owner looks for what is of the item's service: it is the others that do not know.
			owner := o
			if is.ClaimType.Code != v.ClaimType.Code {
				owner = nil
			}
			return s.free(ctx, token, v, nil, owner)
		})
	})
}

// elsewhere tries each other machine: one of them has the visit, and what that one says is the answer.
// Each has its own time, so that
// one which does not answer keeps nobody from what the next has.
func (s *Station) elsewhere(ctx context.Context, try func(context.Context, *Other) error) error {
	var err error = &desk.Error{Code: desk.NotFound}
	for _, o := range s.Others {
		limited, cancel := context.WithTimeout(ctx, askOwner)
		failed := try(limited, o)
		cancel()
		switch {
		case failed == nil:
			return nil
		case errors.Is(failed, desk.Failed):
			err = errors.Join(errElsewhere, failed)
		case !mayBeOfAnother(failed):
			return failed
		case !errors.Is(failed, desk.NotFound) && !errors.Is(err, errElsewhere):
			err = failed
		}
	}
	return err
}

// mayBeOfAnother reports whether a machine that has said so need not be the one that has the visit.
func mayBeOfAnother(failed error) bool {
	var refused *desk.Error
	if !errors.As(failed, &refused) {
		return false // it is this machine that says so, about what was found there
	}
	return !slices.Contains([]desk.Code{desk.Held, desk.NotHeld, desk.InFlight, desk.NotOpen}, refused.Code)
}

// saveSecond saves a visit for a second code of a person, whose first one may be of another
// machine.
func (s *Station) saveSecond(ctx context.Context, token string, e flow.SaveVisit, jpeg []byte) error {
	why, err := rules.ParseSecondReason(e.Second.Why)
	if err != nil {
		return &desk.Error{Code: desk.BadRequest, Err: err}
	}
	v := e.Visit
	var claim string
	switch first, err := s.Store.Visit(e.Second.Of); {
	case err == nil && first.Visit.PID != v.PID:
		return errOtherPerson
	case err == nil:
		claim = first.Visit.ClaimType.Code
	case !errors.Is(err, storage.ErrNotFound):
		return err
	default:
		err := s.elsewhere(ctx, func(ctx context.Context, o *Other) error {
			_, of, err := o.visit(ctx, token, e.Second.Of, v.PID)
			claim = of.ClaimType.Code
			return err
		})
		if err != nil {
			return err
		}
	}
	if (claim == v.ClaimType.Code) != why.SameService() {
		return &desk.Error{Code: desk.BadRequest, Err: errors.New("no second code was asked for of that claim type")}
	}
	second := storage.Second{Of: e.Second.Of, Why: why, By: e.By}
	if why.SameService() {
		second.Besides = e.Second.Besides
	}
	if err := s.free(ctx, token, v, second.Besides, nil); err != nil {
		return err
	}
	return s.Visits.SaveSecond(v, second, jpeg, v.CreatedAt)
}
