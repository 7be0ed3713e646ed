package flow

import (
	"slices"

	"authenkiosk/visit"
)

// Second is a further code of today for a person who has one, which somebody at a desk asks
// for with a reason.
type Second struct {
	Of      visit.ID           // the visit that has the first code; empty: there is none
	Why     string             // the reason, as desks name it
	Claim   string             // the claim type of the first code
	Other   bool               // the further one is for another claim type, not for the same
	Besides []visit.AuthenCode // codes of today that are known: none of them is the new visit's
}

// without takes the known codes out of an answer of NHSO.
func (s Second) without(done []visit.Authentication) []visit.Authentication {
	if len(s.Besides) == 0 || done == nil {
		return done
	}
	return slices.DeleteFunc(slices.Clone(done), func(a visit.Authentication) bool { return slices.Contains(s.Besides, a.Code) })
}

// another has the session be for a further code: the known ones do not end it, and among the
// claim types are only those of the reason.
func (w Way) another(second Second) (Way, []Effect) {
	s := &step{w: w}
	x := &s.w.Session
	x.Done = second.without(x.Done)
	if s.w.State.decided() {
		x.Offered = slices.DeleteFunc(slices.Clone(x.Offered), func(c visit.ClaimType) bool { return (c.Code == second.Claim) == second.Other })
		s.choose()
	}
	return s.w, s.effects
}

// decided reports whether NHSO's answers have done their part.
func (s State) decided() bool { return s == PhoneEntry || s == Confirm || s == ClaimTypeChoice }
