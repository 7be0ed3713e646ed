package flow

import "authenkiosk/visit"

// tap takes a touch of the screen that is the patient's, or of the officer for the
// patient.
func (s *step) tap(e Event) {
	//exhaustive:enforce
	switch s.w.State {
	case Welcome, NoCard:
		s.tapWithout(e)
	case PIDEntry:
		s.tapPID(e)
	case PhotoAim:
		s.sit(s.w.Session.Insertion.Number, e)
	case PhotoReview:
		s.tapReview(e)
	case CertifierCard:
		s.tapCertifier(e)
	case RelationChoice:
		s.tapRelation(e)
	case CardFault:
		s.tapFault(e)
	case Confirm:
		s.tapConfirm(e)
	case PhoneEntry:
		s.tapPhone(e)
	case ClaimTypeChoice:
		s.tapClaimTypes(e)
	case AlreadyHere:
		s.tapAlreadyHere(e)
	case AlreadyElsewhere:
		if _, ok := e.(TapOtherService); ok && s.w.Unit.SecondCode && s.w.Present() {
			s.choose()
		}
	case Result, Queued:
		s.tapReprint(e)
	case Reading, NoRight, Sending, Desk, TakeCard, Line: // nothing of theirs is touched
	}
}

func (s *step) tapFault(e Event) {
	if _, ok := e.(TapRetry); ok && s.w.CardIn && !s.w.Session.Insertion.IsZero() {
		s.begin(s.w.Session.Insertion)
	}
}

func (s *step) tapConfirm(e Event) {
	switch e.(type) {
	case TapChangePhone:
		s.enter(PhoneEntry)
	case TapChangeClaimType:
		if len(s.w.Session.Offered) > 1 {
			s.enter(ClaimTypeChoice)
		}
	case TapConfirm:
		s.confirm()
	}
}

func (s *step) tapPhone(e Event) {
	x := &s.w.Session
	switch e := e.(type) {
	case TapDigit, TapBackspace, TapClear:
		p := x.PhoneProblem()
		x.PhoneInput = keyed(x.PhoneInput, e, p == visit.PhoneEmpty || p == visit.PhoneTooShort)
		if phone, err := visit.ParsePhone(x.PhoneInput); err == nil {
			x.Phone, x.PhoneTyped, x.PhoneInput = phone, true, ""
			x.PhoneFrom = x.Certifier.Person.PID
			s.ask()
		}
	case TapPhoneOwner:
		if e.Owner == visit.PhoneOfPatient || e.Owner == visit.PhoneOfRelative {
			x.PhoneOwner = e.Owner
		}
	case TapBack:
		if !x.Phone.IsZero() {
			x.PhoneInput = ""
			s.enter(Confirm)
		}
	}
}

func (s *step) tapClaimTypes(e Event) {
	switch e := e.(type) {
	case TapClaimType:
		for _, c := range s.w.Session.Offered {
			if c.Code == e.Code {
				s.w.Session.ClaimType = c
				s.ask()
				return
			}
		}
	case TapBack:
		if back, ok := s.w.BackFromClaimTypes(); ok {
			s.enter(back)
		}
	}
}

// BackFromClaimTypes returns where the list of claim types was opened. While
// nothing is chosen there is no confirmation to go back to.
func (w Way) BackFromClaimTypes() (State, bool) {
	x := w.Session
	if x.ClaimType.Code != "" {
		return Confirm, true
	}
	if _, here := x.Latest(w.Unit.HCode, true); here {
		return AlreadyHere, true
	}
	if _, elsewhere := x.Latest(w.Unit.HCode, false); elsewhere {
		return AlreadyElsewhere, true
	}
	return 0, false
}

func (s *step) tapAlreadyHere(e Event) {
	s.tapReprint(e)
	if _, ok := e.(TapOtherService); !ok || !s.w.Present() {
		return
	}
	// A tap says that the patient wants another code, not which one: the kiosk
	// chooses only where a single one is left.
	if open := s.w.Session.without(s.w.Unit.HCode); len(open) > 0 {
		s.w.Session.Offered, s.w.Session.ClaimType = open, visit.ClaimType{}
		if len(open) == 1 {
			s.w.Session.ClaimType = open[0]
		}
		s.ask()
	}
}

// tapReprint prints another slip, so often and no more.
func (s *step) tapReprint(e Event) {
	if _, ok := e.(TapReprint); ok && s.w.Session.MayReprint() {
		s.print(true)
	}
}
