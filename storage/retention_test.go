package storage

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/storage/internal/madeup"
	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

// aged saves visit n as of some days before noon.
func aged(t *testing.T, s *Store, n, days int, state visit.State) visit.Visit {
	t.Helper()
	v := madeUp(n)
	at := noon.AddDate(0, 0, -days)
	v.ServiceDate, v.CreatedAt = visit.ServiceDateOf(at), at
	must(t, s.Save(v, at))
	if state != visit.StatePending {
		must(t, s.Begin(v.ID, at))
	}
	if state == visit.StateDone {
		now := s.now
		s.now = func() time.Time { return at }
		must(t, s.Done(v.ID, childCode(n), at))
		s.now = now
	}
	return v
}

func TestWhatIsOlderThanAllowedIsErasedAndWhatIsNotSettledStays(t *testing.T) {
	s := openIn(t, t.TempDir())
	s.now = func() time.Time { return noon.AddDate(0, 0, -40) }
	old := aged(t, s, 1, 40, visit.StateDone)
	must(t, attachPhoto(s, old.ID, []byte("old photo")))
	open := aged(t, s, 2, 40, visit.StateInflight)
	must(t, attachPhoto(s, open.ID, []byte("photo of work to do")))
	limit := aged(t, s, 3, 1, visit.StateDone)
	must(t, attachPhoto(s, limit.ID, []byte("photo put long ago")))
	got, err := s.Expire(noon, keepADay)
	must(t, err)
	if want := (Erased{Visits: 1, Photos: 2, Kept: 1}); got != want {
		t.Errorf("erased %+v, want %+v", got, want)
	}
	if _, err := s.Visit(old.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("the old visit: %v", err)
	}
	for _, v := range []visit.Visit{open, limit} {
		if r, err := s.Visit(v.ID); err != nil || !sameVisit(r.Visit, v) {
			t.Errorf("a visit that stays: %v", err)
		}
	}
	if _, err := s.Photo(open.ID); err != nil {
		t.Errorf("the photo of work to do: %v", err)
	}
	list, err := s.Past(old.ServiceDate, old.ServiceDate)
	must(t, err)
	if len(list) != 1 || list[0].MaskedPID != old.PID.Masked() || list[0].Code != childCode(1) || list[0].State != visit.StateDone {
		t.Errorf("what stays: %d entries", len(list))
	}
	s.now = func() time.Time { return noon }
	must(t, s.Done(open.ID, childCode(2), noon))
	if got, err = s.Expire(noon, keepADay); err != nil || got != (Erased{Photos: 1}) {
		t.Errorf("when it is settled: %+v, %v", got, err)
	}
	later := noon.AddDate(0, 0, 2)
	if got, err = s.Expire(later, keepADay); err != nil || got != (Erased{Visits: 2, Keys: 1}) { // with the one at its limit
		t.Errorf("when its time is over: %+v, %v", got, err)
	}
	if got, err = s.Expire(later, keepADay); err != nil || got.Any() {
		t.Errorf("again: %+v, %v", got, err)
	}
	if _, err := s.AuditVerify(); err != nil {
		t.Error(err)
	}
}

// A visit that NHSO answers for late, or that the desk finishes weeks after its day, is kept as long
// as any other: whoever asks for its code comes the day after.
func TestAVisitThatIsSettledLateIsKeptFromThenOn(t *testing.T) {
	for name, late := range map[string]func(*Store, visit.ID, time.Time) error{
		"a code is found": func(s *Store, id visit.ID, at time.Time) error { return s.Done(id, childCode(1), at) },
		"a desk settles it": func(s *Store, id visit.ID, at time.Time) error {
			return errors.Join(s.Staff(id, visit.ServiceDatePassed, at), s.Hold(id, "desk-1/anna", at), s.Settle(id, "desk-1/anna", childCode(1), at, "", at))
		},
		"it is dropped": func(s *Store, id visit.ID, at time.Time) error {
			return errors.Join(s.Staff(id, visit.ServiceDatePassed, at), s.Drop(id, at))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := openIn(t, t.TempDir())
			s.now = func() time.Time { return noon }
			v := aged(t, s, 1, 20, visit.StateInflight)
			must(t, late(s, v.ID, noon))
			for _, c := range []struct{ days, erased int }{{0, 0}, {keepADay.Days, 0}, {keepADay.Days + 1, 1}} {
				if got, err := s.Expire(noon.AddDate(0, 0, c.days), keepADay); err != nil || got.Visits != c.erased {
					t.Errorf("after %d days: %+v, %v", c.days, got, err)
				}
			}
		})
	}
}

