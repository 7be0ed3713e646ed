package flow

import "authenkiosk/visit"

func (s *step) card(e Event) {
	switch e := e.(type) {
	case CardInserted:
		s.inserted(e.Insertion)
	case CardRemoved:
		s.removed(e.Role)
	case CardIdentified:
		if s.vouching(e.Number) {
			s.certifierIdentified(e.Person)
			return
		}
		if s.reads(e.Number) && !s.m.Session.identified() {
			s.identified(e.Person)
		}
	case CardRead:
		if s.vouching(e.Number) && !s.m.Session.Certifier.Person.PID.IsZero() {
			s.certifierRead(e)
			return
		}
		if s.reads(e.Number) && s.m.Session.identified() {
			s.read(e)
		}
	case CardFailed:
		if s.vouching(e.Number) {
			s.certifierFault(e.Problem)
			return
		}
		if s.reads(e.Number) {
			s.fault(e.Problem)
		}
	}
}

// reads reports whether the card of that number is the patient's that is being read.
func (s *step) reads(number uint64) bool {
	return s.m.State == Reading && s.m.Session.Method == visit.MethodCard && s.current(number)
}

func (s *step) inserted(i Insertion) {
	if i.IsZero() {
		return
	}
	// A second insertion without a removal is a swap between two looks at the
	// reader: the card of the session is gone.
	if i.Role == CertifierReader {
		s.m.Left = false // whatever was left there is out
		if old := s.m.Session.Certifier.Insertion; !old.IsZero() && old.Role == CertifierReader {
			s.removed(CertifierReader)
		}
		if s.awaitsCertifier() {
			s.certifierInserted(i)
		}
		return
	}
	if s.m.CardIn {
		s.removed(PatientReader)
	}
	s.m.CardIn = true
	switch s.m.State {
	case Sending:
		// The visit of the person before is on its way; this card waits.
		s.m.Waiting = i
	case Result, Queued:
		// Whoever puts in a card has seen enough of what was there: somebody else's
		// code must not stay in sight of the next patient.
		s.m.Waiting = i
		s.end()
	default:
		if s.awaitsCertifier() {
			s.certifierInserted(i)
			return
		}
		if !s.m.Session.Insertion.IsZero() {
			// The desk screen of a patient who took the card while the visit was
			// being sent, or a patient without a card who has found it.
			s.do(Wipe{})
			if s.m.State.informs() {
				s.m.Prefs = Prefs{} // somebody else is here now
			}
		}
		s.begin(i)
	}
}

// removed ends whatever belonged to the card. What is already on its way to NHSO
// was sent while the card was in; its answer still belongs to the patient.
func (s *step) removed(role Role) {
	if role == PatientReader {
		s.m.CardIn = false
		s.m.Waiting = Insertion{}
	} else {
		s.m.Forgotten, s.m.Left = false, false
	}
	if s.m.State == TakeCard {
		s.end()
		return
	}
	if !s.m.Session.restsOn(role) {
		return
	}
	vouched := s.m.Session.Method == visit.MethodCertifier
	switch s.m.State {
	case PIDEntry, CertifierCard, RelationChoice:
		s.certifierGone()
		return
	case Reading, Confirm, PhoneEntry, ClaimTypeChoice:
		if vouched {
			s.certifierGone()
			return
		}
		s.fault(visit.CardRemovedEarly)
		return
	}
	s.m.Session.Certifier.Insertion = Insertion{}
	switch s.m.State {
	case Sending:
		if s.m.Session.Phase == Saving {
			// Not sent yet, and nobody is there any more.
			s.do(DropVisit{s.m.Session.Visit.ID})
			s.fault(visit.CardRemovedEarly)
		}
	case Result, Queued:
		// Without a slip the code on the screen is all the patient has: leave
		// it until its time is over.
		if s.m.Session.Print == Printed {
			s.end()
		}
	default:
		s.end()
	}
}

// restsOn reports whether the card in that reader is what the session stands on.
func (x Session) restsOn(role Role) bool {
	switch x.Method {
	case visit.MethodCard:
		return role == PatientReader
	case visit.MethodCertifier:
		return !x.Certifier.Insertion.IsZero() && x.Certifier.Insertion.Role == role
	}
	return false
}

func (x Session) identified() bool { return !x.Person.PID.IsZero() }

// identified asks everything about the person at once, while the card goes on
// being read.
func (s *step) identified(p Person) {
	if p.PID.IsZero() {
		s.fault(visit.CardUnreadable)
		return
	}
	x := &s.m.Session
	x.Person = p
	if k := x.Kept; k.PID == p.PID {
		x.Phone, x.PhoneInput, x.PhoneOwner, x.PhoneTyped = k.Phone, k.Input, k.Owner, !k.Phone.IsZero()
	}
	x.Kept = Kept{}
	x.RightState, x.DoneState = Asked, Asked
	n := x.Insertion.Number
	x.AskedOf = s.m.Today
	s.do(CheckRight{n, p.PID}, CheckStatus{n, p.PID, s.m.Today}, RecallPhone{n, p.PID})
}

func (s *step) read(e CardRead) {
	if e.Expiry.PassedBy(s.m.Today) {
		s.fault(visit.CardExpired)
		return
	}
	s.m.Session.CardRead = true
	s.m.Session.Person.Address = e.Address
	s.proceed()
}

// readingTooLong is the last resort when neither the card reader nor the NHSO
// client has reported within its own time limit.
func (s *step) readingTooLong() {
	x := &s.m.Session
	if !x.identified() || !x.proved() {
		s.fault(visit.CardUnreadable)
		return
	}
	if x.RightState == Asked {
		x.RightState, x.Problem = Unanswered, visit.NHSOUnreachable
	}
	if x.DoneState == Asked {
		x.DoneState = Unanswered
	}
	s.proceed()
}
