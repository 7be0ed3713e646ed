package flow

import "authenkiosk/visit"

// tap takes a touch of the screen. Any touch answers the idle warning.
func (s *step) tap(e Event) {
	if s.m.Warning {
		// The touch says only "I am here": what lay under the warning was hidden.
		if _, close := e.(TapClose); close {
			s.end()
			return
		}
		s.restartIdle()
		return
	}
	if s.setting(e) {
		s.touched()
		return
	}
	switch s.m.State {
	case Welcome:
		if tap, ok := e.(TapNoCard); ok {
			s.m.Help, s.m.CardHere = false, tap.CardHere
			s.enter(NoCard)
		}
	case NoCard:
		s.tapNoCard(e)
	case PIDEntry:
		s.tapPID(e)
	case PhotoAim:
		s.tapAim(e)
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
		if _, ok := e.(TapOtherService); ok && s.m.Unit.SecondCode && s.present() {
			s.choose()
		}
	case Result, Queued:
		s.tapReprint(e)
	}
	switch e.(type) {
	case TapClose:
		if s.closable() {
			s.end()
			return
		}
	case TapBack:
		if s.m.State.beforeProof() {
			s.otherWay()
			return
		}
	}
	s.touched()
}

// closable reports whether the patient may end the session now. A visit on its way
// is not cancelled by a tap: its code would be lost.
func (s *step) closable() bool {
	return s.m.State != Welcome && s.m.State != Sending && s.m.State != TakeCard
}

// touched restarts what a touch restarts.
func (s *step) touched() {
	switch {
	case s.m.State.attended():
		s.restartIdle()
	case s.m.State == Welcome:
		s.set(TimerPrefs)
	}
}

func (s *step) restartIdle() {
	s.m.Warning = false
	s.do(ClearTimer{TimerWipe})
	s.set(TimerIdle)
}

// setting handles the bar that is on every screen.
func (s *step) setting(e Event) bool {
	switch e := e.(type) {
	case TapHelp:
		s.m.Help = !s.m.Help
	case TapLanguage:
		s.m.Prefs.Language = e.Language
	case TapTextSize:
		s.m.Prefs.TextSize = (s.m.Prefs.TextSize + 1) % textSizeCount
	case TapContrast:
		s.m.Prefs.Contrast = (s.m.Prefs.Contrast + 1) % contrastCount
	case TapMoreTime, Touched:
	default:
		return false
	}
	return true
}

func (s *step) tapFault(e Event) {
	if _, ok := e.(TapRetry); ok && s.m.CardIn && !s.m.Session.Insertion.IsZero() {
		s.begin(s.m.Session.Insertion)
	}
}

func (s *step) tapConfirm(e Event) {
	switch e.(type) {
	case TapChangePhone:
		s.enter(PhoneEntry)
	case TapChangeClaimType:
		if len(s.m.Session.Offered) > 1 {
			s.enter(ClaimTypeChoice)
		}
	case TapConfirm:
		s.confirm()
	}
}

func (s *step) tapPhone(e Event) {
	x := &s.m.Session
	switch e := e.(type) {
	case TapDigit:
		// A number that is already wrong takes no more digits: the reason stays
		// in sight until something is taken away.
		if p := x.PhoneProblem(); p != visit.PhoneEmpty && p != visit.PhoneTooShort {
			return
		}
		if e.Digit < '0' || e.Digit > '9' {
			return
		}
		x.PhoneInput += string(rune(e.Digit))
		if phone, err := visit.ParsePhone(x.PhoneInput); err == nil {
			x.Phone, x.PhoneTyped, x.PhoneInput = phone, true, ""
			x.PhoneFrom = x.Certifier.Person.PID
			s.ask()
		}
	case TapBackspace:
		if n := len(x.PhoneInput); n > 0 {
			x.PhoneInput = x.PhoneInput[:n-1]
		}
	case TapClear:
		x.PhoneInput = ""
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
		for _, c := range s.m.Session.Offered {
			if c.Code == e.Code {
				s.m.Session.ClaimType = c
				s.ask()
				return
			}
		}
	case TapBack:
		if back, ok := s.m.BackFromClaimTypes(); ok {
			s.enter(back)
		}
	}
}

// BackFromClaimTypes returns where the list of claim types was opened. While
// nothing is chosen there is no confirmation to go back to.
func (m Model) BackFromClaimTypes() (State, bool) {
	x := m.Session
	if x.ClaimType.Code != "" {
		return Confirm, true
	}
	if _, here := x.Latest(m.Unit.HCode, true); here {
		return AlreadyHere, true
	}
	if _, elsewhere := x.Latest(m.Unit.HCode, false); elsewhere {
		return AlreadyElsewhere, true
	}
	return 0, false
}

func (s *step) tapAlreadyHere(e Event) {
	s.tapReprint(e)
	if _, ok := e.(TapOtherService); !ok || !s.present() {
		return
	}
	// A tap says that the patient wants another code, not which one: the kiosk
	// chooses only where a single one is left.
	if open := s.m.Session.without(s.m.Unit.HCode); len(open) > 0 {
		s.m.Session.Offered, s.m.Session.ClaimType = open, visit.ClaimType{}
		if len(open) == 1 {
			s.m.Session.ClaimType = open[0]
		}
		s.ask()
	}
}

// tapReprint prints another slip, so often and no more.
func (s *step) tapReprint(e Event) {
	if _, ok := e.(TapReprint); ok && s.m.Session.MayReprint() {
		s.print(true)
	}
}
