package virtualcard

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"authenkiosk/cardreader"
)

// Service is a card service inside of the program, with readers into which cards
// are put by calling methods. It behaves like PC/SC: states with a counter, waits
// that end on a change, one transaction at a time on each card. It is safe for
// use by several goroutines.
type Service struct {
	mu      sync.Mutex
	readers []*slot // in the order in which they were plugged in
	changed chan struct{}
	running bool
	starts  uint64 // tells watchers of an earlier run from those of this one
}

// slot is one reader.
type slot struct {
	name    string
	counter uint16
	busy    bool
	stay    *stay // nil without a card
}

// stay is one stay of a card in a reader.
type stay struct {
	card *Card
	ctx  context.Context
	end  context.CancelCauseFunc
	lock chan struct{} // holds one element during a transaction
}

var _ cardreader.Service = (*Service)(nil)

// Errors of the methods that put cards in and out.
var (
	ErrOccupied = errors.New("a card is in the reader already")
	ErrEmpty    = errors.New("no card is in the reader")
)

// NewService returns a running service with readers of these names.
func NewService(readers ...string) *Service {
	s := &Service{changed: make(chan struct{}), running: true}
	for _, name := range readers {
		s.readers = append(s.readers, &slot{name: name})
	}
	return s
}

// Insert puts the card into the reader.
func (s *Service) Insert(reader string, card *Card) error {
	return s.change(reader, func(r *slot) error {
		if r.stay != nil {
			return fmt.Errorf("insert into %s: %w", reader, ErrOccupied)
		}
		card.Reset()
		r.insert(card)
		return nil
	})
}

// Remove takes the card out of the reader. Commands in progress fail.
func (s *Service) Remove(reader string) error {
	return s.change(reader, func(r *slot) error {
		if r.stay == nil {
			return fmt.Errorf("remove from %s: %w", reader, ErrEmpty)
		}
		r.remove()
		return nil
	})
}

// Swap takes the card out and puts another in so fast that no watcher sees the
// reader empty.
func (s *Service) Swap(reader string, card *Card) error {
	return s.change(reader, func(r *slot) error {
		if r.stay == nil {
			return fmt.Errorf("swap in %s: %w", reader, ErrEmpty)
		}
		r.remove()
		card.Reset()
		r.insert(card)
		return nil
	})
}

// SetBusy makes the reader behave as if another program had the card for itself.
func (s *Service) SetBusy(reader string, busy bool) error {
	return s.change(reader, func(r *slot) error {
		r.busy = busy
		return nil
	})
}

// PlugReader adds an empty reader; one that is there already stays as it is.
func (s *Service) PlugReader(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.find(name) == nil {
		s.readers = append(s.readers, &slot{name: name})
	}
	s.wake()
}

// UnplugReader takes a reader away, with the card in it.
func (s *Service) UnplugReader(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.find(name); r != nil {
		r.remove()
		s.readers = slices.DeleteFunc(s.readers, func(other *slot) bool { return other == r })
	}
	s.wake()
}

// Stop ends the service: every wait and connection fails until Start, and those
// of before for ever. Cards stay where they are.
func (s *Service) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = false
	for _, r := range s.readers {
		if r.stay == nil {
			continue
		}
		card := r.stay.card
		r.stay.end(cardreader.ErrServiceDown)
		r.stay = newStay(card)
		r.counter = 0
	}
	s.wake()
}

// Start begins the service again.
func (s *Service) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = true
	s.starts++
	s.wake()
}

// change does something to one reader and wakes those who wait.
func (s *Service) change(reader string, do func(*slot) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.find(reader)
	if r == nil {
		return fmt.Errorf("%s: %w", reader, cardreader.ErrNoReader)
	}
	defer s.wake()
	return do(r)
}

// wake lets every wait look again. The lock is held.
func (s *Service) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// find returns the reader or nil. The lock is held.
func (s *Service) find(name string) *slot {
	i := slices.IndexFunc(s.readers, func(r *slot) bool { return r.name == name })
	if i < 0 {
		return nil
	}
	return s.readers[i]
}

func (r *slot) insert(card *Card) {
	r.counter++
	r.stay = newStay(card)
}

func (r *slot) remove() {
	if r.stay == nil {
		return
	}
	r.counter++
	r.stay.end(cardreader.ErrRemoved)
	r.stay = nil
}

func newStay(card *Card) *stay {
	st := &stay{card: card, lock: make(chan struct{}, 1)}
	st.ctx, st.end = context.WithCancelCause(context.Background())
	return st
}
