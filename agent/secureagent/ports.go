package secureagent

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"authenkiosk/visit"
)

// Terminal is one card reader.
type Terminal struct {
	Name    string
	Present bool // a card is inside, readable or not
}

// Slot is what stands at the readers at one moment.
type Slot struct {
	Terminals []Terminal
	Default   string // the patient's reader; empty: none

	// Insertion numbers the card in the patient's reader, of several the newest; 0:
	// there is none. All readers count together, and a number stands for one stay of
	// one card: it may come back when a newer card has left another reader.
	Insertion uint64

	// Inside are the insertions of all patients' cards that are inside, in any order;
	// Insertion may be left out of them.
	Inside []uint64
}

// Cards is the card reader. Its methods are called by several goroutines, but
// Text and Photo only one at a time.
type Cards interface {
	// Slot returns what the readers held last, without waiting for them and without
	// calling the Handler. Its error says that there is no card service.
	Slot() (Slot, error)

	// Text reads the card of an insertion, and fails once that card is out.
	Text(ctx context.Context, insertion uint64) (Card, error)

	// Photo reads the JPEG on the card of an insertion. No photo is an answer.
	Photo(ctx context.Context, insertion uint64) ([]byte, error)

	// ProblemOf says what an error of Text or Photo means to a person.
	ProblemOf(err error) visit.Problem
}

// Card is the text of a card.
type Card struct {
	PID     visit.PID
	Name    visit.Name
	Sex     visit.Sex
	Birth   visit.PartialDate
	Address visit.Address
}

// Format keeps every verb of package fmt from showing a card by accident.
func (c Card) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[card]") }

// LogValue implements slog.LogValuer.
func (c Card) LogValue() slog.Value { return slog.StringValue("[card]") }

// Rights asks NHSO for the right to treatment.
type Rights interface {
	// Right is the right on a day of the person whose card is inside; an upstream
	// may read that card for it. No right is an answer, not an error.
	Right(ctx context.Context, pid visit.PID, date visit.Date) (RightAnswer, error)

	// RightByPID is the same for somebody who need not be here. No card is read for
	// it, and it says nothing about the card that is inside.
	RightByPID(ctx context.Context, pid visit.PID, date visit.Date) (RightAnswer, error)
}

// RightAnswer is what NHSO says about a person.
type RightAnswer struct {
	Right         visit.Right
	ClaimTypes    []visit.ClaimType // those open to the person; none: no code can be had
	Sex           visit.Sex
	Birth         visit.PartialDate
	PaidModel     string
	Start, Expire time.Time // of the right; zero: not known
}

// Format keeps every verb of package fmt from showing the person by accident.
func (a RightAnswer) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "[right "+a.Right.Main.ID+"/"+a.Right.Sub.ID+"]")
}

// LogValue implements slog.LogValuer with the codes of the right alone.
func (a RightAnswer) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(a)) }

// Codes asks NHSO for the authen codes of a person.
type Codes interface {
	// Codes returns the codes of a day at any unit. None is an answer.
	Codes(ctx context.Context, pid visit.PID, date visit.Date) ([]visit.Authentication, error)
}

// Submitter brings one visit to NHSO: it saves it durably, sends it once, and
// waits a little for the outcome.
type Submitter interface {
	// Submit is called right after NHSO has said that there is no code. It
	// returns as soon as there is an outcome to tell; its context is not
	// the caller's, who may have gone. Those of one person come one at a time. While a visit of the same person, day and
	// claim type is on its way already, it saves and sends nothing and returns
	// Unclear: a caller whose first request got no clear answer may ask again.
	Submit(ctx context.Context, o Order) Outcome
}

// Drafter keeps a draft for the staff. Nothing of it is sent to NHSO.
type Drafter interface {
	// Draft saves durably.
	Draft(ctx context.Context, o Order) error
}

// Order is a visit that hospital software asks for.
type Order struct {
	Visit       visit.Visit // complete; by the patient's own card, today
	HN          visit.HN    // the hospital's own number of the patient; may be empty
	Client      string      // who asks, as the guard knows it
	Correlation string
}

// Format keeps every verb of package fmt from showing the patient by accident.
func (o Order) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "[order "+string(o.Visit.ID)+"]")
}

// LogValue implements slog.LogValuer with the id of the visit alone.
func (o Order) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(o)) }

// Outcome is what became of an order.
type Outcome struct {
	Kind     OutcomeKind
	Code     visit.AuthenCode // Issued only
	IssuedAt time.Time        // Issued only; zero: now
	Message  string           // NHSO's own words, cleaned; Refused and Duplicate only
}

// OutcomeKind is the sort of an Outcome.
type OutcomeKind int

// The outcomes. The zero value is the most careful one.
const (
	Unclear    OutcomeKind = iota // it may have been processed; the outbox settles it
	Issued                        // here is the code
	Duplicate                     // there is a code of today already; nothing new was made
	Refused                       // NHSO said no
	NotSaved                      // it could not be saved, so nothing was sent
	CardNeeded                    // it was not sent, and the staff have it: NHSO wants the card again
)

var outcomeNames = [...]string{
	Unclear: "unclear", Issued: "issued", Duplicate: "duplicate", Refused: "refused", NotSaved: "not saved",
	CardNeeded: "card needed",
}

// String returns a stable word for logs.
func (k OutcomeKind) String() string {
	if k < 0 || int(k) >= len(outcomeNames) {
		return "unknown"
	}
	return outcomeNames[k]
}

// Access is one look at a person's data by hospital software, for the audit and
// for the screen that says who reads the card. A program that polls the same card
// in the same way is reported once an insertion.
type Access struct {
	At     time.Time
	Client string    // as the guard knows it
	Action string    // "read", "read-card-only", "probe", "latest", "confirm-save", "save-as-draft"
	PID    visit.PID // zero when no person became known: a submission that was refused as it stood
	Status int       // of the answer; one that is no 200 disclosed nothing
}
