package flow

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"authenkiosk/visit"
)

// checkStep holds one step of the kiosk against the invariants of the product. The
// numbers are those of ARCHITECTURE.md.
func checkStep(before *Model, e Event, after *Model, effects []Effect) error {
	for _, effect := range effects {
		switch effect.(type) {
		case Entered, NeedsTime:
			return fmt.Errorf("%T leaves the kiosk, for which it is", effect)
		}
	}
	if after.State == Welcome && !after.Waiting.IsZero() {
		return errors.New("a card waits where nobody is served before it")
	}
	return errors.Join(checkWay(before, e, after, effects), checkEnding(before, after), checkLeft(before, e, after), checkSight(before, e, after))
}

// checkWay holds one step of a way, whoever is its host, against the invariants. Of a
// host without a screen for patients the model has the way alone.
func checkWay(before *Model, e Event, after *Model, effects []Effect) error {
	wiped, dropped := false, false
	for _, effect := range effects {
		switch effect := effect.(type) {
		case Wipe:
			wiped = true
		case SaveVisit:
			if err := checkSave(before, e, &effect); err != nil {
				return err
			}
		case SubmitVisit:
			if err := checkSubmit(before, e, after, effect); err != nil {
				return err
			}
		case DropVisit:
			dropped = true
			if err := checkTakenBack(before, after, effect.ID); err != nil {
				return err
			}
		case HandToStaff:
			if e != Event(VisitSaved{before.Session.Insertion.Number}) {
				return errors.New("a visit goes to the staff before it is saved")
			}
			if err := checkTakenBack(before, after, effect.ID); err != nil {
				return err
			}
		}
	}
	return errors.Join(checkRecord(before, e, after, effects), checkPhone(before, e, after), checkRelation(before, e, after), checkShown(before, e, after), checkTyped(after, effects), checkChosen(before, e, after), checkSlips(before, e, after, effects),
		checkNext(before, e, after), checkKept(after), checkPhoto(before, e, after), checkWipe(before, after, wiped), checkCard(before, e, after), checkOneVisit(before, after, effects), checkGivenUp(before, e, after, dropped))
}

// 1 and 8: everything NHSO demands is there, and it was the patient, with the
// card in the reader, who pressed the button.
func checkSave(before *Model, e Event, save *SaveVisit) error {
	x, v := &before.Session, &save.Visit
	if err := v.Validate(); err != nil {
		return fmt.Errorf("an incomplete visit is saved: %w", err)
	}
	switch {
	case e != Event(TapConfirm{}) || before.State != Confirm:
		return errors.New("a visit is made without the patient's confirmation")
	case v.PID != x.Person.PID || v.Method != x.Method:
		return errors.New("a visit is made for somebody else than the screen says")
	case v.Phone != x.Phone:
		return errors.New("a visit has another phone than the one on the screen")
	case v.ServiceDate != before.Today:
		return errors.New("a visit is made for another day")
	case before.Warning:
		return errors.New("a tap on the idle warning confirms a visit")
	}
	return checkProof(before, v)
}

// checkRecord: the code that a phone asked for is kept once, when it is shown.
func checkRecord(before *Model, e Event, after *Model, effects []Effect) error {
	kept := 0
	for _, effect := range effects {
		r, ok := effect.(RecordVisit)
		if !ok {
			continue
		}
		x := &after.Session
		if err := r.Visit.Validate(); err != nil {
			return fmt.Errorf("an incomplete visit is kept: %w", err)
		}
		found, _ := e.(StatusFound)
		if before.State != Line || r.Visit.ID != x.Insertion.VisitID || r.Visit.PID != x.Person.PID || r.Visit.Method != visit.MethodLine ||
			r.Code != x.Code || len(found.Done) == 0 || r.Visit.ClaimType != x.ClaimType || r.Visit.ServiceDate != before.Session.AskedOf {
			return errors.New("a visit is kept that is not the one on the screen")
		}
		kept++
	}
	if shown := before.State == Line && after.State == Result; shown != (kept == 1) {
		return fmt.Errorf("a code that the phone asked for is kept %d times", kept)
	}
	return nil
}