func TestAClockThatWasAheadKeepsNoSettledVisitLonger(t *testing.T) {
	s := openIn(t, t.TempDir())
	v := aged(t, s, 1, 2, visit.StateInflight)
	s.now = func() time.Time { return noon.AddDate(1, 0, 0) }
	must(t, s.Done(v.ID, childCode(1), noon))
	if got, err := s.Expire(noon, keepADay); err != nil || got.Visits != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

// The desk may finish a visit weeks after its day; whoever is to hear of that may be
// away for an hour of that night.
func TestAVisitThatIsSettledLateWaitsForItsReceiverAsLongAsOthers(t *testing.T) {
	s := openIn(t, t.TempDir())
	s.now = func() time.Time { return noon }
	late := aged(t, s, 1, 20, visit.StatePending)
	must(t, s.Staff(late.ID, visit.ServiceDatePassed, noon.AddDate(0, 0, -20)))
	must(t, s.Done(late.ID, childCode(1), noon))
	nobody := keepADay
	nobody.Delivered = 0
	for _, days := range []int{keepADay.Days + 1, undeliveredDays} {
		if got, err := s.Expire(noon.AddDate(0, 0, days), nobody); err != nil || got != (Erased{Waiting: 1}) {
			t.Errorf("after %d days: %+v, %v", days, got, err)
		}
	}
	got, err := s.Expire(noon.AddDate(0, 0, undeliveredDays+1), nobody)
	if err != nil || got.Visits != 1 || got.Unsent != 1 {
		t.Errorf("after a week: %+v, %v", got, err)
	}
}

func TestADeletedDataKeyMakesItsRecordsUnreadable(t *testing.T) {
	s := openIn(t, t.TempDir())
	v := aged(t, s, 1, 40, visit.StateDone)
	var sealed []byte
	must(t, s.view(func(tx *bolt.Tx) error {
		sealed = bytes.Clone(tx.Bucket(bucketVisits).Get([]byte(v.ID)))
		return nil
	}))
	_, err := s.Expire(noon, keepADay)
	must(t, err)
	must(t, s.Save(aged2(2, 40), noon.AddDate(0, 0, -40))) // the same month gets another key
	err = s.view(func(tx *bolt.Tx) error {
		_, err := s.ring.open(tx, "visits", string(v.ID), sealed)
		return err
	})
	if !errors.Is(err, ErrTampered) {
		t.Errorf("a page that survived: %v", err)
	}
	if len(readKeyCopy(s.dir)) != 1 {
		t.Error("the copy of the keys does not follow")
	}
}

func aged2(n, days int) visit.Visit {
	v := madeUp(n)
	v.ServiceDate = visit.ServiceDateOf(noon.AddDate(0, 0, -days))
	return v
}

func TestAPersonIsErasedOnRequestButForOpenWork(t *testing.T) {
	s := openIn(t, t.TempDir())
	done := aged(t, s, 1, 0, visit.StateDone)
	must(t, attachPhoto(s, done.ID, []byte("photo")))
	open := madeUp(2)
	open.PID = done.PID
	must(t, s.Save(open, noon))
	other := aged(t, s, 3, 0, visit.StateDone)
	got, err := s.ErasePerson(done.PID)
	must(t, err)
	if want := (Erased{Visits: 1, Photos: 1, Kept: 1}); got != want {
		t.Errorf("erased %+v, want %+v", got, want)
	}
	if _, err := s.Photo(done.ID); !errors.Is(err, ErrNoPhoto) {
		t.Errorf("the photo: %v", err)
	}
	list, err := s.Past(done.ServiceDate, done.ServiceDate)
	if err != nil || len(list) != 1 || list[0].MaskedPID != "" {
		t.Errorf("what stays: %d entries, %v", len(list), err)
	}
	for _, id := range []visit.ID{open.ID, other.ID} {
		if _, err := s.Visit(id); err != nil {
			t.Errorf("a visit that stays: %v", err)
		}
	}
	if got, err := s.ErasePerson(visit.PID{}); err != nil || got != (Erased{}) {
		t.Errorf("nobody: %+v, %v", got, err)
	}
}

func TestCompactionMakesTheFileSmallerAndKeepsWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	for n := range 40 {
		v := aged(t, s, n, 10, visit.StateDone)
		must(t, attachPhoto(s, v.ID, make([]byte, 50000)))
	}
	keep := aged(t, s, 50, 0, visit.StatePending)
	_, err := s.Expire(noon, keepADay)
	must(t, err)
	sizes, err := s.Compact()
	must(t, err)
	if sizes.After*4 > sizes.Before || sizes.After != sizeOf(filepath.Join(dir, fileName)) {
		t.Errorf("sizes %+v", sizes)
	}
	must(t, s.Save(madeUp(60), noon))
	if _, err := s.AuditVerify(); err != nil {
		t.Error(err)
	}
	must(t, s.Close())
	if _, err := s.Compact(); !errors.Is(err, ErrClosed) {
		t.Errorf("compaction of a closed store: %v", err)
	}
	s = openIn(t, dir)
	list, err := s.Unsettled()
	if err != nil || len(list) != 2 || !sameVisit(list[0].Visit, keep) || s.Recovery() != (Recovery{}) {
		t.Errorf("%d unsettled, %v, %v", len(list), err, s.Recovery())
	}
}

