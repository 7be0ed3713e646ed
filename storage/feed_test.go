package storage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// readFeed reads the whole feed in steps of three and returns the numbers of the
// visits.
func readFeed(t *testing.T, s *Store, after uint64) (visits []visit.ID, last uint64) {
	t.Helper()
	for {
		changes, _, err := s.Changes(after, 3)
		must(t, err)
		if len(changes) == 0 {
			return visits, after
		}
		for _, c := range changes {
			if c.Seq <= after {
				t.Fatalf("%d comes after %d", c.Seq, after)
			}
			after = c.Seq
			visits = append(visits, c.Record.Visit.ID)
		}
	}
}

func TestTheFeedTellsEveryVisitThatIsSettledOnceAndInOrder(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	var want []visit.ID
	for n := range 24 {
		state := visit.States()[n%len(visit.States())]
		into(t, s, madeUp(n), state)
		if state == visit.StateDone || state == visit.StateRefused || state == visit.StateStaff {
			want = append(want, madeUp(n).ID)
		}
	}
	got, last := readFeed(t, s, 0)
	if !slices.Equal(got, want) {
		t.Errorf("%d visits, want %d", len(got), len(want))
	}
	if more, _ := readFeed(t, s, last); more != nil {
		t.Errorf("%d visits were told twice", len(more))
	}
	// Visit 4 waits for the desk, which closes it: that is told, too.
	must(t, s.Drop(madeUp(4).ID, noon))
	// Visit 0 is pending and was never told; that it is dropped is nobody's affair.
	must(t, s.Drop(madeUp(0).ID, noon))
	more, last := readFeed(t, s, last)
	if !slices.Equal(more, []visit.ID{madeUp(4).ID}) {
		t.Errorf("after the desk's work: %v", more)
	}
	must(t, s.SetCursor("his", last))
	id, err := s.Feed()
	must(t, err)
	_, err = s.Compact()
	must(t, err)
	must(t, s.Close())
	s = openIn(t, dir)
	if again, err := s.Feed(); err != nil || again != id || len(id) != 2*feedSize {
		t.Errorf("feed %q was %q, %v", again, id, err)
	}
	if n, err := s.Cursor("his"); err != nil || n != last {
		t.Errorf("cursor %d, want %d, %v", n, last, err)
	}
	all, end := readFeed(t, s, 0)
	if end != last || len(all) != len(want) {
		t.Errorf("after compaction and a start: %d visits up to %d, want %d", len(all), end, last)
	}
}

func TestErasedVisitsAreGapsInTheFeedAndItsNumbersNeverGoBack(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	for n := range 5 {
		aged(t, s, n, 40, visit.StateDone)
	}
	_, last := readFeed(t, s, 0)
	_, err := s.Expire(noon, keepADay)
	must(t, err)
	_, err = s.Compact()
	must(t, err)
	must(t, s.Close())
	s = openIn(t, dir)
	if list, _ := readFeed(t, s, 0); list != nil {
		t.Errorf("%d erased visits", len(list))
	}
	into(t, s, madeUp(10), visit.StateDone)
	if list, end := readFeed(t, s, last); len(list) != 1 || end <= last {
		t.Errorf("%d visits up to %d after %d", len(list), end, last)
	}
}

func TestAfterARescueTheFeedGoesOnAboveAllThatWasTold(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	into(t, s, madeUp(1), visit.StateDone)
	into(t, s, madeUp(2), visit.StateInflight)
	id, err := s.Feed()
	must(t, err)
	_, last := readFeed(t, s, 0)
	must(t, s.SetCursor("his", last+1000)) // as if much had been told that nobody can read any more
	must(t, s.update(func(tx *bolt.Tx) error { return tx.DeleteBucket(bucketPast) }))
	must(t, s.Close())
	s = openIn(t, dir)
	if !s.Recovery().Damage() {
		t.Fatal("the damage was not noticed")
	}
	if again, err := s.Feed(); err != nil || again != id {
		t.Errorf("feed %q was %q, %v", again, id, err)
	}
	cursor, err := s.Cursor("his")
	must(t, err)
	must(t, s.Done(madeUp(2).ID, code, noon))
	if list, end := readFeed(t, s, cursor); cursor != last+1000 || len(list) != 1 || end <= cursor {
		t.Errorf("%d visits up to %d after %d", len(list), end, cursor)
	}
	must(t, s.Close())
	must(t, os.Remove(filepath.Join(dir, fileName)))
	s = openIn(t, dir)
	if again, err := s.Feed(); err != nil || again == id {
		t.Errorf("a new file has the old feed, %v", err)
	}
	if n, err := s.Cursor("his"); err != nil || n != 0 {
		t.Errorf("cursor %d, %v", n, err)
	}
}

func TestACursorOfAnotherFeedIsNone(t *testing.T) {
	s := openIn(t, t.TempDir())
	must(t, s.SetCursor("his", 7))
	must(t, s.SetCursor("another", 8))
	must(t, s.update(func(tx *bolt.Tx) error { return tx.Bucket(bucketMeta).Put(keyFeed, newFeed()) }))
	if n, err := s.Cursor("his"); err != nil || n != 0 {
		t.Errorf("cursor %d, %v", n, err)
	}
	for _, name := range []string{"", "HIS", "a b", fmt.Sprintf("%041d", 1)} {
		if err := s.SetCursor(name, 1); !errors.Is(err, ErrCursorName) {
			t.Errorf("%q: %v", name, err)
		}
		if _, err := s.Cursor(name); !errors.Is(err, ErrCursorName) {
			t.Errorf("%q: %v", name, err)
		}
	}
	must(t, s.update(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketCursors)
		return b.Put([]byte("his"), append([]byte(nil), b.Get([]byte("another"))...))
	}))
	var bad *DecodeError
	if _, err := s.Cursor("his"); !errors.As(err, &bad) || !errors.Is(err, ErrTampered) {
		t.Errorf("a moved cursor: %v", err)
	}
}

func TestChangesOfNothingAndWithoutALimitAreEmpty(t *testing.T) {
	s := openIn(t, t.TempDir())
	into(t, s, madeUp(1), visit.StateDone)
	for _, limit := range []int{0, -1} {
		if list, _, err := s.Changes(0, limit); err != nil || list != nil {
			t.Errorf("limit %d: %d changes, %v", limit, len(list), err)
		}
	}
	if list, _, err := s.Changes(^uint64(0), 10); err != nil || list != nil {
		t.Errorf("after the last: %d changes, %v", len(list), err)
	}
}

// A reader that went on behind changes it was not given would never hear of them.
func TestChangesThatCannotBeReadNowAreNotPassedOver(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	into(t, s, madeUp(1), visit.StateDone)
	into(t, s, madeUp(2), visit.StateDone)
	path := filepath.Join(dir, fileName)
	s.fail(0)
	must(t, os.Rename(path, path+".away")) // the disk refuses
	if list, next, err := s.Changes(0, 10); !errors.Is(err, ErrUnsafe) || list != nil || next != 0 {
		t.Errorf("while the disk refuses: %d changes, go on behind %d, %v", len(list), next, err)
	}
	must(t, os.Rename(path+".away", path)) // and takes changes again
	if list, next, err := s.Changes(0, 10); err != nil || len(list) != 2 || next == 0 {
		t.Errorf("afterwards: %d changes, go on behind %d, %v", len(list), next, err)
	}
	must(t, s.Close())
	if _, next, err := s.Changes(0, 10); !errors.Is(err, ErrClosed) || next != 0 {
		t.Errorf("of a closed store: go on behind %d, %v", next, err)
	}
}
