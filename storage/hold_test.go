package storage

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"authenkiosk/storage/internal/madeup"
	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

const (
	anna = "desk-1/anna"
	ben  = "desk-2/ben"
)

// asked is an answer of NHSO of after every hold of these tests.
var asked = Answer{At: noon.Add(time.Hour)}

func recordOf(t *testing.T, s *Store, id visit.ID) Record {
	t.Helper()
	r, err := s.Visit(id)
	must(t, err)
	return r
}

func TestAVisitIsHeldOnlyWhenNoRequestCanBeAtWork(t *testing.T) {
	begin := func(s *Store, id visit.ID) error { return s.Begin(id, noon) }
	requeue := func(s *Store, id visit.ID) error { return s.Requeue(id, noon) }
	var move *TransitionError
	for _, c := range []struct {
		name  string
		state visit.State
		then  []func(*Store, visit.ID) error
		want  error // nil: it is held
		as    any
	}{
		{"it waits", visit.StatePending, nil, nil, nil},
		{"it waits again, its request surely made no code", visit.StateInflight, []func(*Store, visit.ID) error{requeue}, nil, nil},
		{"it waits again, and a request before is unclear", visit.StateInflight, []func(*Store, visit.ID) error{begin, requeue}, ErrInFlight, nil},
		{"it is in flight", visit.StateInflight, nil, ErrInFlight, nil},
		{"NHSO said no, and was not asked yet", visit.StateInflight, []func(*Store, visit.ID) error{
			func(s *Store, id visit.ID) error { return s.Deny(id, visit.NHSORefusedVisit, "", noon) },
		}, ErrInFlight, nil},
		{"NHSO said no", visit.StateRefused, nil, nil, nil},
		{"it is with the staff", visit.StateStaff, nil, nil, nil},
		{"it is done", visit.StateDone, nil, nil, &move},
		{"it was taken back", visit.StateDropped, nil, nil, &move},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := openIn(t, t.TempDir())
			v := madeUp(1)
			into(t, s, v, c.state)
			for _, f := range c.then {
				must(t, f(s, v.ID))
			}
			before := recordOf(t, s, v.ID)
			err := s.Hold(v.ID, anna, noon)
			after := recordOf(t, s, v.ID)
			refused := c.want != nil || c.as != nil
			switch {
			case c.want != nil && !errors.Is(err, c.want), c.as != nil && !errors.As(err, c.as):
				t.Errorf("%v", err)
			case refused && !reflect.DeepEqual(before, after):
				t.Error("it was refused, and the record is another")
			case !refused && (err != nil || !after.Held() || after.Hold.By != anna || after.Stands() != before.State || after.State != visit.StateStaff):
				t.Errorf("%v, %+v", err, after.Hold)
			}
			if list, err := s.Unsettled(); err != nil || !refused && len(list) != 0 {
				t.Errorf("%d are to be sent, %v", len(list), err)
			}
			if list, err := staffWork(s); err != nil || !refused && len(list) != 1 {
				t.Errorf("%d are work of the staff, %v", len(list), err)
			}
		})
	}
}

func TestAVisitIsNotHeldWhileARequestForTheSameServiceMayBeAtWork(t *testing.T) {
	for _, c := range []struct {
		name  string
		other func(*visit.Visit)
		state visit.State
		again bool // its request surely made no code
		want  error
	}{
		{"the same, in flight", func(*visit.Visit) {}, visit.StateInflight, false, ErrInFlight},
		{"the same, which waits again", func(*visit.Visit) {}, visit.StateInflight, true, nil},
		{"the same, refused", func(*visit.Visit) {}, visit.StateRefused, false, nil},
		{"another claim type", func(v *visit.Visit) { v.ClaimType.Code = "PG0130001" }, visit.StateInflight, false, nil},
		{"another day", func(v *visit.Visit) { v.ServiceDate = v.ServiceDate.Next() }, visit.StateInflight, false, nil},
		{"another person", func(v *visit.Visit) { v.PID = madeUp(9).PID }, visit.StateInflight, false, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := openIn(t, t.TempDir())
			into(t, s, madeUp(1), visit.StatePending)
			other := madeUp(2)
			other.PID = madeUp(1).PID
			c.other(&other)
			into(t, s, other, c.state)
			if c.again {
				must(t, s.Requeue(other.ID, noon))
			}
			if err := s.Hold(madeUp(1).ID, anna, noon); !errors.Is(err, c.want) {
				t.Errorf("%v", err)
			}
		})
	}
}