func TestDamagedFilesThatWerePutAsideAreDeletedAfterAMonth(t *testing.T) {
	s := openIn(t, t.TempDir())
	name := func(days int) string {
		return filepath.Join(s.dir, fileName+quarantineMark+noon.AddDate(0, 0, -days).UTC().Format(quarantineTime))
	}
	must(t, os.WriteFile(name(31), nil, 0o600))
	must(t, os.WriteFile(name(29), nil, 0o600))
	_, err := s.Expire(noon, keepADay)
	must(t, err)
	if exists(name(31)) || !exists(name(29)) {
		t.Error("the wrong file was deleted")
	}
}

// keepADay keeps everything for a day, but for work for the desk.
var keepADay = Keep{Days: 1, PhotoDays: 1, StaffDays: 30, Confirmed: true, Delivered: math.MaxUint64}

func TestWorkForTheDeskIsErasedAfterItsOwnTimeAndOnRequest(t *testing.T) {
	for _, c := range []struct {
		age     int // days
		expires bool
		asked   bool // erased when the person asks
	}{{400, true, true}, {31, true, true}, {30, false, true}, {1, false, true}, {0, false, false}} {
		for _, asked := range []bool{false, true} {
			s := openIn(t, t.TempDir())
			v := aged(t, s, 1, c.age, visit.StatePending)
			must(t, s.Staff(v.ID, visit.ServiceDatePassed, noon.AddDate(0, 0, -c.age)))
			got, err, want := Erased{}, error(nil), c.expires
			if asked {
				s.now = func() time.Time { return noon }
				got, err = s.ErasePerson(v.PID)
				want = c.asked
			} else {
				got, err = s.Expire(noon, keepADay)
			}
			must(t, err)
			if got.Visits == 1 != want {
				t.Errorf("%d days old, asked for: %v: %+v", c.age, asked, got)
			}
		}
	}
}

