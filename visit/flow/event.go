package flow

import (
	"time"

	"authenkiosk/visit"
)

// Event is something that happened: at the reader, at NHSO, on the screen, in
// time. Events that answer an effect carry the Number of the insertion they
// belong to; the flow ignores those of a session that is over.
type Event interface{ event() }

// Events of the card reader.
type (
	// CardInserted says that a card has come into the patient's reader.
	CardInserted struct{ Insertion Insertion }
	// CardIdentified brings the first block of the card: PID, names, birth, sex.
	CardIdentified struct {
		Number uint64
		Person Person
	}
	// CardRead brings the rest of the text.
	CardRead struct {
		Number  uint64
		Expiry  visit.PartialDate
		Address visit.Address
	}
	// CardFailed says that the card in the reader cannot be used.
	CardFailed struct {
		Number  uint64
		Problem visit.Problem
	}
	// CardRemoved says that the card of that reader, or the reader with it, is gone.
	CardRemoved struct{ Role Role }
)

// Events of NHSO and the store.
type (
	// RightFound brings the right, and what NHSO knows of the person; an upstream
	// that offers claim types per person names them, one that does not leaves
	// ClaimTypes nil.
	RightFound struct {
		Number     uint64
		Right      visit.Right
		Sex        visit.Sex
		Birth      visit.PartialDate
		ClaimTypes []visit.ClaimType
	}
	// RightFailed says that NHSO could not be asked.
	RightFailed struct {
		Number  uint64
		Problem visit.Problem
	}
	// StatusFound brings the codes of today; an empty list means there is none.
	StatusFound struct {
		Number uint64
		Done   []visit.Authentication
	}
	// StatusFailed says that NHSO could not be asked for the codes of today.
	StatusFailed struct{ Number uint64 }
	// PhoneKnown brings a number that this patient gave on an earlier visit.
	PhoneKnown struct {
		Number uint64
		Phone  visit.Phone
		Owner  visit.PhoneOwner
	}
	// VisitSaved says that the visit is on the disk, synced.
	VisitSaved struct{ Number uint64 }
	// VisitNotSaved says that it is not. Why names what stands against it; empty: the machine
	// cannot save it.
	VisitNotSaved struct {
		Number uint64
		Why    string
	}
	// VisitDone brings the authen code. Earlier says that it was there before the
	// visit was sent.
	VisitDone struct {
		Number   uint64
		Code     visit.AuthenCode
		IssuedAt time.Time
		Earlier  bool
	}
	// VisitQueued says that the code will follow: NHSO was not reached, or what
	// it did with the request is not known yet. Problem is why, where the staff can
	// do something about it.
	VisitQueued struct {
		Number  uint64
		Problem visit.Problem
	}
	// VisitRefused says that NHSO looked at the request and said no.
	VisitRefused struct {
		Number  uint64
		Problem visit.Problem
		Message string
	}
	// SlipPrinted and SlipFailed tell what became of the Nth slip of the session.
	SlipPrinted struct {
		Number uint64
		Nth    int
	}
	// SlipFailed says that no slip came out, or that the printer does not tell.
	SlipFailed struct {
		Number  uint64
		Nth     int
		Unclear bool
	}
	// SlipWithheld says that no slip is printed, because as many of this code as a kiosk
	// prints have come out on that day: the desk prints more.
	SlipWithheld struct {
		Number uint64
		Nth    int
	}
)

// Events of the camera.
type (
	// CameraChanged says whether the camera delivers pictures.
	CameraChanged struct {
		Number uint64
		State  visit.DeviceState
	}
	// PhotoSeen brings what the quality check sees in the live picture. Steady
	// means that it has been good enough for a moment,
	// Card that a card is seen beside the face then.
	PhotoSeen struct {
		Number uint64
		Hint   PhotoHint
		Steady bool
		Card   bool
	}
	// PhotoTaken says that the photo is held outside of the model, and what the
	// quality check says about it.
	PhotoTaken struct {
		Number uint64
		Hint   PhotoHint
		Card   bool // one is seen beside the face
	}
	// PhotoFailed says that no photo could be taken.
	PhotoFailed struct{ Number uint64 }
)

// Events of time and of the house.
type (
	// TimerFired says that a timer set by a SetTimer effect and not cleared since
	// has run out.
	TimerFired struct{ Timer Timer }
	// DayChanged says which service date it is now.
	DayChanged struct{ Today visit.Date }
	// HelpComing says that somebody of the desk comes to whoever has opened the help page.
	HelpComing struct{}
	// DevicesChanged brings the health of all devices.
	DevicesChanged struct{ Devices visit.Devices }
)

