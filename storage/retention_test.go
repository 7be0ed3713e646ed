package storage

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// aged saves visit n as of some days before noon.
func aged(t *testing.T, s *Store, n, days int, state State) visit.Visit {
	t.Helper()
	v := madeUp(n)
	at := noon.AddDate(0, 0, -days)
	v.ServiceDate, v.CreatedAt = visit.ServiceDateOf(at), at
	must(t, s.Save(v, at))
	if state != StatePending {
		must(t, s.Begin(v.ID, at))
	}
	if state == StateDone {
		must(t, s.Done(v.ID, childCode(n), at))
	}
	return v
}

func TestWhatIsOlderThanAllowedIsErasedAndWhatIsNotSettledStays(t *testing.T) {
	s := openIn(t, t.TempDir())
	s.now = func() time.Time { return noon.AddDate(0, 0, -40) }
	old := aged(t, s, 1, 40, StateDone)
	must(t, s.PutPhoto(old.ID, []byte("old photo")))
	open := aged(t, s, 2, 40, StateInflight)
	must(t, s.PutPhoto(open.ID, []byte("photo of work to do")))
	limit := aged(t, s, 3, 1, StateDone)
	must(t, s.PutPhoto(limit.ID, []byte("photo put long ago")))
	got, err := s.Expire(noon, 1, 1)
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
	if len(list) != 1 || list[0].MaskedPID != old.PID.Masked() || list[0].Code != childCode(1) || list[0].State != StateDone {
		t.Errorf("what stays: %d entries", len(list))
	}
	must(t, s.Done(open.ID, childCode(2), noon))
	if got, err = s.Expire(noon, 1, 1); err != nil || got != (Erased{Visits: 1, Photos: 1, Keys: 1}) {
		t.Errorf("when it is settled: %+v, %v", got, err)
	}
	if got, err = s.Expire(noon, 1, 1); err != nil || got.Any() {
		t.Errorf("again: %+v, %v", got, err)
	}
	if _, err := s.AuditVerify(); err != nil {
		t.Error(err)
	}
}

func TestADeletedDataKeyMakesItsRecordsUnreadable(t *testing.T) {
	s := openIn(t, t.TempDir())
	v := aged(t, s, 1, 40, StateDone)
	var sealed []byte
	must(t, s.view(func(tx *bolt.Tx) error {
		sealed = bytes.Clone(tx.Bucket(bucketVisits).Get([]byte(v.ID)))
		return nil
	}))
	_, err := s.Expire(noon, 1, 1)
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
	done := aged(t, s, 1, 0, StateDone)
	must(t, s.PutPhoto(done.ID, []byte("photo")))
	open := madeUp(2)
	open.PID = done.PID
	must(t, s.Save(open, noon))
	other := aged(t, s, 3, 0, StateDone)
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
		v := aged(t, s, n, 10, StateDone)
		must(t, s.PutPhoto(v.ID, make([]byte, 50000)))
	}
	keep := aged(t, s, 50, 0, StatePending)
	_, err := s.Expire(noon, 1, 1)
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
	_, err := s.Expire(noon, 1, 1)
	must(t, err)
	if exists(name(31)) || !exists(name(29)) {
		t.Error("the wrong file was deleted")
	}
}
