package local

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"authenkiosk/desk"
	"authenkiosk/desk/desktest"
	"authenkiosk/storage"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

func TestTheDeskOverAStoreKeepsToTheSuite(t *testing.T) {
	desktest.Run(t, func(_ *testing.T, o desktest.Owner) desk.Desk {
		d := New(Options{
			Store: o.Store, HCode: "99999", NHSO: o.NHSO, Rights: o.NHSO, KeepDays: 30, Now: o.Clock.Now,
			Machine: desktest.Machine, Lights: desktest.Lights,
		})
		o.Kiosk.CallHelp = d.CallHelp
		return d
	})
}

var anna = desk.Operator{ID: "00000000000000a1", Name: "desk-1/anna", Role: rules.Staff}

func openStore(t testing.TB) *storage.Store {
	t.Helper()
	s, err := storage.Open(t.TempDir(), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestEveryChangeAtTheDeskIsToldAndNothingElseIs(t *testing.T) {
	s, ctx := openStore(t), t.Context()
	var told []visit.State
	d := New(Options{Store: s, NHSO: &desktest.NHSO{}, Now: new(desktest.Clock).Now, Changed: func(_ visit.ID, to visit.State) { told = append(told, to) }})
	v := desktest.Visit(1, desktest.Noon)
	if err := s.Save(v, desktest.Noon); err != nil {
		t.Fatal(err)
	}
	_, asked := d.Ask(ctx, anna, v.ID)
	held := d.Hold(ctx, anna, v.ID)
	_, released := d.Release(ctx, anna, v.ID)
	again := d.Hold(ctx, anna, v.ID)
	refused := d.Settle(ctx, anna, v.ID, "PP1200000001")
	err := errors.Join(asked, held, released, again, d.Close(ctx, anna, v.ID, rules.Mistaken), d.Reopen(ctx, anna, v.ID))
	want := []visit.State{visit.StateStaff, visit.StatePending, visit.StateStaff, visit.StateDropped, visit.StateStaff}
	if err != nil || !errors.Is(refused, desk.NotConfirmed) || len(told) != len(want) {
		t.Fatalf("%v, %v, told %q", err, refused, told)
	}
	for i := range want {
		if told[i] != want[i] {
			t.Errorf("told %q, want %q", told, want)
		}
	}
}

// Programs hear of a code when a visit is told to be done: of one that is not to be used they
// would hear as of a new one.
func TestThatAVisitHasItsCodeIsToldOnce(t *testing.T) {
	const code visit.AuthenCode = "PP1200000001"
	s, ctx, told := openStore(t), t.Context(), map[visit.State]int{}
	var owner desk.Desk = New(Options{Store: s, NHSO: &desktest.NHSO{}, Now: new(desktest.Clock).Now, Changed: func(_ visit.ID, to visit.State) { told[to]++ }})
	item, made := desktest.Visit(1, desktest.Noon).ID, desktest.Visit(2, desktest.Noon).ID
	end := desk.Completion{Item: item, Made: made, Code: code, Issued: desktest.Noon}
	err := errors.Join(s.Save(desktest.Visit(1, desktest.Noon), desktest.Noon), owner.Hold(ctx, anna, item), owner.Complete(ctx, anna, item, made), owner.Completed(ctx, "desk-1", end))
	if err != nil || told[visit.StateDone] != 1 {
		t.Fatalf("%v, told %v", err, told)
	}
	for what, again := range map[string]func() error{
		"the end is told again, as its answer was lost": func() error { return owner.Completed(ctx, "desk-1", end) },
		"the code is marked as void":                    func() error { return owner.Void(ctx, anna, item, rules.WrongPerson) },
		"its slip is printed again":                     func() error { _, err := owner.Reprint(ctx, anna, item); return err },
	} {
		if err := again(); err != nil || told[visit.StateDone] != 1 {
			t.Errorf("%s: %v, told %v", what, err, told)
		}
	}
}

func TestWhoeverWatchesHearsOfAnItemThatEndsWithWhatWasMadeForItAndOfASlip(t *testing.T) {
	const code visit.AuthenCode = "PP1200000001"
	s, ctx, nhso, noon := openStore(t), t.Context(), &desktest.NHSO{}, desktest.Noon
	d := New(Options{Store: s, NHSO: nhso, Now: new(desktest.Clock).Now})
	item, made := desktest.Visit(1, noon), desktest.Visit(2, noon)
	made.PID, made.ClaimType.Code = item.PID, "PG0130001"
	nhso.Says(nil, code)
	err := errors.Join(
		s.Save(item, noon), s.Hold(item.ID, anna.Name, noon), s.Complete(item.ID, anna.Name, made, nil, noon),
		s.Begin(made.ID, noon), s.Refuse(made.ID, visit.NHSORefusedVisit, "", noon), d.Hold(ctx, anna, made.ID),
	)
	if err != nil {
		t.Fatal(err)
	}
	hears := func(do func() error, want ...visit.ID) {
		t.Helper()
		var place desk.Place
		enough := errors.New("that is enough")
		_ = d.Watch(ctx, "", func(c desk.Change) error { place = c.Place; return enough })
		if err := do(); err != nil {
			t.Fatal(err)
		}
		d.o.Feed.Tell(desk.ChangedDevices, "") // the end of what is heard
		var heard []visit.ID
		_ = d.Watch(ctx, place, func(c desk.Change) error {
			if c.What != desk.ChangedVisit {
				return enough
			}
			heard = append(heard, c.Visit)
			return nil
		})
		if !slices.Equal(heard, want) {
			t.Errorf("heard of %q, want %q", heard, want)
		}
	}
	hears(func() error { return d.Settle(ctx, anna, made.ID, code) }, made.ID, item.ID)
	hears(func() error { _, err := d.Reprint(ctx, anna, item.ID); return err }, item.ID)
}

func TestWhereNobodyCanAskNHSONothingIsReleased(t *testing.T) {
	s, ctx := openStore(t), t.Context()
	d := New(Options{Store: s})
	v := desktest.Visit(1, desktest.Noon)
	if err := errors.Join(s.Save(v, desktest.Noon), d.Hold(ctx, anna, v.ID)); err != nil {
		t.Fatal(err)
	}
	_, err := d.Release(ctx, anna, v.ID)
	r, read := s.Visit(v.ID)
	if !errors.Is(err, desk.NoAnswer) || read != nil || r.Hold.By != anna.Name {
		t.Errorf("%v, held by %q, %v", err, r.Hold.By, read)
	}
}

func TestAStoreThatIsClosedIsNoEmptyList(t *testing.T) {
	s, ctx := openStore(t), t.Context()
	d := New(Options{Store: s})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"visits":  second(d.Visits(ctx, anna, desk.Query{})),
		"work":    second(d.Work(ctx, anna)),
		"numbers": second(d.Numbers(ctx, anna, visit.Date{})),
	} {
		if !errors.Is(err, desk.Failed) || !errors.Is(err, storage.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestACodeAfterASecondOneIsNoneOfThoseBeforeThoughNHSOShowsThemLater(t *testing.T) {
	const one, two visit.AuthenCode = "PP1200000001", "PP1200000002"
	s, nhso, clock := openStore(t), &desktest.NHSO{}, new(desktest.Clock)
	d := New(Options{Store: s, NHSO: nhso, Now: clock.Now})
	first, second := desktest.Visit(1, desktest.Noon), desktest.Visit(2, desktest.Noon)
	second.PID = first.PID
	err := errors.Join(
		s.SaveDone(first, "", one, desktest.Noon, desktest.Noon),
		s.SaveSecond(second, storage.Second{Of: first.ID, Why: rules.Referral, By: anna.Name, Besides: []visit.AuthenCode{one}}, nil, desktest.Noon),
		s.Begin(second.ID, desktest.Noon), s.Done(second.ID, two, desktest.Noon),
		d.Void(t.Context(), anna, second.ID, rules.Double),
	)
	if err != nil {
		t.Fatal(err)
	}
	for name, says := range map[string][]visit.AuthenCode{"none": nil, "the first": {one}, "both": {one, two}} {
		nhso.Says(nil, says...)
		a, err := d.SecondCode(t.Context(), anna, second.ID, rules.AfterVoid)
		var got []visit.AuthenCode
		for _, c := range a.Codes {
			got = append(got, c.Code)
		}
		if slices.Sort(got); err != nil || !slices.Equal(got, []visit.AuthenCode{one, two}) {
			t.Errorf("NHSO shows %s: %q, %v", name, got, err)
		}
	}
}

func TestWhatIsShownAsSolvableIsNotErasedBefore(t *testing.T) {
	const staff, done = 30, 1
	later := desktest.Noon.AddDate(0, 0, 3)
	for name, end := range map[string]func(*storage.Store, *Desk, visit.ID) error{
		"NHSO refused it": func(s *storage.Store, _ *Desk, id visit.ID) error {
			return errors.Join(s.Begin(id, desktest.Noon), s.Refuse(id, visit.NHSORefusedVisit, "", desktest.Noon))
		},
		"its day was missed": func(s *storage.Store, _ *Desk, id visit.ID) error {
			return s.Staff(id, visit.ServiceDatePassed, later)
		},
		"a desk has closed it days later": func(s *storage.Store, d *Desk, id visit.ID) error {
			return errors.Join(s.Staff(id, visit.ServiceDatePassed, desktest.Noon), d.Hold(t.Context(), anna, id), d.Close(t.Context(), anna, id, rules.PatientLeft))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, v := openStore(t), desktest.Visit(1, desktest.Noon)
			d := New(Options{Store: s, NHSO: &desktest.NHSO{}, KeepDays: staff, KeepDone: done, Now: func() time.Time { return later }})
			if err := errors.Join(s.Save(v, desktest.Noon), end(s, d, v.ID)); err != nil {
				t.Fatal(err)
			}
			shown, err := d.Visit(t.Context(), anna, v.ID)
			if err != nil || shown.Until.IsZero() {
				t.Fatalf("until %s, %v", shown.Until, err)
			}
			keep := storage.Keep{Days: done, StaffDays: staff, Confirmed: true, Delivered: math.MaxUint64}
			for _, c := range []struct {
				at     time.Time
				erased int
			}{{shown.Until.Add(-time.Second), 0}, {shown.Until, 1}} {
				if got, err := s.Expire(c.at, keep); err != nil || got.Visits != c.erased {
					t.Errorf("%d are erased at %s, shown as solvable until %s, %v", got.Visits, c.at, shown.Until, err)
				}
			}
		})
	}
}

func TestAHoldOfAClockThatWasAheadIsReleasedAfterTheClockIsSetRight(t *testing.T) {
	for _, ahead := range []time.Duration{0, time.Second, 365 * 24 * time.Hour} {
		s, now, nhso := openStore(t), desktest.Noon.Add(ahead), &desktest.NHSO{}
		d := New(Options{Store: s, NHSO: nhso, Now: func() time.Time { return now }})
		v := desktest.Visit(1, desktest.Noon)
		if err := errors.Join(s.Save(v, desktest.Noon), d.Hold(t.Context(), anna, v.ID)); err != nil {
			t.Fatal(err)
		}
		now = desktest.Noon
		if _, err := d.Release(t.Context(), anna, v.ID); err != nil || nhso.Asked() != 1 {
			t.Errorf("held by a clock that was %s ahead: %v, NHSO was asked %d times", ahead, err, nhso.Asked())
		}
	}
}

// A station is away, and NHSO for it, too: what it has made may be sent yet.
func TestAClockThatMayBeWrongEndsNoDayOfAVisitOnAnotherMachine(t *testing.T) {
	s, now, sure := openStore(t), desktest.Noon, false
	d := New(Options{Store: s, NHSO: &desktest.NHSO{}, Now: func() time.Time { return now }, Sure: func() bool { return sure }})
	v := desktest.Visit(1, desktest.Noon)
	if err := errors.Join(s.Save(v, now), d.Hold(t.Context(), anna, v.ID), d.Complete(t.Context(), anna, v.ID, desktest.Visit(2, now).ID)); err != nil {
		t.Fatal(err)
	}
	now = now.AddDate(0, 0, 2)
	if _, err := d.Release(t.Context(), anna, v.ID); !errors.Is(err, desk.InFlight) {
		t.Errorf("by a clock that may be wrong: %v", err)
	}
	sure = true
	if _, err := d.Release(t.Context(), anna, v.ID); err != nil {
		t.Errorf("by one that is borne out: %v", err)
	}
}
