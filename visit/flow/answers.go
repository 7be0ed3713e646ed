package flow

import "authenkiosk/visit"

// answer takes what NHSO and the store say about the person while the card is
// being read. Answers that come later are of no use any more.
func (s *step) answer(e Event) {
	x := &s.m.Session
	switch e := e.(type) {
	case RightFound:
		if s.asked(e.Number, x.RightState) {
			x.RightState, x.Right, x.Offered = Answered, e.Right, e.ClaimTypes
			s.proceed()
		}
	case RightFailed:
		if s.asked(e.Number, x.RightState) {
			x.RightState, x.Problem = Unanswered, e.Problem
			s.proceed()
		}
	case StatusFound:
		if s.asked(e.Number, x.DoneState) {
			x.DoneState, x.Done = Answered, e.Done
			s.proceed()
		}
	case StatusFailed:
		if s.asked(e.Number, x.DoneState) {
			x.DoneState = Unanswered
			s.proceed()
		}
	case PhoneKnown:
		if s.m.State == Reading && s.current(e.Number) && x.identified() {
			x.Phone, x.PhoneOwner = e.Phone, e.Owner
		}
	}
}

func (s *step) asked(number uint64, state Answer) bool {
	return s.m.State == Reading && s.current(number) && state == Asked
}

// proceed leaves Reading as soon as the card is read and every question is
// settled, one way or the other.
func (s *step) proceed() {
	x := &s.m.Session
	if !x.CardRead || x.RightState == Asked || x.DoneState == Asked {
		return
	}
	switch {
	case x.RightState == Answered && x.Right.Deceased:
		s.noRight(visit.PersonDeceased)
		return
	case x.RightState == Answered && x.Right.IsZero():
		s.noRight(visit.NoRight)
		return
	}
	if x.Offered == nil {
		x.Offered = s.m.Unit.ClaimTypes
	}
	if len(x.Offered) == 0 {
		s.noRight(visit.NoRight)
		return
	}
	if _, here := x.Latest(s.m.Unit.HCode, true); here {
		s.enter(AlreadyHere)
		s.do(Chime{ToneDone})
		return
	}
	if _, elsewhere := x.Latest(s.m.Unit.HCode, false); elsewhere {
		s.enter(AlreadyElsewhere)
		s.do(Chime{ToneAttention})
		return
	}
	s.choose()
}

func (s *step) noRight(p visit.Problem) {
	s.m.Session.Problem = p
	s.enter(NoRight)
	s.do(Chime{ToneAttention})
}

// choose preselects the claim type and asks for what is still missing.
func (s *step) choose() {
	x := &s.m.Session
	x.ClaimType = x.Offered[0]
	for _, c := range x.Offered {
		if c.Code == s.m.Unit.DefaultClaimType {
			x.ClaimType = c
		}
	}
	s.ask()
}

// ask goes to the keypad while there is no number, else to the confirmation.
func (s *step) ask() {
	if s.m.Session.Phone.IsZero() {
		s.enter(PhoneEntry)
		return
	}
	s.enter(Confirm)
}

// without returns the claim types for which there is no code of this unit yet.
func (x Session) without(hcode string) []visit.ClaimType {
	var open []visit.ClaimType
	for _, c := range x.Offered {
		done := false
		for _, a := range x.Done {
			done = done || a.Hospital.HCode == hcode && a.ClaimType.Code == c.Code
		}
		if !done {
			open = append(open, c)
		}
	}
	return open
}

// OtherServices tells how many claim types are left for which this unit has no
// code of today.
func (x Session) OtherServices(hcode string) int { return len(x.without(hcode)) }