// 1 and 8: the proof of identity of each method, and that who gives it is there.
func checkProof(before *Model, v *visit.Visit) error {
	x, a := &before.Session, v.Attestation
	switch v.Method {
	case visit.MethodCard:
		if !before.CardIn || !x.CardRead || a != (visit.Attestation{}) {
			return errors.New("a visit is made without the patient's card in the reader")
		}
	case visit.MethodPhoto:
		if !x.Photo.Accepted || !a.Photo || len(x.Done) > 0 {
			return errors.New("a visit is made without a photo that the patient has seen")
		}
		if !x.Photo.GatePassed && x.Photo.Tries < maxTries || a.GatePassed != x.Photo.GatePassed {
			return errors.New("a bad photo is taken for a good one")
		}
	case visit.MethodCertifier:
		if !certifierIn(before) || !x.Certifier.CardRead || a.Certifier != x.Certifier.Person.PID || a.Certifier == v.PID {
			return errors.New("a visit is made without the certifier's card in a reader")
		}
		if !slices.Contains(before.Relations(), a.Relation) || x.Certifier.Person == child {
			return errors.New("somebody vouches who may not")
		}
	default:
		return fmt.Errorf("a visit is made by %q", v.Method)
	}
	return nil
}

// certifierIn reports whether the card that vouches is in a reader, as far as the
// patient's reader is known to the model.
func certifierIn(m *Model) bool {
	i := m.Session.Certifier.Insertion
	return !i.IsZero() && (i.Role == CertifierReader || m.CardIn)
}

// checkRelation: what the certifier is to the patient comes from a tap, or is
// the only thing the rules allow.
func checkRelation(before *Model, e Event, after *Model) error {
	r := after.Session.Certifier.Relation
	if r == "" || r == before.Session.Certifier.Relation {
		return nil
	}
	if e == Event(TapRelation{r}) || len(before.Relations()) == 1 && before.Relations()[0] == r {
		return nil
	}
	return errors.New("a relation comes from nowhere")
}

// checkShown: a number that was only typed shows nobody's code, except the one
// that came while its owner stood there with the phone.
func checkShown(before *Model, e Event, after *Model) error {
	x := &after.Session
	switch x.Method {
	case visit.MethodLine:
		if found, ok := e.(StatusFound); after.State == Result && before.State != Result && (!ok || before.Session.Polls == 0 || holds(before.Session.Done, found.Done[0].Code)) {
			return errors.New("a typed number shows a code that was there before")
		}
		if !x.Phone.IsZero() || x.Phase != NotSending {
			return errors.New("a visit is made for a patient who asks with the phone")
		}
	}
	return nil
}

// 8: nothing that NHSO knows of the owner of a typed number leaves the model: no
// screen for it, no reason, no words, and nothing on a slip.
func checkTyped(after *Model, effects []Effect) error {
	if !after.Session.Typed() {
		return nil
	}
	switch after.State {
	case AlreadyHere, AlreadyElsewhere, NoRight:
		return errors.New("a typed number shows what NHSO knows of its owner")
	}
	switch after.Session.Problem {
	case visit.CodeExists, visit.NoRight, visit.PersonDeceased:
		return fmt.Errorf("a typed number shows %v", after.Session.Problem)
	}
	if after.Session.Message != "" {
		return errors.New("NHSO's words about the owner of a typed number are shown")
	}
	for _, effect := range effects {
		if p, ok := effect.(PrintSlip); ok && (!p.Slip.Name.IsZero() || !p.Slip.Right.IsZero() || p.Slip.Message != "") {
			return errors.New("a slip tells of the owner of a typed number")
		}
	}
	return nil
}

