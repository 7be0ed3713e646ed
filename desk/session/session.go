// Package session lets operators sign in at a desk and remembers them while they work:
// by random tokens in memory alone, so that the end of the program is the end of every
// session. It keeps nothing and looks at no PIN itself.
package session

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"strings"
	"sync"
	"time"

	"authenkiosk/visit/desk"
)

// Limits of sessions. Both times go by the monotonic clock, which nobody can set, and by the
// wall clock, where more time has passed by that: the monotonic one stands while a machine
// sleeps, at the end of which somebody else may be there.
const (
	// Idle ends the session of somebody who has gone: a cup of coffee.
	Idle = 15 * time.Minute
	// Longest ends every session: a long shift.
	Longest = 12 * time.Hour
	// maxSessions bounds them; the one that was idle longest goes.
	maxSessions = 200
)

// ErrOver says that there is no such session, or none any more: sign in.
var ErrOver = errors.New("nobody is signed in, or not any more: sign in")

// Operators knows them and looks at their PINs.
type Operators interface {
	SignIn(id desk.OperatorID, pin desk.PIN, machine string) (desk.Operator, error)
	Operator(id desk.OperatorID) (desk.Operator, error)
	Operators() ([]desk.Operator, error)
}

// Sessions are those who are signed in now. It is safe for concurrent use.
type Sessions struct {
	operators Operators
	now       func() moment

	mu   sync.Mutex
	open map[[sha256.Size]byte]*session // by the hash of the token
}

type session struct {
	operator    desk.OperatorID
	pins        int // of the PIN with which it began
	machine     string
	began, used moment
}

// moment is one by both clocks.
type moment struct {
	up   time.Duration // of the monotonic clock
	wall time.Time
}

// since is how long ago a moment was, by the clock that says more.
func (m moment) since(before moment) time.Duration {
	return max(m.up-before.up, m.wall.Sub(before.wall))
}

// New returns an empty list.
func New(operators Operators) *Sessions {
	began := time.Now()
	return &Sessions{
		operators: operators, open: map[[sha256.Size]byte]*session{},
		now: func() moment { return moment{time.Since(began), time.Now().Round(0)} },
	}
}

// SignIn begins a session of an operator at a machine and returns its token, which is
// worth nothing at another one. Errors are those of Operators.
func (s *Sessions) SignIn(id desk.OperatorID, pin desk.PIN, machine string) (token string, o desk.Operator, err error) {
	if o, err = s.operators.SignIn(id, pin, machine); err != nil {
		return "", o, err
	}
	token = rand.Text()
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.makeRoom(now)
	s.open[sha256.Sum256([]byte(token))] = &session{o.ID, o.PINs, machine, now, now}
	return token, o, nil
}

// nobody is the id of no operator.
const nobody desk.OperatorID = "0000000000000000"

// Named returns the id of the operator of that name. Where there is none it is one that
// nobody has: to sign in with it costs what a wrong PIN does, and tells no more.
func (s *Sessions) Named(name string) desk.OperatorID {
	list, _ := s.operators.Operators() // those that can be read are there besides an error
	for _, o := range list {
		if o.Name.Full() == strings.Join(strings.Fields(name), " ") {
			return o.ID
		}
	}
	return nobody
}

// Of returns who works with that token at that machine, as they are kept now, and has
// the session last; or ErrOver. The session of an operator who was disabled or
// removed, or got another PIN, is over.
func (s *Sessions) Of(token, machine string) (desk.Operator, error) {
	key := sha256.Sum256([]byte(token))
	s.mu.Lock()
	found := s.open[key]
	now := s.now()
	if found == nil || found.machine != machine || found.over(now) {
		s.mu.Unlock()
		return desk.Operator{}, ErrOver
	}
	found.used = now
	s.mu.Unlock()
	o, err := s.operators.Operator(found.operator)
	if errors.Is(err, desk.ErrNoOperator) || err == nil && (o.Disabled || o.PINs != found.pins) {
		s.SignOut(token)
		err = ErrOver
	}
	if err != nil {
		return desk.Operator{}, err
	}
	return o, nil
}

// SignOut ends a session.
func (s *Sessions) SignOut(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, sha256.Sum256([]byte(token)))
}

// makeRoom drops what is over, and one more where there are too many.
func (s *Sessions) makeRoom(now moment) {
	var oldest [sha256.Size]byte
	idle := time.Duration(-1)
	for key, one := range s.open {
		if one.over(now) {
			delete(s.open, key)
		} else if stood := now.up - one.used.up; stood > idle {
			oldest, idle = key, stood
		}
	}
	if len(s.open) >= maxSessions {
		delete(s.open, oldest)
	}
}

func (s *session) over(now moment) bool {
	return now.since(s.used) >= Idle || now.since(s.began) >= Longest
}
