package flow

import "authenkiosk/visit"

// Offers reports whether a way without the patient's card can be taken now.
func (w Way) Offers(method visit.Method) bool {
	if !w.Unit.Allows(method) {
		return false
	}
	switch method {
	case visit.MethodPhoto:
		return w.Devices.Camera != visit.DeviceAbsent && w.Devices.Camera != visit.DeviceDown
	case visit.MethodCertifier:
		return w.Devices.Reader != visit.DeviceAbsent && w.Devices.Reader != visit.DeviceDown
	case visit.MethodLine:
		return w.Unit.LineQR != "" && w.Devices.NHSO != visit.DeviceDown
	}
	return false
}

// tapWithout starts the session of a patient without a card.
func (s *step) tapWithout(e Event) {
	switch e := e.(type) {
	case TapMethod:
		if s.w.Offers(e.Method) && !e.Start.IsZero() {
			s.beginWithout(e)
		}
	case TapNoNumber:
		s.w.Session.Insertion = e.Start
		s.desk(visit.NoNumber, "")
	}
}

// beginWithout asks for the number first of all.
func (s *step) beginWithout(e TapMethod) {
	s.w.Session = Session{Insertion: e.Start, Method: e.Method, PhoneOwner: visit.PhoneOfPatient}
	if e.Method == visit.MethodCertifier {
		s.w.Session.PhoneOwner = visit.PhoneOfRelative
	}
	if p := s.w.Devices.ClosedBecause(); p != visit.NoProblem {
		s.desk(p, "")
		return
	}
	s.enter(PIDEntry)
}

// PIDProblem says what is wrong with the digits on the keypad for PIDs.
func (w Way) PIDProblem() visit.PIDProblem {
	return visit.CheckPID(w.Session.PIDInput, w.Unit.FirstDigits)
}

func (s *step) tapPID(e Event) {
	x := &s.w.Session
	switch e.(type) {
	case TapDigit, TapBackspace, TapClear:
		x.PIDInput = keyed(x.PIDInput, e, s.w.PIDProblem() == visit.PIDTooShort)
		if s.w.PIDProblem() == visit.PIDOK {
			s.numberTyped()
		}
	case TapNoNumber:
		s.desk(visit.NoNumber, "")
	}
}

// numberTyped asks NHSO about the number and the patient for the proof. The
// phone of an earlier visit is not recalled: a typed number proves nothing.
func (s *step) numberTyped() {
	x := &s.w.Session
	pid, err := visit.ParsePID(x.PIDInput)
	if err != nil {
		return
	}
	x.PIDInput, x.Person = "", Person{PID: pid}
	if x.Method == visit.MethodLine {
		s.awaitPhone()
		return
	}
	x.RightState, x.DoneState = Asked, Asked
	x.AskedOf = s.w.Today
	s.do(CheckRight{x.Insertion.Number, pid}, CheckStatus{x.Insertion.Number, pid, s.w.Today})
	if x.Method == visit.MethodPhoto {
		s.aim()
		return
	}
	s.awaitCertifier()
}

// Present reports whether who proves the patient's identity is still there.
func (w Way) Present() bool {
	switch x := w.Session; x.Method {
	case visit.MethodCard:
		return w.CardIn
	case visit.MethodCertifier:
		return !x.Certifier.Insertion.IsZero() // forgotten as soon as it is out
	case visit.MethodPhoto:
		return true
	}
	return false
}
