package flow

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"authenkiosk/visit"
)

const anna, ben = "desk-1/anna", "desk-1/ben"

// stationOf and in put a station into a world and take it out again.
func stationOf(w *world) Station {
	return Station{
		Way: w.m.Way, Waiting: w.m.Waiting, By: w.desk.By, Changing: w.desk.Changing, Open: w.desk.Open,
		Item: w.desk.Item, ItemOf: w.desk.ItemOf, Second: w.desk.Second, NotSaved: w.desk.NotSaved,
	}
}

func (d Station) in(w *world) {
	w.m = Model{Way: d.Way, Waiting: d.Waiting}
	w.desk = post{true, d.By, d.Changing, d.Open, d.Item, d.ItemOf, d.Second, d.NotSaved}
}

// doesAtStation does an event at a station.
func (w *world) doesAtStation(e Event) []Effect {
	d := stationOf(w)
	effects := w.does(func(Model, Event) (m Model, effects []Effect) {
		d, effects = d.Step(e)
		return Model{}, effects
	}, e)
	d.in(w)
	return effects
}

func stepStation(w world, e Event) (world, []Effect) {
	effects := w.doesAtStation(e)
	return w, effects
}

var atStation = host{eventsAtStation, (*world).doesAtStation, func(before *world, e Event, after *world, effects []Effect) error {
	return errors.Join(checkWay(&before.m, e, &after.m, effects), checkStation(before, e, after, effects))
}}

// opened is a station at which nobody has signed in yet.
func opened() world {
	w := start()
	stationOf(&w).in(&w)
	return w
}

// eventsAtStation are those of the way, and what happens at a desk.
func eventsAtStation(w *world) []Event {
	all := append(eventsFor(w),
		SignedIn{anna}, SignedOut{}, OperatorChanges{}, PageShown{true}, PageShown{false}, TapVouches{w.m.freshInsertion()}, TapVouches{})
	if x := &w.m.Session; w.m.State == Reading && !x.identified() { // whoever it is may vouch afterwards
		all = append(all, CardIdentified{x.Insertion.Number, personOf(1)}, CardIdentified{x.Insertion.Number, personOf(2)})
	}
	return all
}

// A station embeds the way: 82,180 models and 6.7 million pairs, with who is signed in, who
// leaves for a colleague, whether the page is shown, and a card that waits. Items and further
// codes are followed through every event in each of 601 scenes (0.3 million pairs more).
func TestEveryStepOfAStationKeepsTheInvariants(t *testing.T) {
	t.Parallel()
	scenes, pairs := map[itemScene]bool{}, 0
	reached := atStation.walk(t, opened(), func(w *world, events []Event) error {
		if err := leadsOut(*w); err != nil {
			return err
		}
		c := itemSceneOf(w)
		if scenes[c] {
			return nil
		}
		scenes[c] = true
		n, err := followItems(*w, events)
		pairs += n
		return err
	})
	for _, s := range States() {
		if own := s != NoCard && s != TakeCard; reached[s] != own && bound() == 0 {
			t.Errorf("state %v: reached is %v", s, reached[s])
		}
	}
	t.Logf("%d pairs more with items, in %d scenes", pairs, len(scenes))
}

// checkStation holds a step of a station against what is the station's own to keep.
func checkStation(before *world, e Event, after *world, effects []Effect) error {
	x, is := &before.m.Session, &after.m.Session
	served := before.desk.By != "" && before.desk.Open
	for _, effect := range effects {
		switch effect := effect.(type) {
		case Entered, NeedsTime, Chime:
			return fmt.Errorf("%T leaves the station", effect)
		case SetTimer:
			switch effect.Timer {
			case TimerIdle, TimerWipe, TimerPrefs:
				return fmt.Errorf("an operator is hurried by timer %d", effect.Timer)
			}
		case SaveVisit:
			switch {
			case !served || effect.By != before.desk.By:
				return errors.New("a visit is made by somebody else than who is signed in and sees it")
			case effect.Visit.Method == visit.MethodCertifier && x.PhoneFrom != x.Certifier.Person.PID:
				return errors.New("a visit has the phone of somebody else than who vouches")
			}
		case RecordVisit:
			if effect.By != before.desk.By {
				return errors.New("a code of a patient's phone is kept under another name")
			}
		case PrintSlip:
			if effect.Kind == SlipDesk {
				return errors.New("a slip sends a patient to the desk who is there")
			}
		}
	}
	_, out := e.(SignedOut)
	left := before.m.State == Sending && x.Phase == Submitting
	begun := !is.Insertion.IsZero() && is.Insertion != x.Insertion
	switch {
	case begun && (after.desk.By == "" || !after.desk.Open):
		return errors.New("somebody is served where nobody is signed in and looks")
	case out && !before.desk.Changing && left && (after.m.State != Sending || is.Insertion != x.Insertion):
		return errors.New("signing out ends a visit that has left")
	case out && !before.desk.Changing && !left && after.m.State != Welcome:
		return errors.New("a session goes on when its operator has signed out")
	case e == Event(OperatorChanges{}) && is.Insertion != x.Insertion:
		return errors.New("a change of operators ends a session")
	case after.desk.Changing && (!after.timers[TimerHold] || after.desk.By != ""):
		return errors.New("a change of operators has no time limit")
	case after.desk.By == "" && !after.desk.Changing && after.m.State != Welcome && after.m.State != Sending:
		return errors.New("a session is left to nobody")
	case is.Method == visit.MethodLine && (stationOf(after).Completes() != "" || stationOf(after).Another().Of != ""):
		return errors.New("a code that a phone asks for completes an item, or is a second one")
	case !after.m.Waiting.IsZero() && !after.m.CardIn:
		return errors.New("a card waits that is out")
	case !after.m.Waiting.IsZero() && after.m.State == Welcome && after.desk.By != "" && after.desk.Open:
		return errors.New("a card waits while somebody could serve it")
	}
	return nil
}

