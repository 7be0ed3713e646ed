package virtualcard_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/cardreader"
	"authenkiosk/cardreader/virtualcard"
)

func TestService(t *testing.T) {
	for _, c := range []struct {
		name string
		run  func(t *testing.T, s *virtualcard.Service)
	}{
		{"a card fits once", func(t *testing.T, s *virtualcard.Service) {
			want(t, s.Insert("R", virtualcard.NewMute()), nil)
			want(t, s.Insert("R", virtualcard.NewMute()), virtualcard.ErrOccupied)
			want(t, s.Remove("R"), nil)
			want(t, s.Remove("R"), virtualcard.ErrEmpty)
			want(t, s.Swap("R", virtualcard.NewMute()), virtualcard.ErrEmpty)
		}},
		{"an unknown reader is unknown", func(t *testing.T, s *virtualcard.Service) {
			want(t, s.Insert("X", virtualcard.NewMute()), cardreader.ErrNoReader)
			_, err := s.Connect("X")
			want(t, err, cardreader.ErrNoReader)
		}},
		{"connecting needs a card that answers", func(t *testing.T, s *virtualcard.Service) {
			_, err := s.Connect("R")
			want(t, err, cardreader.ErrNoCard)
			want(t, s.Insert("R", virtualcard.NewMute()), nil)
			_, err = s.Connect("R")
			want(t, err, cardreader.ErrMute)
		}},
		{"a connection ends with the stay", func(t *testing.T, s *virtualcard.Service) {
			c := connected(t, s)
			want(t, s.Swap("R", make1(t, virtualcard.Adult())), nil)
			_, err := c.Transmit(unhex(t, selectCitizen))
			want(t, err, cardreader.ErrRemoved)
			want(t, c.Begin(), cardreader.ErrRemoved)
		}},
		{"a wait ends in time when nothing changes", func(t *testing.T, s *virtualcard.Service) {
			w, err := s.Watch()
			want(t, err, nil)
			slots := []cardreader.Slot{{Reader: "R", Current: cardreader.StateEmpty}}
			began := time.Now()
			want(t, w.Wait(t.Context(), slots, time.Second), cardreader.ErrTimeout)
			if time.Since(began) != time.Second {
				t.Error(time.Since(began))
			}
		}},
		{"the counter tells of a swap", func(t *testing.T, s *virtualcard.Service) {
			want(t, s.Insert("R", make1(t, virtualcard.Adult())), nil)
			w, err := s.Watch()
			want(t, err, nil)
			slots := []cardreader.Slot{{Reader: "R"}}
			want(t, w.Wait(t.Context(), slots, time.Second), nil)
			before := slots[0].Event
			slots[0].Current = before &^ cardreader.StateChanged
			want(t, s.Swap("R", make1(t, virtualcard.Adult())), nil)
			want(t, w.Wait(t.Context(), slots, time.Second), nil)
			if after := slots[0].Event; after.Counter() != before.Counter()+2 || !after.Has(cardreader.StatePresent) {
				t.Errorf("%08X after %08X", after, before)
			}
		}},
		{"a service that stops ends waits and watchers", func(t *testing.T, s *virtualcard.Service) {
			w, err := s.Watch()
			want(t, err, nil)
			time.AfterFunc(time.Second, s.Stop)
			slots := []cardreader.Slot{{Reader: "R", Current: cardreader.StateEmpty}}
			want(t, w.Wait(t.Context(), slots, time.Minute), cardreader.ErrServiceDown)
			_, err = s.Watch()
			want(t, err, cardreader.ErrServiceDown)
			s.Start()
			_, err = w.Readers()
			want(t, err, cardreader.ErrServiceDown)
			want(t, w.Close(), nil)
		}},
		{"transactions take turns", func(t *testing.T, s *virtualcard.Service) {
			first := connected(t, s)
			second, err := s.Connect("R")
			want(t, err, nil)
			want(t, first.Begin(), nil)
			time.AfterFunc(time.Second, func() { _ = first.Close() })
			began := time.Now()
			want(t, second.Begin(), nil)
			if time.Since(began) != time.Second {
				t.Error(time.Since(began))
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { c.run(t, virtualcard.NewService("R")) })
		})
	}
}

func connected(t *testing.T, s *virtualcard.Service) cardreader.Card {
	t.Helper()
	want(t, s.Insert("R", make1(t, virtualcard.Adult())), nil)
	c, err := s.Connect("R")
	want(t, err, nil)
	return c
}

func want(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("error %v, want %v", got, want)
	}
}
