package flow

import (
	"slices"

	"authenkiosk/visit"
)

// Certifier is the person whose card vouches for the patient.
type Certifier struct {
	Insertion Insertion // of the card that vouches; zero: none is in
	Person    Person
	CardRead  bool
	Relation  visit.Relation
}

// awaitsCertifier reports whether a card that comes in now is the one that vouches.
// It must be put in while this patient is here: a card that was forgotten in the
// reader vouches for nobody. One that cannot vouch gives way to the next, in
// whichever reader that is.
func (w Way) awaitsCertifier() bool {
	x := w.Session
	return x.Method == visit.MethodCertifier && (x.Certifier.Insertion.IsZero() || x.Problem != visit.NoProblem) &&
		(w.State == PIDEntry || w.State == CertifierCard)
}

func (s *step) certifierInserted(i Insertion) {
	s.w.Session.Certifier = Certifier{Insertion: i}
	if s.w.State == CertifierCard {
		s.readCertifier()
	}
}

func (s *step) readCertifier() {
	x := &s.w.Session
	x.Problem = visit.NoProblem
	x.Certifier = Certifier{Insertion: x.Certifier.Insertion}
	s.enter(CertifierCard)
	s.set(TimerReading)
	s.do(Chime{ToneDetected}, ReadCard{x.Certifier.Insertion})
}

// awaitCertifier goes to the screen that asks for the card; one that came early
// is read at once.
func (s *step) awaitCertifier() {
	if !s.w.Session.Certifier.Insertion.IsZero() {
		s.readCertifier()
		return
	}
	s.enter(CertifierCard)
	s.do(ExpectCertifier{})
}

// vouching reports whether an answer is about the card that vouches.
func (s *step) vouching(number uint64) bool {
	i := s.w.Session.Certifier.Insertion
	return s.w.State == CertifierCard && !i.IsZero() && i.Number == number
}

// certifierGone asks for the card again: nobody vouches who is not there. One that
// could not vouch was taken out rightly: why it could not stays in sight.
func (s *step) certifierGone() {
	x := &s.w.Session
	x.Certifier = Certifier{}
	if s.w.State == PIDEntry {
		return // not asked for yet
	}
	x.PhoneInput = ""
	if s.w.State != CertifierCard || x.Problem == visit.NoProblem {
		x.Problem = visit.CardRemovedEarly
	}
	s.awaitCertifier()
	s.do(Chime{ToneAttention})
}

func (s *step) certifierIdentified(p Person) {
	if p.PID.IsZero() {
		s.certifierFault(visit.CardUnreadable)
		return
	}
	s.w.Session.Certifier.Person = p
}

// certifierRead takes the card that vouches, if it may.
func (s *step) certifierRead(e CardRead) {
	x := &s.w.Session
	c := &x.Certifier
	switch {
	case e.Expiry.PassedBy(s.w.Today):
		s.certifierFault(visit.CardExpired)
		return
	case c.Person.PID == x.Person.PID:
		s.certifierFault(visit.CertifierSame)
		return
	case s.w.Unit.Certify.MinAge > 0 && c.Person.Birth.YearsBy(s.w.Today) < s.w.Unit.Certify.MinAge:
		s.certifierFault(visit.CertifierTooYoung)
		return
	}
	c.CardRead = true
	x.Problem = visit.NoProblem
	if x.PhoneFrom != c.Person.PID {
		// Somebody else vouches now, who is asked for a number, too.
		x.Phone, x.PhoneTyped, x.PhoneFrom, x.PhoneOwner = visit.Phone{}, false, visit.PID{}, visit.PhoneOfRelative
	}
	if offered := s.w.Relations(); len(offered) == 1 {
		c.Relation = offered[0]
		s.askNHSO()
		return
	}
	s.enter(RelationChoice)
}

// certifierFault says what is wrong with the card that vouches. The patient's
// number stays: another card can be put in.
func (s *step) certifierFault(p visit.Problem) {
	x := &s.w.Session
	x.Certifier = Certifier{Insertion: x.Certifier.Insertion}
	x.Problem = p
	s.enter(CertifierCard)
	s.do(Chime{ToneAttention})
}

func (s *step) tapCertifier(e Event) {
	if _, ok := e.(TapRetry); ok && s.w.Session.Problem != visit.NoProblem && !s.w.Session.Certifier.Insertion.IsZero() {
		s.readCertifier()
	}
}

func (s *step) tapRelation(e Event) {
	if r, ok := e.(TapRelation); ok && slices.Contains(s.w.Relations(), r.Relation) {
		s.w.Session.Certifier.Relation = r.Relation
		s.askNHSO()
	}
}

// Relations returns who may vouch for the patient of the session. While NHSO has
// not said how old the patient is, those for minors are offered: the wider list
// of a unit that makes a difference.
func (w Way) Relations() []visit.Relation {
	rule := w.Unit.Certify
	birth := w.Session.Person.Birth
	if rule.AdultAge > 0 && !birth.IsZero() && birth.YearsBy(w.Today) >= rule.AdultAge {
		return rule.AdultRelations
	}
	return rule.Relations
}

// certifierTooLong ends the reading of a card that vouches.
func (s *step) certifierTooLong() {
	x := s.w.Session
	if !x.Certifier.Insertion.IsZero() && !x.Certifier.CardRead && x.Problem == visit.NoProblem {
		s.certifierFault(visit.CardUnreadable)
	}
}

// leftBehind reports whether a card that vouched is still in the certifier's own
// reader, where an officer may leave it but nobody else.
func (c Certifier) leftBehind() bool {
	return c.Insertion.Role == CertifierReader && c.Relation != visit.RelationOfficer
}
