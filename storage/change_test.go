package storage

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"authenkiosk/visit"
)

const code = visit.AuthenCode("PP1200000001")

// into brings a fresh visit into a state by legal moves only.
func into(t *testing.T, s *Store, v visit.Visit, state visit.State) {
	t.Helper()
	must(t, s.Save(v, noon))
	begin := func() { must(t, s.Begin(v.ID, noon)) }
	switch state {
	case visit.StatePending:
	case visit.StateInflight:
		begin()
	case visit.StateDone:
		begin()
		must(t, s.Done(v.ID, code, noon))
	case visit.StateRefused:
		begin()
		must(t, s.Refuse(v.ID, visit.NHSORefusedVisit, "ไม่พบสิทธิ", noon))
	case visit.StateStaff:
		must(t, s.Staff(v.ID, visit.ServiceDatePassed, noon))
	case visit.StateDropped:
		must(t, s.Drop(v.ID, noon))
	}
}

func TestEveryMoveOfTheStateMachineIsAllowedOrATypedError(t *testing.T) {
	legal := map[string]bool{
		"pending>inflight": true, "pending>done": true, "pending>staff": true, "pending>dropped": true,
		"inflight>inflight": true, "inflight>pending": true, "inflight>done": true, "inflight>refused": true, "inflight>staff": true,
		"refused>staff": true, "staff>done": true, "staff>dropped": true,
	}
	calls := map[visit.State]func(*Store, visit.ID) error{
		visit.StateInflight: func(s *Store, id visit.ID) error { return s.Begin(id, noon) },
		visit.StatePending:  func(s *Store, id visit.ID) error { return s.Requeue(id, noon) },
		visit.StateDone:     func(s *Store, id visit.ID) error { return s.Done(id, code, noon) },
		visit.StateRefused:  func(s *Store, id visit.ID) error { return s.Refuse(id, visit.NoRight, "", noon) },
		visit.StateStaff:    func(s *Store, id visit.ID) error { return s.Staff(id, visit.NoRight, noon) },
		visit.StateDropped:  func(s *Store, id visit.ID) error { return s.Drop(id, noon) },
	}
	s := openIn(t, t.TempDir())
	n := 0
	for _, from := range visit.States() {
		for _, to := range visit.States() {
			n++
			v := madeUp(n)
			into(t, s, v, from)
			before, err := s.Visit(v.ID)
			must(t, err)
			err = calls[to](s, v.ID)
			after, readErr := s.Visit(v.ID)
			must(t, readErr)
			move := string(from) + ">" + string(to)
			var refused *TransitionError
			switch {
			case legal[move] && (err != nil || after.State != to):
				t.Errorf("%s: %v, now %s", move, err, after.State)
			case !legal[move] && (!errors.As(err, &refused) || refused.From != from || refused.To != to):
				t.Errorf("%s: want a TransitionError, got %v", move, err)
			case !legal[move] && !reflect.DeepEqual(before, after):
				t.Errorf("%s: was refused and changed the record", move)
			}
		}
	}
}

func TestAVisitComesBackWithEveryField(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	v := madeUp(7)
	must(t, s.Save(v, noon))
	must(t, s.Begin(v.ID, noon.Add(time.Minute)))
	must(t, s.Begin(v.ID, noon.Add(2*time.Minute)))
	r, err := s.Visit(v.ID)
	must(t, err)
	if r.Attempts != 2 || !r.LastSent.Equal(noon.Add(2*time.Minute)) {
		t.Errorf("attempts %d, last sent %v", r.Attempts, r.LastSent)
	}
	must(t, s.Done(v.ID, code, noon.Add(3*time.Minute)))
	must(t, s.Close())

	r, err = openIn(t, dir).Visit(v.ID)
	must(t, err)
	if !sameVisit(r.Visit, v) {
		t.Error("the visit came back changed")
	}
	if r.State != visit.StateDone || r.Code != code || !r.IssuedAt.Equal(noon.Add(3*time.Minute)) || !r.SavedAt.Equal(noon) {
		t.Errorf("state %s, issued %v, saved %v", r.State, r.IssuedAt, r.SavedAt)
	}
}

// The number was taken from hospital software as it came before it had a form.
func TestAnHNOfAnyFormThatARecordHasIsRead(t *testing.T) {
	for _, text := range []string{"", "000012345", "๑๒ ก/69#", strings.Repeat("9", 50)} {
		v := madeUp(1)
		v.HN = visit.HNOf(text)
		data, err := encode(Record{Visit: v, State: visit.StatePending, SavedAt: noon, ChangedAt: noon})
		must(t, err)
		if named := strings.Contains(string(data), `"hn":`); named != (text != "") {
			t.Errorf("%q: %s", text, data)
		}
		if r, err := decode(data); err != nil || r.Visit.HN.Text() != text {
			t.Errorf("%q comes back as %q, %v", text, r.Visit.HN.Text(), err)
		}
	}
}

