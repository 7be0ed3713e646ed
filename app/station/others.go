package station

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/pairings"
	"authenkiosk/desk"
	"authenkiosk/desk/local"
	"authenkiosk/storage"
	rules "authenkiosk/visit/desk"
)

// peer is the desk of another machine, at which operators sign in.
type peer interface {
	desk.Desk
	SignInAs(ctx context.Context, which string, pin rules.PIN) (desk.Operator, error)
	SignOut(ctx context.Context, id rules.OperatorID) error
	Disconnect()
}

// Times of other machines.
const (
	signInLimit = 20 * time.Second // for a PIN to be looked at over there
	signInPause = 5 * time.Second  // before a PIN is sent again that has not got there
	watchPause  = 5 * time.Second  // before a machine that cannot be reached is asked again for its changes
)

// Other is another machine whose visits this desk shows. Whoever signs in here is signed
// in there when an operator of the same name has the same PIN: ids are made at random at
// each machine.
type Other struct {
	Machine string    // as people call it
	Desk    desk.Desk // nil: this machine is not paired with that one

	owner peer // Desk, for signing in
	log   *slog.Logger
	turns chan signing // those who come and go, in their order

	completer local.Completer // of its items, by visits of this machine
	ended     chan struct{}   // such a visit has come to an end

	mu     sync.Mutex
	signed map[string]signed // by the token here
	// refused are operators whose PIN was wrong over there, and how many they had had here by
	// then. The same PIN is not tried again: it would lock them out at that machine.
	refused map[rules.OperatorID]int
}

// signing is somebody who comes, or goes when there is no PIN.
type signing struct {
	token string
	who   rules.Operator
	pin   rules.PIN
	leave bool
	again bool // the machine was not reached before
}

// signed is who works there for a token here.
type signed struct {
	as  desk.Operator
	err error // why nobody does
}

// errSigningIn says that the PIN is being looked at.
var errSigningIn = errors.New("the PIN is still being looked at there")

// others are the machines of desk.urls.
func others(o app.Options, visits local.Machine) (all []*Other) {
	book := pairings.NewBook(storage.OpenSecretsWith(filepath.Join(o.Data, string(o.Config.NHSO.Zone)), app.KeysOf(o.Config)), o.Config.NHSO.Zone)
	for _, address := range o.Config.Desk.URLs {
		name := address
		if u, err := url.Parse(address); err == nil {
			name = u.Hostname()
		}
		client, err := book.Client(address)
		paired, unknown := book.Of(address)
		if err = errors.Join(err, unknown); err != nil {
			o.Log.Error("the visits of another machine are not shown; after it is paired the station has to be started again", "machine", name, "err", err)
			all = append(all, newOther(name, nil, o.Log))
			continue
		}
		other := newOther(name, client, o.Log)
		other.completer = local.Completer{Machine: visits, Owner: client, Station: paired.Machine, Since: paired.Since, Now: time.Now}
		all = append(all, other)
	}
	return all
}

func newOther(name string, owner peer, log *slog.Logger) *Other {
	o := &Other{Machine: name, owner: owner, log: log, turns: make(chan signing, 64), ended: make(chan struct{}, 1), signed: map[string]signed{}, refused: map[rules.OperatorID]int{}}
	if owner != nil {
		o.Desk = owner
	}
	return o
}

