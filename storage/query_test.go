package storage

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

func TestCountsAndListsFollowEveryState(t *testing.T) {
	s := openIn(t, t.TempDir())
	today := visit.ServiceDateOf(noon)
	for n, state := range []visit.State{visit.StatePending, visit.StateInflight, visit.StateDone, visit.StateDone, visit.StateRefused, visit.StateStaff, visit.StateDropped} {
		into(t, s, madeUp(n), state)
	}
	yesterday := madeUp(20)
	yesterday.ServiceDate = visit.ServiceDateOf(noon.Add(-24 * time.Hour))
	into(t, s, yesterday, visit.StateDone)

	got, err := s.Counts(today)
	must(t, err)
	if want := (Counts{Pending: 2, Staff: 1, DoneToday: 2}); got != want {
		t.Errorf("counts %+v, want %+v", got, want)
	}
	for name, want := range map[string]struct {
		read func() ([]Record, error)
		n    int
	}{
		"unsettled": {s.Unsettled, 2}, "staff": {func() ([]Record, error) { return staffWork(s) }, 1}, "work": {s.Work, 4},
		"today":     {func() ([]Record, error) { return listOf(s, today) }, 7},
		"yesterday": {func() ([]Record, error) { return listOf(s, yesterday.ServiceDate) }, 1},
		"tomorrow":  {func() ([]Record, error) { return listOf(s, today.Next()) }, 0},
	} {
		list, err := want.read()
		if err != nil || len(list) != want.n {
			t.Errorf("%s: %d records, want %d, %v", name, len(list), want.n, err)
		}
	}
}

func TestTheStatesOfADayAreCountedAsTheirRecordsSay(t *testing.T) {
	s := openIn(t, t.TempDir())
	for n, state := range visit.States() {
		into(t, s, madeUp(2*n), state)
		into(t, s, madeUp(2*n+1), state)
	}
	old := madeUp(20)
	old.ServiceDate = visit.ServiceDateOf(noon.AddDate(0, 0, -1))
	into(t, s, old, visit.StateStaff)
	must(t, s.Hold(madeUp(0).ID, anna, noon))
	got, open, err := s.States(visit.ServiceDateOf(noon))
	must(t, err)
	want := map[visit.State]int{
		visit.StatePending: 1, visit.StateInflight: 2, visit.StateDone: 2, visit.StateRefused: 2, visit.StateStaff: 3, visit.StateDropped: 2,
	}
	if !maps.Equal(got, want) || open != 9 {
		t.Errorf("%v and %d open, want %v", got, open, want)
	}
}

func TestTheVisitsOfADayComeNewestFirstFromWhereverOneGoesOn(t *testing.T) {
	s := openIn(t, t.TempDir())
	const visits = 2*readAtOnce + 3
	for n := range visits {
		must(t, s.Save(madeUp(n), noon))
	}
	day := visit.ServiceDateOf(noon)
	var before, last uint64
	var seen int
	for page := range 3 {
		on := 0
		must(t, s.Newest(day, visit.PID{}, before, func(n uint64, r Record) bool {
			if last != 0 && n >= last || r.Visit.ID != madeUp(visits-1-seen).ID {
				t.Fatalf("page %d: visit %s with number %d after %d", page, r.Visit.ID, n, last)
			}
			last, seen, on = n, seen+1, on+1
			return on < readAtOnce+1
		}))
		before = last
		must(t, s.Save(madeUp(visits+page), noon)) // it is on none of the pages that follow
	}
	if seen != visits {
		t.Errorf("%d visits of %d", seen, visits)
	}
	must(t, s.Newest(day, madeUp(7).PID, 0, func(_ uint64, r Record) bool {
		if seen++; r.Visit.ID != madeUp(7).ID {
			t.Errorf("visit %s is of somebody else", r.Visit.ID)
		}
		return true
	}))
	if seen != visits+1 {
		t.Errorf("a person has %d visits", seen-visits)
	}
	must(t, s.Newest(day.Next(), visit.PID{}, 0, func(uint64, Record) bool { t.Error("there is one of tomorrow"); return true }))
	must(t, s.Close())
	if err := s.Newest(day, visit.PID{}, 0, func(uint64, Record) bool { return true }); !errors.Is(err, ErrClosed) {
		t.Errorf("of a closed store: %v", err)
	}
}

