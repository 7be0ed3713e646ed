package upstream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"authenkiosk/nhso"
	"authenkiosk/outbox"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// Client speaks with NHSO for the runner and for the outbox, and remembers how
// the last conversation went, for the status light.
type Client struct {
	nhso   nhso.Upstream
	health *Health

	// With an agent that is installed here only.
	installed *nhso.Agent
	cards     PatientCard
}

// PatientCard is the card in the patient's reader, which an installed agent reads by
// itself.
type PatientCard interface {
	// Holds reports whether it is that person's.
	Holds(pid visit.PID) bool
	// HasPatient reports whether there is one.
	HasPatient() bool
	// Readable returns the number of its insertion; false: there is none, or it is mute.
	Readable() (insertion uint64, ok bool)
}

var _ outbox.NHSO = Client{}

// Right implements NHSO.
func (u Client) Right(ctx context.Context, pid visit.PID, date visit.Date) (flow.RightFound, error) {
	began := time.Now()
	answer, err := u.AskRight(ctx, pid, date)
	u.Heard(ctx, began, err)
	return flow.RightFound{Right: answer.Right, Sex: answer.Sex, Birth: answer.Birth, ClaimTypes: answer.ClaimTypes}, err
}

// Status implements NHSO.
func (u Client) Status(ctx context.Context, pid visit.PID, date visit.Date) ([]visit.Authentication, error) {
	began := time.Now()
	found, err := u.nhso.Status(ctx, pid, date)
	u.Heard(ctx, began, err)
	return found, err
}

// ProblemOf implements NHSO.
func (u Client) ProblemOf(err error) visit.Problem { return nhso.ProblemOf(err) }

// Codes implements outbox.NHSO.
func (u Client) Codes(ctx context.Context, pid visit.PID, date visit.Date) ([]visit.Authentication, error) {
	found, err := u.Status(ctx, pid, date)
	if err != nil {
		return nil, failure(err)
	}
	return found, nil
}

// Submit implements outbox.NHSO.
func (u Client) Submit(ctx context.Context, v visit.Visit) (visit.AuthenCode, time.Time, error) {
	v, err := u.named(ctx, v)
	if err != nil {
		f := failure(fmt.Errorf("ask for the person's name before submitting: %w", err))
		if f.Kind != outbox.Refused { // a no to the question is one to the visit
			f.Kind = outbox.NotProcessed
		}
		return "", time.Time{}, f
	}
	began := time.Now()
	receipt, err := u.submit(ctx, nhso.Submission{Visit: v, HN: v.HN, Certifier: v.Attestation.Certifier})
	u.Heard(ctx, began, err)
	if err != nil {
		return "", time.Time{}, failure(err)
	}
	return receipt.Code, receipt.At, nil
}

// named completes a visit without a card that was taken while NHSO was away: the
// number was typed, so that nobody but NHSO knows the name it asks for.
func (u Client) named(ctx context.Context, v visit.Visit) (visit.Visit, error) {
	if u.installed != nil || !v.Name.IsZero() {
		return v, nil
	}
	found, err := u.Right(ctx, v.PID, v.ServiceDate)
	if err != nil {
		return v, err
	}
	v.Name = found.Right.Holder
	if v.Sex == visit.SexUnknown {
		v.Sex = found.Sex
	}
	if v.Birth.IsZero() {
		v.Birth = found.Birth
	}
	if v.Right.IsZero() {
		v.Right = found.Right
	}
	return v, nil
}

// Heard notes how NHSO answered. A question that the session called off says
// nothing about NHSO.
func (u Client) Heard(ctx context.Context, began time.Time, err error) {
	if ctx.Err() != nil {
		return
	}
	u.health.Note(time.Since(began), err)
}

// failure tells the outbox what an error of the upstream means for a visit.
func failure(err error) *outbox.Failure {
	f := &outbox.Failure{Problem: nhso.ProblemOf(err), Message: nhso.MessageOf(err), OnePerson: nhso.OfOnePerson(err), Err: err}
	if errors.Is(err, nhso.ErrNoCorrelation) {
		f.Kind, f.Problem = outbox.CannotSend, visit.CardNeeded
		return f
	}
	switch nhso.KindOf(err) {
	case nhso.NotSent, nhso.Unauthorised, nhso.TooMany:
		f.Kind = outbox.NotProcessed
	case nhso.Refused, nhso.Duplicate:
		f.Kind = outbox.Refused
	case nhso.Invalid: // found before it left: NHSO has not been asked
		f.Kind = outbox.CannotSend
	}
	if e := new(nhso.Error); errors.As(err, &e) {
		f.RetryAfter = e.RetryAfter
	}
	return f
}

// New returns the way to NHSO as the runner and the outbox need it. installed
// is nil but for an agent that is installed here, for which cards are asked.
func New(way nhso.Upstream, h *Health, installed *nhso.Agent, cards PatientCard) Client {
	return Client{nhso: way, health: h, installed: installed, cards: cards}
}
