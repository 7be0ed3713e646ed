package flow

import "authenkiosk/visit"

// Way is the way of one patient, from the card or the typed number to the result: a
// machine of its own that a host embeds. The host is a kiosk (Model) or a desk. It
// hands events on to Step and carries out the effects, but for two that are its own:
// Entered and NeedsTime. What belongs to a place where patients stand alone is the
// host's: the screens before and after a session, how long nobody may touch the
// screen, whose card waits, the language.
//
// While State is Welcome, or a state of the host (NoCard, TakeCard), nobody is there.
type Way struct {
	State   State
	Unit    Unit
	Devices visit.Devices
	Today   visit.Date // the service date now; midnight comes as an event
	CardIn  bool       // a card is in the patient's reader
	Session Session
}

// Effects of a way that are for its host: the host's own step does not let them out.
type (
	// Entered says that the way has gone to this state, where the host sets the limits
	// of its own. The timers of the state before are over. Welcome: so is the session.
	Entered struct{ State State }
	// NeedsTime says that something has come up for which the patient needs time,
	// however long nobody has touched the screen.
	NeedsTime struct{}
)

func (Entered) effect()   {}
func (NeedsTime) effect() {}

// Step is what an event makes of the way, and what is to be done. An event that does
// not fit the state is ignored and changes nothing.
func (w Way) Step(e Event) (Way, []Effect) {
	s := &step{w: w}
	switch e := e.(type) {
	case DayChanged:
		s.w.Today = e.Today
	case DevicesChanged:
		s.w.Devices = e.Devices
	case TimerFired:
		s.timer(e.Timer)
	case CardInserted, CardIdentified, CardRead, CardFailed, CardRemoved:
		s.card(e)
	case CameraChanged, PhotoSeen, PhotoTaken, PhotoFailed:
		s.camera(e)
	case RightFound, RightFailed, StatusFound, StatusFailed, PhoneKnown:
		s.answer(e)
	case VisitSaved, VisitNotSaved, VisitDone, VisitQueued, VisitRefused, SlipPrinted, SlipFailed, SlipWithheld:
		s.outcome(e)
	default:
		s.tap(e)
	}
	return s.w, s.effects
}

// Begin starts a session with a card that is in the patient's reader already.
func (w Way) Begin(i Insertion) (Way, []Effect) {
	s := &step{w: w}
	s.w.CardIn = true
	s.begin(i)
	return s.w, s.effects
}

// End ends the session and wipes it. A visit that is still being saved is taken back;
// one that may have left for NHSO is finished without the patient.
func (w Way) End() (Way, []Effect) {
	s := &step{w: w}
	if x := w.Session; w.State == Sending && x.Phase == Saving {
		s.do(DropVisit{x.Visit.ID})
	}
	s.end()
	return s.w, s.effects
}

// step is one run of a way: the way in the making and the effects so far.
type step struct {
	w       Way
	effects []Effect
}

func (s *step) do(effects ...Effect) { s.effects = append(s.effects, effects...) }

// enter goes to a state and sets the timers that are the way's own.
func (s *step) enter(state State) {
	s.w.State = state
	s.do(Entered{state})
	switch state {
	case Reading:
		s.set(TimerReading)
	case Sending:
		s.set(TimerSlow)
		s.set(TimerSending)
	}
}

// set starts a timer of the way.
func (s *step) set(t Timer) {
	after := ReadingAfter
	switch t {
	case TimerPoll:
		after = s.w.Session.pollAfter()
	case TimerSlow:
		after = SlowAfter
	case TimerSending:
		after = SendingAfter
	}
	s.do(SetTimer{t, after})
}

func (s *step) timer(t Timer) {
	switch {
	case t == TimerReading && s.w.State == Reading:
		s.readingTooLong()
	case t == TimerReading && s.w.State == CertifierCard:
		s.certifierTooLong()
	case t == TimerCountdown:
		s.sit(s.w.Session.Insertion.Number, TimerFired{t})
	case t == TimerPoll && s.w.State == Line:
		s.poll()
	case t == TimerSlow && s.w.State == Sending:
		s.w.Session.Slow = true
	case t == TimerSending && s.w.State == Sending:
		s.sendingTooLong()
	}
}

// end wipes the session.
func (s *step) end() {
	s.w.Session = Session{}
	s.do(Wipe{})
	s.enter(Welcome)
}

// desk sends the patient to the staff, with the reason. Of a typed number it says
// nothing that NHSO knows: not whether its owner has a right, was here today, or
// lives.
func (s *step) desk(p visit.Problem, message string) {
	if s.w.Session.Typed() {
		message = ""
		switch p {
		case visit.CodeExists, visit.NoRight, visit.PersonDeceased:
			p = visit.StaffChecks
		}
	}
	s.w.Session.Problem = p
	s.w.Session.Message = message
	s.w.Session.Kept = Kept{}
	s.enter(Desk)
	s.do(Chime{ToneAttention})
	s.print(false)
}

// fault shows what is wrong with the card and forgets whose card it was. What the
// patient has typed waits for the same card.
func (s *step) fault(p visit.Problem) {
	// Only a card of the patient can be tried again.
	left := Session{Problem: p}
	if x := s.w.Session; x.Method == visit.MethodCard {
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
	s.w.Session = left
	s.do(Wipe{})
	s.enter(CardFault)
	s.do(Chime{ToneAttention})
}

// current reports whether an answer belongs to the session on the screen.
func (s *step) current(number uint64) bool {
	return number != 0 && s.w.Session.Insertion.Number == number
}
