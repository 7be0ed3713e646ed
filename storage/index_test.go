package storage

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

// The index follows every change; what a start makes of the file must be the
// same.
func TestTheIndexIsWhatAStartWouldMakeOfTheFile(t *testing.T) {
	s := openIn(t, t.TempDir())
	random := rand.New(rand.NewPCG(9, 10))
	steps := []func(n int){
		func(n int) {
			v := madeUp(n)
			v.PID = madeUp(n % 7).PID
			v.ServiceDate = visit.ServiceDateOf(noon.AddDate(0, 0, -n%3))
			_ = s.Save(v, noon)
		},
		func(n int) { _ = s.Begin(madeUp(n).ID, noon) },
		func(n int) { _ = s.Requeue(madeUp(n).ID, noon) },
		func(n int) { _ = s.Done(madeUp(n).ID, childCode(n), noon) },
		func(n int) { _ = s.Refuse(madeUp(n).ID, visit.NoRight, "", noon) },
		func(n int) { _ = s.Staff(madeUp(n).ID, visit.NoRight, noon) },
		func(n int) { _ = s.Drop(madeUp(n).ID, noon) },
		func(n int) { _ = s.Hold(madeUp(n).ID, anna, noon) },
		func(n int) { _ = s.Release(madeUp(n).ID, anna, anna, asked, noon) },
		func(n int) { _ = s.GiveUp(madeUp(n).ID, anna, desk.PatientLeft, noon) },
		func(n int) { _ = s.Reopen(madeUp(n).ID, anna, noon) },
		func(n int) { _ = s.PutPrintJob(slip(n)) },
		func(n int) { _ = s.MarkPrintJob(slip(n).ID, JobStates()[random.IntN(6)], noon) },
	}
	for i := range 1200 {
		steps[random.IntN(len(steps))](random.IntN(40))
		switch i {
		case 500:
			_, err := s.ErasePerson(madeUp(3).PID)
			must(t, err)
		case 900:
			_, err := s.Expire(noon, keepADay)
			must(t, err)
		}
	}
	before := s.index
	must(t, s.view(s.verify))
	for name, pair := range map[string][2]any{
		"lines": {before.lines, s.index.lines}, "unsettled": {before.unsettled, s.index.unsettled},
		"staff": {before.staff, s.index.staff}, "refused": {before.refused, s.index.refused}, "persons": {before.persons, s.index.persons},
		"codes": {before.codes, s.index.codes}, "feed": {before.feed, s.index.feed},
		"days": {before.days, s.index.days}, "jobs": {fmt.Sprint(len(before.jobs)), fmt.Sprint(len(s.index.jobs))},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) && fmt.Sprint(pair[0]) != fmt.Sprint(pair[1]) {
			t.Errorf("%s differ", name)
		}
	}
	if len(before.lines) < 10 || len(before.feed) < 5 {
		t.Errorf("only %d visits, %d in the feed", len(before.lines), len(before.feed))
	}
}

func TestAChangeThatIsTakenBackLeavesTheIndexAlone(t *testing.T) {
	s := openIn(t, t.TempDir())
	must(t, s.Save(madeUp(1), noon))
	_ = s.update(func(tx *bolt.Tx) error {
		r, err := s.load(tx, madeUp(1).ID)
		must(t, err)
		must(t, s.remove(tx, r))
		r.State = visit.StateStaff
		must(t, s.store(tx, r))
		return fmt.Errorf("no")
	})
	if got, err := s.Counts(visit.ServiceDateOf(noon)); err != nil || got != (Counts{Pending: 1}) {
		t.Errorf("counts %+v, %v", got, err)
	}
}

func TestReadersAndWritersAtTheSameTimeSeeWholeRecords(t *testing.T) {
	s := openIn(t, t.TempDir())
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 30 {
				n := w*1000 + i
				if err := s.Save(madeUp(n), noon); err != nil {
					t.Error(err)
				}
				if err := s.Done(madeUp(n).ID, childCode(n), noon); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for range 30 {
				if list, err := s.Unsettled(); err != nil || len(list) > 4 {
					t.Errorf("%d unsettled, %v", len(list), err)
				}
				if _, _, err := s.Changes(0, 1000); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got, err := s.Counts(visit.ServiceDateOf(noon)); err != nil || got != (Counts{DoneToday: 120}) {
		t.Errorf("counts %+v, %v", got, err)
	}
}

func TestAnIdIsTheSameAfterPacking(t *testing.T) {
	for n := range 100 {
		u, ok := packID(madeUp(n * 7919).ID)
		if !ok || u.id() != madeUp(n*7919).ID {
			t.Errorf("%s became %s", madeUp(n*7919).ID, u.id())
		}
	}
	if _, ok := packID("019AB000-0000-7000-8000-000000000001"); ok {
		t.Error("capital letters are packed")
	}
}
