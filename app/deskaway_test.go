package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing/synctest"
	"time"

	"authenkiosk/desk"
	"authenkiosk/desk/local"
	"authenkiosk/storage"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// half is a completion to which the owner has said yes, and which the station has not saved
// yet. Whatever else happens may happen between the two.
type half struct {
	item, made visit.ID
	heard      chan error // what the station hears of the yes
	ended      chan error
}

// awayKinds are what must have become of some of what the station makes.
var awayKinds = []string{halfSaved, halfDelayed, halfUnheard, halfEnded, toldAll, toldLost, toldUnheard, toldLate, toldBetween}

const (
	halfSaved   = "saved"
	halfDelayed = "saved after other things have happened"
	halfUnheard = "the yes is lost"
	halfEnded   = "the station ends before it saves"
	toldAll     = "the ends are told"
	toldLost    = "an end does not get there"
	toldUnheard = "an end is heard, and the answer is lost"
	toldLate    = "an end is told once more, later"
	toldBetween = "the ends are told between a yes and its saving"
)

func (w *deskWorld) counts(what string) { w.count["at the station: "+what]++ }

// errLine is a line that breaks; errOff is a station that ends.
var (
	errLine error = &desk.Error{Code: desk.Failed}
	errOff        = errors.New("the station has ended")
)

// line is the way from a station to the owner of items.
type line struct {
	desk.Desk
	w      *deskWorld
	breaks string // where, while an end is told: toldLost, toldUnheard or nowhere
}

func (l *line) owner() desk.Desk { return local.New(local.Options{Store: l.w.store}) }

// Complete implements desk.Desk. After a yes it waits for what the station hears of it.
func (l *line) Complete(ctx context.Context, o desk.Operator, item, made visit.ID) error {
	if err := l.owner().Complete(ctx, o, item, made); err != nil {
		return err
	}
	return <-l.w.halves[made].heard
}

func (l *line) Completions(ctx context.Context, station string) ([]desk.Completion, error) {
	return l.owner().Completions(ctx, station)
}

func (l *line) Completed(ctx context.Context, station string, c desk.Completion) error {
	if l.breaks == toldLost {
		return errLine
	}
	err := l.owner().Completed(ctx, station, c)
	l.w.told = append(l.w.told, telling{station, c})
	if l.breaks == toldUnheard {
		return errLine
	}
	return err
}

// telling is an end that the owner has heard.
type telling struct {
	station string
	end     desk.Completion
}

// completer is that of the station for the desks of that name, since it was started.
func (w *deskWorld) completer(station string) *local.Completer {
	c := w.completers[station]
	if c == nil {
		c = &local.Completer{Machine: w.station, Owner: &line{w: w}, Station: station, Now: time.Now}
		w.completers[station] = c
	}
	return c
}

// completeAtStation makes the visit for an item on the station, which has a store of its own:
// it is saved at once, or later, or never.
func (w *deskWorld) completeAtStation(item storage.Record, by string, v visit.Visit) bool {
	entries, want := w.entries(), w.mayFinish(item, by)
	if want == yes && (item.Second.Of != "" || w.hasCode(item.Visit)) {
		want = ended // the station does not know the code
	}
	o := desk.Operator{ID: "00000000000000a1", Name: by, Role: rules.Staff}
	station, _, _ := strings.Cut(by, "/")
	h := &half{item: item.Visit.ID, made: v.ID, heard: make(chan error), ended: make(chan error, 1)}
	w.halves[v.ID] = h
	c := w.completer(station)
	go func() { h.ended <- c.Complete(w.t.Context(), o, h.item, v, nil) }()
	synctest.Wait()
	select {
	case err := <-h.ended:
		delete(w.halves, v.ID)
		if _, saved := w.station.Visit(v.ID); err == nil || !errors.Is(saved, storage.ErrNotFound) {
			w.t.Errorf("visit %s was saved at the station although the owner of %s said no: %v", v.ID, h.item, err)
		}
		return w.answered("complete at the station", item, entries, asStore(err), want, "visit-completed")
	default:
	}
	w.answered("complete at the station", item, entries, nil, want, "visit-completed")
	switch n := w.random.IntN(10); {
	case n < 5:
		w.goOn(h, nil)
		w.counts(halfSaved)
	case n < 6:
		w.goOn(h, errLine)
		w.counts(halfUnheard)
	}
	return true
}

// hasCode reports whether the machine knows a code of the service of a visit.
func (w *deskWorld) hasCode(v visit.Visit) bool {
	same, err := w.store.Find(v.PID, v.ServiceDate)
	if err != nil {
		w.t.Error(err)
	}
	return slices.ContainsFunc(same, func(r storage.Record) bool { return r.Code != "" && r.Visit.ClaimType == v.ClaimType })
}

// saveAtStation lets a station go on that has asked the owner before.
func (w *deskWorld) saveAtStation() bool {
	if len(w.halves) == 0 {
		return false
	}
	ids := slices.Sorted(maps.Keys(w.halves))
	h := w.halves[ids[w.random.IntN(len(ids))]]
	if w.random.IntN(5) == 0 {
		w.goOn(h, errLine)
		w.counts(halfUnheard)
		return true
	}
	w.goOn(h, nil)
	w.counts(halfDelayed)
	return true
}