// A code would be made for each, and for the same care: also by one person, on two machines.
func TestNobodyWorksOnTwoVisitsOfOneServiceAtOnce(t *testing.T) {
	s := openIn(t, t.TempDir())
	first, second := madeUp(1), madeUp(2)
	second.PID = first.PID
	into(t, s, first, visit.StateStaff)
	into(t, s, second, visit.StatePending)
	must(t, s.Hold(first.ID, anna, noon))
	held := new(HeldError)
	for _, by := range []string{anna, ben} {
		if err := s.Hold(second.ID, by, noon); !errors.As(err, &held) || held.ID != first.ID || held.Hold.By != anna {
			t.Errorf("%s: %v", by, err)
		}
	}
	must(t, s.Settle(first.ID, anna, code, noon, "", noon))
	must(t, s.Hold(second.ID, ben, noon))
	must(t, s.Settle(second.ID, ben, code, noon, "", noon))
}

func TestAHeldVisitTakesNothingButItsCode(t *testing.T) {
	s := openIn(t, t.TempDir())
	id := madeUp(1).ID
	into(t, s, madeUp(1), visit.StatePending)
	must(t, s.Hold(id, anna, noon))
	before := recordOf(t, s, id)
	for name, call := range map[string]func() error{
		"begin":   func() error { return s.Begin(id, noon) },
		"requeue": func() error { return s.Requeue(id, noon) },
		"deny":    func() error { return s.Deny(id, visit.NHSORefusedVisit, "", noon) },
		"refuse":  func() error { return s.Refuse(id, visit.NHSORefusedVisit, "", noon) },
		"staff":   func() error { return s.Staff(id, visit.ServiceDatePassed, noon) },
		"drop":    func() error { return s.Drop(id, noon) },
		"hold":    func() error { return s.Hold(id, ben, noon) },
		"release": func() error { return s.Release(id, ben, ben, asked, noon) },
		"settle":  func() error { return s.Settle(id, ben, code, noon, "", noon) },
		"give up": func() error { return s.GiveUp(id, ben, desk.PatientLeft, noon) },
		"made":    func() error { return s.Complete(id, ben, madeUp(2), nil, noon) },
	} {
		held := new(HeldError)
		if err := call(); !errors.As(err, &held) || held.Hold.By != anna || held.ID != id {
			t.Errorf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(recordOf(t, s, id), before) {
			t.Errorf("%s: the record is another", name)
		}
	}
	must(t, s.Done(id, code, noon)) // a look-up that began before has found it
	if r := recordOf(t, s, id); r.State != visit.StateDone || r.Held() || r.Code != code {
		t.Errorf("%s, held by %q", r.State, r.Hold.By)
	}
}

func TestOfManyWhoTakeAVisitOneHasItAndTheOthersHearWho(t *testing.T) {
	s := openIn(t, t.TempDir())
	into(t, s, madeUp(1), visit.StateStaff)
	var wait sync.WaitGroup
	got := make([]error, 8)
	for i := range got {
		wait.Go(func() { got[i] = s.Hold(madeUp(1).ID, "desk/"+string(rune('a'+i)), noon) })
	}
	wait.Wait()
	holder := recordOf(t, s, madeUp(1).ID).Hold.By
	for i, err := range got {
		held, own := new(HeldError), holder == "desk/"+string(rune('a'+i))
		if own && err != nil || !own && (!errors.As(err, &held) || held.Hold.By != holder) {
			t.Errorf("%d: %v, and %s holds it", i, err, holder)
		}
	}
	must(t, s.Hold(madeUp(1).ID, holder, noon.Add(time.Minute))) // an answer was lost
	if at := recordOf(t, s, madeUp(1).ID).Hold.At; !at.Equal(noon) {
		t.Errorf("held since %s", at)
	}
}

func TestWhoHoldsAVisitIsNamedAsStationAndOperator(t *testing.T) {
	s := openIn(t, t.TempDir())
	into(t, s, madeUp(1), visit.StateStaff)
	for _, by := range []string{"", "anna", "/", "desk/", "/anna", "desk/anna/x", " desk/anna", "desk/an\nna", "desk/\xff", "desk/" + strings.Repeat("a", 41)} {
		for name, err := range map[string]error{
			"hold": s.Hold(madeUp(1).ID, by, noon), "release": s.Release(madeUp(1).ID, anna, by, asked, noon), "reopen": s.Reopen(madeUp(1).ID, by, noon),
			"complete": s.Complete(madeUp(1).ID, by, madeUp(2), nil, noon),
		} {
			if !errors.Is(err, ErrHolder) {
				t.Errorf("%q, %s: %v", by, name, err)
			}
		}
	}
	must(t, s.Hold(madeUp(1).ID, "โต๊ะ 1/สมมุติ", noon))
}

func TestAVisitIsReleasedAfterALookUpOnlyAndStandsWhereItStood(t *testing.T) {
	for _, state := range []visit.State{visit.StatePending, visit.StateRefused, visit.StateStaff} {
		t.Run(string(state), func(t *testing.T) {
			s := openIn(t, t.TempDir())
			id := madeUp(1).ID
			into(t, s, madeUp(1), state)
			before := recordOf(t, s, id)
			if err := s.Release(id, anna, anna, asked, noon); !errors.Is(err, ErrNotHeld) {
				t.Errorf("nobody holds it: %v", err)
			}
			must(t, s.Hold(id, anna, noon))
			for _, at := range []time.Time{{}, noon.Add(-time.Second), noon} {
				if err := s.Release(id, anna, anna, Answer{At: at}, noon); !errors.Is(err, ErrNotAsked) {
					t.Errorf("asked at %s: %v", at, err)
				}
			}
			if err := s.Release(id, anna, anna, Answer{At: asked.At, Code: "none"}, noon); err == nil {
				t.Error("a code of no form is taken")
			}
			must(t, s.Release(id, anna, ben, asked, noon.Add(2*time.Hour))) // ben may release what others hold
			after := recordOf(t, s, id)
			if after.State != before.State || after.Held() || after.Problem != before.Problem || after.Message != before.Message {
				t.Errorf("%s, %+v", after.State, after.Hold)
			}
			if state == visit.StatePending {
				must(t, s.Begin(id, noon))
			}
		})
	}
}

// Of is by no clock: one that was ahead may have been set right since.
func TestAnAnswerIsOfTheHoldThatItWasAskedForWhateverTheClocksSay(t *testing.T) {
	s, id, ahead := openIn(t, t.TempDir()), madeUp(1).ID, noon.AddDate(1, 0, 0)
	into(t, s, madeUp(1), visit.StatePending)
	must(t, s.Hold(id, anna, ahead))
	first := recordOf(t, s, id).Hold
	must(t, s.Release(id, anna, anna, Answer{At: noon, Of: first}, noon))
	must(t, s.Hold(id, anna, noon))
	if err := s.Release(id, anna, anna, Answer{At: ahead, Of: first}, ahead); !errors.Is(err, ErrNotAsked) {
		t.Errorf("an answer of the hold before: %v", err)
	}
	must(t, s.CompleteAway(id, anna, madeUp(2).ID, noon))
	begun := recordOf(t, s, id).Hold
	must(t, s.AwayEnded(id, "desk-1", madeUp(2).ID, Answer{}, noon))
	if err := s.Release(id, anna, anna, Answer{At: ahead, Of: begun}, ahead); !errors.Is(err, ErrNotAsked) {
		t.Errorf("an answer of before the end of what was made for it: %v", err)
	}
	must(t, s.Release(id, anna, anna, Answer{At: noon, Of: recordOf(t, s, id).Hold}, noon))
}

func TestAReleaseWithACodeEndsTheVisit(t *testing.T) {
	s := openIn(t, t.TempDir())
	id := madeUp(1).ID
	into(t, s, madeUp(1), visit.StatePending)
	must(t, s.Hold(id, anna, noon))
	must(t, s.Release(id, anna, anna, Answer{At: asked.At, Code: code, Issued: noon}, asked.At))
	if r := recordOf(t, s, id); r.State != visit.StateDone || r.Code != code || r.Held() || r.ClosedBy != anna {
		t.Errorf("%s %s, %+v", r.State, r.Code, r.Hold)
	}
}

func TestTheCodeOfTheVisitThatADeskMadeForAnItemEndsTheItem(t *testing.T) {
	s := openIn(t, t.TempDir())
	item, made := madeUp(1), madeup.WithPhoto(2)
	into(t, s, item, visit.StatePending)
	if err := s.Complete(item.ID, anna, made, []byte("photo"), noon); !errors.Is(err, ErrNotHeld) {
		t.Errorf("nobody holds it: %v", err)
	}
	must(t, s.Hold(item.ID, anna, noon))
	must(t, s.Complete(item.ID, anna, made, []byte("photo"), noon))
	waits := func(when string) {
		t.Helper()
		for name, err := range map[string]error{
			"release": s.Release(item.ID, anna, anna, asked, noon), "settle": s.Settle(item.ID, anna, code, noon, "", noon),
			"give up": s.GiveUp(item.ID, anna, desk.PatientLeft, noon), "another": s.Complete(item.ID, anna, madeUp(3), nil, noon),
		} {
			if !errors.Is(err, ErrInFlight) {
				t.Errorf("%s, %s: %v", when, name, err)
			}
		}
		if _, err := s.Visit(madeUp(3).ID); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: a third visit is there, %v", when, err)
		}
	}
	waits("it waits")
	must(t, s.Begin(made.ID, noon))
	waits("it is in flight")
	must(t, s.Done(made.ID, code, noon))
	if r := recordOf(t, s, item.ID); r.State != visit.StateDone || r.Code != code || r.SettledBy != made.ID || r.ClosedBy != anna || r.Held() || !r.IssuedAt.Equal(noon) {
		t.Errorf("the item is %s, %s by %s", r.State, r.Code, r.SettledBy)
	}
	if r := recordOf(t, s, made.ID); r.Completes != item.ID || r.SettledBy != "" {
		t.Errorf("it completes %q", r.Completes)
	}
}

