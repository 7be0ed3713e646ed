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
	"authenkiosk/storage"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// asked is another machine, which waits for nothing and counts how often it is asked.
type asked struct {
	desk.Desk
	times atomic.Int32
	there atomic.Bool // else it cannot be reached
}

func (a *asked) Completions(context.Context, string) ([]desk.Completion, error) {
	a.times.Add(1)
	if !a.there.Load() {
		return nil, &desk.Error{Code: desk.Unreachable}
	}
	return nil, nil
}

func TestAnotherMachineIsToldAtTheStartAtEachEndAndNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		owner := &asked{}
		o := &Other{ended: make(chan struct{}, 1), completer: local.Completer{Owner: owner}, log: slog.New(slog.NewTextHandler(&log, nil))}
		ctx, stop := context.WithCancel(t.Context())
		go o.tell(ctx)
		for i, next := range []func(){
			func() {}, o.wake, func() { time.Sleep(tellAgain) }, // nobody can go on with an item of which it has not heard
			func() { owner.there.Store(true); time.Sleep(tellAgain) }, func() { time.Sleep(tellEvery) }, o.wake,
		} {
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
	if err := o.complete(t.Context(), "a token", "01900000-0000-7000-8000-000000000001", visit.Visit{}, nil, nil); !errors.Is(err, desk.NotFound) {
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
	fails     error       // of Complete
	waits     visit.State // of a visit of the same person that is no item of this desk; empty: there is none
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

func (h *holder) Visits(ctx context.Context, _ desk.Operator, q desk.Query) (p desk.Page, err error) {
	if h.hangs {
		<-ctx.Done()
		return p, &desk.Error{Code: desk.Unreachable, Err: ctx.Err()}
	}
	if q.Search == h.person && h.item != "" {
		p.Items = []desk.Item{h.row()}
	}
	if q.Search == h.person && h.waits != "" {
		p.Items = append(p.Items, desk.Item{ID: "01900000-0000-7000-8000-000000000003", State: h.waits})
	}
	return p, nil
}

func (h *holder) Completed(context.Context, string, desk.Completion) error { return nil }

func (h *holder) Complete(ctx context.Context, _ desk.Operator, _, made visit.ID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	h.completed = made
	return h.fails
}

// Completions hangs as a call on a connection does whose other end has lost its power.
func (h *holder) Completions(ctx context.Context, _ string) ([]desk.Completion, error) {
	<-ctx.Done()
	h.ended.Store(true)
	return nil, ctx.Err()
}

// saver is this machine, which saves what it is given, or cannot.
type saver struct {
	local.Machine
	err error
}

func (s saver) Complete(visit.ID, string, visit.Visit, []byte, time.Time) error { return s.err }

func (saver) Visit(visit.ID) (storage.Record, error) { return storage.Record{}, storage.ErrNotFound }

func (saver) Knows(visit.ID) (bool, error) { return true, nil }

func (saver) PastOf(visit.ID) (storage.PastVisit, error) {
	return storage.PastVisit{}, storage.ErrNotFound
}

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

// A patient stands at the desk, and in the evening the other machines of a hospital are off.
func TestManyMachinesThatDoNotAnswerKeepNobodyLongerThanOne(t *testing.T) {
	for name, keep := range map[string]func(context.Context, *Station, visit.Visit) error{
		"an item": func(ctx context.Context, s *Station, v visit.Visit) error {
			return s.keepFor(ctx, "token", heldItem, v, nil)
		},
		"a visit": func(ctx context.Context, s *Station, v visit.Visit) error {
			return s.free(ctx, "token", v, nil, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				machines := []*holder{{person: "9000000000012", item: heldItem}}
				for range 6 {
					machines = append(machines, &holder{hangs: true})
				}
				began := time.Now()
				if err := keep(t.Context(), at(machines...), madeBy(t, machines[0].person)); err != nil || time.Since(began) != askWaiting {
					t.Errorf("%v after %v", err, time.Since(began))
				}
			})
		})
	}
}

