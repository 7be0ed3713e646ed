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
		if s.reads(e.Number) && !s.w.Session.identified() {
			s.identified(e.Person)
		}
	case CardRead:
		if s.vouching(e.Number) && !s.w.Session.Certifier.Person.PID.IsZero() {
			s.certifierRead(e)
			return
		}
		if s.reads(e.Number) && s.w.Session.identified() {
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
	return s.w.State == Reading && s.w.Session.Method == visit.MethodCard && s.current(number)
}

// inserted takes a card: that of somebody who vouches, where one is asked for, else
// that of the next patient. While a visit is on its way the card of the next one is
// not looked at.
func (s *step) inserted(i Insertion) {
	if i.IsZero() {
		return
	}
	if s.w.swapped(i) {
		s.removed(i.Role)
	}
	if i.Role == PatientReader {
		s.w.CardIn = true
	}
	switch {
	case s.w.awaitsCertifier():
		s.certifierInserted(i)
	case i.Role == CertifierReader || s.w.State == Sending:
	default:
		// Whoever puts in a card has seen enough of what was there. That may be the
		// desk screen of a patient who took the card while the visit was being sent, or
		// a patient without a card who has found it.
		if !s.w.Session.Insertion.IsZero() {
			s.do(Wipe{})
		}
		s.begin(i)
	}
}

// swapped reports whether a card comes in without the one before it having gone out,
// between two looks at the reader: the card of the session is gone.
func (w Way) swapped(i Insertion) bool {
	if i.Role == PatientReader {
		return w.CardIn
	}
	old := w.Session.Certifier.Insertion
	return !old.IsZero() && old.Role == CertifierReader
}

// begin starts a session with a card. Without a place to save the visit none is
// begun: the patient hears it before waiting, not after.
func (s *step) begin(i Insertion) {
	s.w.Session = Session{Insertion: i, Method: visit.MethodCard, PhoneOwner: visit.PhoneOfPatient, Kept: s.w.Session.Kept}
	if p := s.w.Devices.ClosedBecause(); p != visit.NoProblem {
		s.desk(p, "")
		return
	}
	s.enter(Reading)
	s.do(Chime{ToneDetected}, ReadCard{i})
}

// removed ends whatever belonged to the card. What is already on its way to NHSO
// was sent while the card was in; its answer still belongs to the patient.
func (s *step) removed(role Role) {
	if role == PatientReader {
		s.w.CardIn = false
	}
	if !s.w.Session.restsOn(role) {
		return
	}
	out := whenCardIsOut[s.w.State]
	if vouched := s.w.Session.Method == visit.MethodCertifier; vouched && out == asksAgain {
		s.certifierGone()
		return
	}
	s.w.Session.Certifier.Insertion = Insertion{}
	switch out {
	case asksAgain:
		s.fault(visit.CardRemovedEarly)
	case finishes:
		if s.w.Session.Phase == Saving {
			// Not sent yet, and nobody is there any more.
			s.do(DropVisit{s.w.Session.Visit.ID})
			s.fault(visit.CardRemovedEarly)
		}
	case stays:
		// Without a slip the code on the screen is all the patient has: leave
		// it until its time is over.
		if s.w.Session.Print == Printed {
			s.end()
		}
	case lasts:
		// The screen has just asked for a photo of it.
		if !s.w.noSlip() {
			s.end()
			return
		}
		s.do(NeedsTime{})
	default:
		s.end()
	}
}

// cardOut is what becomes of a session whose card is taken out.
type cardOut int

const (
	unsaid    cardOut = iota // a state that was forgotten in whenCardIsOut
	restsNot                 // no session here rests on a card
	asksAgain                // the card is asked for again
	finishes                 // the visit goes on, if it may have left for NHSO
	stays                    // what is shown stays while the patient has nothing in hand
	lasts                    // the same of a code that there was, where no slip comes at all
	ends                     // the session is over
)

// whenCardIsOut has every state.
var whenCardIsOut = [stateCount]cardOut{
	Welcome: restsNot, TakeCard: restsNot, NoCard: restsNot, PhotoAim: restsNot, PhotoReview: restsNot, Line: restsNot,
	Reading: asksAgain, Confirm: asksAgain, PhoneEntry: asksAgain, ClaimTypeChoice: asksAgain,
	PIDEntry: asksAgain, CertifierCard: asksAgain, RelationChoice: asksAgain,
	Sending: finishes, Result: stays, Queued: stays,
	AlreadyHere: lasts,
	CardFault:   ends, AlreadyElsewhere: ends, NoRight: ends, Desk: ends,
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
	x := &s.w.Session
	x.Person = p
	if k := x.Kept; k.PID == p.PID {
		x.Phone, x.PhoneInput, x.PhoneOwner, x.PhoneTyped = k.Phone, k.Input, k.Owner, !k.Phone.IsZero()
	}
	x.Kept = Kept{}
	x.RightState, x.DoneState = Asked, Asked
	n := x.Insertion.Number
	x.AskedOf = s.w.Today
	s.do(CheckRight{n, p.PID}, CheckStatus{n, p.PID, s.w.Today}, RecallPhone{n, p.PID})
}

func (s *step) read(e CardRead) {
	if e.Expiry.PassedBy(s.w.Today) {
		s.fault(visit.CardExpired)
		return
	}
	s.w.Session.CardRead = true
	s.w.Session.Person.Address = e.Address
	s.proceed()
}

// readingTooLong is the last resort when neither the card reader nor the NHSO
// client has reported within its own time limit.
func (s *step) readingTooLong() {
	x := &s.w.Session
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
