package local

import (
	"context"
	"crypto/rand"
	"strconv"
	"strings"
	"sync"

	"authenkiosk/desk"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// kept is how many changes those who were away for a moment can still hear of: a busy
// quarter of an hour.
const kept = 256

// Feed has those who watch a desk hear of changes. It is in memory, and whoever does not
// keep up with it hears that everything may have changed: nobody is waited for, and nothing
// grows with those who watch. It is safe for concurrent use.
type Feed struct {
	run string // of the program, so that places of an earlier one are recognized

	mu   sync.Mutex
	last uint64 // number of the latest change
	ring [kept]desk.Change
	more chan struct{} // closed with the next change
}

// NewFeed returns a feed without changes.
func NewFeed() *Feed { return &Feed{run: rand.Text()[:8], more: make(chan struct{})} }

// Tell has everybody hear of a change; id is empty unless it is of a visit.
func (f *Feed) Tell(what desk.Changed, id visit.ID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last++
	f.ring[f.last%kept] = desk.Change{Place: f.place(f.last), What: what, Visit: id}
	close(f.more)
	f.more = make(chan struct{})
}

// TellVisit has everybody hear of a change of a visit, and of the items that have ended with its
// code.
func (f *Feed) TellVisit(s *storage.Store, id visit.ID) {
	f.Tell(desk.ChangedVisit, id)
	for r, err := s.Visit(id); err == nil && r.State == visit.StateDone && r.Completes != ""; {
		made := r.Visit.ID
		if r, err = s.Visit(r.Completes); err != nil || r.SettledBy != made {
			return
		}
		f.Tell(desk.ChangedVisit, r.Visit.ID)
	}
}

func (f *Feed) place(n uint64) desk.Place { return desk.Place(f.run + "-" + strconv.FormatUint(n, 36)) }

// Watch is that of desk.Watcher.
func (f *Feed) Watch(ctx context.Context, after desk.Place, hear func(desk.Change) error) error {
	for {
		next, more := f.after(after)
		for _, c := range next {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := hear(c); err != nil {
				return err
			}
			after = c.Place
		}
		if len(next) > 0 {
			continue // others may have come meanwhile
		}
		select {
		case <-more:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// after returns the changes behind a place, and a channel that is closed with the next.
func (f *Feed) after(at desk.Place) (next []desk.Change, more chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	run, number, _ := strings.Cut(string(at), "-")
	seen, err := strconv.ParseUint(number, 36, 64)
	if run != f.run || err != nil || seen > f.last || f.last-seen > kept {
		return []desk.Change{{Place: f.place(f.last), What: desk.ChangedAll}}, f.more
	}
	for n := seen + 1; n <= f.last; n++ {
		next = append(next, f.ring[n%kept])
	}
	return next, f.more
}
