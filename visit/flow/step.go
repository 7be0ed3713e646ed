package flow

import "authenkiosk/visit"

// Step is the flow: what an event makes of the model, and what is to be done.
// An event that does not fit the state is ignored and changes nothing.
func Step(m Model, e Event) (Model, []Effect) {
	s := &step{m: m}
	switch e := e.(type) {
	case DayChanged:
		s.m.Today = e.Today
	case DevicesChanged:
		s.m.Devices = e.Devices
	case TimerFired:
		s.timer(e.Timer)
	case CardInserted, CardIdentified, CardRead, CardFailed, CardRemoved:
		s.card(e)
	case CameraChanged, PhotoSeen, PhotoTaken, PhotoFailed:
		s.camera(e)
	case RightFound, RightFailed, StatusFound, StatusFailed, PhoneKnown:
		s.answer(e)
	case VisitSaved, VisitNotSaved, VisitDone, VisitQueued, VisitRefused, SlipPrinted, SlipFailed:
		s.outcome(e)
	default:
		s.tap(e)
	}
	return s.m, s.effects
}

// step is one run of Step: the model in the making and the effects so far.
type step struct {
	m       Model
	effects []Effect
}

func (s *step) do(effects ...Effect) { s.effects = append(s.effects, effects...) }

// enter goes to a state and sets the timers that end it; every state but Welcome
// has one.
func (s *step) enter(state State) {
	s.m.State = state
	s.m.Warning = false
	s.do(ClearTimers{})
	switch state {
	case Reading:
		s.set(TimerReading)
	case TakeCard, CardFault:
		s.set(TimerHold)
	case Sending:
		s.set(TimerSlow)
		s.set(TimerSending)
	case Welcome:
		// Whoever comes next finds the screen as the unit has it.
		s.m.Prefs, s.m.Help, s.m.CardHere, s.m.Ending = Prefs{}, false, false, NoEnding
	default:
		s.set(TimerIdle)
	}
}

// set starts a timer of the state in which the model is.
func (s *step) set(t Timer) {
	after := InfoHold
	switch {
	case t == TimerIdle && s.m.State == Line:
		after = LineHold
	case t == TimerIdle && s.m.State == PhotoAim:
		after = AimIdleAfter
	case t == TimerIdle && (s.m.State == Result || s.m.State == Queued) && (s.m.slipComes() || !s.m.Waiting.IsZero()):
		after = ResultHold
	case t == TimerIdle && s.m.State.informs():
		after = InfoHold
	case t == TimerIdle:
		after = IdleAfter
	case t == TimerCountdown:
		after = CountdownAt
	case t == TimerPoll:
		after = s.m.Session.pollAfter()
	case t == TimerWipe:
		after = WipeAfter
	case t == TimerReading:
		after = ReadingAfter
	case t == TimerSlow:
		after = SlowAfter
	case t == TimerSending:
		after = SendingAfter
	case t == TimerPrefs:
		after = PrefsHold
	case s.m.State == TakeCard:
		after = TakeCardHold
	case s.m.State == CardFault && !s.m.CardIn:
		after = EarlyHold
	case s.m.State == CardFault:
		after = FaultHold
	}
	s.do(SetTimer{t, after})
}

// end wipes the session. A card that is still in must be taken first; a card that
// came while the last visit was being sent is read now.
func (s *step) end() {
	s.m.Forgotten = s.m.Forgotten || s.m.Session.Certifier.leftBehind()
	s.m.Ending = s.m.ending()
	s.m.Session = Session{}
	s.m.Prefs = Prefs{}
	s.m.Help, s.m.CardHere = false, false
	s.do(Wipe{})
	switch {
	case !s.m.Waiting.IsZero():
		next := s.m.Waiting
		s.m.Waiting = Insertion{}
		s.begin(next)
	case s.m.CardIn || s.m.Forgotten:
		s.enter(TakeCard)
		s.do(Chime{ToneAttention})
	default:
		s.enter(Welcome)
	}
}

// ending is what the session on the screen ends with now.
func (m Model) ending() Ending {
	switch m.State {
	case TakeCard:
		return m.Ending
	case Result, Queued, AlreadyHere:
		return WithCode
	case Desk, NoRight, AlreadyElsewhere:
		return AtDesk
	}
	return WithoutCode
}

