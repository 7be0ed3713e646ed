package storage

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

// away makes a store with item 1, which waited, for which anna makes visit 2 on her own machine.
func away(t *testing.T, dir string) *Store {
	t.Helper()
	s := openIn(t, dir)
	into(t, s, madeUp(1), visit.StatePending)
	must(t, s.Hold(madeUp(1).ID, anna, noon))
	must(t, s.CompleteAway(madeUp(1).ID, anna, madeUp(2).ID, noon))
	return s
}

func TestNothingEndsAHoldWhileAnotherMachineMayMakeACodeForIt(t *testing.T) {
	item, made := madeUp(1).ID, madeUp(2).ID
	for name, then := range map[string]func(t *testing.T, dir string, s *Store) *Store{
		"while it runs": func(_ *testing.T, _ string, s *Store) *Store { return s },
		"after a restart": func(t *testing.T, dir string, s *Store) *Store {
			must(t, s.Close())
			return openIn(t, dir)
		},
		"when the data file is lost": func(t *testing.T, dir string, s *Store) *Store {
			must(t, s.Close())
			must(t, os.Remove(filepath.Join(dir, fileName)))
			return openIn(t, dir)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := then(t, dir, away(t, dir))
			before := recordOf(t, s, item)
			for what, err := range map[string]error{
				"release": s.Release(item, anna, anna, asked, noon), "release with a code": s.Release(item, anna, anna, Answer{At: asked.At, Code: code}, noon),
				"settle": s.Settle(item, anna, code, noon, "", noon), "give up": s.GiveUp(item, anna, desk.PatientLeft, noon),
				"a visit here": s.Complete(item, anna, madeUp(3), nil, noon), "another there": s.CompleteAway(item, anna, madeUp(3).ID, noon),
			} {
				if !errors.Is(err, ErrInFlight) {
					t.Errorf("%s: %v", what, err)
				}
			}
			if after := recordOf(t, s, item); after.State != visit.StateStaff || !reflect.DeepEqual(before.Hold, after.Hold) {
				t.Errorf("it is %s, %+v", after.State, after.Hold)
			}
			must(t, s.CompleteAway(item, anna, made, noon)) // whoever did not hear the yes asks again
			list, err := s.Away("desk-1")
			if err != nil || len(list) != 1 || list[0].Visit.ID != item || list[0].Hold.Completion != made {
				t.Errorf("%d items are completed at the station, %v", len(list), err)
			}
			if list, err := s.Away("desk-2"); err != nil || len(list) != 0 {
				t.Errorf("%d at another, %v", len(list), err)
			}
		})
	}
}

// The patient has come back to the machine and has a code by now, which NHSO may show later.
func TestAnotherMachineMakesNothingForAnItemWhoseServiceHasACodeHere(t *testing.T) {
	for name, c := range map[string]struct {
		other func(*visit.Visit)
		yes   bool
	}{
		"of the same service": {func(*visit.Visit) {}, false},
		"of another one":      {func(v *visit.Visit) { v.ClaimType.Code = "PG0130001" }, true},
		"of another day":      {func(v *visit.Visit) { v.ServiceDate = v.ServiceDate.Next() }, true},
		"of somebody else":    {func(v *visit.Visit) { v.PID = madeUp(9).PID }, true},
	} {
		t.Run(name, func(t *testing.T) {
			s, item, other := openIn(t, t.TempDir()), madeUp(1).ID, madeUp(3)
			other.PID = madeUp(1).PID
			c.other(&other)
			into(t, s, madeUp(1), visit.StateStaff)
			into(t, s, other, visit.StateDone)
			must(t, s.Hold(item, anna, noon))
			before := recordOf(t, s, item)
			err := s.CompleteAway(item, anna, madeUp(2).ID, noon)
			if move := new(*TransitionError); errors.As(err, move) == c.yes || c.yes != (err == nil) {
				t.Errorf("%v", err)
			}
			if after := recordOf(t, s, item); (after.Hold.Completion != "") != c.yes || !c.yes && !reflect.DeepEqual(before, after) {
				t.Errorf("%+v", after.Hold)
			}
		})
	}
}

