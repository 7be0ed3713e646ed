package local

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"authenkiosk/desk"
	"authenkiosk/desk/desktest"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// cut is a network that breaks after the owner has done what it was asked for.
type cut struct {
	desk.Desk
	broken bool
}

func (c *cut) Complete(ctx context.Context, o desk.Operator, id, made visit.ID) error {
	return c.answer(c.Desk.Complete(ctx, o, id, made))
}

func (c *cut) Completed(ctx context.Context, station string, d desk.Completion) error {
	return c.answer(c.Desk.Completed(ctx, station, d))
}

func (c *cut) answer(err error) error {
	if c.broken {
		return refused(desk.Failed, nil)
	}
	return err
}

// unsure is a machine whose store was restored, or has lost visits.
type unsure struct {
	*storage.Store
	since time.Time
}

func (u unsure) Knows(id visit.ID) (bool, error) { return id.MadeAt().After(u.since), nil }

func TestAnItemIsHeldOnWhileItsStationCannotKnowWhatBecameOfItsVisit(t *testing.T) {
	item, made := desktest.Visit(1, desktest.Noon), desktest.Visit(2, desktest.Noon).ID
	before, after := made.MadeAt().Add(-time.Second), made.MadeAt().Add(time.Second)
	for name, c := range map[string]struct {
		since, paired time.Time
		free          bool
	}{
		"its store is older than the visit": {since: before, free: true}, "it is younger": {since: after},
		"it was paired before the visit": {before, before, true}, "it has the name of another that made the visit": {since: before, paired: after},
	} {
		t.Run(name, func(t *testing.T) {
			kiosk, now := openStore(t), new(desktest.Clock).Now
			owner := New(Options{Store: kiosk, NHSO: &desktest.NHSO{}, Now: now})
			completer := &Completer{Machine: unsure{openStore(t), c.since}, Owner: owner, Station: "desk-1", Since: c.paired, Now: now}
			err := errors.Join(
				kiosk.Save(item, now()), owner.Hold(t.Context(), anna, item.ID), owner.Complete(t.Context(), anna, item.ID, made), completer.Tell(t.Context()),
			)
			if r, unread := kiosk.Visit(item.ID); err != nil || unread != nil || !r.Held() || (r.Hold.Completion == "") != c.free {
				t.Errorf("%+v, %v, %v", r.Hold, err, unread)
			}
		})
	}
}

// Each of the moments at which the station or the network can end.
func TestAnItemIsFreeOnceAndWithTheCodeWhateverEndsMeanwhile(t *testing.T) {
	const code visit.AuthenCode = "PP1200000001"
	item, made := desktest.Visit(1, desktest.Noon), desktest.Visit(2, desktest.Noon)
	made.PID = item.PID
	now := new(desktest.Clock).Now
	sent := func(s *storage.Store, end func(visit.ID) error) error {
		return errors.Join(s.Begin(made.ID, now()), end(made.ID))
	}
	for _, c := range []struct {
		name string
		do   func(c *Completer, owner *cut, station *storage.Store) error
		done bool
		free bool // the item can be released
	}{
		{"the station ends before it saves", func(c *Completer, o *cut, _ *storage.Store) error {
			return o.Complete(t.Context(), anna, item.ID, made.ID)
		}, false, true},
		{"the yes of the owner is lost", func(c *Completer, o *cut, s *storage.Store) error {
			o.broken = true
			err := c.Complete(t.Context(), anna, item.ID, made, nil)
			_, unsaved := s.Visit(made.ID)
			if o.broken = false; !errors.Is(err, desk.Failed) || !errors.Is(unsaved, storage.ErrNotFound) {
				return errors.Join(errors.New("it was saved"), err)
			}
			return nil
		}, false, true},
		{"the disk of the station refuses it", func(c *Completer, o *cut, s *storage.Store) error {
			if err := s.Save(made, now()); err != nil {
				return err
			}
			if err := c.Complete(t.Context(), anna, item.ID, made, nil); err == nil {
				return errors.New("it was saved twice")
			}
			return s.Drop(made.ID, now())
		}, false, true},
		{"it waits at the station", func(c *Completer, _ *cut, _ *storage.Store) error {
			return c.Complete(t.Context(), anna, item.ID, made, nil)
		}, false, false},
		{"its request is at work", func(c *Completer, _ *cut, s *storage.Store) error {
			return errors.Join(c.Complete(t.Context(), anna, item.ID, made, nil), s.Begin(made.ID, now()))
		}, false, false},
		{"it has its code", func(c *Completer, _ *cut, s *storage.Store) error {
			return errors.Join(c.Complete(t.Context(), anna, item.ID, made, nil), sent(s, func(id visit.ID) error { return s.Done(id, code, now()) }))
		}, true, false},
		{"NHSO refused it", func(c *Completer, _ *cut, s *storage.Store) error {
			return errors.Join(c.Complete(t.Context(), anna, item.ID, made, nil), sent(s, func(id visit.ID) error { return s.Refuse(id, visit.NoRight, "", now()) }))
		}, false, true},
		{"the patient took it back", func(c *Completer, _ *cut, s *storage.Store) error {
			return errors.Join(c.Complete(t.Context(), anna, item.ID, made, nil), s.Drop(made.ID, now()))
		}, false, true},
		{"somebody at the station works on it", func(c *Completer, _ *cut, s *storage.Store) error {
			return errors.Join(c.Complete(t.Context(), anna, item.ID, made, nil), s.Hold(made.ID, anna.Name, now()))
		}, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			kiosk, station := openStore(t), openStore(t)
			owner := &cut{Desk: New(Options{Store: kiosk, NHSO: &desktest.NHSO{}, Now: now})}
			completer := &Completer{Machine: station, Owner: owner, Station: "desk-1", Now: now}
			if err := errors.Join(kiosk.Save(item, now()), owner.Hold(t.Context(), anna, item.ID), c.do(completer, owner, station)); err != nil {
				t.Fatal(err)
			}
			for range 2 { // the answer of the first is lost
				owner.broken = !owner.broken
				err := completer.Tell(t.Context())
				if (err != nil) != (owner.broken && (c.done || c.free)) {
					t.Errorf("%v", err)
				}
			}
			_, err := owner.Release(t.Context(), anna, item.ID)
			r, read := kiosk.Visit(item.ID)
			switch {
			case read != nil:
				t.Error(read)
			case c.done && (r.State != visit.StateDone || r.Code != code || r.SettledBy != made.ID):
				t.Errorf("the item is %s with %s", r.State, r.Code)
			case c.free && (err != nil || r.State != visit.StatePending):
				t.Errorf("the item is %s, %v", r.State, err)
			case !c.done && !c.free && (!errors.Is(err, desk.InFlight) || r.Hold.Completion != made.ID):
				t.Errorf("the item is %s, %v", r.State, err)
			}
			if c.free { // nothing is sent any more for what was made
				if m, err := station.Visit(made.ID); err == nil && m.State != visit.StateDropped {
					t.Errorf("what was made is %s", m.State)
				}
			}
		})
	}
}

