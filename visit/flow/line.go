package flow

import "authenkiosk/visit"

// awaitPhone shows the unit's QR code and asks NHSO, again and again, whether the
// code that the patient's phone asks for is there. The patient gives NHSO the
// contact number on the phone, so that no visit is made here.
func (s *step) awaitPhone() {
	s.enter(Line)
	s.poll()
}

func (s *step) poll() {
	x := &s.m.Session
	x.DoneState = Asked
	s.do(CheckStatus{x.Insertion.Number, x.Person.PID, s.m.Today})
}

// polled looks for a code of this unit that was not there when the patient came
// to the screen. One that was there already is not shown: a typed number proves
// nothing.
func (s *step) polled(done []Authentication) {
	x := &s.m.Session
	first := x.Polls == 0
	before := x.Done
	x.DoneState, x.Done = Answered, done
	x.Polls++
	a, here := x.Latest(s.m.Unit.HCode, true)
	switch {
	case here && first:
		s.desk(visit.CodeExists, "")
	case here && !holds(before, a.Code):
		x.Code, x.IssuedAt, x.ClaimType = a.Code, a.At, a.ClaimType
		s.finish(Result)
	default:
		s.set(TimerPoll)
	}
}

// pollFailed goes on asking; the screen says that NHSO is not reached.
func (s *step) pollFailed() {
	s.m.Session.DoneState = Unanswered
	s.set(TimerPoll)
}

func holds(list []Authentication, code visit.AuthenCode) bool {
	for _, a := range list {
		if a.Code == code {
			return true
		}
	}
	return false
}
