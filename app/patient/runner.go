// Package patient is what a kiosk and a station share of the patient's way: the runner that
// does what the flow asks for, whatever host the way stands in, and the camera and the
// printer of a machine. It draws nothing and knows no face.
package patient

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"authenkiosk/app/cards"
	"authenkiosk/app/machine"
	"authenkiosk/outbox"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// Runner is the patient's way in the world: the machine of a host of the way, whose model
// is an M, and the effects done with the ports.
type Runner[M any] struct {
	*machine.Machine[M, flow.Event, flow.Effect]
	o      Options[M]
	log    *slog.Logger
	starts uint64 // sessions that no card began
}

// Options are what a runner is made of. All are needed, but those that say otherwise.
type Options[M any] struct {
	Ports
	// Model is the one with which it begins.
	Model M
	// Step is the host's.
	Step func(M, flow.Event) (M, []flow.Effect)
	// Way is the patient's way in a model.
	Way func(M) flow.Way
	// Show draws a model. It is called from the runner's goroutine.
	Show func(M)
	// Stepped hears of each step, from the same goroutine; nil: nobody does.
	Stepped func(before, after M)
	Log     *slog.Logger
}

// NewRunner makes a runner that does nothing before Run.
func NewRunner[M any](o Options[M]) *Runner[M] {
	if o.Stepped == nil {
		o.Stepped = func(M, M) {}
	}
	r := &Runner[M]{o: o, log: o.Log}
	r.Machine = machine.New(machine.Options[M, flow.Event, flow.Effect]{
		Model: o.Model, Step: r.step, Do: r.do, Stepped: r.told,
		Show: func(m M) { r.o.Show(m) },
	})
	return r
}

// OnShow has the function draw the models. It must be set before Run.
func (r *Runner[M]) OnShow(show func(M)) { r.o.Show = show }

func (r *Runner[M]) step(m M, e flow.Event) (M, []flow.Effect) { return r.o.Step(m, r.numbered(e)) }

func (r *Runner[M]) told(before M, _ flow.Event, after M) {
	r.o.Stepped(before, after)
	if was, is := r.o.Way(before), r.o.Way(after); was.State != is.State {
		r.log.Info("screen", "from", was.State.String(), "to", is.State.String(), "problem", is.Session.Problem.String())
	}
}

// Now returns the newest model of the way.
func (r *Runner[M]) Now() flow.Way { return r.o.Way(r.Snapshot()) }

// Settled tells the patient, if still there, what the background found out.
func (r *Runner[M]) Settled(id visit.ID, o outbox.Outcome) {
	r.log.Info("visit settled", "visit", id, "outcome", o.Kind)
	if now := r.Now().Session.Insertion; now.VisitID == id {
		r.Send(outcomeEvent(now.Number, o))
	}
}

// withoutCard is where the numbers of sessions without a card begin, far from
// those that the card reader gives to insertions.
const withoutCard = 1 << 62

// numbered fills in the beginning of a session that no card begins.
func (r *Runner[M]) numbered(e flow.Event) flow.Event {
	switch tap := e.(type) {
	case flow.TapMethod:
		tap.Start = r.newStart()
		return tap
	case flow.TapNoNumber:
		tap.Start = r.newStart()
		return tap
	case flow.TapVouches:
		tap.Start = r.newStart()
		return tap
	}
	return e
}

func (r *Runner[M]) newStart() flow.Insertion {
	r.starts++
	return cards.NewInsertion(withoutCard+r.starts, flow.PatientReader)
}

// do starts an effect. Writing is done in order by one goroutine, because taking
// a visit back must come after saving it.
func (r *Runner[M]) do(ctx context.Context, effect flow.Effect) {
	switch e := effect.(type) {
	case flow.SetTimer:
		r.SetTimer(e.Timer, e.After, flow.TimerFired{Timer: e.Timer})
	case flow.ClearTimers:
		r.ClearTimers()
	case flow.Wipe:
		r.EndSession(ctx)
		r.o.Card.ExpectCertifier(false)
		if r.o.Camera != nil {
			r.o.Camera.Forget()
		}
	case flow.ExpectCertifier:
		r.o.Card.ExpectCertifier(true)
	case flow.StartCamera:
		if r.o.Camera == nil {
			r.Send(flow.CameraChanged{Number: e.Number, State: visit.DeviceAbsent})
			return
		}
		r.o.Camera.Start(e.Number, r.Send)
	case flow.TakePhoto:
		if r.o.Camera != nil {
			r.o.Camera.Take(e.Number)
		}
	case flow.LookAgain:
		if r.o.Camera != nil {
			r.o.Camera.Again(e.Number)
		}
	case flow.StopCamera:
		if r.o.Camera != nil {
			r.o.Camera.Stop()
		}
	case flow.ClearTimer:
		r.ClearTimer(e.Timer)
	case flow.ReadCard:
		session := r.Session()
		r.Spawn(func() { r.readCard(session, e) })
	case flow.CheckRight:
		session, today := r.Session(), r.Now().Today
		r.Spawn(func() { r.checkRight(session, e, today) })
	case flow.CheckStatus:
		session := r.Session()
		r.Spawn(func() { r.checkStatus(session, e) })
	case flow.RecallPhone:
		r.recallPhone(e)
	case flow.SaveVisit:
		photo := r.photoOf(e.Visit) // now: the next patient's must never be taken for it
		r.Write(func() { r.save(ctx, e, photo) })
	case flow.RecordVisit:
		r.Write(func() { r.record(e) })
	case flow.DropVisit:
		r.Write(func() { r.logged("drop visit", e.ID, r.o.Store.Drop(e.ID, time.Now())) })
	case flow.HandToStaff:
		r.Write(func() { r.logged("hand visit to the staff", e.ID, r.o.Store.Staff(e.ID, e.Problem, time.Now())) })
	case flow.SubmitVisit:
		r.Spawn(func() { r.submit(ctx, e) })
	case flow.PrintSlip:
		r.Write(func() { r.print(e) })
	case flow.Chime: // no machine has a sound yet: the screen says the same
	default:
		r.log.Error("nobody does this effect", "effect", fmt.Sprintf("%T", effect))
	}
}

func (r *Runner[M]) logged(what string, id visit.ID, err error) {
	if err != nil {
		r.log.Error(what, "visit", id, "err", err)
	}
}
