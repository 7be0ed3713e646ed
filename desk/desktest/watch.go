package desktest

import (
	"context"
	"errors"
	"strings"

	"authenkiosk/desk"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

var errEnough = errors.New("that is enough")

// hears watches after a place until it has heard of so many changes.
func (w world) hears(after desk.Place, many int) (heard []desk.Change) {
	w.t.Helper()
	err := w.Watch(w.t.Context(), after, func(c desk.Change) error {
		if heard = append(heard, c); len(heard) == many {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		w.t.Fatalf("after %d changes: %v", len(heard), err)
	}
	return heard
}

func watch(w world) {
	ctx, id := w.t.Context(), w.add(1, visit.StateStaff)
	heard, stop := make(chan desk.Change), make(chan struct{})
	listening, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		ended <- w.Watch(listening, "", func(c desk.Change) error {
			select {
			case heard <- c:
				return nil
			case <-stop:
				return errEnough
			}
		})
	}()
	if first := <-heard; first.What != desk.ChangedAll || first.Visit != "" {
		w.t.Errorf("at first: %+v", first)
	}
	w.must(w.Hold(ctx, anna, id))
	held := <-heard
	if held.What != desk.ChangedVisit || held.Visit != id || held.Place == "" {
		w.t.Errorf("a hold: %+v", held)
	}
	w.want(w.Hold(ctx, ben, id), desk.Held, "the second") // nothing has changed
	w.must(w.Close(ctx, anna, id, rules.OwnMoney))
	if closed := <-heard; closed.Visit != id || closed.Place == held.Place {
		w.t.Errorf("a close: %+v", closed)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		w.t.Errorf("the end of a watch: %v", err)
	}
	w.must(w.Reopen(ctx, ben, id)) // while nobody watches
	if since := w.hears(held.Place, 2); since[0].Visit != id || since[1].Visit != id || since[0].What != desk.ChangedVisit {
		w.t.Errorf("after a pause: %+v", since)
	}
	close(stop)
}

func watchAgain(w world) {
	id := w.add(1, visit.StateStaff)
	w.must(w.Hold(w.t.Context(), anna, id))
	now := w.hears("", 1)[0]
	for what, place := range map[string]desk.Place{
		"nowhere": "", "another run": "ABCDEFGH-1", "no number": now.Place[:9], "the future": now.Place + "zz", "nonsense": desk.Place(strings.Repeat("9", 60)),
	} {
		if c := w.hears(place, 1)[0]; c.What != desk.ChangedAll || c.Place != now.Place {
			w.t.Errorf("after %s: %+v, want everything at %s", what, c, now.Place)
		}
	}
}
