package flow

import (
	"errors"
	"fmt"
	"reflect"

	"authenkiosk/visit"
)

// checkStep holds one step against the invariants of the product. The numbers
// are those of ARCHITECTURE.md.
func checkStep(before Model, e Event, after Model, effects []Effect) error {
	wiped := false
	for _, effect := range effects {
		switch effect := effect.(type) {
		case Wipe:
			wiped = true
		case SaveVisit:
			if err := checkSave(before, e, effect); err != nil {
				return err
			}
		case SubmitVisit:
			if err := checkSubmit(before, e, after, effect); err != nil {
				return err
			}
		}
	}
	return errors.Join(checkPhone(before, e, after), checkWipe(before, after, wiped), checkCard(before, e, after), checkOneVisit(before, after, effects))
}

// 1 and 8: everything NHSO demands is there, and it was the patient, with the
// card in the reader, who pressed the button.
func checkSave(before Model, e Event, save SaveVisit) error {
	x, v := before.Session, save.Visit
	if err := v.Validate(); err != nil {
		return fmt.Errorf("an incomplete visit is saved: %w", err)
	}
	switch {
	case e != Event(TapConfirm{}) || before.State != Confirm:
		return errors.New("a visit is made without the patient's confirmation")
	case !before.CardIn:
		return errors.New("a visit is made without a card in the reader")
	case v.PID != x.Person.PID || v.Method != visit.MethodCard || !x.CardRead:
		return errors.New("a visit is made for somebody else than the card says")
	case v.Phone != x.Phone:
		return errors.New("a visit has another phone than the one on the screen")
	case v.ServiceDate != before.Today:
		return errors.New("a visit is made for another day")
	case before.Warning:
		return errors.New("a tap on the idle warning confirms a visit")
	}
	return nil
}

// 8: a phone number comes from the patient's fingers or an earlier visit.
func checkPhone(before Model, e Event, after Model) error {
	if after.Session.Phone.IsZero() || after.Session.Phone == before.Session.Phone {
		return nil
	}
	switch e := e.(type) {
	case PhoneKnown:
		return nil
	case TapDigit:
		if before.Session.PhoneInput+string(rune(e.Digit)) == after.Session.Phone.Digits() {
			return nil
		}
	}
	return errors.New("a phone number comes from nowhere")
}

// 2, 5, 6 and 7: saved before, same card, same day, once.
func checkSubmit(before Model, e Event, after Model, submit SubmitVisit) error {
	x := before.Session
	switch {
	case e != Event(VisitSaved{x.Insertion.Number}) || x.Phase != Saving:
		return errors.New("a visit is submitted before it is saved")
	case submit.ID != x.Visit.ID || submit.Number != x.Insertion.Number || after.Session.Phase != Submitting:
		return errors.New("another visit is submitted than the one on the screen")
	case !before.CardIn || !before.Waiting.IsZero():
		return errors.New("a visit is submitted after its card was taken or swapped")
	case x.Visit.ServiceDate != before.Today:
		return errors.New("a visit is submitted on another day than its own")
	}
	return nil
}

// 3: nothing of a patient is left where the next one stands.
func checkWipe(before, after Model, wiped bool) error {
	if s := after.State; (s == Welcome || s == TakeCard || s == NoCard) && !reflect.DeepEqual(after.Session, Session{}) {
		return fmt.Errorf("personal data is left in state %v", s)
	}
	over := before.Session.identified() && before.Session.Insertion != after.Session.Insertion
	forgotten := before.Session.identified() && !after.Session.identified()
	if (over || forgotten) && !wiped {
		return errors.New("a session ends without a wipe")
	}
	if after.State == Welcome && before.State != Welcome && after.Prefs != (Prefs{}) {
		return errors.New("a patient's settings outlive the session")
	}
	return nil
}

// 5: no state in which somebody could still decide something survives the card.
func checkCard(before Model, e Event, after Model) error {
	if _, removed := e.(CardRemoved); !removed {
		return nil
	}
	switch after.State {
	case Welcome, NoCard, Result, Queued:
		return nil
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

// 7: one visit at a time, and no way back from being sent to being made.
func checkOneVisit(before, after Model, effects []Effect) error {
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
func checkTimeLimit(w world) error {
	if w.m.State == Welcome {
		return nil
	}
	for t := range timerCount {
		if w.timers[t] {
			return nil
		}
	}
	return fmt.Errorf("state %v has no time limit", w.m.State)
}
