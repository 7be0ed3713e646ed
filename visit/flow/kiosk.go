package flow

import (
	"time"

	"authenkiosk/visit"
)

// Step is the flow of a kiosk: what an event makes of the model, and what is to be
// done. An event that does not fit the state is ignored and changes nothing.
func Step(m Model, e Event) (Model, []Effect) {
	k := &kiosk{m: m}
	switch e := e.(type) {
	case TimerFired:
		k.timer(e.Timer)
	case CardInserted:
		k.inserted(e)
	case CardRemoved:
		k.removed(e)
	case HelpComing:
		k.setting(e)
	case DayChanged, DevicesChanged, CardIdentified, CardRead, CardFailed, CameraChanged, PhotoSeen, PhotoTaken, PhotoFailed,
		RightFound, RightFailed, StatusFound, StatusFailed, PhoneKnown,
		VisitSaved, VisitNotSaved, VisitDone, VisitQueued, VisitRefused, SlipPrinted, SlipFailed, SlipWithheld:
		k.way(e)
	default:
		k.tap(e)
	}
	k.m.Coming = k.m.Coming && k.m.Help // whoever closes it, or is gone, waits for nobody
	return k.m, k.effects
}

// kiosk is one run of Step: the model in the making and the effects so far.
type kiosk struct {
	m       Model
	effects []Effect
}

func (k *kiosk) do(effects ...Effect) { k.effects = append(k.effects, effects...) }

// way hands an event on to the patient's way.
func (k *kiosk) way(e Event) {
	before := k.m.Way
	w, effects := before.Step(e)
	out, begun := false, false
	switch e := e.(type) {
	case CardRemoved:
		out = e.Role == CertifierReader
	case CardInserted:
		out = e.Insertion.Role == CertifierReader
		begun = w.Session.Insertion == e.Insertion
	case TapRetry:
		begun = before.State == CardFault && w.State != CardFault
	}
	k.went(w, effects, out, begun)
}

// went is what the kiosk does about a step of the way: in which a card may have come
// out of the certifier's reader, or a session with a card have begun.
func (k *kiosk) went(w Way, effects []Effect, out, begun bool) {
	before := k.m.Way
	k.m.Way = w
	if c := before.Session.Certifier; c.leftBehind() && w.Session.Certifier.Insertion != c.Insertion && !out {
		k.m.Forgotten = true
	}
	if begun {
		k.m.CardHere, k.m.Ending = false, NoEnding
		k.m.Left, k.m.Forgotten = k.m.Left || k.m.Forgotten, false // this patient did not leave it there
	}
	for _, e := range effects {
		switch e := e.(type) {
		case Entered:
			if e.State == Welcome {
				k.ended(before)
				continue
			}
			k.limit(before.Session.Print)
		case NeedsTime:
			k.restartIdle()
		case PrintSlip:
			e.Slip.Language = k.m.Prefs.Language
			k.do(e)
		default:
			k.do(e)
		}
	}
}

// enter goes to a screen that is the kiosk's own.
func (k *kiosk) enter(state State) {
	k.m.State = state
	k.limit(NotPrinted)
}

// limit sets the timer that ends the state; every state but Welcome has one, of the
// kiosk or of the way. How long a result stays depends on what had become of the slip
// before it.
func (k *kiosk) limit(slip PrintState) {
	// The help page explained the screen before. It would hide a code that comes, or
	// that the card is to be put back.
	k.m.Warning, k.m.Help = false, false
	k.do(ClearTimers{})
	switch k.m.State {
	case Reading, Sending: // the way's own
	case TakeCard, CardFault:
		k.set(TimerHold, k.m.hold())
	case Welcome:
		// Whoever comes next finds the screen as the unit has it.
		k.m.Prefs, k.m.CardHere, k.m.Ending = Prefs{}, false, NoEnding
	default:
		m := k.m
		m.Session.Print = slip
		k.set(TimerIdle, m.idle())
	}
}

func (k *kiosk) set(t Timer, after time.Duration) { k.do(SetTimer{t, after}) }

// idle is how long nobody may touch the screen.
func (m Model) idle() time.Duration {
	switch {
	case m.State == Line:
		return LineHold
	case m.State == PhotoAim:
		return AimIdleAfter
	case !m.Waiting.IsZero(), (m.State == Result || m.State == Queued) && m.slipComes():
		return ResultHold
	case m.State.informs():
		return InfoHold
	}
	return IdleAfter
}

