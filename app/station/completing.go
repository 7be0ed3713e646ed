package station

import (
	"context"
	"slices"
	"time"

	"authenkiosk/desk"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// tellEvery is how often another machine is asked whether it waits for the end of a visit
// that was made here for one of its items, besides each end of such a visit.
const tellEvery = time.Minute

// tellAgain is the pause before a machine that has not heard an end is told again: until then
// nobody can go on with its item.
const tellAgain = 5 * time.Second

// complete saves a visit for an item over there, by whoever is signed in there with that
// token of ours, unless may, which is told what the item is, refuses it. desk.NotFound: it has no
// item of that id, or nobody is signed in there.
func (o *Other) complete(ctx context.Context, token string, item visit.ID, v visit.Visit, jpeg []byte, may func(desk.Details) error) error {
	who, is, err := o.visit(ctx, token, item, v.PID)
	if err != nil {
		return err
	}
	// The owner looks whether the day is over by its own clock, which may be minutes behind.
	if is.Day.Before(v.ServiceDate) && is.Kind != rules.Misdated {
		return &desk.Error{Code: desk.NotOpen, Err: errDayOver}
	}
	if err := may(is); err != nil {
		return err
	}
	err = o.completer.Complete(ctx, who, item, v, jpeg)
	if err != nil {
		o.wake() // it may have said yes, and waits for a visit that was never saved
	}
	return err
}

// wake has what is not told yet told now.
func (o *Other) wake() {
	select {
	case o.ended <- struct{}{}:
	default: // it will tell all that there is
	}
}

// visit returns a visit over there, which must be of that person unless nobody knows of whom it
// is, and who works there. desk.NotFound is as with complete.
func (o *Other) visit(ctx context.Context, token string, id visit.ID, of visit.PID) (who desk.Operator, is desk.Details, err error) {
	if who, err = o.Who(token); err != nil {
		return who, is, &desk.Error{Code: desk.NotFound, Err: err}
	}
	is, err = o.Desk.Visit(ctx, who, id)
	if err != nil || is.Opened != "" {
		return who, is, err
	}
	// The number that is shown is masked, and not one person's: whose visit it is, is asked for
	// by the number of the card.
	theirs, err := o.Desk.Visits(ctx, who, desk.Query{Day: is.Day, Search: of.Digits()})
	if err == nil && !slices.ContainsFunc(theirs.Items, func(i desk.Item) bool { return i.ID == id }) {
		err = errOtherPerson
	}
	return who, is, err
}

// free says what stands over there against a visit that is made here, see Station.free.
func (o *Other) free(ctx context.Context, token string, v visit.Visit, besides []visit.AuthenCode) error {
	who, err := o.Who(token)
	if err != nil {
		return nil // nobody can ask
	}
	theirs, err := o.Desk.Visits(ctx, who, desk.Query{Day: v.ServiceDate, Search: v.PID.Digits()})
	if err != nil {
		o.log.Warn("another machine is not asked whether a visit of the same person waits there", "machine", o.Machine, "err", err)
		return nil
	}
	for _, i := range theirs.Items {
		switch {
		case i.HCode != v.HCode || i.ClaimType.Code != v.ClaimType.Code:
		case i.State.Unsettled() || i.HeldBy != "":
			return errWaits
		case i.State == visit.StateDone && !slices.Contains(besides, i.Code): // NHSO may not show the code yet
			return &desk.Error{Code: desk.NotOpen}
		}
	}
	return nil
}

// tell tells the machine what became of visits that were made here for its items: at the
// start, when an end has come, and now and then.
func (o *Other) tell(ctx context.Context) {
	for failed := false; ; {
		limited, cancel := context.WithTimeout(ctx, askOwner)
		err := o.completer.Tell(limited)
		cancel()
		if err != nil && !failed && ctx.Err() == nil {
			o.log.Warn("another machine has not heard what became of its items", "machine", o.Machine, "err", err)
		}
		failed = err != nil
		pause := tellEvery
		if failed {
			pause = tellAgain
		}
		select {
		case <-ctx.Done():
			return
		case <-o.ended:
		case <-time.After(pause):
		}
	}
}

// hearEnds wakes those who tell whenever a visit that was made for an item has come to an end.
func (s *Station) hearEnds(ctx context.Context) {
	_ = s.Desk.Watch(ctx, "", func(c desk.Change) error {
		if r, err := s.Store.Visit(c.Visit); c.What != desk.ChangedVisit || err != nil || r.Completes == "" || r.State.Unsettled() {
			return nil
		}
		for _, o := range s.Others {
			o.wake()
		}
		return nil
	})
}
