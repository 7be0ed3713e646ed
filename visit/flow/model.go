package flow

import (
	"slices"
	"time"

	"authenkiosk/visit"
)

// State is the screen on which the patient stands.
type State int

// The states.
const (
	Welcome          State = iota // nobody is there
	Reading                       // a card is in; its data and NHSO's answers come in
	CardFault                     // something is wrong with the card; Session.Problem says what
	Confirm                       // who, right, phone and claim type; one big button
	PhoneEntry                    // the keypad
	ClaimTypeChoice               // one of several claim types
	AlreadyHere                   // this unit has a code of today
	AlreadyElsewhere              // another unit has a code of today
	NoRight                       // NHSO has no right for this person
	Sending                       // saving, then submitting
	Result                        // the authen code
	Queued                        // received; the code follows today
	Desk                          // it cannot go on here; Session.Problem says why
	TakeCard                      // the session is over and the card is still in
	NoCard                        // the ways of a patient without a card
	PIDEntry                      // the keypad for the PID
	PhotoAim                      // the camera's picture, with hints
	PhotoReview                   // the photo that was taken: use it or take another
	CertifierCard                 // waits for the card of the person who vouches
	RelationChoice                // what that person is to the patient
	Line                          // the unit's QR code; waits for the code that the phone asks for
	stateCount
)

var stateNames = [...]string{
	Welcome: "welcome", Reading: "reading", CardFault: "card-fault", Confirm: "confirm", PhoneEntry: "phone",
	ClaimTypeChoice: "claim-types", AlreadyHere: "already-here", AlreadyElsewhere: "already-elsewhere",
	NoRight: "no-right", Sending: "sending", Result: "result", Queued: "queued", Desk: "desk",
	TakeCard: "take-card", NoCard: "no-card", PIDEntry: "pid", PhotoAim: "photo", PhotoReview: "photo-review",
	CertifierCard: "certifier", RelationChoice: "relation", Line: "line",
}

// String returns the stable name of the state, used by the words of the screens,
// the local status and the log.
func (s State) String() string {
	if s < 0 || s >= stateCount {
		return "unknown"
	}
	return stateNames[s]
}

// States returns every state, for tests over all screens.
func States() []State {
	all := make([]State, stateCount)
	for i := range all {
		all[i] = State(i)
	}
	return all
}

// Model is everything the kiosk knows: the way of the patient who is there, and
// around it what is the kiosk's. Personal data is in Session only, so that wiping is
// one assignment.
type Model struct {
	Way
	Prefs   Prefs
	Waiting Insertion // a card put in while the session before it was still being sent
	// Forgotten says that the card of somebody who vouched, and is no officer, is
	// still in the certifier's reader; Left, that nobody took it when asked to. The
	// welcome screen says so then, because it belongs to the staff.
	Forgotten bool
	Left      bool
	CardHere  bool   // on NoCard: the patient has the card, only its chip fails
	Ending    Ending // on TakeCard: how the session has ended
	Warning   bool   // the idle warning lies over the screen
	Help      bool   // the help page lies over the screen, and goes with it
	Coming    bool   // it says that somebody comes
}

// Unit is what the configuration says about the place; it never changes while
// the program runs.
type Unit struct {
	HCode            string
	ClaimTypes       []visit.ClaimType // among which patients choose; offered whole when the upstream names none for the person
	DefaultClaimType string            // preselected when it is among those offered
	Methods          []visit.Method    // the ways that the unit allows
	Upstream         []visit.Method    // the proofs that the way to NHSO takes; others are finished by the staff
	FirstDigits      string            // with which a typed PID may begin; empty: any
	Certify          Certify
	LineQR           string // what the QR code of the LINE screen holds
	SecondCode       bool   // a patient with today's code of another unit may have one here
}

// Certify is the unit's rule for those who vouch for a patient without a card.
type Certify struct {
	MinAge         int              // years; 0: no rule
	AdultAge       int              // from this age on a patient is an adult; 0: no difference is made
	Relations      []visit.Relation // who may vouch for a minor, or for someone whose age is not known
	AdultRelations []visit.Relation // who may vouch for an adult
}

// Allows reports whether the unit offers a way.
func (u Unit) Allows(m visit.Method) bool { return slices.Contains(u.Methods, m) }

// Takes reports whether the way to NHSO takes a proof of identity.
func (u Unit) Takes(m visit.Method) bool { return slices.Contains(u.Upstream, m) }

// Ending is how a session has ended, without anything of whose it was.
type Ending int