func TestTheAuditOfAVisitHasItsEntriesAlone(t *testing.T) {
	s := openIn(t, t.TempDir())
	for n := range 3 {
		into(t, s, madeUp(n), visit.StateRefused)
	}
	must(t, s.Hold(madeUp(1).ID, anna, noon))
	must(t, s.Audit(Event{Name: "visit-shown", Role: RoleStaff, Result: "ok", Visit: madeUp(1).ID}, Event{Name: "visit-shown", Role: RoleStaff, Result: "ok", Visit: madeUp(2).ID}))
	got, err := s.AuditOf(madeUp(1).ID)
	must(t, err)
	var names []string
	for _, e := range got {
		if names = append(names, e.Name); e.Visit != madeUp(1).ID || e.At.IsZero() {
			t.Errorf("%+v", e)
		}
	}
	if want := []string{"visit-saved", "visit-refused", "visit-held", "visit-shown"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
	if got[2].Handle != s.OperatorHandle(anna) {
		t.Errorf("%+v does not say who holds it", got[2])
	}
	if none, err := s.AuditOf(madeUp(9).ID); err != nil || len(none) > 0 {
		t.Errorf("of a visit that is not there: %v, %v", none, err)
	}
}

func TestOneBadRecordIsNamedAndHidesNoOther(t *testing.T) {
	for _, c := range []struct{ name, content string }{
		{"not JSON", "{"},
		{"JSON of something else", `{"v":1}`},
		{"a wrong check digit", `{"v":1,"state":"pending","visit":{"pid":"9000000000005"}}`},
		{"a version to come", `{"v":99}`},
		{"nothing", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := openIn(t, t.TempDir())
			for n := 1; n <= 3; n++ {
				must(t, s.Save(madeUp(n), noon))
			}
			bad := madeUp(2).ID
			must(t, s.update(func(tx *bolt.Tx) error {
				l, err := lineOf(tx.Bucket(bucketVisits).Get([]byte(bad)))
				must(t, err)
				sealed, err := s.ring.sealVisit(tx, monthOf(noon), string(bad), l, []byte(c.content))
				return errors.Join(err, tx.Bucket(bucketVisits).Put([]byte(bad), sealed))
			}))
			list, err := s.Unsettled()
			var named *DecodeError
			if !errors.As(err, &named) || named.Bucket != "visits" || named.Key != string(bad) {
				t.Errorf("error %v", err)
			}
			if len(list) != 2 || list[0].Visit.ID != madeUp(1).ID || list[1].Visit.ID != madeUp(3).ID {
				t.Errorf("%d other records", len(list))
			}
		})
	}
}

func TestARecordUnderAnotherKeyIsRefused(t *testing.T) {
	s := openIn(t, t.TempDir())
	must(t, s.Save(madeUp(1), noon))
	must(t, s.Save(madeUp(2), noon))
	must(t, s.update(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketVisits)
		return b.Put([]byte(madeUp(2).ID), append([]byte(nil), b.Get([]byte(madeUp(1).ID))...))
	}))
	var named *DecodeError
	if _, err := s.Visit(madeUp(2).ID); !errors.As(err, &named) || !errors.Is(err, ErrTampered) {
		t.Errorf("a swapped record: %v", err)
	}
}