// 8: the claim type comes from the patient's finger, or is the only one, or the
// unit's own for the first code of the day.
func checkChosen(before *Model, e Event, after *Model) error {
	x := &after.Session
	c := x.ClaimType
	if c == (visit.ClaimType{}) || c == before.Session.ClaimType && before.Session.Insertion == x.Insertion {
		return nil
	}
	_, here := x.Latest(after.Unit.HCode, true)
	switch {
	case e == Event(TapClaimType{c.Code}), len(x.Offered) == 1 && x.Offered[0] == c:
		return nil
	case c.Code == after.Unit.DefaultClaimType && !here, x.Method == visit.MethodLine && after.State == Result:
		return nil
	}
	return errors.New("a claim type is chosen for the patient")
}

// checkSlips: nobody can empty the roll.
func checkSlips(before *Model, e Event, after *Model, effects []Effect) error {
	again := before.Session.Reprints
	if _, withheld := e.(SlipWithheld); withheld && again > 0 && after.Session.Reprints == MaxReprints {
		again = MaxReprints // the day's, over the sessions
	}
	if before.Session.Insertion != after.Session.Insertion {
		again = 0
	}
	for _, effect := range effects {
		if p, ok := effect.(PrintSlip); ok && p.Slip.Reprint {
			again++
		}
	}
	if after.Session.Insertion.IsZero() || again == after.Session.Reprints && again <= MaxReprints || after.State == CardFault {
		return nil
	}
	return fmt.Errorf("%d slips again, %d noted", again, after.Session.Reprints)
}

// checkNext: a code is not in sight of the patient who comes next.
func checkNext(before *Model, e Event, after *Model) error {
	in, ok := e.(CardInserted)
	if !ok || in.Insertion.IsZero() || in.Insertion.Role != PatientReader || before.State != Result && before.State != Queued && before.State != AlreadyHere {
		return nil
	}
	// At a station that looks at another page the card waits.
	waits := after.State == Welcome && after.Waiting == in.Insertion
	if after.Session.Insertion != in.Insertion && !waits || after.Session.Code != "" {
		return errors.New("the code of one patient stays in sight of the next")
	}
	return nil
}

// checkEnding: whoever takes the card hears whether there is a code.
func checkEnding(before, after *Model) error {
	if after.State != TakeCard {
		if after.Ending != NoEnding {
			return fmt.Errorf("the end of a session is still told in state %v", after.State)
		}
		return nil
	}
	want := WithoutCode
	if before.State == NoCard || before.Session.Method == visit.MethodCertifier {
		want = BeginAgain
	}
	switch before.State {
	case CardFault:
		if before.Session.Problem == visit.CardExpired {
			want = AtDesk
		}
	case TakeCard:
		want = before.Ending
	case Result, Queued, AlreadyHere:
		want = WithCode
	case Desk, NoRight, AlreadyElsewhere:
		want = AtDesk
	}
	if after.Ending != want {
		return fmt.Errorf("a session in state %v ends with %v", before.State, after.Ending)
	}
	return nil
}

// checkKept: what was typed before a card came out waits for that card only.
func checkKept(after *Model) error {
	x := &after.Session
	if x.Kept == (Kept{}) || after.State == CardFault && x.Problem == visit.CardRemovedEarly || after.State == Reading && !x.identified() {
		return nil
	}
	return errors.New("what was typed for a card that is gone stays")
}

// checkLeft: a card in the certifier's own reader is told of until it is out, however
// the session ends that it was for.
func checkLeft(before *Model, e Event, after *Model) error {
	c := before.Session.Certifier
	if !c.leftBehind() || after.Session.Certifier.Insertion == c.Insertion || after.Left || after.Forgotten || e == Event(CardRemoved{CertifierReader}) {
		return nil
	}
	if in, ok := e.(CardInserted); ok && in.Insertion.Role == CertifierReader {
		return nil // a swap between two looks: it is out
	}
	return errors.New("the card of one who vouched is left behind in silence")
}

