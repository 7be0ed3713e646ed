package storage

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

func TestAStoreGoesOnAfterACommitThatFailed(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	must(t, s.Save(madeUp(1), noon))
	must(t, s.file.Close()) // bbolt's own, so that no commit can be written
	if err := s.Save(madeUp(2), noon); err == nil {
		t.Error("a visit was saved without a file")
	}
	if _, err := s.Visit(madeUp(2).ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("the refused visit: %v", err)
	}
	must(t, s.Save(madeUp(2), noon))
	must(t, s.Begin(madeUp(1).ID, noon))
	must(t, s.Close())
	s = openIn(t, dir)
	if list, err := s.Unsettled(); err != nil || len(list) != 2 || list[0].State != visit.StateInflight {
		t.Errorf("%d visits, %v", len(list), err)
	}
}

// bbolt shows a commit whose meta page was written and not synced.
func TestACommitThatIsNotSafeIsTakenBackWhereverItShows(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	for n := range 3 {
		must(t, s.Save(madeUp(n), noon))
	}
	before := len(s.index.lines)
	txid := 0
	must(t, s.db.Update(func(tx *bolt.Tx) error { // not by way of the index, as when the commit fails
		txid = tx.ID()
		r, err := s.load(tx, madeUp(1).ID)
		must(t, err)
		r.State, r.Code, r.IssuedAt, r.Attempts = visit.StateDone, "PP1200000001", noon, 1
		data, err := encode(r)
		must(t, err)
		sealed, err := s.ring.sealVisit(tx, monthOf(r.SavedAt), string(r.Visit.ID), s.ring.line(r), data)
		must(t, err)
		return tx.Bucket(bucketVisits).Put([]byte(r.Visit.ID), sealed)
	}))
	s.fail(uint64(txid))
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			if r, err := s.Visit(madeUp(1).ID); err != nil || r.State != visit.StatePending {
				t.Errorf("the visit is %s, %v", r.State, err)
			}
		})
	}
	readers.Wait()
	if len(s.index.lines) != before || len(s.index.unsettled) != 3 {
		t.Errorf("the index has %d visits, %d of them unsettled", len(s.index.lines), len(s.index.unsettled))
	}
	must(t, s.Save(madeUp(4), noon))
	must(t, s.Close())
	s = openIn(t, dir)
	if list, err := s.Unsettled(); err != nil || len(list) != 4 || s.Recovery() != (Recovery{}) {
		t.Errorf("%d visits, %v, %v", len(list), err, s.Recovery())
	}
}

func TestOnlyAVisitOfWhichNothingLeftIsTakenBack(t *testing.T) {
	why := errors.New("the journal did not take it")
	for _, c := range []struct {
		name  string
		moves func(s *Store, id visit.ID) error
		stays visit.State // empty: it is taken back
	}{
		{"pending", func(*Store, visit.ID) error { return nil }, ""},
		{"in flight", func(s *Store, id visit.ID) error { return s.Begin(id, noon) }, visit.StateInflight},
		{"pending again", func(s *Store, id visit.ID) error {
			return errors.Join(s.Begin(id, noon), s.Requeue(id, noon))
		}, visit.StatePending},
		{"done", func(s *Store, id visit.ID) error {
			return errors.Join(s.Begin(id, noon), s.Done(id, "PP1200000001", noon))
		}, visit.StateDone},
		{"for the desk", func(s *Store, id visit.ID) error { return s.Staff(id, visit.NotSaved, noon) }, visit.StateStaff},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := openIn(t, t.TempDir())
			v := madeUp(1)
			must(t, s.Save(v, noon))
			must(t, c.moves(s, v.ID))
			data, err := encode(Record{Visit: v, State: visit.StatePending, SavedAt: noon, ChangedAt: noon})
			must(t, err)
			told := s.takeBack(v.ID, data, why)
			r, err := s.Visit(v.ID)
			switch {
			case c.stays == "" && (!errors.Is(told, why) || !errors.Is(err, ErrNotFound)):
				t.Errorf("it is %s, %v; the caller was told %v", r.State, err, told)
			case c.stays != "" && (told != nil || err != nil || r.State != c.stays):
				t.Errorf("it is %s, %v; the caller was told %v", r.State, err, told)
			}
		})
	}
}

func TestARefusedVisitIsNotFoundAfterARestartThoughTheDiskLetNothingGo(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	for n := range 3 {
		must(t, s.Save(madeUp(n), noon))
	}
	s.journal.disclaim(madeUp(1).ID) // the database and the journal have it
	must(t, s.Close())
	s = openIn(t, dir)
	if _, err := s.Visit(madeUp(1).ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("the refused visit: %v", err)
	}
	if list, err := s.Unsettled(); err != nil || len(list) != 2 {
		t.Errorf("%d visits, %v", len(list), err)
	}
	must(t, s.Save(madeUp(1), noon)) // the patient tries again
	must(t, s.Close())
	s = openIn(t, dir)
	if _, err := s.Visit(madeUp(1).ID); err != nil {
		t.Errorf("the visit that was saved in the end: %v", err)
	}
}

// Commits and frames of the journal fail while several goroutines work.
// Whoever was told yes has the visit; nobody waits for ever.
func TestManyWhoSaveAtOnceGoOnWhileCommitsFail(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	const (
		savers   = 4
		each     = 40
		failures = 30
	)
	must(t, s.file.Close()) // so that the first one is refused
	var work sync.WaitGroup
	var refused atomic.Int64
	for n := range savers {
		work.Go(func() {
			for i := range each {
				v := madeUp(n*each + i)
				for err := s.Save(v, noon); err != nil; err = s.Save(v, noon) {
					refused.Add(1)
					if errors.Is(err, ErrExists) {
						t.Errorf("a refused visit is there: %v", err)
						return
					}
				}
				if i%3 == 0 {
					for s.Begin(v.ID, noon) != nil {
						refused.Add(1)
					}
				}
				if r, err := s.Visit(v.ID); err != nil || (r.State == visit.StateInflight) != (i%3 == 0) {
					t.Errorf("a visit that was taken is %s, %v", r.State, err)
				}
			}
		})
	}
	for n := range failures {
		work.Go(func() {
			for refused.Load() < int64(n) && read(s.index, func(x *index) int { return len(x.lines) }) < savers*each/2 {
				runtime.Gosched() // one after the other, as long as there is work
			}
			s.swap.RLock()
			if s.writing.Lock(); n%2 == 0 && s.file != nil { // bbolt asks its file for things that a Close changes
				_ = s.file.Close()
			}
			s.writing.Unlock()
			s.swap.RUnlock()
			if s.journal.mu.Lock(); n%2 == 1 && s.journal.file != nil {
				_ = s.journal.file.Close()
			}
			s.journal.mu.Unlock()
		})
	}
	work.Wait()
	const all = savers*each + 1
	for s.Save(madeUp(all), noon) != nil { // what was closed last is met by this one
		refused.Add(1)
	}
	if refused.Load() == 0 {
		t.Error("nothing was refused")
	}
	for _, when := range []string{"at once", "after a restart"} {
		list, err := s.Unsettled()
		counts, err2 := s.Counts(madeUp(1).ServiceDate)
		if err != nil || err2 != nil || len(list) != all || counts.Pending != all {
			t.Errorf("%s: %d visits, %+v, %v, %v", when, len(list), counts, err, err2)
		}
		if _, err := s.AuditVerify(); err != nil {
			t.Errorf("%s: %v", when, err)
		}
		must(t, s.Close())
		s = openIn(t, dir)
	}
	if found := s.Recovery(); found != (Recovery{}) {
		t.Errorf("recovery: %v", found)
	}
}