// leadsOut: from wherever a session is, signing out ends it, or time does.
func leadsOut(w world) error {
	if w.desk.Changing {
		w, _ = stepStation(w, TimerFired{TimerHold})
	} else {
		w, _ = stepStation(w, SignedOut{})
	}
	for range 3 {
		if w.m.State == Welcome {
			return nil
		}
		for _, t := range []Timer{TimerSlow, TimerSending} {
			if w.timers[t] {
				w, _ = stepStation(w, TimerFired{t})
				break
			}
		}
	}
	return fmt.Errorf("state %v is a dead end", w.m.State)
}

// itemScene is what of a world could bear on the item that a visit completes.
type itemScene struct {
	state                                      State
	method                                     visit.Method
	phase                                      Phase
	pid                                        visit.PID
	serves, changing, cardIn, waiting, session bool
	problem                                    visit.Problem
}

func itemSceneOf(w *world) itemScene {
	x := &w.m.Session
	return itemScene{
		w.m.State, x.Method, x.Phase, x.Person.PID, w.desk.By != "" && w.desk.Open, w.desk.Changing, w.m.CardIn, !w.m.Waiting.IsZero(),
		!x.Insertion.IsZero(), x.Problem,
	}
}

const (
	oneItem   visit.ID = "01900000-0000-7000-8000-0000000000f1"
	otherItem visit.ID = "01900000-0000-7000-8000-0000000000f2"
)

// followItems goes through every event of a scene with every item that it can have: none,
// one of the person, of another person, of nobody knows whom.
func followItems(w world, events []Event) (pairs int, err error) {
	if w.desk.By == "" && !w.desk.Changing {
		return 0, nil // there is none
	}
	w.desk.Item, w.desk.ItemOf, w.desk.Second = "", "", Second{}
	of := []string{same.PID.Masked(), adult.PID.Masked(), ""}
	for _, holder := range of {
		at := w
		at.desk.Item, at.desk.ItemOf = oneItem, holder
		for _, e := range append(slices.Clone(events), TapItem{otherItem, of[0]}, TapItem{otherItem, ""}) {
			if _, ok := e.(typing); ok {
				continue
			}
			pairs++
			next, effects := stepStation(at, e)
			plain, too := stepStation(w, e)
			if err := checkItem(&at, e, &next, effects); err != nil {
				return pairs, fmt.Errorf("%v with an item of %q, event %T%+v: %w", at.m.State, holder, e, e, err)
			}
			if len(too) != len(effects) || plain.key() != next.key() {
				return pairs, fmt.Errorf("%v, event %T%+v: a step depends on the item", at.m.State, e, e)
			}
		}
	}
	more, err := followSecond(w, events)
	return pairs + more, err
}

