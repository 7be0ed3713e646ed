package flow

import "authenkiosk/visit"

// confirm makes the visit of what is on the screen and has it saved. Whatever is
// missing keeps the patient on the screen that asks for it.
func (s *step) confirm() {
	x := &s.w.Session
	v := visit.Visit{
		ID:          x.Insertion.VisitID,
		HCode:       s.w.Unit.HCode,
		ServiceDate: s.w.Today,
		PID:         x.Person.PID,
		Name:        x.Person.Name,
		Sex:         x.Person.Sex,
		Birth:       x.Person.Birth,
		Address:     x.Person.Address,
		Phone:       x.Phone,
		PhoneOwner:  x.PhoneOwner,
		ClaimType:   x.ClaimType,
		Method:      x.Method,
		Attestation: visit.Attestation{
			Certifier: x.Certifier.Person.PID, CertifierName: x.Certifier.Person.Name, Relation: x.Certifier.Relation,
			Photo: x.Photo.Accepted, GatePassed: x.Photo.GatePassed,
		},
		Right: x.Right,
	}
	if !s.w.Present() || !x.proved() || v.Validate() != nil {
		return
	}
	if p := s.w.Devices.ClosedBecause(); p != visit.NoProblem {
		s.desk(p, "")
		return
	}
	x.Visit, x.Phase = v, Saving
	s.enter(Sending)
	s.do(SaveVisit{Number: x.Insertion.Number, Visit: v})
}

func (s *step) outcome(e Event) {
	switch e := e.(type) {
	case VisitSaved:
		if s.in(Saving, e.Number) {
			s.submit()
		}
	case VisitNotSaved:
		if s.in(Saving, e.Number) {
			s.desk(visit.NotSaved, "")
		}
	case VisitDone:
		// The code may also come while the patient still reads that it will follow.
		if s.in(Submitting, e.Number) || s.w.State == Queued && s.current(e.Number) {
			if e.Earlier && s.w.Session.Typed() {
				// A typed number must not show anybody's code.
				s.desk(visit.CodeExists, "")
				return
			}
			s.w.Session.Code, s.w.Session.IssuedAt = e.Code, e.IssuedAt
			s.finish(Result)
		}
	case VisitQueued:
		if s.in(Submitting, e.Number) {
			s.w.Session.Problem = e.Problem
			s.finish(Queued)
		}
	case VisitRefused:
		// This, too, while the patient still reads that the code will follow.
		if s.in(Submitting, e.Number) || s.w.State == Queued && s.current(e.Number) {
			s.desk(e.Problem, e.Message)
		}
	case SlipPrinted:
		s.printed(e.Number, e.Nth, Printed)
	case SlipFailed:
		if e.Unclear {
			s.printed(e.Number, e.Nth, PrintUnclear)
			return
		}
		s.printed(e.Number, e.Nth, PrintFailed)
	case SlipWithheld:
		s.withheld(e.Number, e.Nth)
	}
}

func (s *step) in(p Phase, number uint64) bool {
	return s.w.State == Sending && s.w.Session.Phase == p && s.current(number)
}

// submit sends a saved visit, unless its day is over: a visit counts on its own
// service date only.
func (s *step) submit() {
	x := &s.w.Session
	if x.Visit.ServiceDate != s.w.Today {
		s.do(HandToStaff{x.Visit.ID, visit.ServiceDatePassed})
		s.desk(visit.ServiceDatePassed, "")
		return
	}
	if !s.w.Unit.Takes(x.Method) {
		s.do(HandToStaff{x.Visit.ID, visit.UpstreamCannot})
		s.desk(visit.UpstreamCannot, "")
		return
	}
	x.Phase = Submitting
	s.do(SubmitVisit{x.Insertion.Number, x.Visit.ID})
}

// sendingTooLong stops the patient's waiting, never the visit.
func (s *step) sendingTooLong() {
	if s.w.Session.Phase == Saving {
		// A disk that does not answer for so long will not keep the visit: it
		// must not be sent later without the patient knowing.
		s.do(DropVisit{s.w.Session.Visit.ID})
		s.desk(visit.NotSaved, "")
		return
	}
	s.finish(Queued)
}

// finish shows the end of a visit and prints its slip.
func (s *step) finish(state State) {
	s.enter(state)
	s.do(Chime{ToneDone})
	s.print(false)
}

// print asks for the slip of what the screen shows. Without a printer the code
// on the screen has to do.
func (s *step) print(reprint bool) {
	x := &s.w.Session
	if s.w.Devices.Printer == visit.DeviceAbsent || !x.identified() && x.Problem != visit.NoNumber {
		return
	}
	slip := Slip{
		Visit: x.Insertion.VisitID, PID: x.Person.PID, Name: x.Person.Name, Right: x.Right, Claim: x.ClaimType,
		Method: x.Method, Relation: x.Certifier.Relation, Code: x.Code, At: x.IssuedAt, Date: s.serviceDate(), Reprint: reprint,
	}
	if x.Typed() {
		slip.Name, slip.Right = visit.Name{}, visit.Right{}
	}
	kind := SlipCode
	switch s.w.State {
	case Queued:
		kind = SlipQueued
	case Desk, NoRight:
		kind = SlipDesk
		slip.Code, slip.Problem, slip.Message = "", x.Problem, x.Message
	case AlreadyHere:
		done, ok := x.Latest(s.w.Unit.HCode, true)
		if !ok {
			return
		}
		slip.Code, slip.Claim, slip.At = done.Code, done.ClaimType, done.At
	}
	x.Slips++
	if reprint {
		x.Reprints++
	}
	x.Print = Printing
	s.do(PrintSlip{x.Insertion.Number, x.Slips, kind, slip})
}

// serviceDate is the day of what the screen shows, which may have begun before a
// midnight: that of the visit, or that of which NHSO was asked.
func (s *step) serviceDate() visit.Date {
	switch x := s.w.Session; {
	case !x.Visit.ServiceDate.IsZero():
		return x.Visit.ServiceDate
	case !x.AskedOf.IsZero():
		return x.AskedOf
	}
	return s.w.Today
}

func (s *step) printed(number uint64, nth int, p PrintState) {
	// A slip that failed may come out after all, once the printer is well.
	x := &s.w.Session
	if s.current(number) && nth == x.Slips && (x.Print == Printing || x.Print == PrintFailed && p != PrintFailed) {
		x.Print = p
		if p != Printed && (s.w.State == Result || s.w.State == Queued) {
			s.do(NeedsTime{}) // from now on: the patient needs time to take a photo
		}
	}
}

// withheld ends the asking for more slips, as the last one that is printed does.
func (s *step) withheld(number uint64, nth int) {
	x := &s.w.Session
	if s.current(number) && nth == x.Slips && x.Print == Printing && x.Reprints > 0 {
		x.Print, x.Reprints = NotPrinted, MaxReprints
	}
}

// slipComes reports whether the patient has a slip, or will have one. Without it the
// code on the screen is all there is, and stays longer.
func (w Way) slipComes() bool {
	switch w.Session.Print {
	case PrintFailed, PrintUnclear:
		return false
	case Printed:
		return true
	}
	return w.Devices.Printer != visit.DeviceAbsent && w.Devices.Printer != visit.DeviceDown
}

// noSlip reports whether the patient has no slip, and gets none.
func (w Way) noSlip() bool {
	p := w.Session.Print
	return p == PrintFailed || p != Printed && (w.Devices.Printer == visit.DeviceAbsent || w.Devices.Printer == visit.DeviceDown)
}