// The owner of the item holds back what is there of the same service. A third machine knows of no
// hold: what waits there is sent.
func TestNoItemOfAMachineIsCompletedBesideAVisitThatWaitsAtAThirdOne(t *testing.T) {
	const person = "9000000000012"
	other := visit.ClaimType{Code: "PG0130001"}
	for _, c := range []struct {
		name         string
		owner, third visit.State
		claim        visit.ClaimType // of the new visit; the item has none
		want         error
	}{
		{"nothing waits", "", "", visit.ClaimType{}, nil},
		{"one waits", "", visit.StatePending, visit.ClaimType{}, errWaits},
		{"one is at NHSO", "", visit.StateInflight, visit.ClaimType{}, errWaits},
		{"one has its code", "", visit.StateDone, visit.ClaimType{}, desk.NotOpen},
		{"one was refused", "", visit.StateRefused, visit.ClaimType{}, nil},
		{"one is of another service", "", visit.StatePending, other, nil},
		{"one waits at the owner, who holds it back", visit.StatePending, "", visit.ClaimType{}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			owner := &holder{person: person, item: heldItem, waits: c.owner}
			v := madeBy(t, person)
			v.ClaimType = c.claim
			err := at(owner, &holder{person: person, waits: c.third}).keepFor(t.Context(), "token", heldItem, v, nil)
			if !errors.Is(err, c.want) || (owner.completed != "") != (c.want == nil) {
				t.Errorf("%v, completed by %q", err, owner.completed)
			}
		})
	}
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

// A line that breaks, and a disk that is full, are told apart: only one of them is mended by
// trying again.
func TestItIsSaidWhichMachineCouldNotCarryOutACompletion(t *testing.T) {
	for _, c := range []struct {
		name        string
		there, here error
		why         string
		wakes       bool
	}{
		{"the answer of the other machine is lost", &desk.Error{Code: desk.Failed}, nil, string(desk.Failed), true},
		{"the other machine cannot be reached", &desk.Error{Code: desk.Unreachable}, nil, string(desk.Unreachable), true},
		{"the disk of this one is full", nil, errors.New("no space left on device"), "", true},
		{"nothing", nil, nil, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := &holder{person: "9000000000012", item: heldItem, fails: c.there}
			s := at(m)
			s.Others[0].completer.Machine = saver{err: c.here}
			err := s.keepFor(t.Context(), "token", heldItem, madeBy(t, m.person), nil)
			if got := whyNot(err); (err != nil) != (c.there != nil || c.here != nil) || got != c.why {
				t.Errorf("%v is %q, want %q", err, got, c.why)
			}
			// It may wait for a visit that is not there.
			if n := len(s.Others[0].ended); n > 0 != c.wakes {
				t.Errorf("the other machine is told %d times", n)
			}
		})
	}
}

// Whoever is at the desk has to hear what stands against the item, not that another machine is off.
func TestTheMachineThatHasTheItemSaysWhatStandsAgainstIt(t *testing.T) {
	const person = "9000000000012"
	for _, c := range []struct {
		name        string
		there, here error
		waits       visit.State // at a third machine
		by          string      // whose card it is
		why         string
	}{
		{"a visit waits elsewhere", nil, nil, visit.StatePending, person, WaitsElsewhere},
		{"it is of somebody else", nil, nil, "", "9000000017012", OtherPerson},
		{"somebody else holds it", &desk.Error{Code: desk.Held}, nil, "", person, string(desk.Held)},
		{"it has its code", &desk.Error{Code: desk.NotOpen}, nil, "", person, string(desk.NotOpen)},
		{"its answer is lost", &desk.Error{Code: desk.Failed}, nil, "", person, string(desk.Failed)},
		{"the disk here is full", nil, errors.New("no space left on device"), "", person, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				owner, third := &holder{person: person, item: heldItem, fails: c.there}, &holder{person: person, waits: c.waits}
				s := at(owner, third, &holder{hangs: true})
				s.Others[0].completer.Machine = saver{err: c.here}
				err := s.keepFor(t.Context(), "token", heldItem, madeBy(t, c.by), nil)
				if got := whyNot(err); err == nil || got != c.why {
					t.Errorf("%v is %q, want %q", err, got, c.why)
				}
			})
		})
	}
}

func TestACallThatHangsKeepsNobodyFromAnItem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &holder{person: "9000000000012", item: heldItem}
		s := at(m)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go s.Others[0].tell(ctx)
		synctest.Wait() // it asks for what is not told yet, and hears nothing
		began := time.Now()
		if err := s.keepFor(ctx, "token", heldItem, madeBy(t, m.person), nil); err != nil || !time.Now().Equal(began) {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		time.Sleep(askOwner)
		synctest.Wait()
		if !m.ended.Load() {
			t.Error("the call goes on")
		}
	})
}
