// Package kiosk is the face for patients without its screen: the patient's way with the
// cards, the photo and the slips, on the core that every face has.
package kiosk

import (
	"context"
	"image"
	"io"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/patient"
	"authenkiosk/app/recorder"
	"authenkiosk/outbox"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// Kiosk is a whole kiosk without its screen.
type Kiosk struct {
	*app.Core

	runner   *patient.Runner[flow.Model]
	devices  *patient.Devices
	screen   func(answer func()) // has the loop of the screen answer; nil: no screen
	recorder *recorder.Recorder  // the last steps, for reports of faults
	lifeline io.Writer           // where they are written while it runs; nil: nowhere
}

// Options say where a kiosk keeps its data and what it stands on.
type Options struct {
	app.Options
	// Lifeline takes the last steps of a kiosk while it runs, for the report of a crash;
	// nil: they are in its memory alone.
	Lifeline io.Writer
	// PrinterPoll is how often the printer is asked how it is; 0 is the right one.
	PrinterPoll time.Duration
}

// New opens the store and makes everything ready; nothing runs before Run.
func New(o Options) (*Kiosk, error) {
	c := o.Config
	types, err := app.PatientTypes(c)
	if err != nil {
		return nil, err
	}
	k := &Kiosk{lifeline: o.Lifeline}
	if k.devices, err = patient.NewDevices(o.Options, o.PrinterPoll, flow.MaxSlips); err != nil {
		return nil, err
	}
	k.Core, err = app.New(o.Options, app.Face{
		Mode: "kiosk", Screen: k.shows, Watched: k.watched, Send: k.Send, Lights: k.devices.Lights,
		Settled: func(id visit.ID, o outbox.Outcome) { k.runner.Settled(id, o) }, Erase: k.devices.Erase, Record: k.record,
		Coming: func() { k.Send(flow.HelpComing{}) },
	})
	if err != nil {
		k.devices.Close()
		return nil, err
	}
	ports := k.devices.Attach(k.Core, k.shown)
	ports.Keep = patient.ByPatient(k.Visits)
	model := flow.Model{Way: patient.WayOf(k.Core, types)}
	k.recorder = recorder.New(app.Version(), model)
	k.runner = patient.NewRunner(patient.Options[flow.Model]{
		Ports: ports, Model: model, Step: k.recorder.Step, Way: func(m flow.Model) flow.Way { return m.Way },
		Stepped: k.callHelp, Log: o.Log,
	})
	return k, nil
}

// callHelp tells the staff that the patient before a screen calls.
func (k *Kiosk) callHelp(before, after flow.Model) {
	if after.Help && !before.Help {
		k.Desk.CallHelp(after.State.String())
	}
}

// Send hands a tap to the flow.
func (k *Kiosk) Send(e flow.Event) { k.runner.Send(e) }

// Dock returns the controls of the demo zone, nil in every other zone.
func (k *Kiosk) Dock() *Dock {
	if k.Demo == nil {
		return nil
	}
	return &Dock{kiosk: k}
}

// Run works until ctx ends. show draws a model; it is called from one goroutine.
func (k *Kiosk) Run(ctx context.Context, show func(flow.Model)) error {
	defer k.devices.Close()
	k.runner.OnShow(show)
	parts := []func(context.Context){k.runner.Run, k.devices.Run}
	if k.lifeline != nil {
		parts = append(parts, func(ctx context.Context) { k.recorder.Follow(ctx, k.lifeline) })
	}
	return k.Core.Run(ctx, k.loops(), parts...)
}

// record writes the last steps of the patients' way, without any value of a person.
func (k *Kiosk) record(w io.Writer) error { return k.recorder.Print(w) }

// Turns has the function called, from any goroutine, to find out whether the loop of
// the screen still turns: that loop must then call answer. It must be set before Run.
func (k *Kiosk) Turns(ask func(answer func())) { k.screen = ask }

// loops are what a patient cannot do without: the runner of the flow and the loop of
// the screen. A device that hangs is a light on the screen and no reason to end the
// program.
func (k *Kiosk) loops() []app.Loop {
	loops := []app.Loop{{Name: "flow", Ask: k.runner.Ask}}
	if k.screen != nil {
		loops = append(loops, app.Loop{Name: "screen", Ask: func(_ context.Context, answer func()) { k.screen(answer) }})
	}
	return loops
}

// shows names the screen that a patient sees.
func (k *Kiosk) shows() string { return k.runner.Now().State.String() }

// watched reports whether a patient stands before the screen: a program that reads
// the card then is worth a notice.
func (k *Kiosk) watched() bool { return k.runner.Now().State != flow.Welcome }

// shown returns the number of the session on the screen, 0 without one.
func (k *Kiosk) shown() uint64 { return k.runner.Now().Session.Insertion.Number }

// Frames has the function called, from any goroutine, whenever Preview has
// something new. It must be set before Run.
func (k *Kiosk) Frames(notify func()) { k.devices.OnFrames(notify) }

// Preview returns the camera's picture for the screen, nil without one, and
// whether it is new. It is for the screen's goroutine and never waits.
func (k *Kiosk) Preview() (image.Image, bool) { return k.devices.Preview() }
