package cardreader_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"authenkiosk/cardreader"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/visit"
)

const (
	readerA = "Virtual A"
	readerB = "Virtual B"
)

func TestMonitor(t *testing.T) {
	for _, c := range []struct {
		name string
		run  func(t *testing.T, s *virtualcard.Service)
	}{
		{"a swap between two looks is a removal and an insertion", swap},
		{"a reader pulled out takes its card along and comes back", unplug},
		{"no reader at all is an empty list", noReader},
		{"readers have roles by words of their names", roles},
		{"a reader of no role is listed but its cards are not told", noRole},
		{"a card held by another program is busy and stays in", busy},
		{"a card service that is down from the start is waited for", downAtStart},
		{"a hanging card is given up after ten seconds", hanging},
		{"a hanging card that is pulled out ends at once", hangingPulled},
		{"too many hanging cards stop further readings", tooManyHang},
		{"a caller calls the reading off", calledOff},
		{"the end of the monitor calls the reading off", endCallsOff},
		{"a card held in a transaction for too long is busy", held},
		{"the card is given back when the text is read", givenBack},
		{"the photo of another card is refused", photoOfAnother},
		{"the log holds nothing of the card", logIsClean},
	} {
		bubble(t, c.name, func(t *testing.T) { c.run(t, virtualcard.NewService(readerA, readerB)) })
	}
}

func options(s *virtualcard.Service) cardreader.Options { return cardreader.Options{Service: s} }

func swap(t *testing.T, s *virtualcard.Service) {
	m := watch(t, options(s))
	must(t, s.Insert(readerA, makeCard(t, virtualcard.Adult())))
	first := expect[cardreader.Inserted](t, m)
	must(t, s.Swap(readerA, makeCard(t, virtualcard.Officer())))
	if out := expect[cardreader.Removed](t, m); out.Insertion != first.Insertion {
		t.Errorf("removed %d", out.Insertion)
	}
	second := expect[cardreader.Inserted](t, m)
	if _, err := m.Read(t.Context(), first, cardreader.Receiver{}); cardreader.ProblemOf(err) != visit.CardRemovedEarly {
		t.Errorf("the old insertion still reads: %v", err)
	}
	doc, err := m.Read(t.Context(), second, cardreader.Receiver{})
	must(t, err)
	wantDocument(t, doc, virtualcard.Officer())
}

func unplug(t *testing.T, s *virtualcard.Service) {
	m := watch(t, options(s))
	must(t, s.Insert(readerA, makeCard(t, virtualcard.Adult())))
	expect[cardreader.Inserted](t, m)
	s.UnplugReader(readerA)
	expect[cardreader.Removed](t, m)
	if names := nextList(t, m); !slices.Equal(names, []string{readerB + " empty"}) {
		t.Errorf("readers %q", names)
	}
	s.PlugReader(readerA)
	if names := nextList(t, m); len(names) != 2 {
		t.Errorf("readers %q", names)
	}
	must(t, s.Insert(readerA, makeCard(t, virtualcard.Adult())))
	expect[cardreader.Inserted](t, m)
}

// nextList returns the next list of readers, skipping those that tell of nothing
// but the card before.
func nextList(t *testing.T, m *watched) []string {
	t.Helper()
	for {
		list, ok := m.next(t).(cardreader.Readers)
		if !ok {
			continue
		}
		var names []string
		present := false
		for _, r := range list.List {
			names = append(names, fmt.Sprintf("%s %s", r.Name, r.State))
			present = present || r.State == cardreader.StatusPresent
		}
		if !present {
			return names
		}
	}
}

func noReader(t *testing.T, s *virtualcard.Service) {
	s.UnplugReader(readerA)
	s.UnplugReader(readerB)
	m := watch(t, options(s))
	if names := nextList(t, m); len(names) != 0 {
		t.Errorf("readers %q", names)
	}
	s.PlugReader(readerA)
	began := time.Now()
	nextList(t, m)
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("a new reader was noticed after %v", took)
	}
}

func roles(t *testing.T, s *virtualcard.Service) {
	o := options(s)
	o.Officer = "b"
	m := watch(t, o)
	must(t, s.Insert(readerB, makeCard(t, virtualcard.Officer())))
	if in := expect[cardreader.Inserted](t, m); in.Role != cardreader.RoleOfficer {
		t.Errorf("role %v", in.Role)
	}
	must(t, s.Insert(readerA, makeCard(t, virtualcard.Adult())))
	if in := expect[cardreader.Inserted](t, m); in.Role != cardreader.RolePatient {
		t.Errorf("role %v", in.Role)
	}
}

func noRole(t *testing.T, s *virtualcard.Service) {
	o := options(s)
	o.Patient = readerA
	m := watch(t, o)
	must(t, s.Insert(readerB, makeCard(t, virtualcard.Officer())))
	must(t, s.Insert(readerA, makeCard(t, virtualcard.Adult())))
	if in := expect[cardreader.Inserted](t, m); in.Reader != readerA {
		t.Errorf("told of a card in %s", in.Reader)
	}
}

func downAtStart(t *testing.T, s *virtualcard.Service) {
	s.Stop()
	m := watch(t, options(s))
	wantProblem(t, expect[cardreader.ServiceLost](t, m).Err, visit.ReaderMissing)
	time.AfterFunc(time.Hour, s.Start)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Hour)
	defer cancel()
	for {
		select {
		case e := <-m.Events():
			if _, back := e.(cardreader.ServiceBack); back {
				return
			}
		case <-ctx.Done():
			t.Fatal("the service did not come back")
		}
	}
}