func TestTheEndOfAVisitOnAnotherMachineIsTakenOnceFromThatMachine(t *testing.T) {
	item, made := madeUp(1).ID, madeUp(2).ID
	with := Answer{Code: code, Issued: noon}
	s := away(t, t.TempDir())
	if err := s.AwayEnded(item, "desk-2", made, with, noon); !errors.As(err, new(*HeldError)) {
		t.Errorf("another station: %v", err)
	}
	if err := s.AwayEnded(item, "desk-1", madeUp(3).ID, with, noon); !errors.As(err, new(*TransitionError)) {
		t.Errorf("another visit: %v", err)
	}
	must(t, s.AwayEnded(item, "desk-1", madeUp(3).ID, Answer{}, noon))
	if r := recordOf(t, s, item); r.Hold.Completion != made || r.Hold.Away.IsZero() {
		t.Errorf("the end of another visit changes it: %+v", r.Hold)
	}
	for range 2 {
		must(t, s.AwayEnded(item, "desk-1", made, with, noon))
	}
	r := recordOf(t, s, item)
	if r.State != visit.StateDone || r.Code != code || r.SettledBy != made || r.ClosedBy != anna || r.Held() || !r.IssuedAt.Equal(noon) {
		t.Errorf("the item is %s, %s by %s", r.State, r.Code, r.SettledBy)
	}

	s = away(t, t.TempDir())
	for range 2 {
		must(t, s.AwayEnded(item, "desk-1", made, Answer{}, noon.Add(time.Minute)))
	}
	if r := recordOf(t, s, item); r.Hold.By != anna || r.Hold.Completion != "" || !r.Hold.Away.IsZero() {
		t.Errorf("without a code: %+v", r.Hold)
	}
	if err := s.AwayEnded(item, "desk-1", made, with, noon); !errors.As(err, new(*TransitionError)) {
		t.Errorf("a code after the end: %v", err)
	}
	if err := s.Release(item, anna, anna, Answer{At: noon.Add(time.Second)}, noon); !errors.Is(err, ErrNotAsked) {
		t.Errorf("released with an answer of before the end: %v", err)
	}
	must(t, s.Release(item, anna, anna, asked, noon))
	if r := recordOf(t, s, item); r.State != visit.StatePending {
		t.Errorf("after the release it is %s", r.State)
	}
}

func TestAnItemOfAMachineThatIsLostIsReleasedAfterItsDayToTheStaff(t *testing.T) {
	item := madeUp(1).ID
	s := away(t, t.TempDir())
	over := madeUp(1).ServiceDate.Next().Midnight().Add(lostAfter)
	if err := s.Release(item, anna, anna, Answer{At: over}, over); !errors.Is(err, ErrInFlight) {
		t.Errorf("an hour after midnight: %v", err)
	}
	later := over.Add(time.Second)
	if err := s.GiveUp(item, anna, desk.DayMissed, later); !errors.Is(err, ErrInFlight) {
		t.Errorf("given up before NHSO was asked: %v", err)
	}
	must(t, s.Release(item, anna, "desk-2/lead", Answer{At: later}, later))
	if r := recordOf(t, s, item); r.State != visit.StateStaff || r.Held() {
		t.Errorf("it is %s, %+v", r.State, r.Hold)
	}
}

func TestShortlyBeforeMidnightTheVisitOfAnotherMachineMayBeOfTheNextDay(t *testing.T) {
	s, item := openIn(t, t.TempDir()), madeUp(1).ID
	into(t, s, madeUp(1), visit.StatePending)
	midnight := madeUp(1).ServiceDate.Next().Midnight()
	must(t, s.Hold(item, anna, noon))
	must(t, s.CompleteAway(item, anna, madeUp(2).ID, midnight.Add(-time.Second)))
	next := midnight.Add(12 * time.Hour)
	if err := s.Release(item, anna, anna, Answer{At: next}, next); !errors.Is(err, ErrInFlight) {
		t.Errorf("%v", err)
	}
}

