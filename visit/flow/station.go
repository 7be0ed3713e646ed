package flow

import (
	"time"

	"authenkiosk/visit"
)

// Station is all that a station knows of a new visit: the way of the patient who is at
// the front desk, and around it what is the desk's. Nobody is served unless somebody has
// signed in and looks at the page. They sit at a screen of their own: they look as long as
// they like, and only what belongs to the way itself (a card that is being read, a visit
// that is being sent) has a time limit.
type Station struct {
	Way
	By       string    // who has signed in, as holds and the audit name them; empty: nobody
	Changing bool      // By has left for a colleague, who goes on with what is half typed
	Open     bool      // the page for a new visit is shown: a card that comes begins one
	Waiting  Insertion // a card in the patient's reader that is not served yet
	Item     visit.ID  // the item of work that the next visit completes; empty: none
	Second   Second    // what the next visit is for in place of an item; zero: nothing of the kind
	ItemOf   string    // whose item or first code it is, a masked PID; empty: nobody knows
	NotSaved string    // why the visit of the session was refused, as its keeper names it; empty: it was not
}

// Events of a station alone.
type (
	// SignedIn says who works at the station now.
	SignedIn struct{ By string }
	// SignedOut says that nobody does any more. A session that has not left for NHSO is
	// over.
	SignedOut struct{}
	// OperatorChanges says that somebody signs out and a colleague will sign in: the
	// session stays that long. The SignedOut that follows changes nothing.
	OperatorChanges struct{}
	// PageShown says whether the page for a new visit is in front.
	PageShown struct{ Shown bool }
	// TapItem has the visit of the session, or of the next one, complete an item of work.
	TapItem struct {
		Item visit.ID
		Of   string // the masked PID of whom it is for; empty: nobody knows
	}
	// TapSecond has the visit of the session, or of the next one, be for a further code of
	// the person who has that masked PID.
	TapSecond struct {
		Second Second
		Of     string
	}
	// TapVouches says that the card of the session is of somebody who vouches: for a
	// patient who has no card here, or for the next child of the same family. The runner
	// fills Start.
	TapVouches struct{ Start Insertion }
)

func (SignedIn) event()        {}
func (SignedOut) event()       {}
func (OperatorChanges) event() {}
func (PageShown) event()       {}
func (TapItem) event()         {}
func (TapSecond) event()       {}
func (TapVouches) event()      {}

// ChangeHold is how long a half-typed visit waits for the colleague.
const ChangeHold = 2 * time.Minute

// serves reports whether somebody is there who serves patients at this page.
func (d Station) serves() bool { return d.By != "" && d.Open }

// Completes is the item that the visit of the session would complete; empty: none, or it is
// not this patient's.
func (d Station) Completes() visit.ID {
	if d.itsOwn() {
		return d.Item
	}
	return ""
}

// Another is what the visit of the session would be for; zero: no further code, or it is not
// this patient's.
func (d Station) Another() Second {
	if d.itsOwn() {
		return d.Second
	}
	return Second{}
}

// itsOwn reports whether what the next visit is for is of the person of the session. A code
// for which a phone asks is for nothing of the kind: NHSO does not tell what it is for.
func (d Station) itsOwn() bool {
	return d.Session.Method != visit.MethodLine && d.Session.identified() && (d.ItemOf == "" || d.ItemOf == d.Session.Person.PID.Masked())
}

// MayVouch reports whether the card of the session can be made that of somebody who
// vouches.
func (d Station) MayVouch() bool { return d.Waiting.IsZero() && d.Way.mayVouch() }

// Offers reports whether a way without the patient's card can be taken now, and leads to what
// the next visit is for.
func (d Station) Offers(method visit.Method) bool {
	return d.Way.Offers(method) && (method != visit.MethodLine || d.Item == "" && d.Second.Of == "")
}

