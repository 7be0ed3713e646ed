package storage

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

var opening = Opened{By: anna, Why: desk.Newborn}

func TestAnItemOfSomebodyUnknownIsKeptLikeOtherWork(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	id, hn := madeUp(1).ID, visit.HNOf("69-001")
	into(t, s, madeUp(2), visit.StateStaff)
	_, fed := readFeed(t, s, 0)
	must(t, s.OpenItem(id, "99999", hn, opening, noon))
	must(t, s.OpenItem(id, "99999", hn, opening, noon))
	for name, err := range map[string]error{
		"over a visit": s.OpenItem(madeUp(2).ID, "99999", hn, opening, noon), "with another HN": s.OpenItem(id, "99999", visit.HNOf("2"), opening, noon),
	} {
		if !errors.Is(err, ErrExists) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, err := range map[string]error{
		"without an HN": s.OpenItem(madeUp(3).ID, "99999", visit.HN{}, opening, noon), "without a unit": s.OpenItem(madeUp(3).ID, "", hn, opening, noon),
		"without a reason": s.OpenItem(madeUp(3).ID, "99999", hn, Opened{By: anna}, noon), "by nobody": s.OpenItem(madeUp(3).ID, "99999", hn, Opened{Why: desk.Newborn}, noon),
	} {
		if err == nil {
			t.Errorf("%s: it is saved", name)
		}
	}
	if list, err := staffWork(s); err != nil || len(list) != 2 {
		t.Errorf("%d are work, %v", len(list), err)
	}
	if told, _ := readFeed(t, s, fed); len(told) != 0 {
		t.Errorf("%d changes are told", len(told))
	}
	if n := scan(t, dir, [][]byte{[]byte(hn.Text())}); n != 0 {
		t.Errorf("the HN is readable %d times", n)
	}
	must(t, s.Close())
	must(t, os.Remove(filepath.Join(dir, fileName)))
	if r := recordOf(t, openIn(t, dir), id); r.State != visit.StateStaff || r.Opened != opening || r.Visit.HN != hn || !r.Visit.PID.IsZero() {
		t.Errorf("rebuilt it is %s, %+v", r.State, r.Opened)
	}
}

// When the item was taken nobody knew whose it is.
func TestWhatIsMadeForSomebodyUnknownIsAloneInItsService(t *testing.T) {
	s := openIn(t, t.TempDir())
	item, same, made := madeUp(1).ID, madeUp(2), madeUp(3)
	made.PID = same.PID
	into(t, s, same, visit.StateInflight)
	must(t, s.OpenItem(item, "99999", visit.HNOf("69-001"), opening, noon))
	must(t, s.Hold(item, ben, noon))
	if err := s.Complete(item, ben, made, nil, noon); !errors.Is(err, ErrInFlight) {
		t.Errorf("while a request is at work: %v", err)
	}
	must(t, s.Requeue(same.ID, noon))
	must(t, s.Complete(item, ben, made, nil, noon))
	if err := s.Hold(same.ID, anna, noon); !errors.Is(err, ErrInFlight) {
		t.Errorf("another begins while it waits: %v", err)
	}
}

func TestAnItemOfSomebodyUnknownEndsAtMidnightAndLeavesItsRecord(t *testing.T) {
	s := openIn(t, t.TempDir())
	hn, day := visit.HNOf("69-001"), madeUp(1).ServiceDate
	for n := range 4 {
		must(t, s.OpenItem(madeUp(n).ID, "99999", hn, opening, noon))
	}
	into(t, s, madeUp(9), visit.StateStaff)
	must(t, s.Hold(madeUp(1).ID, ben, noon))
	must(t, s.Hold(madeUp(2).ID, ben, noon))
	must(t, s.CompleteAway(madeUp(2).ID, ben, madeUp(8).ID, noon))
	must(t, s.Hold(madeUp(3).ID, ben, noon))
	must(t, s.Complete(madeUp(3).ID, ben, madeUp(7), nil, noon))
	must(t, s.Done(madeUp(7).ID, code, noon))
	midnight := day.Next().Midnight()
	if left, err := s.EndOpened(day, midnight.Add(-time.Second)); left != 0 || err != nil {
		t.Errorf("before midnight: %d, %v", left, err)
	}
	if list, err := staffWork(s); err != nil || len(list) != 4 {
		t.Errorf("before midnight %d are work, %v", len(list), err)
	}
	if left, err := s.EndOpened(day.Next(), midnight); left != 1 || err != nil {
		t.Errorf("%d are on their way, %v", left, err)
	}
	for n, want := range []visit.State{visit.StateDropped, visit.StateDropped, visit.StateStaff, visit.StateDone} {
		if r := recordOf(t, s, madeUp(n).ID); r.State != want || want == visit.StateDropped && (r.Closed != desk.DayMissed || r.Held()) {
			t.Errorf("item %d is %s for %q", n, r.State, r.Closed)
		}
	}
	if r := recordOf(t, s, madeUp(9).ID); r.State != visit.StateStaff {
		t.Errorf("a visit of somebody known is %s", r.State)
	}
	list := auditOf(t, s, madeUp(1).ID)
	if last := list[len(list)-1]; last.Event != "visit-given-up" || last.Result != string(desk.DayMissed) || last.Role != RoleSystem {
		t.Errorf("%+v", last)
	}
	must(t, s.AwayEnded(madeUp(2).ID, "desk-2", madeUp(8).ID, Answer{}, midnight))
	if left, err := s.EndOpened(day.Next(), midnight); left != 0 || err != nil {
		t.Errorf("later %d, %v", left, err)
	}
}
