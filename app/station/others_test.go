package station

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/desk"
	"authenkiosk/desk/local"
	rules "authenkiosk/visit/desk"
)

// owner is another machine, as far as signing in and calls go.
type owner struct {
	desk.Desk
	mu    sync.Mutex
	tried []string // names of those whose PIN was looked at
	in    map[rules.OperatorID]bool
	err   error // what the next one hears
	takes time.Duration
	calls []desk.Call
	feed  *local.Feed
	gone  error // of the stream
}

func newOwner() *owner { return &owner{in: map[rules.OperatorID]bool{}, feed: local.NewFeed()} }

const there rules.OperatorID = "00000000000000a9" // the same person has another id over there

func (o *owner) SignInAs(ctx context.Context, which string, _ rules.PIN) (desk.Operator, error) {
	select {
	case <-time.After(o.takes):
	case <-ctx.Done():
		return desk.Operator{}, &desk.Error{Code: desk.Failed, Err: ctx.Err()}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tried = append(o.tried, which)
	if o.err != nil {
		return desk.Operator{}, o.err
	}
	o.in[there] = true
	return desk.Operator{ID: there, Name: "desk-1/" + which, Role: rules.Staff}, nil
}

func (o *owner) SignOut(_ context.Context, id rules.OperatorID) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.in, id)
	return nil
}

func (o *owner) Disconnect() {}

func (o *owner) Calls(context.Context) ([]desk.Call, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.calls, nil
}

// becomes changes what others see of it.
func (o *owner) becomes(gone error, calls ...desk.Call) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.gone, o.calls = gone, calls
}

func (o *owner) Watch(ctx context.Context, after desk.Place, hear func(desk.Change) error) error {
	o.mu.Lock()
	gone := o.gone
	o.mu.Unlock()
	if gone != nil {
		return gone
	}
	return o.feed.Watch(ctx, after, hear)
}

// elsewhere runs another machine beside a test in a bubble.
func elsewhere(t *testing.T, o *owner) (other *Other, changed func() int) {
	t.Helper()
	other = newOther("kiosk-1", o, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	var mu sync.Mutex
	n := 0
	go other.run(ctx, func() { mu.Lock(); defer mu.Unlock(); n++ })
	return other, func() int { mu.Lock(); defer mu.Unlock(); return n }
}

var (
	anna = rules.Operator{ID: "00000000000000a1", PINs: 1}
	pin  = func() rules.PIN { p, _ := rules.ParsePIN("204916"); return p }()
)

func TestWhoeverSignsInHereIsSignedInThereUntilTheyLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOwner()
		o.takes = time.Second
		other, changed := elsewhere(t, o)
		if _, err := other.Who("token"); !errors.Is(err, desk.NotSignedIn) {
			t.Errorf("before: %v", err)
		}
		other.come("token", anna, pin)
		if _, err := other.Who("token"); !errors.Is(err, desk.Unreachable) {
			t.Errorf("while the PIN is looked at: %v", err)
		}
		time.Sleep(2 * time.Second)
		if who, err := other.Who("token"); err != nil || who.ID != there || changed() != 1 {
			t.Errorf("%+v, %v, told %d times", who, err, changed())
		}
		if _, err := other.Who("another"); !errors.Is(err, desk.NotSignedIn) {
			t.Errorf("with another token: %v", err)
		}
		other.leave("token")
		synctest.Wait()
		if _, err := other.Who("token"); !errors.Is(err, desk.NotSignedIn) || len(o.in) != 0 {
			t.Errorf("afterwards: %v, signed in there: %v", err, o.in)
		}
	})
}

func TestAPINThatIsWrongThereIsTriedOnceUntilAnotherIsSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOwner()
		o.err = &desk.Error{Code: desk.WrongPIN}
		other, _ := elsewhere(t, o)
		for range 3 { // a day of coming and going must lock nobody out over there
			other.come("token", anna, pin)
			synctest.Wait()
			if _, err := other.Who("token"); !errors.Is(err, desk.NotSignedIn) {
				t.Errorf("%v", err)
			}
			other.leave("token")
		}
		if len(o.tried) != 1 {
			t.Fatalf("tried %d times", len(o.tried))
		}
		o.err = nil
		again := anna
		again.PINs++
		other.come("token", again, pin)
		synctest.Wait()
		if who, err := other.Who("token"); err != nil || who.ID != there || len(o.tried) != 2 {
			t.Errorf("with another PIN: %+v, %v", who, err)
		}
	})
}

// A colleague has mistyped there before: the PIN was not looked at.
func TestAPINThatWasNotLookedAtThereIsTriedWithTheNextSignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOwner()
		o.err = &desk.Error{Code: desk.Locked, Err: &rules.LockedError{Wait: 15 * time.Second, Machine: true}}
		other, _ := elsewhere(t, o)
		other.come("one", anna, pin)
		synctest.Wait()
		if _, err := other.Who("one"); !errors.Is(err, desk.NotSignedIn) {
			t.Errorf("while that machine is locked: %v", err)
		}
		other.leave("one")
		o.err = nil
		other.come("two", anna, pin)
		synctest.Wait()
		if who, err := other.Who("two"); err != nil || who.ID != there {
			t.Errorf("afterwards: %+v, %v", who, err)
		}
	})
}