func TestWhatWasMadeForAnItemOfAnotherMachineIsGivenBackForGood(t *testing.T) {
	for _, c := range []struct {
		name string
		then func(s *Store, made visit.ID) error
		ok   bool
	}{
		{"it waits", func(*Store, visit.ID) error { return nil }, false},
		{"it is in flight", func(s *Store, made visit.ID) error { return s.Begin(made, noon) }, false},
		{"it is done", func(s *Store, made visit.ID) error { return s.Done(made, code, noon) }, false},
		{"it is held", func(s *Store, made visit.ID) error { return s.Hold(made, ben, noon) }, false},
		{"NHSO refused it", func(s *Store, made visit.ID) error {
			return errors.Join(s.Begin(made, noon), s.Refuse(made, visit.NoRight, "", noon))
		}, true},
		{"it cannot be sent", func(s *Store, made visit.ID) error { return s.Staff(made, visit.UpstreamCannot, noon) }, true},
		{"it was taken back", func(s *Store, made visit.ID) error { return s.Drop(made, noon) }, true},
		{"it was given up", func(s *Store, made visit.ID) error {
			return errors.Join(s.Hold(made, ben, noon), s.GiveUp(made, ben, desk.PatientLeft, noon))
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, made := openIn(t, t.TempDir()), madeUp(2)
			must(t, s.Complete(madeUp(1).ID, anna, made, nil, noon))
			must(t, c.then(s, made.ID))
			before := recordOf(t, s, made.ID)
			err := s.GiveBack(made.ID, noon)
			switch r := recordOf(t, s, made.ID); {
			case !c.ok && (!errors.As(err, new(*TransitionError)) || !reflect.DeepEqual(r, before)):
				t.Errorf("it is %s, %v", r.State, err)
			case c.ok && (err != nil || r.State != visit.StateDropped):
				t.Errorf("it is %s, %v", r.State, err)
			}
			if err := s.Reopen(made.ID, ben, noon); c.ok && !errors.As(err, new(*TransitionError)) {
				t.Errorf("it comes back: %v", err)
			}
		})
	}
	s := openIn(t, t.TempDir())
	into(t, s, madeUp(1), visit.StateRefused)
	if err := s.GiveBack(madeUp(1).ID, noon); !errors.As(err, new(*TransitionError)) {
		t.Errorf("a patient's own: %v", err)
	}
}

// The item is on another machine, so that its hold forbids nothing here.
func TestWhatIsMadeForAnotherMachineIsAloneInItsService(t *testing.T) {
	same := madeUp(1)
	made := madeUp(2)
	made.PID = same.PID
	item := madeUp(9).ID
	s := openIn(t, t.TempDir())
	into(t, s, same, visit.StatePending)
	must(t, s.Hold(same.ID, ben, noon))
	if err := s.Complete(item, anna, made, nil, noon); !errors.As(err, new(*HeldError)) {
		t.Errorf("while somebody works on it: %v", err)
	}
	must(t, s.Release(same.ID, ben, ben, asked, noon))
	must(t, s.Begin(same.ID, noon))
	if err := s.Complete(item, anna, made, nil, noon); !errors.Is(err, ErrInFlight) {
		t.Errorf("while a request is at work: %v", err)
	}
	must(t, s.Requeue(same.ID, noon))
	must(t, s.Complete(item, anna, made, nil, noon))
	if err := s.Hold(same.ID, ben, noon); !errors.Is(err, ErrInFlight) {
		t.Errorf("somebody begins while it waits: %v", err)
	}
	must(t, s.Hold(made.ID, ben, noon))
}

