package flow

import "authenkiosk/visit"

// Offers reports whether a way without the patient's card can be taken now.
func (m Model) Offers(method visit.Method) bool {
	if !m.Unit.Allows(method) {
		return false
	}
	switch method {
	case visit.MethodPhoto:
		// The photo shows the face beside the card.
		return m.CardHere && m.Devices.Camera != visit.DeviceAbsent && m.Devices.Camera != visit.DeviceDown
	case visit.MethodCertifier:
		return m.Devices.Reader != visit.DeviceAbsent && m.Devices.Reader != visit.DeviceDown
	case visit.MethodLine:
		return m.Unit.LineQR != "" && m.Devices.NHSO != visit.DeviceDown
	}
	return false
}

func (s *step) tapNoCard(e Event) {
	switch e := e.(type) {
	case TapMethod:
		if s.m.Offers(e.Method) && !e.Start.IsZero() {
			s.beginWithout(e)
		}
	case TapNoNumber:
		s.m.Session.Insertion = e.Start
		s.desk(visit.NoNumber, "")
	}
}

// beginWithout starts the session of a patient without a card: first of all the
// number.
func (s *step) beginWithout(e TapMethod) {
	s.m.Session = Session{Insertion: e.Start, Method: e.Method, PhoneOwner: visit.PhoneOfPatient}
	s.m.Help = false
	if e.Method == visit.MethodCertifier {
		s.m.Session.PhoneOwner = visit.PhoneOfRelative
	}
	if p := s.m.Devices.ClosedBecause(); p != visit.NoProblem {
		s.desk(p, "")
		return
	}
	s.enter(PIDEntry)
}

// PIDProblem says what is wrong with the digits on the keypad for PIDs.
func (m Model) PIDProblem() visit.PIDProblem {
	return visit.CheckPID(m.Session.PIDInput, m.Unit.FirstDigits)
}

func (s *step) tapPID(e Event) {
	x := &s.m.Session
	switch e := e.(type) {
	case TapDigit:
		// As with phones: a number that is wrong takes no more digits.
		if e.Digit < '0' || e.Digit > '9' || s.m.PIDProblem() != visit.PIDTooShort {
			return
		}
		x.PIDInput += string(rune(e.Digit))
		if s.m.PIDProblem() == visit.PIDOK {
			s.numberTyped()
		}
	case TapBackspace:
		if n := len(x.PIDInput); n > 0 {
			x.PIDInput = x.PIDInput[:n-1]
		}
	case TapClear:
		x.PIDInput = ""
	case TapNoNumber:
		s.desk(visit.NoNumber, "")
	}
}

// numberTyped asks NHSO about the number and the patient for the proof. The
// phone of an earlier visit is not recalled: a typed number proves nothing.
func (s *step) numberTyped() {
	x := &s.m.Session
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
	x.AskedOf = s.m.Today
	s.do(CheckRight{x.Insertion.Number, pid}, CheckStatus{x.Insertion.Number, pid, s.m.Today})
	if x.Method == visit.MethodPhoto {
		s.aim()
		return
	}
	s.awaitCertifier()
}

// present reports whether who proves the patient's identity is still there.
func (s *step) present() bool {
	switch x := s.m.Session; x.Method {
	case visit.MethodCard:
		return s.m.CardIn
	case visit.MethodCertifier:
		return !x.Certifier.Insertion.IsZero() // forgotten as soon as it is out
	case visit.MethodPhoto:
		return true
	}
	return false
}

// beforeProof reports whether the patient may still choose another way.
func (s State) beforeProof() bool {
	switch s {
	case NoCard, PIDEntry, PhotoAim, PhotoReview, CertifierCard, RelationChoice, Line:
		return true
	}
	return false
}

// otherWay goes back to the choice of ways, or from there to the beginning. The
// patient's language stays.
func (s *step) otherWay() {
	if s.m.State == NoCard {
		s.end()
		return
	}
	s.m.Forgotten = s.m.Forgotten || s.m.Session.Certifier.leftBehind()
	s.m.Session = Session{}
	s.do(Wipe{})
	s.enter(NoCard)
}
