package flow

import (
	"slices"

	"authenkiosk/visit"
)

// answer takes what NHSO and the store say about the person while the card is
// being read. Answers that come later are of no use any more.
func (s *step) answer(e Event) {
	x := &s.w.Session
	switch e := e.(type) {
	case RightFound:
		if s.asked(e.Number, x.RightState) {
			x.RightState, x.Right, x.Offered = Answered, e.Right, e.ClaimTypes
			x.Person.complete(e)
			s.proceed()
		}
	case RightFailed:
		if s.asked(e.Number, x.RightState) {
			x.RightState = Unanswered
			if e.Problem == visit.NHSORefusedToken {
				s.desk(e.Problem, "")
				return
			}
			if s.w.State == Reading {
				x.Problem = e.Problem // elsewhere it would read as one of the card that vouches
			}
			s.proceed()
		}
	case StatusFound:
		if s.w.State == Line && s.current(e.Number) && x.DoneState == Asked {
			s.polled(e.Done)
			return
		}
		if s.asked(e.Number, x.DoneState) {
			x.DoneState, x.Done = Answered, e.Done
			s.proceed()
		}
	case StatusFailed:
		if s.w.State == Line && s.current(e.Number) && x.DoneState == Asked {
			s.pollFailed()
			return
		}
		if s.asked(e.Number, x.DoneState) {
			x.DoneState = Unanswered
			s.proceed()
		}
	case PhoneKnown:
		if s.w.State == Reading && s.current(e.Number) && x.identified() && x.Method == visit.MethodCard && !x.PhoneTyped {
			x.Phone, x.PhoneOwner = e.Phone, e.Owner
		}
	}
}

func (s *step) asked(number uint64, state Answer) bool {
	return s.w.State.awaitsNHSO() && s.current(number) && state == Asked
}

// awaitsNHSO reports whether answers about the person are taken: while the card is
// read, and while a patient without one proves who they are.
func (s State) awaitsNHSO() bool {
	//exhaustive:enforce
	switch s {
	case Reading, PhotoAim, PhotoReview, CertifierCard, RelationChoice:
		return true
	case Welcome, CardFault, Confirm, PhoneEntry, ClaimTypeChoice, AlreadyHere, AlreadyElsewhere, NoRight, Sending,
		Result, Queued, Desk, TakeCard, NoCard, PIDEntry, Line:
		return false
	}
	return false
}

// complete fills in what no card has said.
func (p *Person) complete(e RightFound) {
	if p.Name.IsZero() {
		p.Name = e.Right.Holder
	}
	if p.Sex == visit.SexUnknown {
		p.Sex = e.Sex
	}
	if p.Birth.IsZero() {
		p.Birth = e.Birth
	}
}

// askNHSO waits for what is not answered yet, now that the proof is there.
func (s *step) askNHSO() {
	x := s.w.Session
	if x.RightState == Asked || x.DoneState == Asked {
		s.enter(Reading)
		return
	}
	s.proceed()
}

// proceed goes on as soon as there is proof of the person and every question is
// settled, one way or the other.
func (s *step) proceed() {
	x := &s.w.Session
	if !x.proved() || x.RightState == Asked || x.DoneState == Asked {
		return
	}
	if x.Method == visit.MethodCertifier && !slices.Contains(s.w.Relations(), x.Certifier.Relation) {
		// Only now is it known how old the patient is.
		x.Certifier.Relation = ""
		s.enter(RelationChoice)
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
	if x.Offered == nil || x.Typed() {
		x.Offered = s.w.Unit.ClaimTypes // what NHSO names for the owner of a typed number is not shown
	}
	if len(x.Offered) == 0 {
		s.noRight(visit.NoRight)
		return
	}
	x.Offered = s.w.Unit.amongPatients(x.Offered)
	if x.Typed() && len(x.Done) > 0 {
		s.desk(visit.CodeExists, "")
		return
	}
	if _, here := x.Latest(s.w.Unit.HCode, true); here {
		s.enter(AlreadyHere)
		s.do(Chime{ToneDone})
		return
	}
	if _, elsewhere := x.Latest(s.w.Unit.HCode, false); elsewhere {
		s.enter(AlreadyElsewhere)
		s.do(Chime{ToneAttention})
		return
	}
	s.choose()
}

// amongPatients are those of the claim types that a patient may choose. The others
// are for people whom a doctor or the staff has told, and given at the desk.
func (u Unit) amongPatients(named []visit.ClaimType) []visit.ClaimType {
	return slices.DeleteFunc(slices.Clone(named), func(n visit.ClaimType) bool {
		return !slices.ContainsFunc(u.ClaimTypes, func(c visit.ClaimType) bool { return c.Code == n.Code })
	})
}

func (s *step) noRight(p visit.Problem) {
	if s.w.Session.Typed() {
		s.desk(p, "")
		return
	}
	s.w.Session.Problem = p
	s.enter(NoRight)
	s.do(Chime{ToneAttention})
	s.print(false)
}

// choose preselects the unit's default claim type, or the only one, and asks for
// what is still missing. Otherwise nothing is chosen for the patient.
func (s *step) choose() {
	x := &s.w.Session
	x.ClaimType = visit.ClaimType{}
	if len(x.Offered) == 0 {
		s.desk(visit.ServiceAtDesk, "")
		return
	}
	for _, c := range x.Offered {
		if c.Code == s.w.Unit.DefaultClaimType || len(x.Offered) == 1 {
			x.ClaimType = c
		}
	}
	s.ask()
}

// ask goes to the screen that asks for what is missing, else to the confirmation.
func (s *step) ask() {
	switch x := s.w.Session; {
	case x.ClaimType.Code == "":
		s.enter(ClaimTypeChoice)
	case x.Phone.IsZero():
		s.enter(PhoneEntry)
	default:
		s.enter(Confirm)
	}
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