func TestAnItemCanBeCompletedAnewWhenTheFirstTryCameToNothing(t *testing.T) {
	s := openIn(t, t.TempDir())
	item := madeUp(1)
	into(t, s, item, visit.StateStaff)
	must(t, s.Hold(item.ID, anna, noon))
	must(t, s.Complete(item.ID, anna, madeUp(2), nil, noon))
	must(t, s.Begin(madeUp(2).ID, noon))
	must(t, s.Refuse(madeUp(2).ID, visit.NoRight, "", noon))
	if r := recordOf(t, s, item.ID); !r.Held() || r.State != visit.StateStaff {
		t.Errorf("the item is %s", r.State)
	}
	must(t, s.Complete(item.ID, anna, madeUp(3), nil, noon))
	must(t, s.Done(madeUp(3).ID, code, noon))
	if r := recordOf(t, s, item.ID); r.State != visit.StateDone || r.SettledBy != madeUp(3).ID {
		t.Errorf("the item is %s by %s", r.State, r.SettledBy)
	}
}

// The visit that the desk made missed its day, too, and became an item of its own.
func TestACodeThatADeskFindsForTheVisitThatItMadeEndsTheItemAsWell(t *testing.T) {
	for name, end := range map[string]func(*Store, visit.ID) error{
		"settled": func(s *Store, id visit.ID) error { return s.Settle(id, ben, code, noon, "", noon) },
		"found at a release": func(s *Store, id visit.ID) error {
			return s.Release(id, ben, ben, Answer{At: asked.At, Code: code}, noon)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := openIn(t, t.TempDir())
			first, second, third := madeUp(1), madeUp(2), madeUp(3)
			into(t, s, first, visit.StateStaff)
			must(t, s.Hold(first.ID, anna, noon))
			must(t, s.Complete(first.ID, anna, second, nil, noon))
			must(t, s.Staff(second.ID, visit.ServiceDatePassed, noon))
			must(t, s.Hold(second.ID, anna, noon))
			must(t, s.Complete(second.ID, anna, third, nil, noon))
			must(t, s.Staff(third.ID, visit.ServiceDatePassed, noon))
			must(t, s.Hold(third.ID, ben, noon))
			must(t, end(s, third.ID))
			for _, v := range []visit.Visit{first, second, third} {
				if r := recordOf(t, s, v.ID); r.State != visit.StateDone || r.Code != code || r.Held() {
					t.Errorf("visit %s is %s", v.ID, r.State)
				}
			}
		})
	}
}

