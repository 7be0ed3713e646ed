package session

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

// people are operators whose PIN is always right.
type people map[desk.OperatorID]desk.Operator

var errWrong = errors.New("wrong")

func (p people) SignIn(id desk.OperatorID, _ desk.PIN, _ string) (desk.Operator, error) {
	if o, ok := p[id]; ok {
		return o, nil
	}
	return desk.Operator{}, errWrong
}

func (p people) Operator(id desk.OperatorID) (desk.Operator, error) {
	if o, ok := p[id]; ok {
		return o, nil
	}
	return desk.Operator{}, desk.ErrNoOperator
}

func (p people) Operators() ([]desk.Operator, error) { return slices.Collect(maps.Values(p)), nil }

func TestAnOperatorIsFoundByNameAndNobodyElseIs(t *testing.T) {
	s := New(people{"00000000000000a1": {ID: "00000000000000a1", Name: visit.Name{First: "anna b"}}})
	for name, want := range map[string]desk.OperatorID{"anna b": "00000000000000a1", " anna  b ": "00000000000000a1", "anna": nobody, "": nobody} {
		if got := s.Named(name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}

const (
	somebody = desk.OperatorID("0123456789abcdef")
	here     = "desk-1"
)

func in(t *testing.T) (people, *Sessions, string) {
	t.Helper()
	p := people{somebody: {ID: somebody, Role: desk.Staff, PINs: 1}}
	s := New(p)
	token, o, err := s.SignIn(somebody, desk.PIN{}, here)
	if err != nil || o.ID != somebody || len(token) < 26 {
		t.Fatalf("%q, %v, %v", token, o.ID, err)
	}
	return p, s, token
}

func TestASessionLastsWhileItIsUsedAndEndsAfterTheShift(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, s, token := in(t)
		for worked := time.Duration(0); worked < Longest-Idle; worked += Idle - time.Second {
			time.Sleep(Idle - time.Second)
			if o, err := s.Of(token, here); err != nil || o.ID != somebody {
				t.Fatalf("after %v: %v", worked, err)
			}
		}
		time.Sleep(Idle - time.Second)
		_, _ = s.Of(token, here)
		time.Sleep(Idle - time.Second)
		if _, err := s.Of(token, here); !errors.Is(err, ErrOver) {
			t.Errorf("after the longest shift: %v", err)
		}
		_, s, token = in(t)
		time.Sleep(Idle)
		if _, err := s.Of(token, here); !errors.Is(err, ErrOver) {
			t.Errorf("idle: %v", err)
		}
	})
}

// A clock that is set gives nobody time, and a machine that slept has not been used.
func TestASessionEndsByTheClockThatSaysMore(t *testing.T) {
	for _, c := range []struct {
		name     string
		up, wall time.Duration // that pass between two calls
		over     bool
	}{
		{"a moment", time.Minute, time.Minute, false},
		{"a pause", Idle, Idle, true},
		{"the clock is set back", Idle, -time.Hour, true},
		{"the clock is set back, at work", time.Minute, -time.Hour, false},
		{"the machine slept for a minute", 0, time.Minute, false},
		{"the machine slept for a pause", time.Second, Idle, true},
		{"the machine slept over night", time.Second, 14 * time.Hour, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, s, _ := in(t)
			at := s.now()
			s.now = func() moment { return at }
			token, _, err := s.SignIn(somebody, desk.PIN{}, here)
			if err != nil {
				t.Fatal(err)
			}
			at = moment{at.up + c.up, at.wall.Add(c.wall)}
			if _, err := s.Of(token, here); errors.Is(err, ErrOver) != c.over {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestASessionIsOverFor(t *testing.T) {
	for name, change := range map[string]func(people, *Sessions, string) (token, machine string){
		"a token that was made up": func(people, *Sessions, string) (string, string) { return "AAAAAAAAAAAAAAAAAAAAAAAAAA", here },
		"no token":                 func(people, *Sessions, string) (string, string) { return "", here },
		"another machine":          func(_ people, _ *Sessions, token string) (string, string) { return token, "desk-2" },
		"who has signed out": func(_ people, s *Sessions, token string) (string, string) {
			s.SignOut(token)
			return token, here
		},
		"who was disabled": func(p people, _ *Sessions, token string) (string, string) {
			p[somebody] = desk.Operator{ID: somebody, PINs: 1, Disabled: true}
			return token, here
		},
		"who was removed": func(p people, _ *Sessions, token string) (string, string) {
			delete(p, somebody)
			return token, here
		},
		"who got another PIN": func(p people, _ *Sessions, token string) (string, string) {
			p[somebody] = desk.Operator{ID: somebody, PINs: 2}
			return token, here
		},
	} {
		p, s, token := in(t)
		token, machine := change(p, s, token)
		if _, err := s.Of(token, machine); !errors.Is(err, ErrOver) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, s, _ := in(t)
	if token, _, err := s.SignIn("ffffffffffffffff", desk.PIN{}, here); !errors.Is(err, errWrong) || token != "" {
		t.Errorf("%q, %v", token, err)
	}
}

func TestARoleThatChangesHoldsAtOnce(t *testing.T) {
	p, s, token := in(t)
	p[somebody] = desk.Operator{ID: somebody, Role: desk.Lead, PINs: 1}
	if o, err := s.Of(token, here); err != nil || o.Role != desk.Lead {
		t.Errorf("%v, %v", o.Role, err)
	}
}

func TestTooManySessionsDropTheOneThatWasIdleLongest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, s, first := in(t)
		time.Sleep(time.Second)
		second, _, _ := s.SignIn(somebody, desk.PIN{}, here)
		time.Sleep(time.Second)
		if _, err := s.Of(first, here); err != nil {
			t.Fatal(err)
		}
		for range maxSessions - 1 {
			time.Sleep(time.Millisecond)
			_, _, _ = s.SignIn(somebody, desk.PIN{}, here)
		}
		if _, err := s.Of(second, here); !errors.Is(err, ErrOver) || len(s.open) != maxSessions {
			t.Errorf("%d sessions, %v", len(s.open), err)
		}
		if _, err := s.Of(first, here); err != nil {
			t.Error(err)
		}
	})
}
