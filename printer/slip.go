package printer

import (
	"errors"
	"fmt"
	"time"

	"authenkiosk/visit"
)

// Kind is the sort of slip.
type Kind int

// The sorts.
const (
	KindCode   Kind = iota // an authen code
	KindQueued             // received; the code follows
)

// Slip is what a slip shows. Texts may hold U+200B where a line may break.
type Slip struct {
	UnitName  string
	UnitPhone visit.Phone // may be zero
	Zone      visit.Zone  // anything but production gets a watermark
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
}

// Errors of a slip that makes no sense.
var (
	ErrNoCode = errors.New("the slip has no authen code")
	ErrNoID   = errors.New("the slip has no visit")
	ErrWidth  = fmt.Errorf("a slip is %d to %d dots wide", minWidth, maxWidth)
)

// QR returns what the QR code of the slip says: the bare code, or VISIT: and the
// id of a visit whose code follows.
func (s Slip) QR() string {
	if s.Kind == KindCode {
		return string(s.Code)
	}
	return "VISIT:" + string(s.Visit)
}

func (s Slip) check() error {
	if s.Kind == KindCode && s.Code == "" {
		return ErrNoCode
	}
	if s.Visit == "" {
		return ErrNoID
	}
	return nil
}
