package storage

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

func TestAVisitForASecondCodeKeepsWhatTheFirstOnesAre(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	first, second := madeUp(1), madeUp(2)
	into(t, s, first, visit.StateDone)
	want := Second{Of: first.ID, Why: desk.Referral, By: anna, Besides: []visit.AuthenCode{code}}
	for name, wrong := range map[string]Second{
		"of nothing":     {Why: desk.Referral, By: anna},
		"of itself":      {Of: second.ID, Why: desk.Referral, By: anna},
		"for no reason":  {Of: first.ID, By: anna},
		"made by nobody": {Of: first.ID, Why: desk.Referral},
	} {
		if err := s.SaveSecond(second, wrong, nil, noon); err == nil {
			t.Errorf("%s: it is saved", name)
		}
	}
	must(t, s.SaveSecond(second, want, nil, noon))
	if r := recordOf(t, s, second.ID); r.State != visit.StatePending || !reflect.DeepEqual(r.Second, want) {
		t.Errorf("%s, %+v", r.State, r.Second)
	}
	list := auditOf(t, s, second.ID)
	if last := list[len(list)-1]; last.Event != "second-code" || last.Result != string(desk.Referral) || last.Handle != s.OperatorHandle(anna) {
		t.Errorf("%+v", last)
	}
	must(t, s.Close())
	must(t, os.Remove(filepath.Join(dir, fileName)))
	if r := recordOf(t, openIn(t, dir), second.ID); !reflect.DeepEqual(r.Second, want) {
		t.Errorf("rebuilt it has %+v", r.Second)
	}
}

func TestWhatBecomesOfACodeChangesNeitherTheCodeNorTheFeed(t *testing.T) {
	s := openIn(t, t.TempDir())
	id := madeUp(1).ID
	into(t, s, madeUp(1), visit.StateDone)
	into(t, s, madeUp(2), visit.StateStaff)
	_, fed := readFeed(t, s, 0)
	before := recordOf(t, s, id)
	must(t, s.Void(id, anna, desk.Double, noon))
	must(t, s.Void(id, ben, desk.NotTreated, noon))
	if n, err := s.Reprint(id, ben, noon); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	after := recordOf(t, s, id)
	if after.Code != before.Code || after.State != visit.StateDone || after.Void.By != anna || after.Void.Why != desk.Double || !after.Void.At.Equal(noon) || after.Reprints != 1 {
		t.Errorf("%+v", after.Void)
	}
	if told, _ := readFeed(t, s, fed); len(told) != 0 {
		t.Errorf("%d changes are told", len(told))
	}
	for name, err := range map[string]error{"void": s.Void(madeUp(2).ID, anna, desk.Double, noon), "reprint": func() error { _, err := s.Reprint(madeUp(2).ID, anna, noon); return err }()} {
		if !errors.As(err, new(*TransitionError)) {
			t.Errorf("%s without a code: %v", name, err)
		}
	}
}
