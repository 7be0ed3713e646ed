package flow

import (
	"time"

	"authenkiosk/visit"
)

// awaitPhone shows the unit's QR code and asks NHSO, again and again, whether the
// code that the patient's phone asks for is there. The patient gives NHSO the
// contact number on the phone, so that nothing is submitted here.
func (s *step) awaitPhone() {
	s.enter(Line)
	s.poll()
}

func (s *step) poll() {
	x := &s.w.Session
	if x.AskedOf != s.w.Today {
		x.Polls = 0 // what another day has says nothing of this one
	}
	x.DoneState = Asked
	x.AskedOf = s.w.Today
	s.do(CheckStatus{x.Insertion.Number, x.Person.PID, s.w.Today})
}

// polled looks for a code of this unit that NHSO did not have when it answered
// for the first time. One of the first answer is not shown: a typed number proves
// nothing, and no clock here can tell whether the code is older than the session.
func (s *step) polled(done []visit.Authentication) {
	x := &s.w.Session
	first := x.Polls == 0
	before := x.Done
	x.DoneState, x.Done = Answered, done
	x.Polls++
	x.Failures = 0
	a, here := x.Latest(s.w.Unit.HCode, true)
	switch {
	case here && first:
		s.desk(visit.CodeExists, "")
	case here && !holds(before, a.Code):
		x.Code, x.IssuedAt, x.ClaimType = a.Code, a.At, a.ClaimType
		s.record()
		s.finish(Result)
	default:
		s.set(TimerPoll)
	}
}

// record keeps the visit with the code that the phone has brought, so that the
// hospital's programs learn of it like of any other.
func (s *step) record() {
	x := s.w.Session
	s.do(RecordVisit{Visit: visit.Visit{
		ID: x.Insertion.VisitID, HCode: s.w.Unit.HCode, ServiceDate: x.AskedOf, PID: x.Person.PID,
		ClaimType: x.ClaimType, Method: x.Method,
	}, Code: x.Code, IssuedAt: x.IssuedAt})
}

// pollFailed goes on asking; the screen says that NHSO is not reached.
func (s *step) pollFailed() {
	x := &s.w.Session
	x.DoneState = Unanswered
	x.Failures++
	s.set(TimerPoll)
}

// pollAfter is how long NHSO is left alone before the next question: the longer it
// takes, the longer, and twice as long after each that was not answered.
func (x Session) pollAfter() time.Duration {
	if x.Failures > 0 {
		return min(PollFirst<<min(x.Failures, 8), FailLongest)
	}
	return min(PollFirst+time.Duration(x.Polls)*time.Second, PollLongest)
}

func holds(list []visit.Authentication, code visit.AuthenCode) bool {
	for _, a := range list {
		if a.Code == code {
			return true
		}
	}
	return false
}