func TestAMachineThatWasAwayIsTriedAgainWithTheNextSignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOwner()
		o.err = &desk.Error{Code: desk.Unreachable}
		other, _ := elsewhere(t, o)
		other.come("one", anna, pin)
		synctest.Wait()
		if _, err := other.Who("one"); !errors.Is(err, desk.Unreachable) {
			t.Errorf("%v", err)
		}
		other.leave("one")
		o.err = nil
		other.come("two", anna, pin)
		synctest.Wait()
		if _, err := other.Who("two"); err != nil {
			t.Errorf("%v", err)
		}
	})
}

// A kiosk is switched on after the desk.
func TestWhoeverHasSignedInBeforeAMachineIsThereIsSignedInWhenItIs(t *testing.T) {
	for name, c := range map[string]struct {
		first, then error
		left        bool
		tried       int
		want        error
	}{
		"it comes":                               {first: &desk.Error{Code: desk.Unreachable}, tried: 2},
		"it comes, and the PIN is another there": {first: &desk.Error{Code: desk.Unreachable}, then: &desk.Error{Code: desk.WrongPIN}, tried: 2, want: desk.NotSignedIn},
		"they have left before":                  {first: &desk.Error{Code: desk.Unreachable}, left: true, tried: 1, want: desk.NotSignedIn},
		"the PIN may have got there":             {first: &desk.Error{Code: desk.Failed}, tried: 1, want: desk.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOwner()
				o.err = c.first
				other, changed := elsewhere(t, o)
				other.come("token", anna, pin)
				synctest.Wait()
				if c.left {
					other.leave("token")
					synctest.Wait()
				}
				o.mu.Lock()
				o.err = c.then
				o.mu.Unlock()
				before := changed()
				time.Sleep(3 * signInPause)
				synctest.Wait()
				if _, err := other.Who("token"); !errors.Is(err, c.want) || len(o.tried) != c.tried {
					t.Errorf("%v, want %v; tried %d times, want %d", err, c.want, len(o.tried), c.tried)
				}
				if told := changed() > before; told != (c.tried > 1) {
					t.Errorf("a change is told: %v", told)
				}
			})
		})
	}
}

func TestWhoeverHasLeftBeforeThePINWasLookedAtIsSignedOutThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOwner()
		o.takes = time.Second
		other, _ := elsewhere(t, o)
		other.come("token", anna, pin)
		synctest.Wait()
		other.leave("token")
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if len(o.tried) != 1 || len(o.in) != 0 {
			t.Errorf("tried %d times, signed in there: %v", len(o.tried), o.in)
		}
	})
}

func TestAMachineWithWhichThisOneIsNotPairedIsAway(t *testing.T) {
	other := newOther("kiosk-1", nil, slog.New(slog.DiscardHandler))
	other.come("token", anna, pin)
	if _, err := other.Who("token"); !errors.Is(err, desk.Unreachable) || other.Desk != nil {
		t.Errorf("%v", err)
	}
	other.leave("token")
}

func TestCallsOfAnotherMachineAreHeardAndGoWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOwner()
		other := newOther("kiosk-1", o, slog.New(slog.DiscardHandler))
		ctx, stop := context.WithCancel(t.Context())
		changes := 0
		var heard [][]desk.Call
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			other.watch(ctx, func() { changes++ }, func(list []desk.Call) { heard = append(heard, list) })
		}()
		synctest.Wait() // it begins with everything
		if len(heard) != 1 || changes != 1 {
			t.Errorf("at first: %v, %d changes", heard, changes)
		}
		o.becomes(nil, desk.Call{ID: "1", Machine: "kiosk-1", Screen: "confirm"})
		o.feed.Tell(desk.ChangedCall, "")
		synctest.Wait()
		if len(heard) != 2 || len(heard[1]) != 1 || changes != 2 {
			t.Errorf("when somebody calls: %v, %d changes", heard, changes)
		}
		o.feed.Tell(desk.ChangedVisit, "")
		synctest.Wait()
		if len(heard) != 2 || changes != 3 {
			t.Errorf("a visit that changes is no call: %v, %d changes", heard, changes)
		}
		stop()
		<-ended
	})
}

func TestAMachineThatCannotBeWatchedIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOwner()
		o.becomes(&desk.Error{Code: desk.Unreachable})
		other := newOther("kiosk-1", o, slog.New(slog.DiscardHandler))
		ctx, stop := context.WithCancel(t.Context())
		var heard [][]desk.Call
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			other.watch(ctx, func() {}, func(list []desk.Call) { heard = append(heard, list) })
		}()
		time.Sleep(watchPause + time.Second)
		synctest.Wait()
		if len(heard) != 2 || len(heard[1]) != 0 {
			t.Errorf("nobody who calls is at hand: %v", heard)
		}
		o.becomes(nil, desk.Call{ID: "1"})
		time.Sleep(watchPause)
		synctest.Wait()
		if len(heard) != 3 || len(heard[2]) != 1 {
			t.Errorf("when it is there again: %v", heard)
		}
		stop()
		<-ended
	})
}