// hold is how long a screen stays that ends by itself.
func (m Model) hold() time.Duration {
	switch {
	case m.State == TakeCard:
		return TakeCardHold
	case !m.CardIn:
		return EarlyHold
	}
	return FaultHold
}

// end ends the session that is on the screen.
func (k *kiosk) end() {
	w, effects := k.m.End()
	k.went(w, effects, false, false)
}

// ended is after a session. A card that is still in must be taken first; a card that
// came while the last visit was being sent is read now.
func (k *kiosk) ended(last Way) {
	k.m.Ending = k.m.endingOf(last)
	k.m.CardHere = false
	switch {
	case !k.m.Waiting.IsZero():
		k.m.Prefs = Prefs{} // of who stood there before
		next := k.m.Waiting
		k.m.Waiting = Insertion{}
		w, effects := k.m.Begin(next)
		k.went(w, effects, false, true)
	case k.m.CardIn || k.m.Forgotten:
		k.enter(TakeCard) // in the language of whoever is to read it
		k.do(Chime{ToneAttention})
	default:
		k.enter(Welcome)
	}
}

// endingOf is what a session ends with that has come so far.
func (m Model) endingOf(w Way) Ending {
	//exhaustive:enforce
	switch w.State {
	case TakeCard:
		return m.Ending
	case Result, Queued, AlreadyHere:
		return WithCode
	case Desk, NoRight, AlreadyElsewhere:
		return AtDesk
	case CardFault:
		if w.Session.Problem == visit.CardExpired {
			return AtDesk // it stays so, however often it is put in
		}
		return WithoutCode
	case NoCard:
		return BeginAgain // whoever vouched still has the card in
	case Welcome, Reading, Confirm, PhoneEntry, ClaimTypeChoice, Sending, PIDEntry, PhotoAim, PhotoReview, CertifierCard,
		RelationChoice, Line:
	}
	if w.Session.Method == visit.MethodCertifier {
		return BeginAgain
	}
	return WithoutCode
}

func (k *kiosk) inserted(e CardInserted) {
	i := e.Insertion
	if i.IsZero() {
		return
	}
	if k.m.swapped(i) {
		k.removed(CardRemoved{i.Role})
	}
	switch {
	case i.Role == CertifierReader:
		k.m.Left = false // whatever was left there is out
	case k.m.State == Result || k.m.State == Queued:
		// Somebody else's code must not stay in sight of the next patient.
		k.m.Waiting = i
		k.end()
		return
	case k.m.State.informs() && !k.m.Session.Insertion.IsZero(), k.m.State == TakeCard:
		k.m.Prefs = Prefs{} // somebody else is here now
	}
	k.way(e)
	if i.Role == PatientReader && k.m.State == Sending {
		// The visit of the person before is on its way; this card waits.
		k.m.Waiting = i
	}
}

func (k *kiosk) removed(e CardRemoved) {
	if e.Role == PatientReader {
		k.m.Waiting = Insertion{}
	} else {
		k.m.Forgotten, k.m.Left = false, false
	}
	asked := k.m.State == TakeCard
	k.way(e)
	if asked {
		k.end()
	}
}

func (k *kiosk) timer(t Timer) {
	switch {
	case t == TimerIdle && !k.m.Waiting.IsZero():
		k.end() // the next patient stands there already
	case t == TimerIdle && k.m.State.attended():
		k.m.Warning = true
		k.do(Chime{ToneAttention})
		k.set(TimerWipe, WipeAfter)
	case t == TimerWipe && k.m.Warning:
		k.end()
	case t == TimerHold:
		k.held()
	case t == TimerPrefs && k.m.State == Welcome:
		k.m.Prefs = Prefs{}
		k.m.Help = false
	default:
		k.way(TimerFired{t})
	}
}

// held ends the screens that end by themselves.
func (k *kiosk) held() {
	switch k.m.State {
	case TakeCard:
		// Nobody takes it. The welcome screen says in which reader there is a card
		// for the staff; it is read only when it has been out.
		k.m.Left, k.m.Forgotten = k.m.Left || k.m.Forgotten, false
		k.enter(Welcome)
	case CardFault:
		k.end()
	}
}

