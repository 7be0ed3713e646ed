package cardreader_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"authenkiosk/cardreader"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/visit"
)

// flaky is a card service whose calls fail as scripted, each list from its front.
type flaky struct {
	*virtualcard.Service
	watch, connect, wait, transmit []error
}

func (f *flaky) Watch() (cardreader.Watcher, error) {
	if err := pop(&f.watch); err != nil {
		return nil, err
	}
	w, err := f.Service.Watch()
	return &flakyWatcher{w, f}, err
}

func (f *flaky) Connect(reader string) (cardreader.Card, error) {
	if err := pop(&f.connect); err != nil {
		return nil, err
	}
	c, err := f.Service.Connect(reader)
	return &flakyCard{c, f}, err
}

type flakyWatcher struct {
	cardreader.Watcher
	f *flaky
}

func (w *flakyWatcher) Wait(ctx context.Context, slots []cardreader.Slot, limit time.Duration) error {
	if err := pop(&w.f.wait); err != nil {
		return err
	}
	return w.Watcher.Wait(ctx, slots, limit)
}

type flakyCard struct {
	cardreader.Card
	f *flaky
}

func (c *flakyCard) Transmit(apdu []byte) ([]byte, error) {
	if err := pop(&c.f.transmit); err != nil {
		return nil, err
	}
	return c.Card.Transmit(apdu)
}

// pop returns the first error of a list and takes it off.
func pop(list *[]error) error {
	if len(*list) == 0 {
		return nil
	}
	err := (*list)[0]
	*list = (*list)[1:]
	return err
}

func TestRetries(t *testing.T) {
	comm, removed := cardreader.ErrComm, cardreader.ErrRemoved
	for _, c := range []struct {
		name              string
		connect, transmit []error
		problem           visit.Problem
		took              time.Duration
	}{
		{name: "a card that is not steady yet is connected again", connect: []error{removed, cardreader.ErrNoCard}, took: 300 * time.Millisecond},
		{name: "a reset by another program is borne", transmit: []error{nil, nil, nil, cardreader.ErrReset}, took: 100 * time.Millisecond},
		{name: "the fifth attempt may succeed", transmit: []error{comm, comm, comm, comm}, took: 1500 * time.Millisecond},
		{
			name: "after five attempts the card is unreadable", transmit: []error{comm, comm, comm, comm, comm},
			problem: visit.CardUnreadable, took: 1500 * time.Millisecond,
		},
		{
			name:    "a card that is gone for good was removed early",
			connect: []error{removed, removed, removed, removed, removed}, problem: visit.CardRemovedEarly, took: 1500 * time.Millisecond,
		},
		{name: "a service that says no is not asked again", connect: []error{cardreader.ErrDenied}, problem: visit.CardServiceRefuses},
	} {
		bubble(t, c.name, func(t *testing.T) {
			f := &flaky{Service: virtualcard.NewService(readerA), connect: c.connect, transmit: c.transmit}
			must(t, f.Insert(readerA, makeCard(t, virtualcard.Adult())))
			told := 0
			began := time.Now()
			_, err := cardreader.NewReader(f, nil).Text(t.Context(), readerA,
				cardreader.Receiver{Identity: func(cardreader.Identity) { told++ }})
			wantProblem(t, err, c.problem)
			if took := time.Since(began); took != c.took {
				t.Errorf("took %v, want %v", took, c.took)
			}
			if told > 1 {
				t.Errorf("the identity was told %d times", told)
			}
		})
	}
}

func TestAnotherCardInALaterAttemptIsASwap(t *testing.T) {
	bubble(t, "the reading fails", func(t *testing.T) {
		f := &flaky{Service: virtualcard.NewService(readerA)}
		// SELECT and the two commands of the identity pass, the next one fails.
		f.transmit = []error{nil, nil, nil, cardreader.ErrComm}
		must(t, f.Insert(readerA, makeCard(t, virtualcard.Adult())))
		_, err := cardreader.NewReader(f, nil).Text(t.Context(), readerA, cardreader.Receiver{
			Identity: func(cardreader.Identity) { must(t, f.Swap(readerA, makeCard(t, virtualcard.Officer()))) },
		})
		if !errors.Is(err, cardreader.ErrSwapped) {
			t.Errorf("error %v", err)
		}
	})
}

func TestTheMonitorBearsHiccups(t *testing.T) {
	bubble(t, "one failed wait loses neither service nor card", func(t *testing.T) {
		f := &flaky{Service: virtualcard.NewService(readerA), wait: []error{nil, nil, cardreader.ErrComm}}
		m := watch(t, cardreader.Options{Service: f})
		must(t, f.Insert(readerA, makeCard(t, virtualcard.Adult())))
		in := expect[cardreader.Inserted](t, m)
		time.Sleep(time.Minute)
		_, err := m.Read(t.Context(), in, cardreader.Receiver{})
		must(t, err)
		must(t, f.Remove(readerA))
		expect[cardreader.Removed](t, m)
	})
	bubble(t, "a wait that does not know the reader looks at the list again", func(t *testing.T) {
		f := &flaky{Service: virtualcard.NewService(readerA), wait: []error{cardreader.ErrNoReader}}
		m := watch(t, cardreader.Options{Service: f})
		must(t, f.Insert(readerA, makeCard(t, virtualcard.Adult())))
		expect[cardreader.Inserted](t, m)
	})
	bubble(t, "a service that refuses the program is told from one that is down", func(t *testing.T) {
		f := &flaky{Service: virtualcard.NewService(readerA), watch: []error{cardreader.ErrDenied, cardreader.ErrServiceDown}}
		m := watch(t, cardreader.Options{Service: f})
		lost := expect[cardreader.ServiceLost](t, m)
		if !errors.Is(lost.Err, cardreader.ErrDenied) || errors.Is(lost.Err, cardreader.ErrServiceDown) {
			t.Error(lost.Err)
		}
		if p := lost.Problem(); p != visit.CardServiceRefuses {
			t.Errorf("it is shown as %v", p)
		}
		expect[cardreader.ServiceBack](t, m)
	})
	bubble(t, "a failure that stays loses the service until it works", func(t *testing.T) {
		f := &flaky{
			Service: virtualcard.NewService(readerA), wait: []error{cardreader.ErrComm},
			watch: []error{nil, cardreader.ErrComm, cardreader.ErrComm},
		}
		m := watch(t, cardreader.Options{Service: f})
		expect[cardreader.ServiceLost](t, m)
		expect[cardreader.ServiceBack](t, m)
	})
}
