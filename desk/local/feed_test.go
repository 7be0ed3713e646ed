package local

import (
	"context"
	"errors"
	"sync"
	"testing"

	"authenkiosk/desk"
	"authenkiosk/desk/desktest"
)

func TestWhoeverMissedTooManyChangesHearsThatAllMayHaveChanged(t *testing.T) {
	f, id := NewFeed(), desktest.Visit(1, desktest.Noon).ID
	first, _ := f.after("")
	for range kept {
		f.Tell(desk.ChangedVisit, id)
	}
	if next, _ := f.after(first[0].Place); len(next) != kept || next[0].What != desk.ChangedVisit || next[kept-1].Place != f.place(kept) {
		t.Errorf("%d changes", len(next))
	}
	f.Tell(desk.ChangedVisit, id)
	if next, _ := f.after(first[0].Place); len(next) != 1 || next[0].What != desk.ChangedAll || next[0].Place != f.place(kept+1) {
		t.Errorf("%+v", next)
	}
}

func TestManyWatchersHearEveryChangeInItsOrder(t *testing.T) {
	const watchers, changes = 8, kept - 1
	f, id := NewFeed(), desktest.Visit(1, desktest.Noon).ID
	start, _ := f.after("")
	var watching sync.WaitGroup
	done := errors.New("done")
	for range watchers {
		watching.Go(func() {
			n := uint64(0)
			err := f.Watch(context.Background(), start[0].Place, func(c desk.Change) error {
				if n++; c.Place != f.place(n) {
					t.Errorf("change %d is at %s", n, c.Place)
				}
				if n == changes {
					return done
				}
				return nil
			})
			if !errors.Is(err, done) {
				t.Error(err)
			}
		})
	}
	for range changes {
		watching.Go(func() { f.Tell(desk.ChangedVisit, id) })
	}
	watching.Wait()
}
