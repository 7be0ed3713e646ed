package storage

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

func setAside(n int) Undelivered {
	return Undelivered{Receiver: "webhook-his", Visit: madeUp(n).ID, Seq: 7, Reason: "the receiver answers 422", Tries: 5, At: noon.UTC()}
}

func TestWhatWasSetAsideStaysUntilItIsDelivered(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	first, second := setAside(0), setAside(1)
	second.Receiver = "mqtt"
	must(t, s.SetAside(first))
	must(t, s.SetAside(second))
	must(t, s.Close())
	s = openIn(t, dir)
	list, err := s.Undelivered()
	if err != nil || !slices.Equal(list, []Undelivered{second, first}) {
		t.Fatalf("%+v, %v", list, err)
	}
	if n := scan(t, dir, [][]byte{[]byte("answers 422")}); n != 0 {
		t.Errorf("readable %d times", n)
	}
	if n, err := s.Redeliver("webhook-his", ""); n != 1 || err != nil {
		t.Errorf("%d wanted, %v", n, err)
	}
	if n, err := s.Redeliver("webhook-other", ""); n != 0 || err != nil {
		t.Errorf("%d wanted of a receiver without any, %v", n, err)
	}
	first.Again = true
	if list, err := s.Undelivered(); err != nil || !slices.Equal(list, []Undelivered{second, first}) {
		t.Errorf("%+v, %v", list, err)
	}
	must(t, s.Delivered("webhook-his", first.Visit, first.Seq-1)) // an older change says nothing about this one
	must(t, s.Delivered("webhook-other", first.Visit, 100))
	if list, err := s.Undelivered(); err != nil || len(list) != 2 {
		t.Errorf("%+v, %v", list, err)
	}
	must(t, s.Delivered("webhook-his", first.Visit, first.Seq+1))
	if list, err := s.Undelivered(); err != nil || !slices.Equal(list, []Undelivered{second}) {
		t.Errorf("%+v, %v", list, err)
	}
	if n, err := s.GiveUpDelivery("", second.Visit); n != 1 || err != nil {
		t.Errorf("%d given up, %v", n, err)
	}
	if list, err := s.Undelivered(); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
	var audit strings.Builder
	must(t, s.AuditExport(&audit))
	for _, event := range []string{"delivery-refused", "delivery-wanted", "delivery-given-up"} {
		if !strings.Contains(audit.String(), event) {
			t.Errorf("the audit does not tell %s", event)
		}
	}
}

// TestAVisitThatWasSetAsideStaysAWeekAndLeavesNothing is about retention: the place
// of the receiver is beyond it, and still it has not got it.
func TestAVisitThatWasSetAsideStaysAWeekAndLeavesNothing(t *testing.T) {
	s := openIn(t, t.TempDir())
	s.now = func() time.Time { return noon }
	into(t, s, madeUp(0), visit.StateDone)
	into(t, s, madeUp(1), visit.StateDone)
	must(t, s.SetAside(setAside(0)))
	keep := Keep{Confirmed: true, Days: 1, PhotoDays: 1, StaffDays: 30, Delivered: math.MaxUint64}
	done, err := s.Expire(noon.AddDate(0, 0, 3), keep)
	if err != nil || done.Visits != 1 || done.Waiting != 1 || done.Unsent != 0 {
		t.Errorf("after three days: %+v, %v", done, err)
	}
	if c, err := s.Change(madeUp(0).ID); err != nil || c.Record.Visit.ID != madeUp(0).ID || c.Seq == 0 {
		t.Errorf("%+v, %v", c.Seq, err)
	}
	if _, err := s.Change(madeUp(1).ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("a visit that was erased: %v", err)
	}
	done, err = s.Expire(noon.AddDate(0, 0, 9), keep)
	if err != nil || done.Visits != 1 || done.Unsent != 1 {
		t.Errorf("after nine days: %+v, %v", done, err)
	}
	if list, err := s.Undelivered(); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestWhatCouldBeAPersonsNumberIsNoReason(t *testing.T) {
	s := openIn(t, t.TempDir())
	for name, change := range map[string]func(*Undelivered){
		"no receiver":   func(u *Undelivered) { u.Receiver = "" },
		"a slash":       func(u *Undelivered) { u.Receiver = "webhook/his" },
		"no visit":      func(u *Undelivered) { u.Visit = "" },
		"no reason":     func(u *Undelivered) { u.Reason = "" },
		"a number":      func(u *Undelivered) { u.Reason = "9000000000004 is unknown" },
		"a long reason": func(u *Undelivered) { u.Reason = strings.Repeat("a", maxReason+1) },
	} {
		u := setAside(0)
		change(&u)
		if err := s.SetAside(u); !errors.Is(err, ErrUndelivered) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAFileOfBeforeGetsThePlacesThatCameLater opens one without the buckets, and one
// without those of operators.
func TestAFileOfBeforeGetsThePlacesThatCameLater(t *testing.T) {
	for _, missing := range [][][]byte{laterBuckets, {bucketOperators, bucketMachines}} {
		dir := t.TempDir()
		s := openIn(t, dir)
		into(t, s, madeUp(0), visit.StateDone)
		must(t, s.update(func(tx *bolt.Tx) error {
			for _, name := range missing {
				must(t, tx.DeleteBucket(name))
			}
			return nil
		}))
		must(t, s.Close())
		s = openIn(t, dir)
		if found := s.Recovery(); found.Damage() {
			t.Errorf("without %q it is taken for damaged: %s", missing, found)
		}
		must(t, s.SetAside(setAside(0)))
		_ = addOperator(t, s, "somebody", desk.Staff)
		if _, err := s.Visit(madeUp(0).ID); err != nil {
			t.Error(err)
		}
		must(t, s.Close())
	}
}