// What NHSO refused is on the list of work until somebody closes it, as everything else there is.
func TestARefusalThatNobodyHasClosedIsKeptAsLongAsOtherWork(t *testing.T) {
	s := openIn(t, t.TempDir())
	s.now = func() time.Time { return noon }
	refused, closed := aged(t, s, 1, 5, visit.StateInflight), aged(t, s, 2, 5, visit.StateInflight)
	for _, v := range []visit.Visit{refused, closed} {
		must(t, s.Refuse(v.ID, visit.NHSORefusedVisit, "", noon.AddDate(0, 0, -5)))
	}
	must(t, s.Hold(closed.ID, anna, noon))
	must(t, s.GiveUp(closed.ID, anna, desk.PatientLeft, noon))
	for _, c := range []struct {
		days int
		want Erased
	}{
		{0, Erased{}},
		{keepADay.Days, Erased{}}, // whoever closed one by mistake brings it back
		{keepADay.Days + 1, Erased{Visits: 1}},
		{keepADay.StaffDays - 5, Erased{}},
		{keepADay.StaffDays - 4, Erased{Visits: 1, Keys: 1, Unclosed: 1}},
	} {
		got, err := s.Expire(noon.AddDate(0, 0, c.days), keepADay)
		if err != nil || got != c.want {
			t.Errorf("after %d days: %+v, %v", c.days, got, err)
		}
	}
	list, err := s.Past(refused.ServiceDate, refused.ServiceDate)
	if err != nil || len(list) != 2 || list[0].State != visit.StateRefused || list[0].MaskedPID != "" || list[1].State != visit.StateDropped {
		t.Errorf("%+v, %v", list, err)
	}
}

// The machine that makes a visit for it, or this one, was away over a weekend.
func TestAnItemWhoseEndAnotherMachineHasNotToldWaitsForAWeek(t *testing.T) {
	keep := keepADay
	keep.StaffDays = 1
	s := away(t, t.TempDir())
	s.now = func() time.Time { return noon }
	for _, days := range []int{0, keep.StaffDays + 1, undeliveredDays} {
		if got, err := s.Expire(noon.AddDate(0, 0, days), keep); err != nil || got.Visits != 0 {
			t.Errorf("after %d days: %+v, %v", days, got, err)
		}
	}
	must(t, s.AwayEnded(madeUp(1).ID, "desk-1", madeUp(2).ID, Answer{Code: code, Issued: noon}, noon))

	s = away(t, t.TempDir())
	s.now = func() time.Time { return noon }
	if got, err := s.Expire(noon.AddDate(0, 0, undeliveredDays+1), keep); err != nil || got.Visits != 1 || got.Unclosed != 1 {
		t.Errorf("after more than a week: %+v, %v", got, err)
	}
}

func TestVisitsThatAReceiverHasNotGotWaitForAWeek(t *testing.T) {
	s := openIn(t, t.TempDir())
	delivered := aged(t, s, 1, 3, visit.StateDone)
	_, place, err := s.Changes(0, 10)
	must(t, err)
	waiting, late := aged(t, s, 2, 3, visit.StateDone), aged(t, s, 3, 8, visit.StateDone)
	keep := keepADay
	keep.Delivered = place
	got, err := s.Expire(noon, keep)
	must(t, err)
	if got.Visits != 2 || got.Waiting != 1 || got.Unsent != 1 {
		t.Errorf("%+v", got)
	}
	for _, c := range []struct {
		v    visit.Visit
		kept bool
	}{{delivered, false}, {waiting, true}, {late, false}} {
		if _, err := s.Visit(c.v.ID); (err == nil) != c.kept {
			t.Errorf("%s: %v", c.v.ID, err)
		}
	}
}

func TestThePhotoOfAVisitThatWasTakenBackIsErased(t *testing.T) {
	s := openIn(t, t.TempDir())
	v := madeup.WithPhoto(2)
	must(t, s.SaveWithPhoto(v, []byte("\xff\xd8 a face \xff\xd9"), noon))
	must(t, s.Drop(v.ID, noon))
	if _, err := s.Photo(v.ID); !errors.Is(err, ErrNoPhoto) {
		t.Errorf("the patient left, and the photo is kept: %v", err)
	}
}

