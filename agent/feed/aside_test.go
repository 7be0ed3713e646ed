package feed

import (
	"errors"
	"slices"
	"testing"
	"time"
)

func no(seqs ...uint64) func(uint64) error {
	return func(n uint64) error {
		if len(seqs) == 0 || slices.Contains(seqs, n) {
			return &RefusedError{errors.New("the receiver answers 422")}
		}
		return nil
	}
}

func TestOneChangeThatIsRefusedForGoodDoesNotKeepTheOthers(t *testing.T) {
	w := &world{seqs: upTo(6), deny: no(2, 5)}
	s := w.run(t, 40*time.Second, nil)
	if !slices.Equal(w.got, []uint64{1, 3, 4, 6}) || w.cursor != 6 || !s.Failing.IsZero() || s.SetAside != 2 {
		t.Errorf("got %v, place %d, %+v", w.got, w.cursor, s)
	}
	if w.aside[2] != refusedTries || w.aside[5] != refusedTries {
		t.Errorf("tries %v", w.aside)
	}
}

func TestWhatOnlyFailedIsNeverSetAside(t *testing.T) {
	w := &world{seqs: upTo(3), refuse: func(int) error { return errors.New("the receiver answers 503") }}
	s := w.run(t, 48*time.Hour, nil)
	if len(w.aside) != 0 || w.cursor != 0 || s.SetAside != 0 || s.Problem == "" {
		t.Errorf("%v, place %d, %+v", w.aside, w.cursor, s)
	}
}

func TestARefusalThatIsBrokenUpByFailuresCountsAllTheSame(t *testing.T) {
	w := &world{seqs: upTo(2)}
	calls := 0
	w.deny = func(n uint64) error {
		if n != 1 {
			return nil
		}
		if calls++; calls%2 == 0 {
			return errors.New("the receiver cannot be reached")
		}
		return no()(n)
	}
	w.run(t, 30*time.Minute, nil)
	if w.aside[1] != refusedTries || !slices.Equal(w.got, []uint64{2}) {
		t.Errorf("aside %v, got %v", w.aside, w.got)
	}
}

// TestAReceiverThatRefusesEverythingGetsTheRestInOrderLater is the wrong secret over a
// weekend: few changes are set aside, and all come when it is right.
func TestAReceiverThatRefusesEverythingGetsTheRestInOrderLater(t *testing.T) {
	const weekend = 60 * time.Hour
	w := &world{seqs: upTo(200)}
	w.deny = func(n uint64) error {
		if time.Since(w.begin) < weekend {
			return no()(n)
		}
		return nil
	}
	s := w.run(t, weekend, nil)
	if s.SetAside < refusesAll || s.SetAside > 127 { // 29 min each at least
		t.Errorf("%d were set aside over the weekend", s.SetAside)
	}
	w = &world{seqs: upTo(200)}
	w.deny = func(n uint64) error {
		if time.Since(w.begin) < weekend {
			return no()(n)
		}
		return nil
	}
	s = w.run(t, weekend+2*time.Hour, nil)
	got := slices.Sorted(slices.Values(w.got))
	if !slices.Equal(got, upTo(200)) || s.SetAside != 0 || w.cursor != 200 {
		t.Errorf("%d came, %d are set aside, place %d", len(got), s.SetAside, w.cursor)
	}
}

func TestWhatWasSetAsideIsTriedEachHourAndWhenAPersonWantsIt(t *testing.T) {
	w := &world{seqs: upTo(2)}
	taking := false
	w.deny = func(n uint64) error {
		if n == 1 && !taking {
			return no()(n)
		}
		return nil
	}
	s := w.run(t, 5*time.Hour+30*time.Minute, nil)
	if w.aside[1] != refusedTries+5 || s.SetAside != 1 {
		t.Errorf("tries %v, %+v", w.aside, s)
	}
	w = &world{seqs: upTo(2), deny: w.deny}
	var at time.Duration
	s = w.run(t, 2*time.Minute, func(f *Follower) {
		time.Sleep(time.Minute)
		w.mu.Lock()
		taking, w.again[1] = true, true
		w.mu.Unlock()
		at = time.Since(w.begin)
		f.Wake()
	})
	if s.SetAside != 0 || !slices.Equal(w.got, []uint64{2, 1}) || w.tries[len(w.tries)-1] != at {
		t.Errorf("%+v, got %v, tries at %v", s, w.got, w.tries)
	}
}

func TestWhatIsDueAndFailsKeepsNothingBehindIt(t *testing.T) {
	w := &world{seqs: upTo(2)}
	w.deny = func(n uint64) error {
		switch {
		case n != 1:
			return nil
		case w.cursor >= 1:
			return errors.New("the receiver answers 500")
		}
		return no()(n)
	}
	s := w.run(t, 2*time.Minute, func(*Follower) {
		time.Sleep(time.Minute)
		w.mu.Lock()
		defer w.mu.Unlock()
		w.again[1] = true
		w.seqs = upTo(3)
	})
	if !slices.Equal(w.got, []uint64{2, 3}) || s.SetAside != 1 || len(w.again) != 1 {
		t.Errorf("got %v, %+v, still wanted %v", w.got, s, w.again)
	}
}

func TestOneThatIsDueAndFailsEachTimeDoesNotKeepTheOthersThatAreDue(t *testing.T) {
	w := &world{seqs: upTo(4)}
	taking := false
	w.deny = func(n uint64) error {
		switch {
		case !taking:
			return no()(n)
		case n < 3:
			return errors.New("the receiver answers 500")
		}
		return nil
	}
	s := w.run(t, 10*time.Minute, func(*Follower) {
		time.Sleep(3 * time.Hour)
		w.mu.Lock()
		taking = true
		for n := range w.aside {
			w.again[n] = true
		}
		w.mu.Unlock()
	})
	if !slices.Equal(slices.Sorted(slices.Values(w.got)), []uint64{3, 4}) || s.SetAside != 2 {
		t.Errorf("got %v, %+v", w.got, s)
	}
}
