package storage

import (
	"errors"
	"strconv"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit/desk"
)

// Errors of signing in, besides *desk.LockedError.
var (
	// ErrSignIn does not say which of the two it was, nor that an operator is disabled.
	ErrSignIn  = desk.ErrSignIn
	ErrMachine = errors.New("a machine has a name of letters, digits, dots, hyphens and underscores, 40 at most")
)

// signIns is what the store knows of tries since it was opened. Times are those of the
// monotonic clock since then, which nobody can set.
type signIns struct {
	turn sync.Mutex // one PIN is looked at at a time: each takes memory and a core
	last map[string]time.Duration
	told map[string]bool // the audit has that it is locked, since the last try

	fits func(pinHash, desk.PIN) bool // the check; another one in tests, which count
}

func newSignIns() signIns {
	return signIns{last: map[string]time.Duration{}, told: map[string]bool{}, fits: pinHash.fits}
}

// SignIn looks at a PIN that was typed at a machine, and tells who has signed in. It
// returns ErrSignIn, or a *desk.LockedError, for which the PIN was not looked at.
//
// A try is counted, for the operator and for the machine, and on the disk before the
// PIN is looked at; a right PIN takes the count back. So a program that is killed in
// between has counted. The count alone is kept and no time: a wait goes by the monotonic
// clock and begins anew with every start, so that neither a restart nor a clock that is
// set gives a try.
func (s *Store) SignIn(id desk.OperatorID, pin desk.PIN, machine string) (desk.Operator, error) {
	if !clientName.MatchString(machine) || personNumber.MatchString(machine) {
		return desk.Operator{}, ErrMachine
	}
	s.signIns.turn.Lock()
	defer s.signIns.turn.Unlock()
	o, err := s.countTry(id, machine)
	if err != nil {
		return desk.Operator{}, err
	}
	right := s.signIns.fits(o.hash, pin) && o.ID != "" && !o.Disabled
	ended := time.Since(s.opened)
	for _, key := range []string{operatorKey(o.ID), machineKey(machine)} {
		s.signIns.last[key] = ended
		delete(s.signIns.told, key)
	}
	if right {
		tried := o.PINs
		err = s.update(func(tx *bolt.Tx) error {
			if o, err = s.ring.operator(tx, id); err != nil {
				return err
			}
			if o.Disabled || o.PINs != tried {
				return ErrSignIn // an administrator was faster
			}
			o.Failed = 0
			return errors.Join(
				s.putOperator(tx, o), tx.Bucket(bucketMachines).Delete([]byte(machine)), s.audit(tx, signInEvent(id, machine, "ok")),
			)
		})
	}
	if !right || errors.Is(err, ErrSignIn) {
		if err = s.Audit(signInEvent(o.ID, machine, "refused")); err == nil {
			err = ErrSignIn
		}
	}
	if err != nil {
		return desk.Operator{}, err
	}
	return o.Operator, nil
}

// countTry makes a try count, or says that there is none. Of an operator that does not
// exist it returns one whom no PIN fits.
func (s *Store) countTry(id desk.OperatorID, machine string) (o operator, err error) {
	var locked *desk.LockedError
	err = s.update(func(tx *bolt.Tx) error {
		o, err = s.ring.operator(tx, id)
		switch {
		case errors.Is(err, ErrNoOperator):
			o = operator{hash: nobodysPIN()}
		case err != nil:
			return err
		}
		failed := 0
		if stored := tx.Bucket(bucketMachines).Get([]byte(machine)); stored != nil {
			if failed, err = s.ring.openTries(tx, machine, stored); err != nil {
				return err
			}
		}
		if locked = s.lockOf(o, machine, failed); locked != nil {
			return s.tellLocked(tx, o.ID, machine, locked)
		}
		if o.ID != "" {
			o.Failed++
			if err := s.putOperator(tx, o); err != nil {
				return err
			}
		}
		return s.putSealed(tx, bucketMachines, machine, strconv.AppendInt(nil, int64(failed+1), 10))
	})
	if err == nil && locked != nil {
		err = locked
	}
	return o, err
}

// lockOf says why there is no try now: the operator's lock or, when it lasts longer,
// that of the machine; nil: there is one.
func (s *Store) lockOf(o operator, machine string, failed int) *desk.LockedError {
	now := time.Since(s.opened)
	mine, mineForGood := s.left(now, operatorKey(o.ID), o.Failed)
	its, itsForGood := s.left(now, machineKey(machine), failed)
	switch {
	case mineForGood:
		return &desk.LockedError{}
	case itsForGood:
		return &desk.LockedError{Machine: true}
	case mine > 0 && mine >= its:
		return &desk.LockedError{Wait: mine}
	case its > 0:
		return &desk.LockedError{Wait: its, Machine: true}
	}
	return nil
}

// left returns how long a wait after so many tries still lasts. One that began before
// this start began with it.
func (s *Store) left(now time.Duration, key string, failed int) (left time.Duration, forGood bool) {
	wait, forGood := desk.WaitAfter(failed)
	return wait - (now - s.signIns.last[key]), forGood
}

// tellLocked tells the audit once after each try. Whoever keeps asking must neither fill
// the disk nor keep it busy, so that nothing is committed after that: the lock is the error.
func (s *Store) tellLocked(tx *bolt.Tx, id desk.OperatorID, machine string, l *desk.LockedError) error {
	key := operatorKey(id)
	if l.Machine {
		key = machineKey(machine)
	}
	if s.signIns.told[key] {
		return l
	}
	tx.OnCommit(func() { s.signIns.told[key] = true })
	return s.audit(tx, signInEvent(id, machine, "locked"))
}

func operatorKey(id desk.OperatorID) string { return "operator " + string(id) }

func machineKey(name string) string { return "machine " + name }

// signInEvent names the machine by a word of the audit, and the operator by their id.
func signInEvent(id desk.OperatorID, machine, result string) Event {
	return Event{Name: "sign-in", Role: wordOf("machine", machine), Result: result, Handle: string(id)}
}
