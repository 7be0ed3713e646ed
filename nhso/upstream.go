package nhso

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"authenkiosk/visit"
)

// Upstream is where rights and authen codes come from. All methods may be called
// from several goroutines. Every error is, or wraps, an *Error.
//
// No method repeats a request by itself. After an error of kind Unknown from
// Submit the caller waits SettleTime, asks Status, and submits again only when
// the code is not there; after kind Duplicate it asks Status as well.
type Upstream interface {
	// Right asks for the right to treatment on a day. A person without any right
	// is an answer (Right.IsZero), not an error.
	Right(ctx context.Context, pid visit.PID, date visit.Date) (RightAnswer, error)

	// Status asks for the authen codes of a person on that day, at any unit. No
	// code is an answer (an empty list), not an error.
	Status(ctx context.Context, pid visit.PID, date visit.Date) ([]visit.Authentication, error)

	// Submit asks for a code, once. It refuses, without sending anything, what
	// is incomplete or belongs to another service date than today's (kind Invalid).
	Submit(ctx context.Context, s Submission) (Receipt, error)

	// Probe asks something that concerns no person, for the status light.
	Probe(ctx context.Context) (Health, error)

	// Skew tells by how much NHSO's clock is ahead of ours, as of the last answer
	// that was understood, to about a second; false while there was none.
	Skew() (ahead time.Duration, known bool)

	// Abilities tells what the upstream can do. It never changes.
	Abilities() Abilities
}

// Abilities is what an upstream can do, for hiding what it cannot.
type Abilities struct {
	// Methods are the proofs of identity with which it takes a submission.
	Methods []visit.Method

	// Replay reports whether a saved visit can be submitted later on the same
	// day without the card in the reader.
	Replay bool

	// ClaimTypes reports whether Right names the claim types open to a person.
	// Where it does not, those of the configuration are offered.
	ClaimTypes bool
}

// RightAnswer is what NHSO says about a person's right on a day.
type RightAnswer struct {
	Right      visit.Right
	ClaimTypes []visit.ClaimType // nil: the upstream names none
	Sex        visit.Sex
	Birth      visit.PartialDate
	PaidModel  string // "1" for UCS; empty when not applicable

	Start, Expire time.Time // of the right; zero: not told
}

// Format keeps every verb of package fmt from showing the person by accident.
func (a RightAnswer) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "[right "+a.Right.Main.ID+"/"+a.Right.Sub.ID+"]")
}

// LogValue implements slog.LogValuer with the codes of the right alone.
func (a RightAnswer) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(a)) }

// MarshalText keeps JSON to the same words: a list of answers that strays into a
// log is written by encoding/json, which does not ask LogValue.
func (a RightAnswer) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(a)), nil }

// Submission is a visit on its way to NHSO.
type Submission struct {
	Visit visit.Visit

	// Certifier is the officer, guardian or caregiver whose card vouched for the
	// patient (visit.MethodCertifier only).
	Certifier visit.PID

	// HN is the unit's own number of the patient, where it is known.
	HN visit.HN

	// Correlation ties the submission to a reading of the card by an Agent; empty:
	// that of its last reading. An Endpoint needs none.
	Correlation string
}

// Format keeps every verb of package fmt from showing the patient by accident.
func (s Submission) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "[submission "+string(s.Visit.ID)+"]")
}

// LogValue implements slog.LogValuer with the id of the visit alone.
func (s Submission) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(s)) }

// MarshalText keeps JSON to the same words, see RightAnswer.MarshalText.
func (s Submission) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(s)), nil }

// Receipt is NHSO's answer to a submission.
type Receipt struct {
	Code visit.AuthenCode
	At   time.Time // when the answer was here, by our own clock: NHSO's answer names no time
}

// Health is what a probe found.
type Health struct {
	Latency time.Duration // from dialling to the last byte
	At      time.Time     // when, by our own clock
}
