package station

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/desk"
	"authenkiosk/desk/local"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

// asked is another machine, which waits for nothing and counts how often it is asked.
type asked struct {
	desk.Desk
	times atomic.Int32
	err   error
}

func (a *asked) Completions(context.Context, string) ([]desk.Completion, error) {
	a.times.Add(1)
	return nil, a.err
}

func TestAnotherMachineIsToldAtTheStartAtEachEndAndNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		owner := &asked{err: &desk.Error{Code: desk.Unreachable}}
		o := &Other{ended: make(chan struct{}, 1), completer: local.Completer{Owner: owner}, log: slog.New(slog.NewTextHandler(&log, nil))}
		ctx, stop := context.WithCancel(t.Context())
		go o.tell(ctx)
		for i, next := range []func(){func() {}, func() { o.ended <- struct{}{} }, func() { time.Sleep(tellEvery) }} {
			next()
			synctest.Wait()
			if n := int(owner.times.Load()); n != i+1 {
				t.Errorf("it was asked %d times, want %d", n, i+1)
			}
		}
		stop()
		synctest.Wait()
		if n := strings.Count(log.String(), "\n"); n != 1 {
			t.Errorf("the log says %d times that it cannot be reached", n)
		}
	})
}

func TestNobodyCompletesItemsOfAnotherMachineWhoIsNotSignedInThere(t *testing.T) {
	o := newOther("kiosk-1", nil, slog.New(slog.DiscardHandler))
	if err := o.complete(t.Context(), "a token", "01900000-0000-7000-8000-000000000001", visit.Visit{}, nil); !errors.Is(err, desk.NotFound) {
		t.Error(err)
	}
}

// holder is another machine with an item that somebody holds, one that answers late or never.
type holder struct {
	peer
	person    string // whose item it is
	item      visit.ID
	day       visit.Date // of the item
	kind      rules.Kind
	hangs     bool
	completed visit.ID
	ended     atomic.Bool // a call that has hung
}

func (h *holder) Visit(ctx context.Context, _ desk.Operator, id visit.ID) (desk.Details, error) {
	if h.hangs {
		<-ctx.Done()
		return desk.Details{}, &desk.Error{Code: desk.Unreachable, Err: ctx.Err()}
	}
	if id != h.item {
		return desk.Details{}, &desk.Error{Code: desk.NotFound}
	}
	return desk.Details{Item: h.row()}, ctx.Err()
}

func (h *holder) row() desk.Item {
	return desk.Item{ID: h.item, Day: h.day, Kind: h.kind, PID: "x-xxxx-xxxxx-" + h.person[10:12] + "-" + h.person[12:]}
}

func (h *holder) Visits(_ context.Context, _ desk.Operator, q desk.Query) (p desk.Page, err error) {
	if q.Search == h.person {
		p.Items = []desk.Item{h.row()}
	}
	return p, nil
}

func (h *holder) Complete(_ context.Context, _ desk.Operator, _, made visit.ID) error {
	h.completed = made
	return nil
}

// Completions hangs as a call on a connection does whose other end has lost its power.
func (h *holder) Completions(ctx context.Context, _ string) ([]desk.Completion, error) {
	<-ctx.Done()
	h.ended.Store(true)
	return nil, ctx.Err()
}

// saver is this machine, which saves what it is given.
type saver struct{ local.Machine }

func (saver) Complete(visit.ID, string, visit.Visit, []byte, time.Time) error { return nil }

const heldItem visit.ID = "01900000-0000-7000-8000-000000000001"

// at has somebody signed in at machines.
func at(machines ...*holder) *Station {
	s := &Station{}
	for _, m := range machines {
		o := &Other{owner: m, Desk: m, signed: map[string]signed{"token": {}}, log: slog.New(slog.DiscardHandler), ended: make(chan struct{}, 1)}
		o.completer = local.Completer{Machine: saver{}, Owner: m, Now: time.Now}
		s.Others = append(s.Others, o)
	}
	return s
}

func madeBy(t *testing.T, digits string) visit.Visit {
	t.Helper()
	pid, err := visit.ParsePID(digits)
	if err != nil {
		t.Fatal(err)
	}
	return visit.Visit{ID: "01900000-0000-7000-8000-000000000002", PID: pid}
}

func TestAMachineThatDoesNotAnswerKeepsNobodyFromTheItemOfAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down, up := &holder{hangs: true}, &holder{person: "9000000000012", item: heldItem}
		v := madeBy(t, up.person)
		if err := at(down, up).keepFor(t.Context(), "token", heldItem, v, nil); err != nil || up.completed != v.ID {
			t.Errorf("%v, completed by %q", err, up.completed)
		}
	})
}

// Numbers are masked but for their last three digits, which thousands of people share.
func TestAnItemOfAnotherMachineIsNotCompletedByAPersonWhoseMaskedNumberIsTheSame(t *testing.T) {
	m := &holder{person: "9000000000012", item: heldItem}
	v := madeBy(t, "9000000017012")
	if v.PID.Masked() != m.row().PID {
		t.Fatalf("%s is not %s", v.PID.Masked(), m.row().PID)
	}
	if err := at(m).keepFor(t.Context(), "token", heldItem, v, nil); !errors.Is(err, errOtherPerson) || m.completed != "" {
		t.Errorf("%v, completed by %q", err, m.completed)
	}
}

// The clocks of two machines differ by minutes, and at the one it is midnight already.
func TestACodeOfTheNextDayCompletesNoItemOfAnotherMachine(t *testing.T) {
	today := visit.Date{Year: 2026, Month: time.November, Day: 30}
	for _, c := range []struct {
		name string
		made visit.Date
		kind rules.Kind
		want error
	}{
		{"of the item's own day", today, rules.Draft, nil},
		{"of the next day", today.Next(), rules.Draft, errDayOver},
		{"of the next day, for somebody unknown", today.Next(), rules.Unknown, errDayOver},
		{"of the next day, for an item of no day", today.Next(), rules.Misdated, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := &holder{person: "9000000000012", item: heldItem, day: today, kind: c.kind}
			v := madeBy(t, m.person)
			v.ServiceDate = c.made
			err := at(m).keepFor(t.Context(), "token", heldItem, v, nil)
			if !errors.Is(err, c.want) || (m.completed != "") != (c.want == nil) {
				t.Errorf("%v, completed by %q", err, m.completed)
			}
		})
	}
}

// While the owner is told nothing is completed.
func TestACallThatHangsKeepsNobodyLongFromAnItem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &holder{person: "9000000000012", item: heldItem}
		s := at(m)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go s.Others[0].tell(ctx)
		time.Sleep(flow.SendingAfter / 2)
		if !m.ended.Load() {
			t.Fatal("the call goes on while a patient waits")
		}
		if err := s.keepFor(ctx, "token", heldItem, madeBy(t, m.person), nil); err != nil {
			t.Error(err)
		}
	})
}