func TestAVisitForAnItemOfAnotherMachineIsSavedAndSaysSo(t *testing.T) {
	s := openIn(t, t.TempDir())
	must(t, s.Complete(madeUp(1).ID, anna, madeUp(2), nil, noon))
	must(t, s.Done(madeUp(2).ID, code, noon))
	if r := recordOf(t, s, madeUp(2).ID); r.Completes != madeUp(1).ID || r.State != visit.StateDone {
		t.Errorf("%s for %q", r.State, r.Completes)
	}
	for name, err := range map[string]error{
		"no item": s.Complete("", anna, madeUp(3), nil, noon), "itself": s.Complete(madeUp(3).ID, anna, madeUp(3), nil, noon),
	} {
		if !errors.Is(err, visit.ErrID) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnItemEndsWithACodeOrAReasonAndComesBackToTheListOnly(t *testing.T) {
	s := openIn(t, t.TempDir())
	for n := 1; n <= 4; n++ {
		into(t, s, madeUp(n), visit.StatePending)
		must(t, s.Hold(madeUp(n).ID, anna, noon))
	}
	elsewhere, confirmed, given, back := madeUp(1).ID, madeUp(2).ID, madeUp(3).ID, madeUp(4).ID
	for _, err := range []error{
		s.Settle(elsewhere, anna, code, noon, elsewhere, noon), s.Settle(elsewhere, anna, code, noon, "another", noon),
		s.Settle(elsewhere, anna, "none", noon, "", noon), s.GiveUp(given, anna, "because", noon),
	} {
		if err == nil {
			t.Error("what makes no sense is taken")
		}
	}
	must(t, s.Settle(elsewhere, anna, code, noon, madeUp(99).ID, noon))
	must(t, s.Settle(confirmed, anna, "PP1200000002", time.Time{}, "", noon))
	must(t, s.GiveUp(given, anna, desk.OwnMoney, noon))
	if r := recordOf(t, s, elsewhere); r.State != visit.StateDone || r.SettledBy != madeUp(99).ID || r.ClosedBy != anna {
		t.Errorf("%+v", r)
	}
	if r, err := s.FindCode("PP1200000002"); err != nil || r.Visit.ID != confirmed || r.SettledBy != "" {
		t.Errorf("%s by %q, %v", r.Visit.ID, r.SettledBy, err)
	}
	if r := recordOf(t, s, given); r.State != visit.StateDropped || r.Closed != desk.OwnMoney || r.ClosedBy != anna || r.Held() {
		t.Errorf("%+v", r)
	}
	must(t, s.Reopen(given, ben, noon))
	if r := recordOf(t, s, given); r.State != visit.StateStaff || r.Closed != "" || r.Held() {
		t.Errorf("%+v", r)
	}
	must(t, s.Hold(given, ben, noon))
	must(t, s.Release(given, ben, ben, asked, noon))
	if err := s.Begin(given, noon); err == nil || recordOf(t, s, given).State != visit.StateStaff {
		t.Errorf("what was reopened is sent: %v", err)
	}
	must(t, s.Release(back, anna, anna, asked, noon))
	must(t, s.Drop(back, noon))
	move := new(TransitionError)
	for _, id := range []visit.ID{back, elsewhere} {
		if err := s.Reopen(id, ben, noon); !errors.As(err, &move) {
			t.Errorf("what the patient has taken back, or has a code, comes back: %v", err)
		}
	}
}

func TestThatSomebodyLooksAtAVisitIsNoNewsForPrograms(t *testing.T) {
	s := openIn(t, t.TempDir())
	for n, state := range []visit.State{visit.StatePending, visit.StateRefused, visit.StateStaff} {
		into(t, s, madeUp(n), state)
	}
	_, before := readFeed(t, s, 0)
	for n := range 3 {
		must(t, s.Hold(madeUp(n).ID, anna, noon))
		must(t, s.Release(madeUp(n).ID, anna, anna, asked, noon))
		must(t, s.Hold(madeUp(n).ID, anna, noon))
	}
	if told, _ := readFeed(t, s, before); len(told) != 0 {
		t.Errorf("%d changes are told", len(told))
	}
	must(t, s.Settle(madeUp(0).ID, anna, code, noon, "", noon))
	must(t, s.GiveUp(madeUp(2).ID, anna, desk.PatientLeft, noon))
	if told, _ := readFeed(t, s, before); len(told) != 2 {
		t.Errorf("%d changes are told", len(told))
	}
}

func TestTheAuditSaysWhatADeskDidAndNamesWhoByAHandle(t *testing.T) {
	s := openIn(t, t.TempDir())
	item := madeUp(1)
	into(t, s, item, visit.StatePending)
	must(t, s.Hold(item.ID, anna, noon))
	must(t, s.Release(item.ID, anna, ben, asked, noon))
	must(t, s.Hold(item.ID, anna, noon))
	must(t, s.GiveUp(item.ID, anna, desk.OwnMoney, noon))
	must(t, s.Reopen(item.ID, ben, noon))
	must(t, s.Hold(item.ID, ben, noon))
	must(t, s.Complete(item.ID, ben, madeUp(2), nil, noon))
	must(t, s.Done(madeUp(2).ID, code, noon))
	var got []string
	for _, e := range auditOf(t, s, item.ID)[1:] {
		got = append(got, strings.Join([]string{e.Event, e.Role, e.Result, map[string]string{s.OperatorHandle(anna): "anna", s.OperatorHandle(ben): "ben"}[e.Handle]}, " "))
	}
	want := []string{
		"visit-held staff ok anna", "visit-released staff ok ben", "visit-held staff ok anna", "visit-given-up staff own-money anna",
		"visit-reopened staff ok ben", "visit-held staff ok ben", "visit-completed staff begun ben", "visit-done staff completed ben",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
	if s.OperatorHandle(anna) == s.OperatorHandle(ben) {
		t.Error("two operators have one handle")
	}
}

// held makes a store in which visit 1 waited and is held by anna, and closes it.
func held(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s := openIn(t, dir)
	into(t, s, madeUp(1), visit.StatePending)
	must(t, s.Hold(madeUp(1).ID, anna, noon))
	must(t, s.Close())
	return dir
}

func TestAHoldOutlivesTheDataFile(t *testing.T) {
	id := madeUp(1).ID
	for _, c := range []struct {
		name string
		then func(*Store) error
		by   string
		want visit.State
	}{
		{"it is held", nil, anna, visit.StateStaff},
		{"it was released", func(s *Store) error { return s.Release(id, anna, anna, asked, noon) }, "", visit.StateInflight},
		{"it was released, and another holds it", func(s *Store) error {
			return errors.Join(s.Release(id, anna, anna, asked, noon), s.Hold(id, ben, noon))
		}, ben, visit.StateStaff},
		{"it was given up", func(s *Store) error { return s.GiveUp(id, anna, desk.PatientLeft, noon) }, "", ""},
		{"it was given up and came back", func(s *Store) error {
			return errors.Join(s.GiveUp(id, anna, desk.PatientLeft, noon), s.Reopen(id, ben, noon))
		}, "", visit.StateStaff},
		{"it has its code", func(s *Store) error { return s.Settle(id, anna, code, noon, "", noon) }, "", ""},
		{"the journal was written anew", func(s *Store) error {
			s.journal.mu.Lock()
			defer s.journal.mu.Unlock()
			return s.journal.rewrite()
		}, anna, visit.StateStaff},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := held(t)
			if c.then != nil {
				s := openIn(t, dir)
				must(t, c.then(s))
				must(t, s.Close())
			}
			must(t, os.Remove(filepath.Join(dir, fileName)))
			s := openIn(t, dir)
			r, err := s.Visit(id)
			if c.want == "" {
				if !errors.Is(err, ErrNotFound) {
					t.Errorf("%s, %v", r.State, err)
				}
				return
			}
			if err != nil || r.State != c.want || r.Hold.By != c.by || c.by != "" && (r.Hold.From != visit.StatePending || r.Attempts > 0) {
				t.Errorf("%s, %+v, %v", r.State, r.Hold, err)
			}
		})
	}
}

// The file then has the visit as waiting, and it would be looked up and sent.
func TestAHoldThatWasLostWithTheNewestChangeIsMadeAgain(t *testing.T) {
	dir := held(t)
	loseNewestMeta(t, dir)
	s := openIn(t, dir)
	r := recordOf(t, s, madeUp(1).ID)
	if r.State != visit.StateStaff || r.Hold.By != anna || r.Hold.From != visit.StatePending || r.Unclear() != 0 {
		t.Errorf("%s, %+v, %d unclear", r.State, r.Hold, r.Unclear())
	}
	if _, err := s.AuditVerify(); err != nil {
		t.Error(err)
	}
	must(t, s.Release(r.Visit.ID, anna, anna, asked, noon))
	must(t, s.Begin(r.Visit.ID, noon)) // it is the newest change now, and the journal is older
	must(t, s.Close())
	loseNewestMeta(t, dir)
	if r := recordOf(t, openIn(t, dir), r.Visit.ID); r.State != visit.StateInflight || r.Held() {
		t.Errorf("%s, %+v", r.State, r.Hold)
	}
}

// Free pages have old versions of a record: of one that was released and sent since, the
// held one is older, though work of the staff is further on its way than a request.
func TestOfTwoVersionsOfARecordTheOneWithMoreChangesIsLater(t *testing.T) {
	s := openIn(t, t.TempDir())
	id := madeUp(1).ID
	into(t, s, madeUp(1), visit.StatePending)
	must(t, s.Hold(id, anna, noon))
	before := recordOf(t, s, id)
	must(t, s.Release(id, anna, anna, asked, noon))
	must(t, s.Begin(id, noon))
	after := recordOf(t, s, id)
	if !later(after, before) || later(before, after) {
		t.Error("the held version counts as the later one")
	}
}

func TestAHoldThatIsNotInTheJournalIsNotAcknowledged(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	id := madeUp(1).ID
	into(t, s, madeUp(1), visit.StatePending)
	breakJournal(t, s)
	if err := s.Hold(id, anna, noon); err == nil {
		t.Fatal("it is acknowledged")
	}
	if r := recordOf(t, s, id); r.State == visit.StatePending && r.Held() {
		t.Error("it is held and would be sent")
	}
	must(t, os.RemoveAll(s.journal.path))
	must(t, s.Hold(id, anna, noon))
	must(t, s.Close())
	must(t, os.Remove(filepath.Join(dir, fileName)))
	if r := recordOf(t, openIn(t, dir), id); r.Hold.By != anna {
		t.Errorf("%s, %+v", r.State, r.Hold)
	}
}

func TestAHoldThatNoProgramHasWrittenMakesARecordUnreadable(t *testing.T) {
	hold := Hold{By: anna, At: noon, From: visit.StatePending}
	for name, r := range map[string]Record{
		"on a visit that could be sent": {State: visit.StatePending, Hold: hold},
		"by nobody":                     {State: visit.StateStaff, Hold: Hold{At: noon, From: visit.StatePending}},
		"away without a visit":          {State: visit.StateStaff, Hold: Hold{By: anna, At: noon, From: visit.StateStaff, Away: visit.ServiceDateOf(noon)}},
		"from what is done":             {State: visit.StateStaff, Hold: Hold{By: anna, At: noon, From: visit.StateDone}},
	} {
		r.Visit, r.SavedAt, r.ChangedAt = madeUp(1), noon, noon
		data, err := encode(r)
		must(t, err)
		if _, err := decode(data); err == nil {
			t.Errorf("%s: it is read", name)
		}
	}
}

// NHSO is asked before, and another visit can get its code meanwhile in a way that is not the outbox's:
// by the patient's phone, by a desk, by another machine.
func TestNoRequestBeginsOnceAnotherVisitOfTheServiceHasItsCode(t *testing.T) {
	s := openIn(t, t.TempDir())
	has, waits, sent, second, elsewhere := madeUp(1), madeUp(2), madeUp(3), madeUp(4), madeUp(5)
	for _, v := range []*visit.Visit{&waits, &sent, &second, &elsewhere} {
		v.PID = has.PID
	}
	elsewhere.ClaimType.Code = "PG0130001"
	for _, v := range []visit.Visit{waits, sent, elsewhere} {
		must(t, s.Save(v, noon))
	}
	must(t, s.Begin(sent.ID, noon))
	must(t, s.SaveDone(has, "", code, noon, noon))
	for name, v := range map[string]visit.Visit{"one that waits": waits, "one that was sent": sent} {
		if err := s.Begin(v.ID, noon); !errors.Is(err, ErrHasCode) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, s.Begin(elsewhere.ID, noon)) // of another service
	must(t, s.SaveSecond(second, Second{Of: has.ID, Why: desk.Referral, By: "desk-1/anna", Besides: []visit.AuthenCode{code}}, nil, noon))
	must(t, s.Begin(second.ID, noon))
	if r := recordOf(t, s, waits.ID); r.State != visit.StatePending || r.Attempts != 0 {
		t.Errorf("it is %s after %d requests", r.State, r.Attempts)
	}
}

// A sender looks for such a hold before it asks NHSO, which takes a while.
func TestNoRequestBeginsOnceADeskHoldsAnotherVisitOfThePerson(t *testing.T) {
	s := openIn(t, t.TempDir())
	item, waits := madeUp(1), madeUp(2)
	waits.PID = item.PID
	into(t, s, item, visit.StateRefused)
	into(t, s, waits, visit.StatePending)
	must(t, s.Hold(item.ID, anna, noon))
	if err := s.Begin(waits.ID, noon); !errors.As(err, new(*HeldError)) {
		t.Errorf("it is sent: %v", err)
	}
	made := madeUp(3)
	made.PID = item.PID
	must(t, s.Complete(item.ID, anna, made, nil, noon))
	must(t, s.Begin(made.ID, noon))
	must(t, s.Done(made.ID, code, noon))
	if err := s.Begin(waits.ID, noon); !errors.Is(err, ErrHasCode) { // it gets that one
		t.Errorf("it is sent: %v", err)
	}
}

// In a store that was rebuilt or restored both can be.
func TestNoOtherMachineMakesAVisitWhileARequestForThePersonMayBeAtWorkHere(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	item, waits := madeUp(1), madeUp(2)
	waits.PID = item.PID
	into(t, s, item, visit.StateRefused)
	into(t, s, waits, visit.StatePending)
	must(t, s.Hold(item.ID, anna, noon))
	must(t, s.Close())
	must(t, os.Remove(filepath.Join(dir, fileName)))
	s = openIn(t, dir)
	if err := s.CompleteAway(item.ID, anna, madeUp(3).ID, noon); !errors.Is(err, ErrInFlight) {
		t.Errorf("while the other is %s: %v", recordOf(t, s, waits.ID).State, err)
	}
	must(t, s.Refuse(waits.ID, visit.NHSORefusedVisit, "", noon)) // with a code the item would need none
	must(t, s.CompleteAway(item.ID, anna, madeUp(3).ID, noon))
}

func TestNothingEndsAHoldWhileADeskHoldsWhatWasMadeForIt(t *testing.T) {
	s := openIn(t, t.TempDir())
	item, made := madeUp(1).ID, madeUp(2)
	must(t, s.OpenItem(item, "99999", visit.HNOf("1"), Opened{By: anna, Why: desk.Newborn}, noon))
	must(t, s.Hold(item, anna, noon))
	must(t, s.Complete(item, anna, made, nil, noon))
	must(t, s.Hold(made.ID, ben, noon)) // it waits, and is sent when ben gives it back
	for what, err := range map[string]error{
		"given up": s.GiveUp(item, anna, desk.PatientLeft, noon), "released": s.Release(item, anna, anna, asked, noon),
		"another visit elsewhere": s.CompleteAway(item, anna, madeUp(3).ID, noon),
	} {
		if !errors.Is(err, ErrInFlight) {
			t.Errorf("%s: %v", what, err)
		}
	}
	must(t, s.Release(made.ID, ben, ben, asked, noon))
	must(t, s.Begin(made.ID, noon))
	must(t, s.Done(made.ID, code, noon))
	if r := recordOf(t, s, item); r.State != visit.StateDone {
		t.Errorf("the item is %s", r.State)
	}
}

func TestAHoldThatAnOldPageTellsIsReleasedToALookUp(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, fileName)
	s := openIn(t, dir)
	v := madeUp(1)
	into(t, s, v, visit.StatePending)
	must(t, s.Hold(v.ID, anna, noon))
	must(t, s.Close())
	old, err := os.ReadFile(path)
	must(t, err)
	s = openIn(t, dir)
	must(t, s.Release(v.ID, anna, anna, asked, noon))
	must(t, s.Begin(v.ID, noon))
	must(t, s.Close())
	clear(old[:2*os.Getpagesize()]) // no meta page is left, nor what was written last
	must(t, os.WriteFile(path, old, fileMode))
	s = openIn(t, dir)
	if r := recordOf(t, s, v.ID); r.Held() {
		must(t, s.Release(v.ID, anna, anna, asked, noon))
	}
	if r := recordOf(t, s, v.ID); r.State != visit.StateInflight || r.Unclear() == 0 {
		t.Errorf("it is %s, with %d requests of which nobody knows", r.State, r.Unclear())
	}
}

func TestAHeldVisitWhoseEndWasLostWithTheNewestChangeIsEndedAgain(t *testing.T) {
	dir := held(t)
	id := madeUp(1).ID
	s := openIn(t, dir)
	must(t, s.GiveUp(id, anna, desk.PatientLeft, noon))
	must(t, s.Close())
	loseNewestMeta(t, dir)
	s = openIn(t, dir)
	if r, err := s.Visit(id); err != nil || r.State != visit.StateDropped || r.Held() {
		t.Errorf("it is %s, %+v, %v", r.State, r.Hold, err)
	}
	must(t, s.Close())
	if s = openIn(t, dir); s.Recovery().Damage() {
		t.Error(s.Recovery())
	}
}