func TestThePhoneOfAnEarlierVisitIsRemembered(t *testing.T) {
	s := openIn(t, t.TempDir())
	person := madeUp(1).PID
	number := 100
	save := func(when time.Time, phone string, state visit.State) {
		number++
		v := madeUp(number)
		p, err := visit.ParsePhone(phone)
		must(t, err)
		v.PID, v.Phone, v.CreatedAt, v.ServiceDate = person, p, when, visit.ServiceDateOf(when) // one code a day
		into(t, s, v, state)
	}
	ask := func(name, want string, notBefore time.Time) {
		t.Helper()
		phone, owner, ok := s.RememberedPhone(person, notBefore)
		if phone.Digits() != want || ok != (want != "") || ok && owner != visit.PhoneOfRelative {
			t.Errorf("%s: another number or owner", name)
		}
	}
	long, recent := noon.AddDate(0, 0, -400), noon.AddDate(0, 0, -10)
	ask("nobody", "", long)
	save(recent, "080-000-0001", visit.StateDone)
	ask("done", "0800000001", long)
	ask("too long ago", "", noon)
	save(recent.AddDate(0, 0, 1), "080-000-0002", visit.StatePending)
	ask("on its way", "0800000002", long)
	save(recent.AddDate(0, 0, 2), "080-000-0003", visit.StateDropped)
	save(recent.AddDate(0, 0, 3), "080-000-0004", visit.StateRefused)
	ask("dropped and refused do not count", "0800000002", long)

	byPhone := madeUp(number + 1)
	byPhone.PID, byPhone.Phone, byPhone.Method, byPhone.CreatedAt = person, visit.Phone{}, visit.MethodLine, noon
	must(t, s.SaveDone(byPhone, "", "PP1200000009", noon, noon))
	ask("one by LINE leaves the number to NHSO", "0800000002", long)

	other := madeUp(2).PID
	if phone, _, ok := s.RememberedPhone(other, long); ok || !phone.IsZero() {
		t.Error("another person got a number")
	}
	if phone, _, ok := s.RememberedPhone(visit.PID{}, long); ok || !phone.IsZero() {
		t.Error("no PID got a number")
	}
}

func TestAPersonAndACodeAreFound(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	person := madeUp(1).PID
	today := visit.ServiceDateOf(noon)
	for n := range 6 {
		v := madeUp(n)
		if n%2 == 1 {
			v.PID = person
		}
		if n == 5 {
			v.ServiceDate = today.Next()
		}
		must(t, s.Save(v, noon))
		must(t, s.Done(v.ID, childCode(n), noon))
	}
	check := func(when string) {
		t.Helper()
		for _, c := range []struct {
			date visit.Date
			want int
		}{{today, 2}, {today.Next(), 1}, {visit.Date{}, 3}, {today.Next().Next(), 0}} {
			list, err := s.Find(person, c.date)
			if err != nil || len(list) != c.want {
				t.Errorf("%s: %d visits on %s, %v", when, len(list), c.date, err)
			}
			for i, r := range list {
				if r.Visit.PID != person || i > 0 && list[i-1].seq >= r.seq {
					t.Errorf("%s: another person, or out of order", when)
				}
			}
		}
		if r, err := s.FindCode(childCode(3)); err != nil || r.Visit.ID != madeUp(3).ID {
			t.Errorf("%s: the code: %v", when, err)
		}
		for _, none := range []visit.AuthenCode{"", "PP9999999999"} {
			if _, err := s.FindCode(none); !errors.Is(err, ErrNotFound) {
				t.Errorf("%s: no such code: %v", when, err)
			}
		}
	}
	check("at once")
	must(t, s.Close())
	s = openIn(t, dir)
	check("after a start")
	if list, err := s.Find(visit.PID{}, today); err != nil || list != nil {
		t.Errorf("nobody: %d visits, %v", len(list), err)
	}
	_, err := s.ErasePerson(person)
	must(t, err)
	if list, err := s.Find(person, visit.Date{}); err != nil || list != nil {
		t.Errorf("after erasure: %d visits, %v", len(list), err)
	}
	if _, err := s.FindCode(childCode(3)); !errors.Is(err, ErrNotFound) {
		t.Errorf("the code of an erased visit: %v", err)
	}
}
