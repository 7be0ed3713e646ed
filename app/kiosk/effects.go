package kiosk

import (
	"context"
	"errors"
	"time"

	"authenkiosk/outbox"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

func (r *Runner) readCard(ctx context.Context, e flow.ReadCard) {
	number := e.Insertion.Number
	rest, err := r.ports.Card.Read(ctx, number, func(p flow.Person) {
		r.Send(flow.CardIdentified{Number: number, Person: p})
	})
	switch {
	case err == nil:
		rest.Number = number
		r.Send(rest)
	case errors.Is(err, context.Canceled):
		// The session is over; nobody waits for the card any more.
	default:
		r.log.Warn("read card", "err", err)
		r.Send(flow.CardFailed{Number: number, Problem: r.ports.Card.ProblemOf(err)})
	}
}

func (r *Runner) checkRight(ctx context.Context, e flow.CheckRight, date visit.Date) {
	found, err := r.ports.NHSO.Right(ctx, e.PID, date)
	if err != nil {
		r.log.Warn("check right", "err", err)
		r.Send(flow.RightFailed{Number: e.Number, Problem: r.ports.NHSO.ProblemOf(err)})
		return
	}
	found.Number = e.Number
	r.Send(found)
}

func (r *Runner) checkStatus(ctx context.Context, e flow.CheckStatus) {
	done, err := r.ports.NHSO.Status(ctx, e.PID, e.Date)
	if err != nil {
		r.log.Warn("check status", "err", err)
		r.Send(flow.StatusFailed{Number: e.Number})
		return
	}
	r.Send(flow.StatusFound{Number: e.Number, Done: done})
}

// recallPhone is a look into the store's index, in order with the writing.
func (r *Runner) recallPhone(e flow.RecallPhone) {
	if r.ports.RememberPhone <= 0 {
		return
	}
	r.Write(func() {
		notBefore := time.Now().Add(-r.ports.RememberPhone)
		if phone, owner, ok := r.ports.Store.RememberedPhone(e.PID, notBefore); ok {
			r.Send(flow.PhoneKnown{Number: e.Number, Phone: phone, Owner: owner})
		}
	})
}

func (r *Runner) save(e flow.SaveVisit, photo []byte) {
	v := e.Visit
	v.CreatedAt = time.Now()
	if err := r.keep(v, photo); err != nil {
		r.log.Error("save visit", "visit", v.ID, "err", err)
		r.Send(flow.VisitNotSaved{Number: e.Number})
		return
	}
	r.log.Info("visit saved", "visit", v.ID, "claim_type", v.ClaimType.Code, "method", v.Method)
	r.Send(flow.VisitSaved{Number: e.Number})
}

// record keeps a visit whose code NHSO has made. When that fails the patient has
// the code all the same.
func (r *Runner) record(e flow.RecordVisit) {
	v := e.Visit
	v.CreatedAt = time.Now()
	err := r.ports.Store.SaveDone(v, e.Code, e.IssuedAt, v.CreatedAt)
	r.logged("keep the visit with its code", v.ID, err)
}

// errNoPhoto says that the photo of the visit is gone: the session ended.
var errNoPhoto = errors.New("the photo of the visit is not held any more")

// keep saves a visit, together with the photo that proves it.
func (r *Runner) keep(v visit.Visit, photo []byte) error {
	switch {
	case !v.Attestation.Photo:
		return r.ports.Store.Save(v, v.CreatedAt)
	case photo == nil:
		return errNoPhoto
	}
	return r.ports.Store.SaveWithPhoto(v, photo, v.CreatedAt)
}

// photoOf returns the photo that proves a visit; nil: there is none.
func (r *Runner) photoOf(v visit.Visit) []byte {
	if !v.Attestation.Photo || r.ports.Camera == nil {
		return nil
	}
	return r.ports.Camera.Photo()
}

// submit outlives the session: once the request has left, whoever stands there,
// its outcome is written down.
func (r *Runner) submit(ctx context.Context, e flow.SubmitVisit) {
	o := r.ports.Outbox.Submit(ctx, e.ID)
	r.Send(OutcomeEvent(e.Number, o))
}

// OutcomeEvent tells the flow what the outbox found out.
func OutcomeEvent(number uint64, o outbox.Outcome) flow.Event {
	switch o.Kind {
	case outbox.Done:
		return flow.VisitDone{Number: number, Code: o.Code, IssuedAt: o.IssuedAt, Earlier: o.Earlier}
	case outbox.RefusedBy:
		return flow.VisitRefused{Number: number, Problem: o.Problem, Message: o.Message}
	}
	queued := flow.VisitQueued{Number: number}
	if o.Problem == visit.NHSORefusedToken {
		queued.Problem = o.Problem
	}
	return queued
}

func (r *Runner) print(e flow.PrintSlip) {
	if r.ports.Printer == nil {
		r.Send(flow.SlipFailed{Number: e.Number, Nth: e.Nth})
		return
	}
	r.ports.Printer.Print(e, r.Send)
}