// followSecond goes through every event of a scene in which a further code was asked for, of
// the same claim type or of another: for the person, and for somebody else.
func followSecond(w world, events []Event) (pairs int, err error) {
	for _, other := range []bool{false, true} {
		for _, of := range []string{same.PID.Masked(), adult.PID.Masked()} {
			second := Second{Of: oneItem, Why: "referral", Claim: general.Code, Other: other, Besides: []visit.AuthenCode{"PP1200000001"}}
			at := w
			at.desk.Second, at.desk.ItemOf = second, of
			for _, e := range append(slices.Clone(events), TapItem{otherItem, of}, TapSecond{second, of}) {
				if _, ok := e.(typing); ok {
					continue
				}
				pairs++
				from := at
				if _, asked := e.(TapSecond); asked {
					from = w
				}
				next, effects := stepStation(from, e)
				err := errors.Join(checkStation(&from, e, &next, effects), checkSecond(&from, e, &next, effects))
				if f, is := e.(StatusFound); is { // the rest of the rules holds for what the way is told
					f.Done = stationOf(&from).Another().without(f.Done)
					e = f
				}
				if err = errors.Join(err, checkWay(&from.m, e, &next.m, effects)); err != nil {
					return pairs, fmt.Errorf("%v with a second code (%t) of %q, event %T%+v: %w", from.m.State, other, of, e, e, err)
				}
			}
		}
	}
	return pairs, nil
}

// checkSecond: a further code is for the person and the claim types for which it was asked, a
// code that is known ends no session, and nothing of it waits for the patient after that one.
func checkSecond(before *world, e Event, after *world, effects []Effect) error {
	x, second := &before.m.Session, before.desk.Second
	for _, effect := range effects {
		if save, ok := effect.(SaveVisit); ok && second.Of != "" {
			his := before.desk.ItemOf == save.Visit.PID.Masked()
			switch {
			case his != (save.Second.Of == second.Of) || !his && save.Second.Of != "":
				return errors.New("a visit is for the further code of somebody else, or not for its own")
			case save.Item != "":
				return errors.New("a visit for a further code completes an item")
			}
		}
	}
	_, tapped := e.(TapSecond)
	if is := stationOf(after).Another(); is.Of != "" && after.m.State.decided() && (tapped || !before.m.State.decided()) {
		for _, c := range after.m.Session.Offered {
			if (c.Code == is.Claim) == is.Other {
				return errors.New("a claim type is offered for which no further code was asked")
			}
		}
	}
	if f, found := e.(StatusFound); found && after.m.State == AlreadyHere && before.m.State != AlreadyHere && before.desk.ItemOf == x.Person.PID.Masked() {
		for _, a := range f.Done {
			if a.Code == second.Besides[0] {
				return errors.New("a code that is known ends the session")
			}
		}
	}
	switch {
	case after.desk.Second.Of != "" && after.desk.Item != "":
		return errors.New("one visit is for a further code and an item")
	case after.desk.Second.Of == "" && len(after.desk.Second.Besides) > 0:
		return errors.New("codes stay known when they are of no use any more")
	case after.desk.Second.Of != "" && before.m.State != Welcome && after.m.State == Welcome && x.identified() && !tapped:
		return errors.New("a further code waits for the next patient")
	case after.desk.Second.Of != "" && after.desk.By == "" && !after.desk.Changing:
		return errors.New("a further code waits where nobody is signed in")
	}
	return nil
}

// checkItem: an item is completed by the visit of the person whose it is, and does not
// wait for the patient after that one.
func checkItem(before *world, e Event, after *world, effects []Effect) error {
	x, is := &before.m.Session, &after.m.Session
	for _, effect := range effects {
		if save, ok := effect.(SaveVisit); ok {
			his := before.desk.ItemOf == "" || before.desk.ItemOf == save.Visit.PID.Masked()
			if his != (save.Item == before.desk.Item) || !his && save.Item != "" {
				return errors.New("a visit completes an item of somebody else, or not its own")
			}
		}
	}
	tap, chosen := e.(TapItem)
	_, vouches := e.(TapVouches)
	named := x.identified() && is.Insertion != x.Insertion
	switch {
	case after.desk.Item == "":
		if after.desk.ItemOf != "" {
			return errors.New("it stays known whose item it was")
		}
		return nil
	case after.desk.Item != before.desk.Item && (!chosen || after.desk.Item != tap.Item):
		return errors.New("an item comes from nowhere")
	case after.desk.By == "" && !after.desk.Changing:
		return errors.New("an item waits where nobody is signed in")
	case chosen:
		return nil
	case before.m.State != Welcome && after.m.State == Welcome && x.identified():
		return errors.New("an item waits for the next patient")
	case named && x.Phase != NotSending:
		return errors.New("an item is completed twice")
	case before.desk.ItemOf == "" && x.identified() && !is.identified() && !vouches:
		return errors.New("an item of nobody knows whom waits for another person")
	case e == Event(TapClose{}) && before.desk.By != "" && before.desk.Open && before.m.State != Sending:
		return errors.New("an item stays when the operator has ended the session")
	}
	return nil
}