// Taps on the screen.
type (
	// TapConfirm is the one big button of the confirm screen.
	TapConfirm struct{}
	// TapChangePhone opens the keypad.
	TapChangePhone struct{}
	// TapDigit is a key of the keypad, '0' to '9'.
	TapDigit struct{ Digit byte }
	// TapBackspace takes the last digit away.
	TapBackspace struct{}
	// TapClear takes all digits away.
	TapClear struct{}
	// TapPhoneOwner says whose number it is.
	TapPhoneOwner struct{ Owner visit.PhoneOwner }
	// TapChangeClaimType opens the list of claim types.
	TapChangeClaimType struct{}
	// TapClaimType chooses one by its code.
	TapClaimType struct{ Code string }
	// TapBack returns from the keypad or the list to the confirm screen.
	TapBack struct{}
	// TapReprint asks for another slip of the code on the screen.
	TapReprint struct{}
	// TapOtherService goes on from AlreadyHere to a claim type without a code, and
	// from AlreadyElsewhere to a code of this unit.
	TapOtherService struct{}
	// TapRetry asks to read the card once more.
	TapRetry struct{}
	// TapClose ends the session: cancel, done, start again.
	TapClose struct{}
	// TapMoreTime answers the idle warning.
	TapMoreTime struct{}
	// TapNoCard opens the page for patients without a card, or with one whose chip
	// fails.
	TapNoCard struct{ CardHere bool }
	// TapMethod chooses a way without the patient's card. The runner fills Start.
	TapMethod struct {
		Method visit.Method
		Start  Insertion
	}
	// TapNoNumber says that the patient has no 13-digit number. The runner fills
	// Start.
	TapNoNumber struct{ Start Insertion }
	// TapShutter takes the photo whatever the hints say.
	TapShutter struct{}
	// TapUsePhoto goes on with the photo that was taken.
	TapUsePhoto struct{}
	// TapRetake takes another one.
	TapRetake struct{}
	// TapRelation says what the certifier is to the patient.
	TapRelation struct{ Relation visit.Relation }
	// TapHelp opens and closes the help page.
	TapHelp struct{}
	// TapLanguage chooses the language of the screens.
	TapLanguage struct{ Language string }
	// TapTextSize switches between normal and large text.
	TapTextSize struct{}
	// TapContrast goes to the next colour theme.
	TapContrast struct{}
	// Touched is a touch that hit no button: somebody is there.
	Touched struct{}
)

func (CardInserted) event()       {}
func (CardIdentified) event()     {}
func (CardRead) event()           {}
func (CardFailed) event()         {}
func (CardRemoved) event()        {}
func (RightFound) event()         {}
func (RightFailed) event()        {}
func (StatusFound) event()        {}
func (StatusFailed) event()       {}
func (PhoneKnown) event()         {}
func (VisitSaved) event()         {}
func (VisitNotSaved) event()      {}
func (VisitDone) event()          {}
func (VisitQueued) event()        {}
func (VisitRefused) event()       {}
func (SlipPrinted) event()        {}
func (SlipFailed) event()         {}
func (SlipWithheld) event()       {}
func (TimerFired) event()         {}
func (DayChanged) event()         {}
func (DevicesChanged) event()     {}
func (HelpComing) event()         {}
func (TapConfirm) event()         {}
func (TapChangePhone) event()     {}
func (TapDigit) event()           {}
func (TapBackspace) event()       {}
func (TapClear) event()           {}
func (TapPhoneOwner) event()      {}
func (TapChangeClaimType) event() {}
func (TapClaimType) event()       {}
func (TapBack) event()            {}
func (TapReprint) event()         {}
func (TapOtherService) event()    {}
func (TapRetry) event()           {}
func (TapClose) event()           {}
func (TapMoreTime) event()        {}
func (TapNoCard) event()          {}
func (TapMethod) event()          {}
func (TapNoNumber) event()        {}
func (TapShutter) event()         {}
func (TapUsePhoto) event()        {}
func (TapRetake) event()          {}
func (TapRelation) event()        {}
func (CameraChanged) event()      {}
func (PhotoSeen) event()          {}
func (PhotoTaken) event()         {}
func (PhotoFailed) event()        {}
func (TapHelp) event()            {}
func (TapLanguage) event()        {}
func (TapTextSize) event()        {}
func (TapContrast) event()        {}
func (Touched) event()            {}