// Step is what an event makes of the station, and what is to be done. An event that does
// not fit the state is ignored and changes nothing.
func (d Station) Step(e Event) (Station, []Effect) {
	s := &station{d: d}
	switch e := e.(type) {
	case SignedIn:
		s.signedIn(e.By)
	case SignedOut:
		if !d.Changing {
			s.signedOut()
		}
	case OperatorChanges:
		s.changes()
	case PageShown:
		s.shown(e.Shown)
	case TimerFired:
		if e.Timer == TimerHold {
			s.signedOut() // no colleague has come
			break
		}
		s.way(e)
	case CardInserted:
		s.inserted(e)
	case CardRemoved:
		s.removed(e)
	case StatusFound:
		e.Done = d.Another().without(e.Done)
		s.way(e)
	case VisitNotSaved:
		s.way(e)
		if d.State == Sending && s.d.State == Desk {
			s.d.NotSaved = e.Why
		}
	case DayChanged, DevicesChanged, CardIdentified, CardRead, CardFailed, CameraChanged, PhotoSeen, PhotoTaken, PhotoFailed,
		RightFound, RightFailed, StatusFailed, PhoneKnown,
		VisitSaved, VisitDone, VisitQueued, VisitRefused, SlipPrinted, SlipFailed, SlipWithheld:
		s.way(e)
	default:
		s.tap(e)
	}
	return s.d, s.effects
}

// station is one run of a step: the station in the making and the effects so far.
type station struct {
	d       Station
	effects []Effect
	vouched bool // the session goes on as that of somebody for whom the card vouches
}

func (s *station) do(effects ...Effect) { s.effects = append(s.effects, effects...) }

// way hands an event on to the patient's way.
func (s *station) way(e Event) { s.went(s.d.Way.Step(e)) }

// went is what the station does about a step of the way.
func (s *station) went(w Way, effects []Effect) {
	before := s.d.Way
	s.d.Way = w
	for _, e := range effects {
		switch e := e.(type) {
		case Entered:
			s.do(ClearTimers{})
			if s.d.Changing {
				s.do(SetTimer{TimerHold, ChangeHold})
			}
		case NeedsTime, Chime: // nobody is hurried here, and it is no place for tones
		case PrintSlip:
			if e.Kind != SlipDesk { // the patient is at the desk
				s.do(e)
			}
		case SaveVisit:
			e.By, e.Item, e.Second = s.d.By, s.d.Completes(), s.d.Another()
			s.do(e)
		case RecordVisit:
			e.By = s.d.By
			s.do(e)
		default:
			s.do(e)
		}
	}
	s.errand(before)
	if w.Session.Insertion != before.Session.Insertion {
		s.d.NotSaved = ""
	}
	if second := s.d.Another(); second.Of != "" && w.State.decided() && !before.State.decided() {
		s.went(w.another(second))
		return
	}
	switch {
	case w.State == Welcome && before.State != Welcome:
		s.next()
	case w.State != Welcome && w.State != Sending && s.d.By == "" && !s.d.Changing:
		s.end() // the visit has left, and nobody is there to read what became of it
	}
}

func (s *station) end() { s.went(s.d.End()) }

// next serves the card that waits.
func (s *station) next() {
	if i := s.d.Waiting; s.d.serves() && s.d.State == Welcome && !i.IsZero() {
		s.d.Waiting = Insertion{}
		s.went(s.d.Begin(i))
	}
}

func (s *station) signedIn(by string) {
	if by == "" {
		return
	}
	if s.d.Changing {
		s.do(ClearTimer{TimerHold})
	}
	s.d.By, s.d.Changing = by, false
}

func (s *station) signedOut() {
	if s.d.Changing {
		s.do(ClearTimer{TimerHold})
	}
	s.d.By, s.d.Changing, s.d.Open = "", false, false
	s.letGo()
	if x := s.d.Session; s.d.State == Welcome || s.d.State == Sending && x.Phase == Submitting {
		return
	}
	s.end()
}

func (s *station) changes() {
	switch {
	case s.d.By == "":
	case s.d.State == Welcome:
		s.signedOut()
	default:
		s.d.By, s.d.Changing, s.d.Open = "", true, false
		s.do(SetTimer{TimerHold, ChangeHold})
	}
}

func (s *station) shown(is bool) {
	if s.d.By == "" {
		return
	}
	s.d.Open = is
	if !is && s.d.State == Welcome {
		s.letGo() // whose card comes when the page is shown again is another patient
	}
	if s.d.State == CardFault || s.d.State.informs() {
		s.again()
	}
	s.next()
}

// again takes the card that waits as if it came in now.
func (s *station) again() {
	if i := s.d.Waiting; s.d.serves() && !i.IsZero() {
		s.d.Waiting, s.d.CardIn = Insertion{}, false
		s.inserted(CardInserted{i})
	}
}

