package patient

import (
	"context"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/cards"
	"authenkiosk/app/photo"
	"authenkiosk/app/slips"
	"authenkiosk/app/upstream"
	"authenkiosk/outbox"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// Ports are what the effects are done with.
type Ports struct {
	Card    CardReader
	Camera  Camera
	NHSO    NHSO
	Store   Store
	Keep    Keep
	Outbox  Submitter
	Printer Printer
	// RememberPhone is how long a number of an earlier visit is offered again;
	// 0: never.
	RememberPhone time.Duration
}

// CardReader reads the card of one insertion into the patient's reader.
type CardReader interface {
	// Read calls identified as soon as the first block is known and returns the
	// rest. It ends when ctx does, when the card is pulled, or after its own
	// time limit. ProblemOf tells what to show for its error.
	Read(ctx context.Context, number uint64, identified func(flow.Person)) (flow.CardRead, error)
	ProblemOf(error) visit.Problem
	// ExpectCertifier says whether the next card is the one that vouches.
	ExpectCertifier(bool)
}

// Camera takes the photo of a patient. A nil Camera means that none is
// configured.
type Camera interface {
	// Start shows pictures until Stop or Forget and reports by send.
	Start(number uint64, send func(flow.Event))
	// Take keeps one picture of what Start shows: PhotoTaken or PhotoFailed.
	Take(number uint64)
	// Again drops the photo and what is being taken, and shows pictures and reports
	// anew.
	Again(number uint64)
	// Stop closes the camera; the photo stays.
	Stop()
	// Photo returns the photo that was taken last, as JPEG; nil: none.
	Photo() []byte
	// Forget closes the camera and wipes the photo.
	Forget()
}

// NHSO answers questions about a person.
type NHSO interface {
	Right(ctx context.Context, pid visit.PID, date visit.Date) (flow.RightFound, error)
	Status(ctx context.Context, pid visit.PID, date visit.Date) ([]visit.Authentication, error)
	ProblemOf(error) visit.Problem
}

// Keep saves a visit that was confirmed at that time (CreatedAt), together with the photo
// that proves it; nil: there is none. It returns when both are on the disk.
type Keep func(ctx context.Context, e flow.SaveVisit, jpeg []byte) error

// NotKept is an error of Keep where the visit must not be made, though the machine could save
// it: Why names the reason for whoever stands before the screen.
type NotKept struct {
	Why string
	Err error
}

// Error implements error.
func (e *NotKept) Error() string { return e.Why + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *NotKept) Unwrap() error { return e.Err }

// Saver saves visits. Its methods return when the change is on the disk.
type Saver interface {
	Save(v visit.Visit, at time.Time) error
	// SaveWithPhoto keeps visit and photo, or neither.
	SaveWithPhoto(v visit.Visit, jpeg []byte, at time.Time) error
}

// Store keeps what becomes of visits. Its methods return when the change is on the disk.
type Store interface {
	// SaveDone keeps a visit whose code NHSO has made already.
	SaveDone(v visit.Visit, by string, code visit.AuthenCode, issued, at time.Time) error
	Drop(id visit.ID, at time.Time) error
	Staff(id visit.ID, p visit.Problem, at time.Time) error
	// RememberedPhone returns the number of a visit not earlier than that time.
	RememberedPhone(pid visit.PID, notBefore time.Time) (visit.Phone, visit.PhoneOwner, bool)
}

// Submitter sends a saved visit for a patient who waits.
type Submitter interface {
	Submit(ctx context.Context, id visit.ID) outbox.Outcome
}

// Printer prints slips. A nil Printer means that none is configured.
type Printer interface {
	// Print notes on the disk that a slip is wanted and returns. What becomes of it
	// is reported by send: SlipWithheld, or SlipFailed, at times followed by SlipPrinted.
	Print(e flow.PrintSlip, send func(flow.Event))
}

var (
	_ CardReader = (*cards.Watcher)(nil)
	_ Camera     = (*photo.Camera)(nil)
	_ Printer    = (*slips.Printer)(nil)
	_ NHSO       = upstream.Client{}
	_ Saver      = app.Visits{}
	_ Store      = app.Visits{}
)
