package flow

import (
	"time"

	"authenkiosk/visit"
)

// Effect is something to be done in the world. The runner does it and answers
// with an event, where there is an answer.
type Effect interface{ effect() }

// The effects.
type (
	// ReadCard starts the reading of the card of that insertion: CardIdentified,
	// then CardRead, or CardFailed.
	ReadCard struct{ Insertion Insertion }
	// CheckRight asks NHSO for the right: RightFound or RightFailed.
	CheckRight struct {
		Number uint64
		PID    visit.PID
	}
	// CheckStatus asks NHSO for the codes of that day: StatusFound or StatusFailed.
	CheckStatus struct {
		Number uint64
		PID    visit.PID
		Date   visit.Date
	}
	// RecallPhone looks for the number of an earlier visit: PhoneKnown, or nothing.
	RecallPhone struct {
		Number uint64
		PID    visit.PID
	}
	// SaveVisit writes the visit to the disk and syncs it: VisitSaved or
	// VisitNotSaved.
	SaveVisit struct {
		Number uint64
		Visit  visit.Visit
		By     string   // who makes it at a desk; empty: the patient
		Item   visit.ID // of work that it completes; empty: none
		Second Second   // the further code that it is for; zero: it is for the first
	}
	// DropVisit takes back a visit that was saved but must not be submitted,
	// because the patient left before it was.
	DropVisit struct{ ID visit.ID }
	// SubmitVisit sends the saved visit to NHSO: VisitDone, VisitQueued or
	// VisitRefused.
	SubmitVisit struct {
		Number uint64
		ID     visit.ID
	}
	// RecordVisit keeps a visit whose code NHSO has made already, at the wish of the
	// patient's phone. Nothing is sent. By is who was with the patient, as in SaveVisit.
	RecordVisit struct {
		Visit    visit.Visit
		By       string
		Code     visit.AuthenCode
		IssuedAt time.Time
	}
	// HandToStaff makes the saved visit work for the desk.
	HandToStaff struct {
		ID      visit.ID
		Problem visit.Problem
	}
	// PrintSlip prints what the session shows: SlipPrinted, SlipFailed or SlipWithheld. Nth
	// tells the slips of a session apart.
	PrintSlip struct {
		Number uint64
		Nth    int
		Kind   SlipKind
		Slip   Slip
	}
	// ExpectCertifier says that the next card is the one that vouches, so that
	// readers without telling names are told apart by use.
	ExpectCertifier struct{}
	// StartCamera opens the camera: CameraChanged, then PhotoSeen as things change.
	StartCamera struct{ Number uint64 }
	// TakePhoto keeps one picture at the camera's full size: PhotoTaken or
	// PhotoFailed. SaveVisit stores it with the visit.
	TakePhoto struct{ Number uint64 }
	// LookAgain drops a photo that will not be used: the live picture, and all that
	// is to be said about it, is wanted again: CameraChanged, then PhotoSeen.
	LookAgain struct{ Number uint64 }
	// StopCamera closes the camera; the photo that was taken stays until Wipe.
	StopCamera struct{}
	// Wipe forgets everything about the session outside of the model: card
	// cache, camera and photo, pictures of screens, buffers.
	Wipe struct{}
	// SetTimer starts a timer, or starts it again.
	SetTimer struct {
		Timer Timer
		After time.Duration
	}
	// ClearTimer stops one timer.
	ClearTimer struct{ Timer Timer }
	// ClearTimers stops every timer.
	ClearTimers struct{}
	// Chime plays a short tone. It never says a name or a number.
	Chime struct{ Tone Tone }
)

// Slip is what a slip shows.
type Slip struct {
	Visit    visit.ID
	PID      visit.PID
	Name     visit.Name
	Right    visit.Right
	Claim    visit.ClaimType
	Method   visit.Method
	Relation visit.Relation   // of the certifier to the patient
	Code     visit.AuthenCode // empty on a queue slip
	At       time.Time
	Date     visit.Date
	Language string // of the patient, where the host knows it
	Reprint  bool
	Problem  visit.Problem // why the patient is sent to the desk
	Message  string        // NHSO's own words about it
}

// SlipKind is the sort of slip.
type SlipKind int

// The sorts.
const (
	SlipCode   SlipKind = iota // an authen code
	SlipQueued                 // received; the code follows
	SlipDesk                   // please go to the desk, and why
)

// Tone is a short sound.
type Tone int

// The tones.
const (
	ToneDetected Tone = iota
	ToneDone
	ToneAttention
)

func (ReadCard) effect()        {}
func (CheckRight) effect()      {}
func (CheckStatus) effect()     {}
func (RecallPhone) effect()     {}
func (SaveVisit) effect()       {}
func (DropVisit) effect()       {}
func (SubmitVisit) effect()     {}
func (RecordVisit) effect()     {}
func (HandToStaff) effect()     {}
func (PrintSlip) effect()       {}
func (ExpectCertifier) effect() {}
func (StartCamera) effect()     {}
func (TakePhoto) effect()       {}
func (LookAgain) effect()       {}
func (StopCamera) effect()      {}
func (Wipe) effect()            {}
func (SetTimer) effect()        {}
func (ClearTimer) effect()      {}
func (ClearTimers) effect()     {}
func (Chime) effect()           {}