// The endings.
const (
	NoEnding    Ending = iota
	WithCode           // with a code, or with the receipt for one
	AtDesk             // with the way to the desk
	WithoutCode        // with nothing: the patient can put the card in again
	BeginAgain         // with nothing, and the card that is in is not the patient's
)

// Insertion is one putting-in of a card, or the beginning of a session without
// one. The runner numbers them and makes the id of the visit that may come of it,
// so that the flow needs no randomness.
type Insertion struct {
	Number  uint64
	VisitID visit.ID
	Role    Role
}

// Role says whose reader it is.
type Role int

// The roles. With one reader alone every card is in the patient's.
const (
	PatientReader   Role = iota
	CertifierReader      // the officer's, for the card that vouches
)

// IsZero reports whether there is no insertion.
func (i Insertion) IsZero() bool { return i == Insertion{} }

// Answer is the state of a question to NHSO.
type Answer int

// The states of a question.
const (
	NotAsked Answer = iota
	Asked
	Answered
	Unanswered // it failed; the visit may still be taken
)

// Session is one patient's time at the kiosk. Its zero value holds nothing.
type Session struct {
	Insertion Insertion
	Method    visit.Method
	PIDInput  string // digits on the keypad
	Photo     Photo
	Certifier Certifier
	Polls     int // how often NHSO answered about the code that the phone asks for
	Failures  int // how often in a row it did not

	Person     Person
	CardRead   bool // the rest of the card's text is there as well
	Right      visit.Right
	RightState Answer
	Offered    []visit.ClaimType      // what this person can choose from
	Done       []visit.Authentication // codes of today
	DoneState  Answer
	AskedOf    visit.Date // the day of Done

	Phone      visit.Phone
	PhoneTyped bool   // entered in this session, so it may be shown in full for checking
	PhoneInput string // digits on the keypad
	PhoneOwner visit.PhoneOwner
	PhoneFrom  visit.PID // of the person who vouched when it was typed
	Kept       Kept
	ClaimType  visit.ClaimType

	Visit    visit.Visit // made by the confirmation
	Phase    Phase
	Slow     bool // the answer takes long; the screen says so
	Code     visit.AuthenCode
	IssuedAt time.Time
	Slips    int // how many were asked for; Print is of the last one
	Reprints int // how many of them the patient asked for again
	Print    PrintState
	Problem  visit.Problem
	Message  string // NHSO's own words, where there are any
}

// Kept is what a patient has typed whose card came out too early. It is there again
// when the same card comes back, and gone when another one does.
type Kept struct {
	PID   visit.PID
	Phone visit.Phone // the whole number that was typed, or zero
	Input string      // digits on the keypad of one that was not whole yet
	Owner visit.PhoneOwner
}

// Typed reports whether the number of the patient was only typed.
func (x Session) Typed() bool { return x.Method.Typed() }

// MaxReprints is how many more slips of a code a patient can have. Whoever needs
// more has them from the desk.
const MaxReprints = 2

// MaxSlips is how many slips of a code a kiosk prints in a day, however often the
// patient comes back with the card.
const MaxSlips = 1 + MaxReprints

// MayReprint reports whether the patient can ask for another slip now.
func (x Session) MayReprint() bool { return x.Reprints < MaxReprints && x.Print != Printing }

// Person is what the card says.
type Person struct {
	PID     visit.PID
	Name    visit.Name
	Latin   visit.Name
	Sex     visit.Sex
	Birth   visit.PartialDate
	Address visit.Address
}

// Phase tells how far a visit in state Sending is.
type Phase int

// The phases.
const (
	NotSending Phase = iota
	Saving           // on its way to the disk
	Submitting       // safely saved and on its way to NHSO
)

// PrintState tells what became of the slip.
type PrintState int

// The states of a slip.
const (
	NotPrinted PrintState = iota
	Printing
	Printed
	PrintFailed
	PrintUnclear // the printer does not tell whether a slip came out
)

// Offline reports whether NHSO could not be asked about this person, so that the
// patient is told beforehand that the code will follow.
func (s Session) Offline() bool { return s.RightState == Unanswered }

// PhoneProblem says what is wrong with the digits on the keypad.
func (s Session) PhoneProblem() visit.PhoneProblem { return visit.CheckPhone(s.PhoneInput) }

// Latest returns the newest code of today that belongs to the unit (here) or to
// another unit.
func (s Session) Latest(hcode string, here bool) (visit.Authentication, bool) {
	var best visit.Authentication
	found := false
	for _, a := range s.Done {
		if (a.Hospital.HCode == hcode) == here && (!found || a.At.After(best.At)) {
			best, found = a, true
		}
	}
	return best, found
}