// A clock that woke up in the year 2569, or a month ahead, takes everything if it is
// believed.
func TestAClockThatNobodyHasConfirmedErasesAFewDaysAtOnceAtMost(t *testing.T) {
	unconfirmed := keepADay
	unconfirmed.Confirmed = false
	type run struct {
		ahead     int // days
		confirmed bool
		erased    int // visits
		refused   bool
	}
	for _, c := range []struct {
		name string
		runs []run
	}{
		{"night after night", []run{{0, false, 0, false}, {1, false, 0, false}, {2, false, 1, false}}},
		{"after a long weekend", []run{{0, false, 0, false}, {3, false, 1, false}}},
		{"a month ahead", []run{{0, false, 0, false}, {30, false, 0, true}, {30, false, 0, true}, {1, false, 0, false}}},
		{"a month ahead, and it is true", []run{{0, false, 0, false}, {30, true, 1, false}, {31, false, 0, false}}},
		{"the year 2569", []run{{0, false, 0, false}, {543 * 365, false, 0, true}}},
		{"at the first run", []run{{30, false, 0, true}}},
		{"back, and right again", []run{{0, true, 0, false}, {-4000, false, 0, false}, {2, false, 1, false}}},
		{"wrong when it was confirmed, and right again", []run{{-4000, true, 0, false}, {0, false, 0, true}, {0, true, 0, false}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			s := openIn(t, dir)
			aged(t, s, 1, 0, visit.StateDone)
			for i, r := range c.runs {
				keep := unconfirmed
				keep.Confirmed = r.confirmed
				got, err := s.Expire(noon.AddDate(0, 0, r.ahead), keep)
				far := new(UnconfirmedError)
				if got.Visits != r.erased || errors.As(err, &far) != r.refused || err != nil && !r.refused {
					t.Errorf("run %d: %+v, %v", i, got, err)
				}
				must(t, s.Close())
				s = openIn(t, dir)
			}
		})
	}
}

func TestWorkForTheDeskStaysItsDaysWhateverTheDateOfItsVisit(t *testing.T) {
	s := openIn(t, t.TempDir())
	v := madeUp(1)
	at := noon.AddDate(-11, 0, 0) // by a clock that showed 2015
	v.ServiceDate, v.CreatedAt = visit.ServiceDateOf(at), at
	must(t, s.Save(v, at))
	must(t, s.Staff(v.ID, visit.ServiceDatePassed, noon))
	for _, c := range []struct{ days, erased int }{{0, 0}, {keepADay.StaffDays, 0}, {keepADay.StaffDays + 1, 1}} {
		got, err := s.Expire(noon.AddDate(0, 0, c.days), keepADay)
		if err != nil || got.Visits != c.erased {
			t.Errorf("after %d days: %+v, %v", c.days, got, err)
		}
	}
}

// A clock that shows the Buddhist year is 543 years ahead, and what it made is work for the desk.
func TestAVisitOfADayToComeIsErasedAfterItWasSettled(t *testing.T) {
	keep := Keep{Days: 7, PhotoDays: 1, StaffDays: 30, Delivered: math.MaxUint64, Confirmed: true}
	for _, c := range []struct {
		name   string
		settle func(*Store, visit.ID) error
		stays  int // days
	}{
		{"nobody closes it", func(*Store, visit.ID) error { return nil }, keep.StaffDays},
		{"the desk closes it", func(s *Store, id visit.ID) error {
			return errors.Join(s.Hold(id, anna, noon), s.GiveUp(id, anna, desk.DayMissed, noon))
		}, keep.Days},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := openIn(t, t.TempDir())
			v := madeUp(1)
			v.CreatedAt = noon.AddDate(543, 0, 0)
			v.ServiceDate = visit.ServiceDateOf(v.CreatedAt)
			must(t, s.Save(v, v.CreatedAt))
			must(t, s.Staff(v.ID, visit.ClockWrong, noon))
			must(t, c.settle(s, v.ID))
			for erased, after := range []int{c.stays, c.stays + 1} {
				if got, err := s.Expire(noon.AddDate(0, 0, after), keep); err != nil || got.Visits != erased {
					t.Errorf("after %d days: %+v, %v", after, got, err)
				}
			}
		})
	}
}