// begin starts a session with a card. Without a place to save the visit none is
// begun: the patient hears it before waiting, not after.
func (s *step) begin(i Insertion) {
	kept, left := s.m.Session.Kept, s.m.Session.Certifier.leftBehind()
	s.m.Session = Session{Insertion: i, Method: visit.MethodCard, PhoneOwner: visit.PhoneOfPatient, Kept: kept}
	s.m.Help, s.m.CardHere, s.m.Ending = false, false, NoEnding
	s.m.Left, s.m.Forgotten = s.m.Left || s.m.Forgotten || left, false // this patient did not leave it there
	if p := s.m.Devices.ClosedBecause(); p != visit.NoProblem {
		s.desk(p, "")
		return
	}
	s.enter(Reading)
	s.do(Chime{ToneDetected}, ReadCard{i})
}

// desk sends the patient to the staff, with the reason. Of a typed number it says
// nothing that NHSO knows: not whether its owner has a right, was here today, or
// lives.
func (s *step) desk(p visit.Problem, message string) {
	if s.m.Session.Typed() {
		message = ""
		switch p {
		case visit.CodeExists, visit.NoRight, visit.PersonDeceased:
			p = visit.StaffChecks
		}
	}
	s.m.Session.Problem = p
	s.m.Session.Message = message
	s.m.Session.Kept = Kept{}
	s.enter(Desk)
	s.do(Chime{ToneAttention})
	s.print(false)
}

// fault shows what is wrong with the card and forgets whose card it was. What the
// patient has typed waits for the same card.
func (s *step) fault(p visit.Problem) {
	// Only a card of the patient can be tried again.
	left := Session{Problem: p}
	if x := s.m.Session; x.Method == visit.MethodCard {
		left.Insertion, left.Method = x.Insertion, x.Method
		if p == visit.CardRemovedEarly {
			left.Kept = x.Kept
			if x.PhoneTyped || x.PhoneInput != "" {
				left.Kept = Kept{PID: x.Person.PID, Input: x.PhoneInput, Owner: x.PhoneOwner}
			}
			if x.PhoneTyped { // a remembered one is asked for again
				left.Kept.Phone = x.Phone
			}
		}
	}
	s.m.Session = left
	s.do(Wipe{})
	s.enter(CardFault)
	s.do(Chime{ToneAttention})
}

// current reports whether an answer belongs to the session on the screen.
func (s *step) current(number uint64) bool {
	return number != 0 && s.m.Session.Insertion.Number == number
}

func (s *step) timer(t Timer) {
	switch {
	case t == TimerIdle && !s.m.Waiting.IsZero():
		s.end() // the next patient stands there already
	case t == TimerIdle && s.m.State.attended():
		s.m.Warning = true
		s.do(Chime{ToneAttention})
		s.set(TimerWipe)
	case t == TimerWipe && s.m.Warning:
		s.end()
	case t == TimerReading && s.m.State == Reading:
		s.readingTooLong()
	case t == TimerReading && s.m.State == CertifierCard:
		s.certifierTooLong()
	case t == TimerCountdown:
		s.counted()
	case t == TimerPoll && s.m.State == Line:
		s.poll()
	case t == TimerSlow && s.m.State == Sending:
		s.m.Session.Slow = true
	case t == TimerSending && s.m.State == Sending:
		s.sendingTooLong()
	case t == TimerHold:
		s.held()
	case t == TimerPrefs && s.m.State == Welcome:
		s.m.Prefs = Prefs{}
		s.m.Help = false
	}
}

// held ends the screens that end by themselves.
func (s *step) held() {
	switch s.m.State {
	case TakeCard:
		// Nobody takes it. The welcome screen says in which reader there is a card
		// for the staff; it is read only when it has been out.
		s.m.Left, s.m.Forgotten = s.m.Left || s.m.Forgotten, false
		s.enter(Welcome)
	case CardFault:
		s.end()
	}
}

// attended reports whether somebody is expected to touch the screen or to read it, so
// that silence needs a warning.
func (s State) attended() bool {
	switch s {
	case Welcome, Reading, CardFault, Sending, TakeCard:
		return false
	}
	return true
}

// informs reports whether a screen is there to be read.
func (s State) informs() bool {
	switch s {
	case AlreadyHere, AlreadyElsewhere, NoRight, Result, Queued, Desk, NoCard:
		return true
	}
	return false
}