// checkPhoto: a photo with the ID card needs one, and passes only when it is seen.
func checkPhoto(before *Model, e Event, after *Model) error {
	if tap, ok := e.(TapMethod); ok && tap.Method == visit.MethodPhoto && after.Session.Method == visit.MethodPhoto && before.State == NoCard && !before.CardHere {
		return errors.New("a patient with no card is asked for a photo with the card")
	}
	if after.Session.Photo.GatePassed && !before.Session.Photo.GatePassed {
		if taken, ok := e.(PhotoTaken); !ok || !taken.Card || taken.Hint != PhotoGood {
			return errors.New("a photo passes on which no card was seen")
		}
	}
	return nil
}

// 8: a phone number comes from the patient's fingers or an earlier visit.
func checkPhone(before *Model, e Event, after *Model) error {
	if after.Session.Phone.IsZero() || after.Session.Phone == before.Session.Phone {
		return nil
	}
	switch e := e.(type) {
	case PhoneKnown:
		if e.Phone == after.Session.Phone && e.Number == before.Session.Insertion.Number && before.Session.identified() && !before.Session.PhoneTyped {
			return nil
		}
	case CardIdentified:
		if k := before.Session.Kept; k.PID == e.Person.PID && k.Phone == after.Session.Phone && k.Owner == after.Session.PhoneOwner {
			return nil // typed before this very card came out too early
		}
	case TapDigit:
		if before.Session.PhoneInput+string(rune(e.Digit)) == after.Session.Phone.Digits() {
			return nil
		}
	}
	return errors.New("a phone number comes from nowhere")
}

// 2, 5, 6 and 7: saved before, same card, same day, once.
func checkSubmit(before *Model, e Event, after *Model, submit SubmitVisit) error {
	x := &before.Session
	switch {
	case e != Event(VisitSaved{x.Insertion.Number}) || x.Phase != Saving:
		return errors.New("a visit is submitted before it is saved")
	case submit.ID != x.Visit.ID || submit.Number != x.Insertion.Number || after.Session.Phase != Submitting:
		return errors.New("another visit is submitted than the one on the screen")
	case x.Method == visit.MethodCard && (!before.CardIn || !before.Waiting.IsZero()),
		x.Method == visit.MethodCertifier && !certifierIn(before):
		return errors.New("a visit is submitted after its card was taken or swapped")
	case !before.Unit.Takes(x.Method):
		return errors.New("a visit is submitted with a proof that the way to NHSO does not take")
	case x.Visit.ServiceDate != before.Today:
		return errors.New("a visit is submitted on another day than its own")
	}
	return nil
}

// checkTakenBack: what may have left for NHSO is never taken back, and what is taken
// back never leaves. The patient does not read that it is on its way.
func checkTakenBack(before, after *Model, id visit.ID) error {
	x := &before.Session
	switch {
	case before.State != Sending || x.Phase != Saving || x.Visit.ID != id:
		return errors.New("a visit is taken back that may be on its way")
	case after.State == Sending && after.Session.Insertion == x.Insertion, after.State == Result, after.State == Queued:
		return fmt.Errorf("a visit is taken back, and the screen is %v", after.State)
	}
	return nil
}

// checkGivenUp: a patient who leaves while the visit is being saved is not sent later
// without knowing.
func checkGivenUp(before *Model, e Event, after *Model, dropped bool) error {
	x := &before.Session
	if before.State != Sending || x.Phase != Saving || after.State == Sending && after.Session.Insertion == x.Insertion || dropped {
		return nil
	}
	switch e := e.(type) {
	case VisitSaved:
		if e.Number == x.Insertion.Number {
			return nil
		}
	case VisitNotSaved:
		if e.Number == x.Insertion.Number {
			return nil
		}
	}
	return errors.New("a visit that is being saved is left to itself")
}

