package kiosk

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"authenkiosk/app/cards"
	"authenkiosk/app/machine"
	"authenkiosk/app/recorder"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// Runner is the patient's way in the world: the machine of the flow, and the effects
// done with the ports.
type Runner struct {
	*machine.Machine[flow.Model, flow.Event, flow.Effect]
	ports  Ports
	log    *slog.Logger
	starts uint64 // sessions that no card began
}

// Ports are what the effects are done with.
type Ports struct {
	Card    CardReader
	Camera  Camera
	NHSO    NHSO
	Store   Store
	Outbox  Submitter
	Printer Printer
	// CallHelp tells the staff that the patient before that screen calls; nil: nobody hears.
	CallHelp func(screen string)
	// Show draws a model. It is called from the runner's goroutine.
	Show func(flow.Model)
	// Recorder takes the steps of the flow; nil: nobody keeps them.
	Recorder *recorder.Recorder
	// RememberPhone is how long a number of an earlier visit is offered again;
	// 0: never.
	RememberPhone time.Duration
}

// NewRunner makes a runner that begins with that model.
func NewRunner(model flow.Model, ports Ports, log *slog.Logger) *Runner {
	r := &Runner{ports: ports, log: log}
	r.Machine = machine.New(machine.Options[flow.Model, flow.Event, flow.Effect]{
		Model: model, Step: r.step, Do: r.do, Stepped: r.told,
		Show: func(m flow.Model) { r.ports.Show(m) },
	})
	return r
}

func (r *Runner) step(m flow.Model, e flow.Event) (flow.Model, []flow.Effect) {
	return r.ports.Recorder.Step(m, r.numbered(e))
}

func (r *Runner) told(before flow.Model, _ flow.Event, after flow.Model) {
	if after.Help && !before.Help && r.ports.CallHelp != nil {
		r.ports.CallHelp(after.State.String())
	}
	if before.State != after.State {
		r.log.Info("screen", "from", before.State.String(), "to", after.State.String(), "problem", after.Session.Problem.String())
	}
}

// withoutCard is where the numbers of sessions without a card begin, far from
// those that the card reader gives to insertions.
const withoutCard = 1 << 62

// numbered fills in the beginning of a session that no card begins.
func (r *Runner) numbered(e flow.Event) flow.Event {
	switch tap := e.(type) {
	case flow.TapMethod:
		tap.Start = r.newStart()
		return tap
	case flow.TapNoNumber:
		tap.Start = r.newStart()
		return tap
	}
	return e
}

func (r *Runner) newStart() flow.Insertion {
	r.starts++
	return cards.NewInsertion(withoutCard+r.starts, flow.PatientReader)
}

// do starts an effect. Writing is done in order by one goroutine, because taking
// a visit back must come after saving it.
func (r *Runner) do(ctx context.Context, effect flow.Effect) {
	switch e := effect.(type) {
	case flow.SetTimer:
		r.SetTimer(e.Timer, e.After, flow.TimerFired{Timer: e.Timer})
	case flow.ClearTimers:
		r.ClearTimers()
	case flow.Wipe:
		r.EndSession(ctx)
		r.ports.Card.ExpectCertifier(false)
		if r.ports.Camera != nil {
			r.ports.Camera.Forget()
		}
	case flow.ExpectCertifier:
		r.ports.Card.ExpectCertifier(true)
	case flow.StartCamera:
		if r.ports.Camera == nil {
			r.Send(flow.CameraChanged{Number: e.Number, State: visit.DeviceAbsent})
			return
		}
		r.ports.Camera.Start(e.Number, r.Send)
	case flow.TakePhoto:
		if r.ports.Camera != nil {
			r.ports.Camera.Take(e.Number)
		}
	case flow.LookAgain:
		if r.ports.Camera != nil {
			r.ports.Camera.Again(e.Number)
		}
	case flow.StopCamera:
		if r.ports.Camera != nil {
			r.ports.Camera.Stop()
		}
	case flow.ClearTimer:
		r.ClearTimer(e.Timer)
	case flow.ReadCard:
		session := r.Session()
		r.Spawn(func() { r.readCard(session, e) })
	case flow.CheckRight:
		session, today := r.Session(), r.Snapshot().Today
		r.Spawn(func() { r.checkRight(session, e, today) })
	case flow.CheckStatus:
		session := r.Session()
		r.Spawn(func() { r.checkStatus(session, e) })
	case flow.RecallPhone:
		r.recallPhone(e)
	case flow.SaveVisit:
		photo := r.photoOf(e.Visit) // now: the next patient's must never be taken for it
		r.Write(func() { r.save(e, photo) })
	case flow.RecordVisit:
		r.Write(func() { r.record(e) })
	case flow.DropVisit:
		r.Write(func() { r.logged("drop visit", e.ID, r.ports.Store.Drop(e.ID, time.Now())) })
	case flow.HandToStaff:
		r.Write(func() { r.logged("hand visit to the staff", e.ID, r.ports.Store.Staff(e.ID, e.Problem, time.Now())) })
	case flow.SubmitVisit:
		r.Spawn(func() { r.submit(ctx, e) })
	case flow.PrintSlip:
		r.Write(func() { r.print(e) })
	case flow.Chime: // no machine has a sound yet: the screen says the same
	default:
		r.log.Error("nobody does this effect", "effect", fmt.Sprintf("%T", effect))
	}
}

func (r *Runner) logged(what string, id visit.ID, err error) {
	if err != nil {
		r.log.Error(what, "visit", id, "err", err)
	}
}