// Who returns who works there for a token here. It waits for nobody.
func (o *Other) Who(token string) (desk.Operator, error) {
	if o.owner == nil {
		return desk.Operator{}, &desk.Error{Code: desk.Unreachable, Err: pairings.ErrNotPaired}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	s, known := o.signed[token]
	if !known {
		return desk.Operator{}, &desk.Error{Code: desk.NotSignedIn}
	}
	return s.as, s.err
}

// come has whoever has signed in here signed in there, too.
func (o *Other) come(token string, who rules.Operator, pin rules.PIN) {
	if o.owner == nil {
		return
	}
	o.mu.Lock()
	again := o.refused[who.ID] != who.PINs || who.PINs == 0
	o.signed[token] = signed{err: &desk.Error{Code: desk.Unreachable, Err: errSigningIn}}
	if !again {
		o.signed[token] = signed{err: &desk.Error{Code: desk.NotSignedIn}}
	}
	o.mu.Unlock()
	if again {
		o.turn(signing{token: token, who: who, pin: pin})
	}
}

// leave ends that.
func (o *Other) leave(token string) {
	o.mu.Lock()
	s, known := o.signed[token]
	delete(o.signed, token)
	o.mu.Unlock()
	if known {
		o.turn(signing{token: token, who: rules.Operator{ID: s.as.ID}, leave: true})
	}
}

// turn hands somebody over. Where too many wait, the session over there ends by itself.
func (o *Other) turn(s signing) {
	select {
	case o.turns <- s:
	default:
	}
}

// run signs operators in and out until ctx ends; changed hears that somebody can see the
// visits there now. Whoever has signed in before the other machine was there is signed in when
// it is: until then their PIN waits here.
func (o *Other) run(ctx context.Context, changed func()) {
	var waits []signing
	in := func(s signing) {
		limited, cancel := context.WithTimeout(ctx, signInLimit)
		defer cancel()
		if o.in(limited, s) {
			changed()
			return
		}
		if !s.again {
			s.again = true
			changed()
		}
		waits = append(waits, s)
	}
	for {
		var again <-chan time.Time
		if len(waits) > 0 {
			again = time.After(signInPause)
		}
		select {
		case <-ctx.Done():
			o.owner.Disconnect()
			return
		case s := <-o.turns:
			if !s.leave {
				in(s)
				break
			}
			limited, cancel := context.WithTimeout(ctx, signInLimit)
			o.out(limited, s.who.ID)
			cancel()
		case <-again:
			before := waits
			waits = nil
			for _, s := range before {
				if o.knows(s.token) {
					in(s)
				}
			}
		}
	}
}

// knows reports whether whoever has that token here has not left.
func (o *Other) knows(token string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, there := o.signed[token]
	return there
}

func (o *Other) out(ctx context.Context, id rules.OperatorID) {
	if id != "" {
		_ = o.owner.SignOut(ctx, id) // if not, the session ends by itself
	}
}

// in signs somebody in there, and reports whether that has come to an end. The same PIN is sent
// again only where it has not got there: it was not looked at, so that it locks nobody out.
func (o *Other) in(ctx context.Context, s signing) (ended bool) {
	as, err := o.owner.SignInAs(ctx, s.who.Name.Full(), s.pin)
	wrong, locked := errors.Is(err, desk.WrongPIN), errors.Is(err, desk.Locked)
	o.mu.Lock()
	if wrong { // while it is locked no PIN is looked at, so that nothing is known of this one
		o.refused[s.who.ID] = s.who.PINs
	}
	if wrong || locked {
		err = &desk.Error{Code: desk.NotSignedIn, Err: err}
	}
	_, there := o.signed[s.token]
	if there {
		o.signed[s.token] = signed{as, err}
	}
	o.mu.Unlock()
	away := errors.Is(err, desk.Unreachable)
	switch {
	case away && s.again: // it was said
	case err != nil:
		o.log.Warn("an operator is not signed in at another machine", "machine", o.Machine, "err", err)
	case !there: // they have left meanwhile
		o.out(ctx, as.ID)
	}
	return !away || !there
}

// watch tells what changes there until ctx ends. Nobody need be signed in.
func (o *Other) watch(ctx context.Context, changed func(), calls func([]desk.Call)) {
	var place desk.Place
	for {
		err := o.owner.Watch(ctx, place, func(c desk.Change) error {
			place = c.Place
			if c.What != desk.ChangedVisit {
				list, err := o.owner.Calls(ctx)
				if err != nil {
					return err
				}
				calls(list)
			}
			changed()
			return nil
		})
		if ctx.Err() != nil {
			return
		}
		o.log.Debug("the changes of another machine are not heard", "machine", o.Machine, "err", err)
		calls(nil) // whoever calls cannot be answered either
		place = "" // and it may be another program by then
		select {
		case <-ctx.Done():
			return
		case <-time.After(watchPause):
		}
	}
}