// tap takes a touch of the screen. Any touch answers the idle warning.
func (k *kiosk) tap(e Event) {
	if k.m.Warning {
		// The touch says only "I am here": what lay under the warning was hidden.
		if _, close := e.(TapClose); close {
			k.end()
			return
		}
		k.restartIdle()
		return
	}
	if k.setting(e) {
		k.touched()
		return
	}
	switch k.m.State {
	case Welcome:
		if tap, ok := e.(TapNoCard); ok {
			k.m.CardHere = tap.CardHere
			k.enter(NoCard)
		}
	case NoCard:
		k.tapNoCard(e)
	default:
		k.way(e)
	}
	switch e.(type) {
	case TapClose:
		if k.m.State.closable() {
			k.end()
			return
		}
	case TapBack:
		if k.m.State.beforeProof() {
			k.otherWay()
			return
		}
	}
	k.touched()
}

// touched restarts what a touch restarts.
func (k *kiosk) touched() {
	switch {
	case k.m.State.attended():
		k.restartIdle()
	case k.m.State == Welcome:
		k.set(TimerPrefs, PrefsHold)
	}
}

func (k *kiosk) restartIdle() {
	k.m.Warning = false
	k.do(ClearTimer{TimerWipe})
	k.set(TimerIdle, k.m.idle())
}

// setting handles the bar that is on every screen, and what the help page hears.
func (k *kiosk) setting(e Event) bool {
	switch e.(type) {
	case TapHelp:
		k.m.Help = !k.m.Help
	case HelpComing:
		k.m.Coming = true
	case TapLanguage, TapTextSize, TapContrast:
		k.m.Prefs = k.m.Prefs.Step(e)
	case TapMoreTime, Touched:
	default:
		return false
	}
	return true
}

// Offers reports whether a way without the patient's card can be taken now.
func (m Model) Offers(method visit.Method) bool {
	// The photo shows the face beside the card.
	return m.Way.Offers(method) && (method != visit.MethodPhoto || m.CardHere)
}

func (k *kiosk) tapNoCard(e Event) {
	tap, chosen := e.(TapMethod)
	if chosen && (!k.m.Offers(tap.Method) || tap.Start.IsZero()) {
		return
	}
	k.way(e)
}

// otherWay goes back to the choice of ways, or from there to the beginning. The
// patient's language stays.
func (k *kiosk) otherWay() {
	if k.m.State == NoCard {
		k.end()
		return
	}
	k.m.Forgotten = k.m.Forgotten || k.m.Session.Certifier.leftBehind()
	k.m.Session = Session{}
	k.do(Wipe{})
	k.enter(NoCard)
}

// closable reports whether the patient may end the session now. A visit on its way
// is not cancelled by a tap: its code would be lost.
func (s State) closable() bool { return s != Welcome && s != Sending && s != TakeCard }

// attended reports whether somebody is expected to touch the screen or to read it, so
// that silence needs a warning.
func (s State) attended() bool {
	//exhaustive:enforce
	switch s {
	case Welcome, Reading, CardFault, Sending, TakeCard:
		return false
	case Confirm, PhoneEntry, ClaimTypeChoice, AlreadyHere, AlreadyElsewhere, NoRight, Result, Queued, Desk,
		NoCard, PIDEntry, PhotoAim, PhotoReview, CertifierCard, RelationChoice, Line:
		return true
	}
	return false
}

// informs reports whether a screen is there to be read.
func (s State) informs() bool {
	//exhaustive:enforce
	switch s {
	case AlreadyHere, AlreadyElsewhere, NoRight, Result, Queued, Desk, NoCard:
		return true
	case Welcome, Reading, CardFault, Confirm, PhoneEntry, ClaimTypeChoice, Sending, TakeCard,
		PIDEntry, PhotoAim, PhotoReview, CertifierCard, RelationChoice, Line:
		return false
	}
	return false
}

// beforeProof reports whether the patient may still choose another way.
func (s State) beforeProof() bool {
	//exhaustive:enforce
	switch s {
	case NoCard, PIDEntry, PhotoAim, PhotoReview, CertifierCard, RelationChoice, Line:
		return true
	case Welcome, Reading, CardFault, Confirm, PhoneEntry, ClaimTypeChoice, AlreadyHere, AlreadyElsewhere, NoRight,
		Sending, Result, Queued, Desk, TakeCard:
		return false
	}
	return false
}