// 3: nothing of a patient is left where the next one stands.
func checkWipe(before, after *Model, wiped bool) error {
	if s := after.State; (s == Welcome || s == TakeCard || s == NoCard) && !sameBytes(&after.Session, new(Session)) && !reflect.DeepEqual(after.Session, Session{}) {
		return fmt.Errorf("personal data is left in state %v", s)
	}
	over := before.Session.identified() && before.Session.Insertion != after.Session.Insertion
	forgotten := before.Session.identified() && !after.Session.identified()
	if (over || forgotten) && !wiped {
		return errors.New("a session ends without a wipe")
	}
	if after.State == Welcome && before.State != Welcome && (after.Prefs != (Prefs{}) || after.Help) {
		return errors.New("a patient's settings outlive the session")
	}
	if after.Help && after.State != before.State {
		return errors.New("the help page for one screen lies over another")
	}
	if after.Coming && !after.Help {
		return errors.New("the screen says that somebody comes to a patient who has closed the help page or is gone")
	}
	return nil
}

// 5: no state in which somebody could still decide something survives the card.
func checkCard(before *Model, e Event, after *Model) error {
	removed, ok := e.(CardRemoved)
	if !ok || !before.Session.restsOn(removed.Role) {
		return nil
	}
	if !after.Session.Certifier.Insertion.IsZero() {
		return errors.New("a card vouches that is gone")
	}
	if !before.Waiting.IsZero() && after.Session.Insertion == before.Waiting {
		return nil // the next patient's session has begun
	}
	switch after.State {
	case TakeCard:
		if after.CardIn || after.Forgotten { // one that somebody else forgot in the other reader
			return nil
		}
	case PIDEntry, CertifierCard:
		if before.Session.Method == visit.MethodCertifier {
			return nil
		}
	case Welcome, NoCard, Result, Queued:
		return nil
	case AlreadyHere, AlreadyElsewhere, NoRight, Desk:
		if !after.Present() {
			return nil // there is something to read, and nothing to decide
		}
	case CardFault:
		if after.Session.identified() {
			return errors.New("the data of a card that is gone stays")
		}
		return nil
	case Sending:
		if after.Session.Phase == Submitting {
			return nil
		}
	}
	return fmt.Errorf("state %v goes on as %v without its card", before.State, after.State)
}

// checkSight holds that nothing of a patient who has taken the card stays in sight of the next, where
// patients stand before the screen, unless it is all that they have.
func checkSight(before *Model, e Event, after *Model) error {
	removed, ok := e.(CardRemoved)
	switch {
	case !ok || !before.Session.restsOn(removed.Role) || after.Session.Insertion != before.Session.Insertion:
	case after.State == AlreadyElsewhere, after.State == NoRight, after.State == Desk, after.State == AlreadyHere && !before.noSlip():
		return fmt.Errorf("state %v stays in sight without its card", after.State)
	}
	return nil
}

// 7: one visit at a time, and no way back from being sent to being made.
func checkOneVisit(before, after *Model, effects []Effect) error {
	saves := 0
	for _, effect := range effects {
		if _, ok := effect.(SaveVisit); ok {
			saves++
		}
	}
	same := before.Session.Insertion == after.Session.Insertion && !before.Session.Insertion.IsZero()
	switch {
	case saves > 1, saves == 1 && before.Session.Phase != NotSending:
		return errors.New("a visit is saved twice")
	case same && after.State != CardFault && after.Session.Phase < before.Session.Phase:
		return errors.New("a visit that was sent is made again")
	case same && before.State == CardFault && before.Session.Problem == visit.CardRemovedEarly && after.State == Reading:
		return errors.New("a session goes on after its card was taken")
	}
	return nil
}

// 4: every state but the welcome screen has a time limit.
func checkTimeLimit(w *world) error {
	if w.m.State == Welcome {
		if set := w.m.Prefs != (Prefs{}) || w.m.Help; set && !w.timers[TimerPrefs] {
			return errors.New("settings that somebody left on the welcome screen have no time limit")
		}
		return nil
	}
	for t := range timerCount {
		if w.timers[t] {
			return nil
		}
	}
	return fmt.Errorf("state %v has no time limit", w.m.State)
}
