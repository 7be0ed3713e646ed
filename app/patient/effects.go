package patient

import (
	"context"
	"errors"
	"time"

	"authenkiosk/outbox"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

func (r *Runner[M]) readCard(ctx context.Context, e flow.ReadCard) {
	number := e.Insertion.Number
	rest, err := r.o.Card.Read(ctx, number, func(p flow.Person) {
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
		r.Send(flow.CardFailed{Number: number, Problem: r.o.Card.ProblemOf(err)})
	}
}

func (r *Runner[M]) checkRight(ctx context.Context, e flow.CheckRight, date visit.Date) {
	found, err := r.o.NHSO.Right(ctx, e.PID, date)
	if err != nil {
		r.log.Warn("check right", "err", err)
		r.Send(flow.RightFailed{Number: e.Number, Problem: r.o.NHSO.ProblemOf(err)})
		return
	}
	found.Number = e.Number
	r.Send(found)
}

func (r *Runner[M]) checkStatus(ctx context.Context, e flow.CheckStatus) {
	done, err := r.o.NHSO.Status(ctx, e.PID, e.Date)
	if err != nil {
		r.log.Warn("check status", "err", err)
		r.Send(flow.StatusFailed{Number: e.Number})
		return
	}
	r.Send(flow.StatusFound{Number: e.Number, Done: done})
}

// recallPhone is a look into the store's index, in order with the writing.
func (r *Runner[M]) recallPhone(e flow.RecallPhone) {
	if r.o.RememberPhone <= 0 {
		return
	}
	r.Write(func() {
		notBefore := time.Now().Add(-r.o.RememberPhone)
		if phone, owner, ok := r.o.Store.RememberedPhone(e.PID, notBefore); ok {
			r.Send(flow.PhoneKnown{Number: e.Number, Phone: phone, Owner: owner})
		}
	})
}

func (r *Runner[M]) save(ctx context.Context, e flow.SaveVisit, photo []byte) {
	e.Visit.CreatedAt = time.Now()
	v, err := e.Visit, errNoPhoto
	if !v.Attestation.Photo || photo != nil {
		err = r.o.Keep(ctx, e, photo)
	}
	if err != nil {
		r.log.Error("save visit", "visit", v.ID, "err", err)
		said := flow.VisitNotSaved{Number: e.Number}
		var not *NotKept
		if errors.As(err, &not) {
			said.Why = not.Why
		}
		r.Send(said)
		return
	}
	r.log.Info("visit saved", "visit", v.ID, "claim_type", v.ClaimType.Code, "method", v.Method)
	r.Send(flow.VisitSaved{Number: e.Number})
}

// errNoPhoto says that the photo of the visit is gone: the session ended.
var errNoPhoto = errors.New("the photo of the visit is not held any more")

// ByPatient keeps a visit that a patient has confirmed, whom nobody helps.
func ByPatient(store Saver) Keep {
	return func(_ context.Context, e flow.SaveVisit, jpeg []byte) error {
		if jpeg == nil {
			return store.Save(e.Visit, e.Visit.CreatedAt)
		}
		return store.SaveWithPhoto(e.Visit, jpeg, e.Visit.CreatedAt)
	}
}

// record keeps a visit whose code NHSO has made. When that fails the patient has
// the code all the same.
func (r *Runner[M]) record(e flow.RecordVisit) {
	v := e.Visit
	v.CreatedAt = time.Now()
	err := r.o.Store.SaveDone(v, e.By, e.Code, e.IssuedAt, v.CreatedAt)
	r.logged("keep the visit with its code", v.ID, err)
}

// photoOf returns the photo that proves a visit; nil: there is none.
func (r *Runner[M]) photoOf(v visit.Visit) []byte {
	if !v.Attestation.Photo || r.o.Camera == nil {
		return nil
	}
	return r.o.Camera.Photo()
}

// submit outlives the session: once the request has left, whoever stands there,
// its outcome is written down.
func (r *Runner[M]) submit(ctx context.Context, e flow.SubmitVisit) {
	o := r.o.Outbox.Submit(ctx, e.ID)
	r.Send(outcomeEvent(e.Number, o))
}

// outcomeEvent tells the flow what the outbox found out.
func outcomeEvent(number uint64, o outbox.Outcome) flow.Event {
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

func (r *Runner[M]) print(e flow.PrintSlip) {
	if r.o.Printer == nil {
		r.Send(flow.SlipFailed{Number: e.Number, Nth: e.Nth})
		return
	}
	r.o.Printer.Print(e, r.Send)
}
