package nhso

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"authenkiosk/visit"
)

// Kind says what an error means for the visit.
type Kind int

// The kinds.
const (
	// Unknown means that no usable answer came although the request may have
	// arrived: time-out, cut connection, 5xx. A submission may have been
	// processed, and so it may after an empty, HTML or unreadable answer to it. A
	// question of this kind can simply be asked again.
	Unknown Kind = iota

	// NotSent means that surely nothing was processed, because no connection
	// came about: refused, no such host, TLS failure.
	NotSent

	// Refused means that NHSO looked at the request and said no. Message has its words.
	Refused

	// Duplicate means Refused because the person is already authenticated
	// today, as far as NHSO's words tell. Status has the code.
	Duplicate

	// Unauthorised means that the unit's token is missing or not accepted (401,
	// 403). Nothing was processed.
	Unauthorised

	// TooMany means 429. Nothing was processed; RetryAfter says when to come back.
	TooMany

	// BadAnswer means that what came back from a question is not an answer of
	// NHSO: empty, HTML, not the documented JSON, a code of the wrong form. An
	// expired token is known to give an empty 200.
	BadAnswer

	// Invalid means that the caller asked for something impossible and nothing
	// was sent: an incomplete visit, or one of another day.
	Invalid

	// NoCard means that an Agent has no card that it can read: no reader, no card,
	// or an unreadable one. NHSO was not asked.
	NoCard
)

var kindNames = [...]string{
	Unknown: "unknown outcome", NotSent: "not sent", Refused: "refused", Duplicate: "already authenticated",
	Unauthorised: "token not accepted", TooMany: "too many requests", BadAnswer: "not an answer of NHSO",
	Invalid: "invalid", NoCard: "no readable card",
}

// String returns a few words in English for logs.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return fmt.Sprintf("kind %d", int(k))
	}
	return kindNames[k]
}

// Error is what every method of an Upstream returns when it fails. Its text
// holds no personal data and no address.
type Error struct {
	Op         string // "right", "status", "submit" or "probe"
	Kind       Kind
	Status     int           // of HTTP; 0 when there was no answer
	Message    string        // NHSO's own words, cleaned, for the screen; they may name a person, so they are not part of the text
	RetryAfter time.Duration // with kind TooMany; 0 when NHSO named no time
	Err        error         // the cause, in words of our own; may be nil

	// OnePerson says that NHSO has answered, and that what is wrong with the answer
	// concerns the one person who was asked about: a no, or a record that cannot be
	// read. Whoever asks about others is told.
	OnePerson bool
}

// Error implements error.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "nhso %s: %s", e.Op, e.Kind)
	if e.Status != 0 {
		fmt.Fprintf(&b, " (HTTP %d)", e.Status)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// GoString keeps %#v from showing Message.
func (e *Error) GoString() string { return e.Error() }

// LogValue implements slog.LogValuer, without Message.
func (e *Error) LogValue() slog.Value { return slog.StringValue(e.Error()) }

// MarshalText keeps JSON to the text, without Message.
func (e *Error) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// KindOf returns the kind of an error of this package. Any other error is
// Unknown, the most careful kind.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Unknown
}

// MessageOf returns NHSO's own words, or nothing.
func MessageOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Message
	}
	return ""
}

// OfOnePerson reports whether an error says nothing about the next person, see
// Error.OnePerson. An error that is not of this package concerns everybody.
func OfOnePerson(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.OnePerson || e.Kind == Refused || e.Kind == Duplicate || e.Kind == Invalid)
}

// ProblemOf says which problem of a person's an error is.
func ProblemOf(err error) visit.Problem {
	switch {
	case err == nil:
		return visit.NoProblem
	case errors.Is(err, ErrOtherDay):
		return visit.ServiceDatePassed
	case errors.Is(err, ErrNoReader):
		return visit.ReaderMissing
	case errors.Is(err, ErrNoCard):
		return visit.CardRemovedEarly
	case errors.Is(err, ErrBadCard):
		return visit.CardUnreadable
	case errors.Is(err, ErrNoCorrelation):
		return visit.CardNeeded
	case errors.Is(err, ErrMethod):
		return visit.UpstreamCannot
	}
	switch KindOf(err) {
	case Refused, Duplicate, Invalid:
		return visit.NHSORefusedVisit
	case Unauthorised:
		return visit.NHSORefusedToken
	case TooMany:
		return visit.NHSOTooMany
	}
	return visit.NHSOUnreachable
}