// inserted takes a card. One that nobody serves now waits.
func (s *station) inserted(e CardInserted) {
	i := e.Insertion
	if i.IsZero() {
		return
	}
	if i.Role == PatientReader {
		s.d.Waiting = Insertion{} // whichever waited is out
	}
	vouches := s.d.State == CertifierCard && s.d.awaitsCertifier()
	switch {
	case i.Role == CertifierReader || vouches:
	case !s.d.serves():
		s.waits(i)
		switch s.d.State {
		case Result, Queued, AlreadyHere:
			s.end() // somebody else's code must not stay in sight of the next patient
		}
		return
	case s.d.State == PIDEntry:
		// The number is asked for because there was no card; here it is.
		s.waits(i)
		s.end()
		return
	}
	s.way(e)
	if i.Role == PatientReader && s.d.State == Sending {
		s.d.Waiting = i
	}
}

// waits takes a card in without serving it.
func (s *station) waits(i Insertion) {
	if s.d.swapped(i) {
		s.way(CardRemoved{i.Role})
	}
	s.d.CardIn, s.d.Waiting = true, i
}

// removed takes a card out. What there is to read stays in sight, above all a code: it is copied
// while the card is given back.
func (s *station) removed(e CardRemoved) {
	if e.Role == PatientReader {
		s.d.Waiting = Insertion{}
	}
	if s.d.State.informs() {
		s.d.Way = s.d.withoutCard(e.Role)
		return
	}
	s.way(e)
}

// tap takes what the operator does at the page.
func (s *station) tap(e Event) {
	switch e := e.(type) {
	case TapItem:
		s.item(e)
		return
	case TapSecond:
		s.second(e)
		return
	}
	if !s.d.serves() {
		return
	}
	switch e := e.(type) {
	case TapClose:
		if s.d.State == Welcome || s.d.State.closable() {
			s.letGo()
		}
		if s.d.State.closable() {
			s.end()
		}
	case TapMethod:
		s.method(e)
	case TapNoNumber: // the patient is at the desk already
	case TapVouches:
		if s.d.MayVouch() && !e.Start.IsZero() {
			s.vouched = true
			s.went(s.d.vouch(e.Start))
		}
	default:
		s.way(e)
	}
}

// method begins a way without the patient's card, also in the place of one that leads
// nowhere.
func (s *station) method(e TapMethod) {
	if instead := s.d.State == CardFault || s.d.State.beforeProof(); instead {
		if !s.d.Way.Offers(e.Method) || e.Start.IsZero() {
			return
		}
		s.end()
	}
	s.way(e)
}

// item takes the item that is to be completed.
func (s *station) item(e TapItem) {
	if s.takes() {
		s.d.Item, s.d.Second, s.d.ItemOf = e.Item, Second{}, e.Of
	}
}

// second takes what a further code is for.
func (s *station) second(e TapSecond) {
	if e.Second.Of == "" || e.Of == "" || !s.takes() {
		return
	}
	s.d.Item, s.d.Second, s.d.ItemOf = "", e.Second, e.Of
	if s.d.itsOwn() {
		s.went(s.d.another(e.Second))
	}
}

// takes makes room for what the next visit is to be for, and reports whether there is any:
// not while a visit is on its way, which was made without it.
func (s *station) takes() bool {
	if s.d.By == "" || s.d.State == Sending {
		return false
	}
	if s.d.State.informs() {
		s.end()
	}
	return true
}

func (s *station) letGo() { s.d.Item, s.d.Second, s.d.ItemOf = "", Second{}, "" }

// errand lets go of the item, or of what a further code is for, when the session is over that
// was to bring it: the next patient is another. It stays while nobody was named yet, as a card that was put in the
// wrong way round is put in again; where it is known of whom the item is, also after a card
// that came out too early: whoever comes then is compared.
func (s *station) errand(before Way) {
	was, is := before.Session, s.d.Session
	over := was.identified() && (was.Insertion != is.Insertion || !is.identified())
	made := was.Phase != NotSending
	switch {
	case !over:
	case s.vouched && !made:
	case s.d.ItemOf != "" && s.d.State != Welcome && !made:
	default:
		s.letGo()
	}
}