// The owner was away for days: what was made here is erased by then but for what is left of it.
func TestTheOwnerHearsTheCodeOfAVisitThatIsErasedByThen(t *testing.T) {
	const code visit.AuthenCode = "PP1200000001"
	item, made := desktest.Visit(1, desktest.Noon), desktest.Visit(2, desktest.Noon)
	made.PID = item.PID
	now := new(desktest.Clock).Now
	kiosk, station := openStore(t), openStore(t)
	owner := New(Options{Store: kiosk, NHSO: &desktest.NHSO{}, Now: now})
	completer := &Completer{Machine: station, Owner: owner, Station: "desk-1", Now: now}
	err := errors.Join(
		kiosk.Save(item, now()), owner.Hold(t.Context(), anna, item.ID), completer.Complete(t.Context(), anna, item.ID, made, nil),
		station.Begin(made.ID, now()), station.Done(made.ID, code, now()),
	)
	if err != nil {
		t.Fatal(err)
	}
	keep := storage.Keep{Days: 1, StaffDays: 30, Confirmed: true, Delivered: math.MaxUint64}
	if got, err := station.Expire(desktest.Noon.AddDate(0, 0, 2), keep); err != nil || got.Visits != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	if err := completer.Tell(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r, err := kiosk.Visit(item.ID); err != nil || r.State != visit.StateDone || r.Code != code || r.SettledBy != made.ID {
		t.Errorf("the item is %s with %q, held by %q, %v", r.State, r.Code, r.Hold.By, err)
	}
}

func TestNothingIsToldBetweenTheYesOfTheOwnerAndTheSaving(t *testing.T) {
	kiosk, station := openStore(t), openStore(t)
	now := new(desktest.Clock).Now
	owner := New(Options{Store: kiosk, NHSO: &desktest.NHSO{}, Now: now})
	item, made := desktest.Visit(1, desktest.Noon), desktest.Visit(2, desktest.Noon)
	if err := errors.Join(kiosk.Save(item, now()), owner.Hold(t.Context(), anna, item.ID)); err != nil {
		t.Fatal(err)
	}
	saving := &between{Store: station}
	completer := &Completer{Machine: saving, Owner: owner, Station: "desk-1", Now: now}
	var told error
	saving.then = func() { told = completer.Tell(t.Context()) }
	if err := errors.Join(completer.Complete(t.Context(), anna, item.ID, made, nil), told); err != nil {
		t.Fatal(err)
	}
	if r, err := kiosk.Visit(item.ID); err != nil || r.Hold.Completion != made.ID {
		t.Errorf("%+v, %v", r.Hold, err)
	}
}

// between does something before a visit is saved.
type between struct {
	*storage.Store
	then func()
}

func (b *between) Complete(item visit.ID, by string, v visit.Visit, jpeg []byte, at time.Time) error {
	b.then()
	return b.Store.Complete(item, by, v, jpeg, at)
}