// The frame of a new visit and its transaction go to the disk side by side.
func TestWhatADeskHasMadeEndsItsItemThoughAPowerCutLeftItToTheJournalAlone(t *testing.T) {
	for name, opened := range map[string]bool{"of a visit": false, "of somebody whose number nobody knows": true} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, fileName)
			s := openIn(t, dir)
			item, made := madeUp(1).ID, madeUp(2)
			if opened {
				must(t, s.OpenItem(item, "99999", visit.HNOf("1"), Opened{By: anna, Why: desk.Newborn}, noon))
			} else {
				into(t, s, madeUp(1), visit.StateRefused)
			}
			must(t, s.Hold(item, anna, noon))
			must(t, s.Close())
			before, err := os.ReadFile(path)
			must(t, err)
			s = openIn(t, dir)
			must(t, s.Complete(item, anna, made, nil, noon))
			must(t, s.Close())
			must(t, os.WriteFile(path, before, fileMode))

			s = openIn(t, dir)
			if r := recordOf(t, s, made.ID); r.State != visit.StateInflight {
				t.Fatalf("what was made is %s", r.State)
			}
			if err := s.GiveUp(item, anna, desk.PatientLeft, noon); !errors.Is(err, ErrInFlight) {
				t.Errorf("given up while a request may be at work: %v", err)
			}
			must(t, s.Done(made.ID, code, noon))
			if r := recordOf(t, s, item); r.State != visit.StateDone || r.Code != code || r.SettledBy != made.ID {
				t.Errorf("the item is %s, with code %q", r.State, r.Code)
			}
		})
	}
}

// No look-up for one of the two would find the code of the other.
func TestWhatWasMadeForAnItemOfAnotherServiceIsDroppedForGoodWhenTheItemGoesOnWithoutIt(t *testing.T) {
	item, past := madeUp(1).ID, madeUp(2)
	known := func(s *Store) error {
		v := madeUp(1)
		v.PID = past.PID
		return s.Save(v, noon)
	}
	other := func(s *Store) error {
		v := madeUp(1)
		v.PID, v.ClaimType.Code = past.PID, "PG0130001"
		return s.Save(v, noon)
	}
	unknown := func(s *Store) error {
		return s.OpenItem(item, "99999", visit.HNOf("69-001"), Opened{By: anna, Why: desk.Newborn}, noon)
	}
	release := func(s *Store, at time.Time) error { return s.Release(item, anna, anna, Answer{At: asked.At}, at) }
	for _, c := range []struct {
		name string
		save func(*Store) error
		at   time.Time
		then func(*Store, time.Time) error
		want visit.State
	}{
		{"completed by another visit", unknown, noon, func(s *Store, at time.Time) error { return s.Complete(item, anna, madeUp(3), nil, at) }, visit.StateDropped},
		{"completed on another machine", unknown, noon, func(s *Store, at time.Time) error { return s.CompleteAway(item, anna, madeUp(3).ID, at) }, visit.StateDropped},
		{"given up", unknown, noon, func(s *Store, at time.Time) error { return s.GiveUp(item, anna, desk.PatientLeft, at) }, visit.StateDropped},
		{"released", unknown, noon, release, visit.StateDropped},
		{"released when its day is over", unknown, past.ServiceDate.Next().Midnight(), release, visit.StateStaff},
		{"of another claim type", other, noon, release, visit.StateDropped},
		{"of the same service", known, noon, release, visit.StateStaff},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			s := openIn(t, dir)
			must(t, c.save(s))
			must(t, s.Hold(item, anna, noon))
			must(t, s.Complete(item, anna, past, nil, noon))
			must(t, s.Staff(past.ID, visit.UpstreamCannot, noon))
			must(t, c.then(s, c.at))
			if r := recordOf(t, s, past.ID); r.State != c.want {
				t.Errorf("what was made is %s", r.State)
			}
			if err := s.Reopen(past.ID, ben, noon); !errors.As(err, new(*TransitionError)) {
				t.Errorf("it is brought back: %v", err)
			}
			must(t, s.Close())
			must(t, os.Remove(filepath.Join(dir, fileName)))
			r, err := openIn(t, dir).Visit(past.ID)
			if gone := errors.Is(err, ErrNotFound); gone != (c.want == visit.StateDropped) {
				t.Errorf("from the journal it is %s, %v", r.State, err)
			}
		})
	}
}

