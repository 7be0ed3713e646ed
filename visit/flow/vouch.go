package flow

import "authenkiosk/visit"

// mayVouch reports whether the card that is in can be made that of somebody who vouches for
// the patient who comes next: a card that was put in as the patient's own, or one that
// has vouched for a patient whose visit is over.
func (w Way) mayVouch() bool {
	x := w.Session
	if !w.Offers(visit.MethodCertifier) {
		return false
	}
	switch x.Method {
	case visit.MethodCard:
		return x.identified() && w.CardIn && w.State != Sending
	case visit.MethodCertifier:
		return !x.Certifier.Person.PID.IsZero() && w.State.informs()
	}
	return false
}

// vouch begins the session of the patient for whom the card vouches. The card is read again
// when the patient is known, and held against the rules for those who vouch. Their phone is
// kept: it is forgotten when somebody else's card comes in place of theirs.
func (w Way) vouch(start Insertion) (Way, []Effect) {
	s := &step{w: w}
	old := w.Session
	c := Certifier{Insertion: old.Certifier.Insertion, Person: old.Certifier.Person}
	if old.Method == visit.MethodCard {
		c = Certifier{Insertion: old.Insertion, Person: old.Person}
	}
	x := Session{Insertion: start, Method: visit.MethodCertifier, PhoneOwner: visit.PhoneOfRelative, Certifier: c}
	if !old.Phone.IsZero() {
		x.Phone, x.PhoneTyped, x.PhoneFrom = old.Phone, old.PhoneTyped, c.Person.PID
	}
	s.w.Session = x
	s.do(Wipe{})
	if p := w.Devices.ClosedBecause(); p != visit.NoProblem {
		s.desk(p, "")
		return s.w, s.effects
	}
	s.enter(PIDEntry)
	return s.w, s.effects
}

// withoutCard notes that a card is out, and leaves on the screen what is there.
func (w Way) withoutCard(role Role) Way {
	if role == PatientReader {
		w.CardIn = false
	}
	if w.Session.restsOn(role) {
		w.Session.Certifier.Insertion = Insertion{}
	}
	return w
}
