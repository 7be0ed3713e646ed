package printer

import (
	"errors"
	"fmt"
	"time"

	"authenkiosk/printer/template"
	"authenkiosk/visit"
)

// Kind is the sort of slip.
type Kind = template.Kind

// The sorts.
const (
	KindCode   = template.Code   // an authen code
	KindQueued = template.Queued // received; the code follows
	KindDesk   = template.Desk   // please go to the desk, and why
	KindTest   = template.Test   // a test page of the printer
)

// Slip is what a slip shows. Texts may hold U+200B where a line may break.
type Slip struct {
	UnitName  string
	UnitPhone visit.UnitPhone // may be zero
	Zone      visit.Zone      // anything but production gets a watermark
	Kind      Kind
	Visit     visit.ID
	PID       visit.PID  // printed masked
	Name      visit.Name // printed in its short form
	Right     visit.Right
	Claim     visit.ClaimType
	Method    visit.Method
	Code      visit.AuthenCode // of KindCode only
	At        time.Time        // when the code was issued or the visit received
	Date      visit.Date       // the service date
	Next      string           // what the patient does now; may be empty
	Languages []string         // "th", "en": the first large, the second small; empty: both
	Reprint   bool

	ReprintCount int            // which reprint it is, from 1; 0: not known
	Relation     visit.Relation // of the certifier, whose PID a slip never shows
	Problem      visit.Problem  // why the patient is sent to the desk
	Message      string         // NHSO's own words about it; may be empty
	Printer      string         // KindTest: what the printer is
	Program      string         // KindTest: which version printed it

	// Saved tells of KindDesk whether the kiosk keeps the visit, so that staff find
	// it by its number. Without it the slip names neither number nor QR code: they
	// would lead nowhere. The visits of codes and queue slips are always kept.
	Saved bool
}

// Errors of a slip that makes no sense.
var (
	ErrNoCode = errors.New("the slip has no authen code")
	ErrNoID   = errors.New("the slip has no visit")
	ErrWidth  = fmt.Errorf("a slip is %d to %d dots wide", minWidth, maxWidth)
)

// QR returns what the QR code of the slip says: the bare code, or VISIT: and the
// id of a visit that staff can look up; nothing when there is none.
func (s Slip) QR() string {
	if s.Kind == KindTest {
		return "AUTHENKIOSK TEST"
	}
	if s.Kind == KindCode {
		return string(s.Code)
	}
	if !s.found() {
		return ""
	}
	return "VISIT:" + string(s.Visit)
}

// found reports whether staff find the visit by what the slip says.
func (s Slip) found() bool { return s.Visit != "" && (s.Kind != KindDesk || s.Saved) }

func (s Slip) check() error {
	if s.Kind == KindCode && s.Code == "" {
		return ErrNoCode
	}
	if s.Visit == "" && s.Kind != KindTest && s.Kind != KindDesk {
		return ErrNoID
	}
	return nil
}