// goOn lets a station hear of the yes, or of something else. After a yes the visit is saved and
// sent, whatever has happened to the item since.
func (w *deskWorld) goOn(h *half, heard error) {
	w.mu.Lock()
	w.item[h.made], w.away[h.made] = h.item, true
	w.mu.Unlock()
	h.heard <- heard
	synctest.Wait()
	err := <-h.ended
	delete(w.halves, h.made)
	_, saved := w.station.Visit(h.made)
	switch {
	case !errors.Is(err, heard), (saved == nil) != (heard == nil):
		w.t.Errorf("visit %s for %s: the station heard %v and says %v; it has it: %v", h.made, h.item, heard, err, saved)
	case saved == nil:
		box := w.stationBox
		w.patient.Go(func() { box.Submit(w.t.Context(), h.made) })
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.item, h.made)
	delete(w.away, h.made)
}

// dropHalves is the end of the program of the station: what it has not saved will never be.
func (w *deskWorld) dropHalves() {
	for _, id := range slices.Sorted(maps.Keys(w.halves)) {
		w.goOn(w.halves[id], errOff)
		w.counts(halfEnded)
	}
	clear(w.completers)
}

// asStore returns the error of the store for that of a desk.
func asStore(err error) error {
	for code, of := range map[desk.Code]error{desk.InFlight: storage.ErrInFlight, desk.NotHeld: storage.ErrNotHeld, desk.Held: &storage.HeldError{}, desk.NotOpen: &storage.TransitionError{}} {
		if errors.Is(err, code) {
			return of
		}
	}
	return err
}

// tellOf lets the station tell the ends of what it made for items, by a line that may break.
func (w *deskWorld) tellOf() (told bool) {
	station := []string{"desk-1", "desk-2"}[w.random.IntN(2)]
	if n := len(w.told); n > 0 && w.random.IntN(4) == 0 {
		w.tellLate(w.told[w.random.IntN(n)])
	}
	list, err := w.store.Away(station)
	if err != nil {
		w.t.Error(err)
	}
	c := w.completer(station)
	way := c.Owner.(*line)
	way.breaks = []string{"", "", "", toldLost, toldUnheard}[w.random.IntN(5)]
	if err := c.Tell(w.t.Context()); err != nil && way.breaks == "" {
		w.t.Error(err)
	}
	for _, before := range list {
		after, made := w.read(before.Visit.ID), before.Hold.Completion
		m, err := w.station.Visit(made)
		waits := after.Hold.Completion == made
		switch {
		case w.halves[made] != nil:
			if !waits {
				w.t.Errorf("item %s is %s, and the station is about to save %s for it", before.Visit.ID, after.State, made)
			}
			w.counts(toldBetween)
			continue
		case waits && err == nil && (m.State.Unsettled() || m.Held()):
			continue
		case waits && way.breaks == toldLost:
		case waits:
			w.t.Errorf("item %s waits for %s, which is %s, %v", before.Visit.ID, made, m.State, err)
		case after.State == visit.StateDone:
			if err != nil || m.State != visit.StateDone || m.Code != after.Code || after.SettledBy != made {
				w.t.Errorf("item %s has the code %s by %s, which is %s with %s, %v", before.Visit.ID, after.Code, after.SettledBy, m.State, m.Code, err)
			}
			told = true
		default:
			if !errors.Is(err, storage.ErrNotFound) && m.State != visit.StateDropped {
				w.t.Errorf("item %s is free, and %s, made for it, is %s, %v", before.Visit.ID, made, m.State, err)
			}
			w.audit["visit-completed"]++
			told = true
		}
		w.counts(map[string]string{"": toldAll, toldLost: toldLost, toldUnheard: toldUnheard}[way.breaks])
	}
	return told
}

// tellLate has the owner hear once more what it has heard before. That changes nothing.
func (w *deskWorld) tellLate(t telling) {
	before, entries := w.read(t.end.Item), w.entries()
	err := local.New(local.Options{Store: w.store}).Completed(w.t.Context(), t.station, t.end)
	if after := w.read(t.end.Item); err != nil || fmt.Sprint(before) != fmt.Sprint(after) || w.entries() != entries {
		w.t.Errorf("item %s is told once more that %s has the code %q: %s, held: %t; before: %s, held: %t, %v",
			t.end.Item, t.end.Made, t.end.Code, after.State, after.Held(), before.State, before.Held(), err)
	}
	w.counts(toldLate)
}

// checkAway holds what the station has made against the items: it is what its item waits for
// or was settled by, or nothing can come of it any more.
func (w *deskWorld) checkAway() {
	w.mu.Lock()
	made := maps.Clone(w.item)
	maps.DeleteFunc(made, func(id, _ visit.ID) bool { return !w.away[id] })
	w.mu.Unlock()
	for id, of := range made {
		m, err := w.station.Visit(id)
		item, bad := w.store.Visit(of)
		if err = errors.Join(err, bad); err != nil {
			w.t.Errorf("visit %s, made for %s, is lost: %v", id, of, err)
			continue
		}
		waits, lost := item.Hold.Completion == id, time.Now().After(m.Visit.ServiceDate.Next().Midnight().Add(time.Hour))
		switch {
		case item.SettledBy == id && (m.State != visit.StateDone || m.Code != item.Code):
			w.t.Errorf("item %s has the code %s of %s, which is %s with %s", of, item.Code, id, m.State, m.Code)
		case item.SettledBy != id && !waits && !lost && m.State != visit.StateDropped:
			w.t.Errorf("visit %s is %s, and its item %s, which is %s, waits for %q", id, m.State, of, item.State, item.Hold.Completion)
		case waits && item.Hold.Away.IsZero():
			w.t.Errorf("item %s can be ended while %s is made for it", of, id)
		}
	}
}
