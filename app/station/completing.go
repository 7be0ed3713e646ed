package station

import (
	"context"
	"slices"
	"time"

	"authenkiosk/desk"
	"authenkiosk/visit"
)

// tellEvery is how often another machine is asked whether it waits for the end of a visit
// that was made here for one of its items, besides each end of such a visit.
const tellEvery = time.Minute

// complete saves a visit for an item over there, by whoever is signed in there with that
// token of ours. desk.NotFound: it has no item of that id, or nobody is signed in there.
func (o *Other) complete(ctx context.Context, token string, item visit.ID, v visit.Visit, jpeg []byte) error {
	who, err := o.Who(token)
	if err != nil {
		return &desk.Error{Code: desk.NotFound, Err: err}
	}
	of, err := o.Desk.Visit(ctx, who, item)
	if err != nil {
		return err
	}
	if of.Opened == "" {
		// The number that is shown is masked, and not one person's: whose item it is, is asked for
		// by the number of the card.
		theirs, err := o.Desk.Visits(ctx, who, desk.Query{Day: of.Day, Search: v.PID.Digits()})
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(theirs.Items, func(i desk.Item) bool { return i.ID == item }) {
			return errOtherPerson
		}
	}
	return o.completer.Complete(ctx, who, item, v, jpeg)
}

// tell tells the machine what became of visits that were made here for its items: at the
// start, when an end has come, and now and then.
func (o *Other) tell(ctx context.Context) {
	again := time.NewTicker(tellEvery)
	defer again.Stop()
	for failed := false; ; {
		err := o.completer.Tell(ctx)
		if err != nil && !failed && ctx.Err() == nil {
			o.log.Warn("another machine has not heard what became of its items", "machine", o.Machine, "err", err)
		}
		failed = err != nil
		select {
		case <-ctx.Done():
			return
		case <-o.ended:
		case <-again.C:
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
			select {
			case o.ended <- struct{}{}:
			default: // it will tell all that there is
			}
		}
		return nil
	})
}