// NHSO may tell of a code the day alone, or hours after it was made.
func TestAChangeHasItsOwnTimeWhateverNHSOSaysAboutTheCode(t *testing.T) {
	found := noon.Add(3 * time.Hour)
	for name, issued := range map[string]time.Time{"the day alone": {}, "hours ago": noon.Add(time.Minute)} {
		t.Run(name, func(t *testing.T) {
			s, err := Open(t.TempDir(), Options{Now: func() time.Time { return found }})
			must(t, err)
			defer s.Close()
			into(t, s, madeUp(1), visit.StateInflight)
			must(t, s.Done(madeUp(1).ID, code, issued))
			r, err := s.Visit(madeUp(1).ID)
			must(t, err)
			if !r.ChangedAt.Equal(found) || !r.IssuedAt.Equal(issued) {
				t.Errorf("changed %v, issued %v", r.ChangedAt, r.IssuedAt)
			}
		})
	}
}

// sameVisit compares by value; times by moment.
func sameVisit(a, b visit.Visit) bool {
	if !a.CreatedAt.Equal(b.CreatedAt) {
		return false
	}
	a.CreatedAt = b.CreatedAt
	return reflect.DeepEqual(a, b)
}

func TestARefusalKeepsItsWordsForTheDesk(t *testing.T) {
	s := openIn(t, t.TempDir())
	v := madeUp(1)
	into(t, s, v, visit.StateInflight)
	long := strings.Repeat("ไม่พบสิทธิ", 100)
	must(t, s.Refuse(v.ID, visit.NHSORefusedVisit, long, noon))
	must(t, s.Staff(v.ID, visit.NHSORefusedVisit, noon))
	r, err := s.Visit(v.ID)
	must(t, err)
	if r.Problem != visit.NHSORefusedVisit || len(r.Message) > MaxMessage || !strings.HasPrefix(long, r.Message) || r.Message == "" {
		t.Errorf("problem %s, message of %d bytes", r.Problem, len(r.Message))
	}
}

func TestSaveRefusesWhatCannotBeSubmitted(t *testing.T) {
	s := openIn(t, t.TempDir())
	must(t, s.Save(madeUp(1), noon))
	noPhone := madeUp(2)
	noPhone.Phone = visit.Phone{}
	for _, c := range []struct {
		name string
		v    visit.Visit
		want error
	}{
		{"a visit without a phone", noPhone, visit.ErrNoPhone},
		{"an id that is there already", madeUp(1), ErrExists},
		{"no id", visit.Visit{}, visit.ErrID},
	} {
		if err := s.Save(c.v, noon); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if err := s.Drop(madeUp(3).ID, noon); !errors.Is(err, ErrNotFound) {
		t.Errorf("an unknown visit: %v", err)
	}
	if err := s.Done(madeUp(1).ID, "no code", noon); !errors.Is(err, visit.ErrAuthenCode) {
		t.Errorf("not a code: %v", err)
	}
}

func TestARequeuedVisitWaitsAndKeepsItsPlace(t *testing.T) {
	s := openIn(t, t.TempDir())
	for n := 1; n <= 3; n++ {
		must(t, s.Save(madeUp(n), noon))
	}
	must(t, s.Begin(madeUp(1).ID, noon))
	later := noon.Add(time.Hour)
	must(t, s.Requeue(madeUp(1).ID, later))
	list, err := s.Unsettled()
	must(t, err)
	if len(list) != 3 || list[0].Visit.ID != madeUp(1).ID || list[0].State != visit.StatePending || !list[0].ChangedAt.Equal(later) || list[0].Attempts != 1 {
		t.Errorf("%d unsettled, first %s", len(list), list[0].State)
	}
}

// Whose a code is that NHSO tells later depends on whether a request is left of which
// nobody knows what became.
func TestWhatBecameOfEachRequestIsKept(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	v := madeUp(1)
	must(t, s.Save(v, noon))
	for i, c := range []struct {
		change   func() error
		answered int
		denied   bool
	}{
		{func() error { return s.Begin(v.ID, noon) }, 0, false},
		{func() error { return s.Requeue(v.ID, noon) }, 1, false},
		{func() error { return s.Begin(v.ID, noon) }, 1, false}, // unclear
		{func() error { return s.Begin(v.ID, noon) }, 1, false},
		{func() error { return s.Deny(v.ID, visit.NHSORefusedVisit, "มีรหัสแล้ว", noon) }, 2, true},
		{func() error { return s.Begin(v.ID, noon) }, 2, false},
		{func() error { return s.Deny(v.ID, visit.NHSORefusedVisit, "มีรหัสแล้ว", noon) }, 3, true},
	} {
		must(t, c.change())
		must(t, s.Close())
		s = openIn(t, dir)
		r, err := s.Visit(v.ID)
		if err != nil || r.Answered != c.answered || r.Denied != c.denied || c.denied && r.Message != "มีรหัสแล้ว" {
			t.Errorf("change %d: %d answered, denied %v, %q, %v", i, r.Answered, r.Denied, r.Message, err)
		}
	}
	open, err := s.Unsettled()
	if err != nil || len(open) != 1 || open[0].State != visit.StateInflight {
		t.Errorf("%d for the outbox: %v", len(open), err)
	}
	must(t, s.Done(v.ID, code, noon))
	if r, err := s.Visit(v.ID); err != nil || r.Denied || r.Message != "" {
		t.Errorf("done and denied %v: %v", r.Denied, err)
	}
}