func TestWhatWasMadeInTurnForAVisitOfSomebodyUnknownIsDroppedWithIt(t *testing.T) {
	s, item := openIn(t, t.TempDir()), madeUp(1).ID
	first, second, other := madeUp(2), madeUp(3), madeUp(4)
	second.PID = first.PID
	must(t, s.OpenItem(item, "99999", visit.HNOf("69-001"), Opened{By: anna, Why: desk.Newborn}, noon))
	must(t, s.Hold(item, anna, noon))
	must(t, s.Complete(item, anna, first, nil, noon))
	must(t, s.Staff(first.ID, visit.UpstreamCannot, noon))
	must(t, s.Hold(first.ID, ben, noon))
	if err := s.Complete(item, anna, other, nil, noon); !errors.Is(err, ErrInFlight) {
		t.Errorf("while somebody works on the first: %v", err)
	}
	must(t, s.Complete(first.ID, ben, second, nil, noon))
	must(t, s.Staff(second.ID, visit.UpstreamCannot, noon))
	must(t, s.Release(first.ID, ben, ben, asked, noon))
	must(t, s.Complete(item, anna, other, nil, noon))
	for _, id := range []visit.ID{first.ID, second.ID} {
		if r := recordOf(t, s, id); r.State != visit.StateDropped {
			t.Errorf("visit %s is %s", id, r.State)
		}
	}
}

func TestWhatWasGivenUpForSomebodyUnknownDoesNotComeBackBesideTheItem(t *testing.T) {
	s, item, made := openIn(t, t.TempDir()), madeUp(1).ID, madeUp(2)
	must(t, s.OpenItem(item, "99999", visit.HNOf("69-001"), Opened{By: anna, Why: desk.Newborn}, noon))
	must(t, s.Hold(item, anna, noon))
	must(t, s.Complete(item, anna, made, nil, noon))
	must(t, s.Hold(made.ID, anna, noon))
	must(t, s.GiveUp(made.ID, anna, desk.Mistaken, noon))
	if err := s.Reopen(made.ID, anna, noon); !errors.As(err, new(*TransitionError)) {
		t.Errorf("it is brought back: %v", err)
	}
}

// The hold of the item names the new visit only in the transaction that is lost.
func TestWhatWasMadeBeforeIsDroppedThoughAPowerCutLeftWhatWasMadeAfterItToTheJournalAlone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, fileName)
	s, item := openIn(t, dir), madeUp(1).ID
	must(t, s.OpenItem(item, "99999", visit.HNOf("69-001"), Opened{By: anna, Why: desk.Newborn}, noon))
	must(t, s.Hold(item, anna, noon))
	must(t, s.Complete(item, anna, madeUp(2), nil, noon))
	must(t, s.Staff(madeUp(2).ID, visit.UpstreamCannot, noon))
	must(t, s.Close())
	before, err := os.ReadFile(path)
	must(t, err)
	s = openIn(t, dir)
	must(t, s.Complete(item, anna, madeUp(3), nil, noon))
	must(t, s.Close())
	must(t, os.WriteFile(path, before, fileMode))

	s = openIn(t, dir)
	if r := recordOf(t, s, item); r.Hold.Completion != madeUp(3).ID {
		t.Fatalf("the item is completed by %s", r.Hold.Completion)
	}
	if r := recordOf(t, s, madeUp(2).ID); r.State != visit.StateDropped {
		t.Errorf("what was made before is %s", r.State)
	}
}

// The owner of the item is free to have it sent as soon as the first visit is given back.
func TestWhatWasMadeInTurnForAnItemOfAnotherMachineIsDroppedBeforeThatHearsTheEnd(t *testing.T) {
	s, first, second := openIn(t, t.TempDir()), madeUp(2), madeUp(3)
	second.PID = first.PID
	must(t, s.Complete(madeUp(1).ID, anna, first, nil, noon))
	must(t, s.Staff(first.ID, visit.UpstreamCannot, noon))
	must(t, s.Hold(first.ID, anna, noon))
	must(t, s.Complete(first.ID, anna, second, nil, noon))
	must(t, s.Staff(second.ID, visit.UpstreamCannot, noon))
	if err := s.GiveBack(first.ID, noon); !errors.As(err, new(*TransitionError)) {
		t.Errorf("given back while it is held: %v", err)
	}
	must(t, s.Release(first.ID, anna, anna, asked, noon))
	must(t, s.GiveBack(first.ID, noon))
	if r := recordOf(t, s, second.ID); r.State != visit.StateDropped {
		t.Errorf("what was made in turn is %s", r.State)
	}
}
